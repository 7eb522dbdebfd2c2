//! What others' tools make of our answers: promtool of both releases, and a server that federates.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::ask::Request;
use super::pair::{Pair, real};
use crate::daemon::{Daemon, folder, pause, ports};
use crate::engines::Generation;

/// What promtool is asked.
const ASKED: [&[&str]; 7] = [
    &["query", "instant", "URL", "sum by (job) (jobs_total)"],
    &["query", "instant", "URL", "queue_length{queue=\"a\"}", "--time=1000"],
    &["query", "instant", "URL", "sum("],
    &["query", "range", "--start=1000", "--end=1020", "--step=5s", "URL", "vector(time())"],
    &["query", "series", "--match=jobs_total", "URL"],
    &["query", "labels", "URL", "job"],
    &["query", "labels", "--match=queue_length", "URL", "queue"],
];

/// Asks both servers the same by promtool of a release.
pub(super) fn promtool_agrees(pair: &Pair, generation: Generation) {
    let Some(promtool) = generation.find("promtool") else { return };
    for args in ASKED {
        let [theirs, ours] = [pair.real_port, pair.port].map(|port| said(&promtool, args, port));
        assert_eq!(theirs, ours, "{generation:?} {args:?}");
    }
}

/// How it ended and its lines, sorted, without times and a parser's words.
fn said(promtool: &Path, args: &[&str], port: u16) -> (Option<i32>, Vec<String>) {
    let url = format!("http://127.0.0.1:{port}");
    let args = args.iter().map(|arg| if *arg == "URL" { url.as_str() } else { *arg });
    let output = Command::new(promtool).args(args).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let without_time = |line: &str| match line.rsplit_once(" @[") {
        Some((sample, time)) if time.starts_with("17") => sample.to_owned(),
        _ => line
            .split("parse error")
            .next()
            .unwrap_or_default()
            .trim_end_matches(|c: char| c.is_ascii_digit() || [':', ' '].contains(&c))
            .to_owned(),
    };
    let mut lines: Vec<String> = text.lines().map(without_time).collect();
    lines.sort();
    (output.status.code(), lines)
}

/// A real server that scrapes what ours knows.
pub(super) struct Federating {
    port: u16,
    _daemon: Daemon,
}

impl Federating {
    pub(super) fn start(of: &Pair) -> Option<Federating> {
        let program = Generation::V3.find("prometheus")?;
        let folder = folder("prometheus-api-federating");
        let [port] = ports();
        let config = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n  - job_name: federate\n    \
             honor_labels: true\n    metrics_path: /federate\n    params: {{'match[]': ['{{job=~\".+\"}}', \
             '{{__name__=~\"ALERTS|queue:.*\"}}']}}\n    static_configs: [{{targets: ['127.0.0.1:{}']}}]\n",
            of.port
        );
        let config_file = folder.join("prometheus.yml");
        fs::write(&config_file, config).expect("a file can be written");
        let daemon = real(&program, &folder, &config_file, port);
        Some(Federating { port, _daemon: daemon })
    }

    /// Compares every series of ours that does not stand for a time with what it has of it.
    pub(super) fn agrees(&self, with: &Pair) {
        let query = r#"{__name__=~".+",__name__!~"scrape_.*|ALERTS_FOR_STATE"}"#;
        let escaped: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let request = Request::get(&format!("/api/v1/query?query={escaped}"));
        let (mut theirs, mut ours) = (Series::new(), Series::new());
        for _ in 0..50 {
            theirs = series(&request.ask(self.port).body, &[]);
            // Its own scrape of us.
            theirs.retain(|labels, _| labels["__name__"] != "up" || labels["job"] != "federate");
            ours = series(&request.ask(with.port).body, &MORE);
            if theirs == ours {
                break;
            }
            pause();
        }
        assert!(ours.len() > 20, "{ours:#?}");
        let (only_theirs, only_ours) = (only(&theirs, &ours), only(&ours, &theirs));
        assert!(theirs == ours, "only theirs {only_theirs:#?}\nonly ours {only_ours:#?}");
    }
}

/// What series get on their way: our external labels, and a job where they have none. An instance they do not get, as we
/// say that it is empty.
const MORE: [(&str, &str); 3] = [("region", "eu"), ("replica", "1"), ("job", "federate")];

type Series = BTreeMap<BTreeMap<String, String>, String>;

/// What is not in the others as it is in these.
fn only(these: &Series, others: &Series) -> Vec<String> {
    let only = these.iter().filter(|(labels, value)| others.get(*labels) != Some(*value));
    only.map(|(labels, value)| format!("{labels:?} {value}")).collect()
}

/// Label sets, with more of them where they are not there, and values.
fn series(body: &str, more: &[(&str, &str)]) -> Series {
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let all = body["data"]["result"].as_array().unwrap_or_else(|| panic!("{body}")).iter().map(|sample| {
        let labels = sample["metric"].as_object().expect("labels").iter();
        let mut labels: BTreeMap<String, String> = labels
            .map(|(name, value)| (name.clone(), value.as_str().expect("a label is text").to_owned()))
            .collect();
        for (name, value) in more {
            labels.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
        }
        (labels, sample["value"][1].as_str().expect("a value is text").to_owned())
    });
    all.collect()
}
