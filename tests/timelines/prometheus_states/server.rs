//! A real Prometheus, what it scrapes, and what it sends.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use probity::promql::Labels;
use serde_json::Value;

use crate::daemon::{Daemon, folder, get, pause, port};
use crate::engines::Generation;

/// How close a scrape and an evaluation may come, in milliseconds.
const APART_MS: i64 = 120;

/// How often a server is started until they are apart.
const ATTEMPTS: u32 = 8;

/// When the first scrapes have come: a server looks for its targets after five seconds.
const FIRST_S: u32 = 8;

/// How many timelines there are.
const TIMELINES: u64 = 60;

/// Samples by their labels.
type Points = BTreeMap<Labels, Vec<(i64, f64)>>;

/// Everything that a server did.
pub(crate) struct Seen {
    /// By metric: the samples of each series, times in milliseconds since 1970.
    pub(crate) series: BTreeMap<&'static str, Points>,
    /// By job.
    pub(crate) scrapes: BTreeMap<String, Vec<i64>>,
    pub(crate) evaluations: Vec<i64>,
    /// Every alert that was posted, as JSON.
    pub(crate) posted: Vec<String>,
}

type Posted = Arc<Mutex<Vec<String>>>;

pub(crate) struct Server {
    _daemon: Daemon,
    port: u16,
    posted: Posted,
}

impl Server {
    /// Runs a server with these rules for so many seconds. None if this machine has none.
    pub(crate) fn watch(generation: Generation, rules: &str, lasts_s: u32) -> Option<Seen> {
        let program = generation.find("prometheus")?;
        for attempt in 0..ATTEMPTS {
            let posted = Posted::default();
            let exporter = exporter(&posted);
            let folder = folder(&format!("prometheus-states-{generation:?}"));
            let config = format!(
                "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\nrule_files: [r.yml]\n\
                 alerting:\n  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}]\n\
                 scrape_configs:\n  - {{job_name: signals, static_configs: [{{targets: ['127.0.0.1:{exporter}'], \
                 labels: {{attempt: '{attempt}'}}}}]}}\n"
            );
            fs::write(folder.join("p.yml"), config).expect("it is written");
            fs::write(folder.join("r.yml"), rules).expect("it is written");
            let port = port();
            let mut command = Command::new(&program);
            command.args([
                "--config.file=p.yml",
                "--storage.tsdb.path=data",
                "--rules.alert.resend-delay=2s",
            ]);
            command.arg("--web.external-url=http://prometheus:9090");
            command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
            let daemon = Daemon::spawn(command, "prometheus", &folder, port);
            let server = Server { _daemon: daemon, port, posted };
            server.wait(FIRST_S);
            if !server.apart() {
                continue;
            }
            server.wait(lasts_s - FIRST_S);
            return Some(server.seen());
        }
        panic!("scrapes and evaluations never came apart");
    }

    fn wait(&self, seconds: u32) {
        for _ in 0..5 * seconds {
            pause();
        }
    }

    /// Whether the order of every scrape and evaluation is certain.
    fn apart(&self) -> bool {
        let times = |metric: &str| self.series(metric).into_values().flatten().map(|(at_ms, _)| at_ms);
        let scrapes: Vec<i64> = times("up").collect();
        let close = |one: i64, other: i64| {
            let gap = (one - other).rem_euclid(1_000);
            !(APART_MS..=1_000 - APART_MS).contains(&gap)
        };
        let evaluations: Vec<i64> = times("evaluated").collect();
        !evaluations.is_empty()
            && !scrapes.is_empty()
            && !scrapes.iter().any(|one| evaluations.iter().any(|other| close(*one, *other)))
    }

    fn seen(&self) -> Seen {
        // One question for all, so that nothing is evaluated between two.
        let metrics = ["ALERTS", "ALERTS_FOR_STATE", "alerts", "total", "evaluated", "signal", "up"];
        let all = self.series(&format!("{{__name__=~\"{}\"}}", metrics.join("|")));
        let mut series: BTreeMap<_, BTreeMap<Labels, Vec<(i64, f64)>>> = BTreeMap::new();
        for metric in metrics {
            let own = all.iter().filter(|(labels, _)| labels.metric() == metric);
            series.insert(metric, own.map(|(labels, points)| (labels.clone(), points.clone())).collect());
        }
        let times = |points: &Vec<(i64, f64)>| points.iter().map(|(at_ms, _)| *at_ms).collect::<Vec<_>>();
        let scrapes = series["up"].iter().map(|(up, points)| (up.value("job").to_owned(), times(points)));
        let (scrapes, evaluations) = (scrapes.collect(), series["evaluated"].values().next().map(times));
        let posted = self.posted.lock().expect("nobody panics").clone();
        Seen { series, scrapes, evaluations: evaluations.expect("rules were evaluated"), posted }
    }

    /// Every sample of what a selector selects.
    fn series(&self, selector: &str) -> BTreeMap<Labels, Vec<(i64, f64)>> {
        let query: String = format!("{selector}[5m]").bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = get(self.port, &format!("/api/v1/query?query={query}"));
        let body = answer.split_once("\r\n\r\n").expect("a body").1;
        let body: Value = serde_json::from_str(body).expect("JSON");
        let found = body["data"]["result"].as_array().expect("an answer");
        found
            .iter()
            .map(|series| {
                let labels = series["metric"].as_object().expect("labels").iter();
                let labels =
                    Labels::new(labels.map(|(name, value)| (name.as_str(), value.as_str().expect("text"))));
                let points = series["values"].as_array().expect("values").iter().map(|point| {
                    let at_ms = (point[0].as_f64().expect("a time") * 1000.0).round() as i64;
                    (at_ms, point[1].as_str().expect("text").parse().expect("a number"))
                });
                (labels, points.collect())
            })
            .collect()
    }
}

/// Serves the timelines, a step further with each scrape, and takes alerts; its port.
fn exporter(posted: &Posted) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let port = listener.local_addr().expect("bound").port();
    let (posted, steps) = (Arc::clone(posted), Arc::new(Mutex::new(0_u64)));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (posted, steps) = (Arc::clone(&posted), Arc::clone(&steps));
            std::thread::spawn(move || answer(stream, &posted, &steps));
        }
    });
    port
}

fn answer(stream: TcpStream, posted: &Posted, steps: &Mutex<u64>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(given) = line.strip_prefix("content-length:") {
            length = given.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, text) = if first.starts_with("POST") {
        let alerts: Value = serde_json::from_slice(&body).ok()?;
        posted.lock().ok()?.extend(alerts.as_array()?.iter().map(Value::to_string));
        (200, String::new())
    } else {
        let mut step = steps.lock().ok()?;
        *step += 1;
        // Down at a few scrapes, of which two follow one another.
        (if matches!(*step, 8 | 13 | 14) { 500 } else { 200 }, body_of(*step))
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    reader.get_mut().write_all((head + &text).as_bytes()).ok()
}

/// Each timeline is 1 for a while, 0 for a while, and missing for a while.
fn body_of(step: u64) -> String {
    let mut text = String::new();
    for timeline in 0..TIMELINES {
        // One state for each step, most of which are as the one before.
        let mut random = timeline.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut state = timeline % 3;
        for _ in 0..step {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if (random >> 33) % 10 < 3 {
                state = (random >> 40) % 3;
            }
        }
        if state < 2 {
            text.push_str(&format!("signal{{timeline=\"{timeline}\"}} {state}\n"));
        }
    }
    text
}
