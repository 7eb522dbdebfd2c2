//! Targets as servers show them, after relabelling by chance.
//!
//! What 2.42 shows as discovered labels is what relabelling left in their memory: only 3.5's are compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use probity::alerting::prometheus::{read, targets};
use probity::promql::{Dialect, Labels};
use serde_json::Value;

use super::chance::{Chance, config};
use super::{GENERATIONS, Generation};
use crate::daemon::{Daemon, folder, get, pause, ports};

const JOBS: usize = 200;
const SEED: u64 = 20_260_101;
/// Looks at a server until its targets are there, which takes up to ten seconds in 2.42.
const MOST_LOOKS: u32 = 75;

/// URL, labels and discovered labels of what is scraped, by job, and the discovered labels of what was dropped.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    active: BTreeMap<String, Vec<String>>,
    dropped: Vec<String>,
}

impl Seen {
    fn sorted(mut self) -> Seen {
        self.active.values_mut().for_each(|all| all.sort());
        self.dropped.sort();
        self
    }
}

/// A server that reads `prometheus.yml` of a folder, without asking anybody.
pub(crate) fn serve(program: &Path, folder: &Path, port: u16, more: &[&str]) -> Daemon {
    let mut command = Command::new(program);
    command.args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=error"]);
    command.arg(format!("--web.listen-address=127.0.0.1:{port}")).args(more);
    Daemon::spawn(command, "prometheus", folder, port)
}

#[test]
fn targets_are_relabelled_as_by_servers() {
    let text = config(&mut Chance::new(SEED), JOBS);
    let ports: [u16; 2] = ports();
    let mut servers = Vec::new();
    for (generation, port) in GENERATIONS.into_iter().zip(ports) {
        let Some(program) = generation.find("prometheus") else { continue };
        let folder = folder(&format!("prometheus_targets_{generation:?}"));
        std::fs::write(folder.join("prometheus.yml"), &text).expect("a file can be written");
        servers.push((generation, port, serve(&program, &folder, port, &[])));
    }
    for (generation, port, _server) in &servers {
        let ours = ours(&text, generation.dialect());
        let mut theirs = Seen::default();
        for _ in 0..MOST_LOOKS {
            theirs = shown(*port, *generation);
            if theirs == ours {
                break;
            }
            pause();
        }
        assert!(ours.active.len() > JOBS / 3 && ours.dropped.len() > 5, "hardly anything: {ours:?}");
        for (job, targets) in &ours.active {
            let shown = theirs.active.get(job);
            assert_eq!(
                shown,
                Some(targets),
                "{generation:?}, seed {SEED}, job {job}:\n{}",
                rules(&text, job)
            );
        }
        assert_eq!(theirs, ours, "{generation:?}, seed {SEED}");
    }
}

fn rules(text: &str, job: &str) -> String {
    let start = text.find(&format!("- job_name: {job}\n")).unwrap_or(0);
    let job = &text[start..];
    job[..job[1..].find("- job_name").map_or(job.len(), |end| end + 1)].to_owned()
}

fn ours(text: &str, dialect: Dialect) -> Seen {
    let read = read(text, "prometheus.yml", dialect);
    let config = read.config.unwrap_or_else(|| panic!("{:?}", read.problems));
    let mut seen = Seen::default();
    for job in &config.jobs {
        let targets = targets(job, dialect);
        for it in targets.active {
            let told = told(&it.url, &it.labels, &it.discovered, dialect);
            seen.active.entry(job.name.clone()).or_default().push(told);
        }
        seen.dropped.extend(targets.dropped.iter().map(|labels| told("", &Labels::empty(), labels, dialect)));
    }
    seen.sorted()
}

fn shown(port: u16, generation: Generation) -> Seen {
    let answer = get(port, "/api/v1/targets");
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let json: Value =
        serde_json::from_str(body).unwrap_or_else(|why| panic!("{generation:?}: {why}: {answer}"));
    let list = |name: &str| json["data"][name].as_array().cloned().unwrap_or_default();
    let mut seen = Seen::default();
    for it in list("activeTargets") {
        let (url, job) =
            (it["scrapeUrl"].as_str().expect("a URL"), it["scrapePool"].as_str().expect("a job"));
        let told = told(url, &labels(&it["labels"]), &labels(&it["discoveredLabels"]), generation.dialect());
        seen.active.entry(job.to_owned()).or_default().push(told);
    }
    seen.dropped.extend(
        list("droppedTargets")
            .iter()
            .map(|it| told("", &Labels::empty(), &labels(&it["discoveredLabels"]), generation.dialect())),
    );
    seen.sorted()
}

fn told(url: &str, labels: &Labels, discovered: &Labels, dialect: Dialect) -> String {
    match dialect {
        Dialect::V2 => format!("{url} {labels:?}"),
        Dialect::V3 => format!("{url} {labels:?} {discovered:?}"),
    }
}

fn labels(json: &Value) -> Labels {
    let pairs = json.as_object().expect("labels").iter();
    Labels::new(pairs.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))))
}
