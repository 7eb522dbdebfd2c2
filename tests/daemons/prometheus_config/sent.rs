//! What servers post to Alertmanager.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use jiff::Timestamp;
use probity::alerting::notifier::{SentAlert, body, generator_url, outgoing};
use probity::alerting::prometheus::read;
use probity::promql::Labels;
use serde_json::Value;

use super::GENERATIONS;
use super::served::serve;
use crate::daemon::{folder, ports};

const URL: &str = "http://prometheus:9090/pro metheus/";
const CONFIG: &str = "
global: {scrape_interval: 1h, evaluation_interval: 1s, external_labels: {replica: r1, team: nobody, zone: 'z<&>'}}
rule_files: [a.rules.yml]
alerting:
  alert_relabel_configs:
  - {action: labeldrop, regex: replica}
  - {source_labels: [severity], regex: info, action: drop}
  - {source_labels: [alertname, zone], target_label: both}
  - {action: labelmap, regex: '(z)one|(t)eam', replacement: m}
  alertmanagers:
  - {path_prefix: am, static_configs: [{targets: ['127.0.0.1:PORT']}]}
";
const RULES: &str = "
groups:
- name: g
  rules:
  - {alert: A, expr: 'vector(1) > 0', labels: {severity: page, team: ours}, annotations: {said: \"<a> & \\u2028 é \\\"q\\\"\"}}
  - {alert: B, expr: 'vector(1)', labels: {severity: info}}
  - {alert: C, expr: 'label_replace(vector(2), \"x\", \"1 + 1~\", \"\", \"\") == 2'}
";

/// Takes posts and passes on their paths and bodies.
fn sink(port: u16) -> Receiver<(String, String)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let (mut path, mut line, mut length) = (String::new(), String::new(), 0);
                while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                    let text = line.trim_end().to_ascii_lowercase();
                    if let Some(number) = text.strip_prefix("content-length: ") {
                        length = number.parse().expect("a length");
                    }
                    if path.is_empty() {
                        path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                    }
                    let end = text.is_empty();
                    line.clear();
                    if end {
                        let mut bytes = vec![0; length];
                        reader.read_exact(&mut bytes).expect("a body");
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                        reader.get_mut().write_all(answer).expect("it reads");
                        // Nobody may listen any more.
                        let _ =
                            sender.send((std::mem::take(&mut path), String::from_utf8_lossy(&bytes).into()));
                    }
                }
            });
        }
    });
    receiver
}

#[test]
fn alerts_are_posted_byte_for_byte() {
    let (mut servers, listens): (Vec<_>, [u16; 4]) = (Vec::new(), ports());
    for (generation, port) in
        GENERATIONS.into_iter().zip([[listens[0], listens[1]], [listens[2], listens[3]]])
    {
        let Some(program) = generation.find("prometheus") else { continue };
        let folder = folder(&format!("prometheus_sent_{generation:?}"));
        let posts = sink(port[1]);
        let text = CONFIG.replace("PORT", &port[1].to_string());
        std::fs::write(folder.join("prometheus.yml"), &text).expect("a file can be written");
        std::fs::write(folder.join("a.rules.yml"), RULES).expect("a file can be written");
        let url = format!("--web.external-url={}", URL.replace(' ', "%20"));
        // Alerts from before Alertmanager was discovered are lost: they must come again soon.
        let more = [url.as_str(), "--rules.alert.resend-delay=1s"];
        servers.push((generation, text, posts, serve(&program, &folder, port[0], &more)));
    }
    for (generation, text, posts, _server) in &servers {
        let config = read(text, "prometheus.yml", generation.dialect()).config.expect("it is good");
        let sent = outgoing(own(), &config.external_labels, &config.alert_relabel);
        assert_eq!(sent.len(), 2, "{generation:?}: one is dropped");
        let mut seen = BTreeSet::new();
        // A post may hold several evaluations, or only one rule's alert.
        while seen.len() < 2 {
            let (path, posted) = posts.recv_timeout(Duration::from_secs(60)).expect("something is posted");
            assert_eq!(path, "/am/api/v2/alerts");
            let alerts: Vec<Value> = serde_json::from_str(&posted).expect("JSON");
            let expected: Vec<SentAlert> = alerts.iter().map(|alert| timed(&sent, alert)).collect();
            assert_eq!(posted, body(&expected), "{generation:?}");
            seen.extend(expected.iter().map(|alert| alert.labels.value("alertname").to_owned()));
        }
    }
}

/// What the rules yield.
fn own() -> Vec<SentAlert> {
    let alert = |labels: &[(&str, &str)], annotations: &[(&str, &str)], expr: &str| SentAlert {
        labels: Labels::new(labels.iter().copied()),
        annotations: annotations.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        starts_at_ms: 0,
        ends_at_ms: 0,
        generator_url: generator_url(&URL.replace(' ', "%20"), expr),
    };
    let labels: [&[(&str, &str)]; 3] = [
        &[("alertname", "A"), ("severity", "page"), ("team", "ours")],
        &[("alertname", "B"), ("severity", "info")],
        &[("alertname", "C"), ("x", "1 + 1~")],
    ];
    let said = [("said", "<a> & \u{2028} é \"q\"")];
    let expr = "label_replace(vector(2), \"x\", \"1 + 1~\", \"\", \"\") == 2";
    vec![
        alert(labels[0], &said, "vector(1) > 0"),
        alert(labels[1], &[], "vector(1)"),
        alert(labels[2], &[], expr),
    ]
}

/// The alert that a posted one must be, with the times of that.
fn timed(sent: &[SentAlert], posted: &Value) -> SentAlert {
    let time = |name: &str| -> i64 {
        let text = posted[name].as_str().expect("a time");
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    };
    let alert = sent.iter().find(|it| posted["labels"]["alertname"] == it.labels.value("alertname"));
    let alert = alert.unwrap_or_else(|| panic!("nobody knows {posted}")).clone();
    SentAlert { starts_at_ms: time("startsAt"), ends_at_ms: time("endsAt"), ..alert }
}
