//! A server of either generation with our series in it, and its answers.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use probity::promql::{Labels, Sample, Samples, Value};
use serde_json::Value as Json;

use super::compare::Answer;
use super::series::Given;
use super::write;
use crate::daemon::{Daemon, folder, pause, port};
use crate::engines::Generation;

/// The longest that a server may take to be ready, in fifths of a second.
const MOST_LOOKS: u32 = 150;

/// A server that ends with its test.
pub(crate) struct Server {
    _daemon: Daemon,
    port: u16,
}

impl Server {
    /// Starts a server and writes the series into it, in their order: it answers in the order in which it met them.
    /// None when this machine has no such server.
    pub(crate) fn start(generation: Generation, name: &str, series: &[Given]) -> Option<Self> {
        let program = generation.find("prometheus")?;
        let folder = folder(name);
        fs::write(folder.join("empty.yml"), "global: {}\n").expect("a file can be written");
        let port = port();
        let mut command = std::process::Command::new(program);
        command
            .args([
                "--config.file=empty.yml",
                "--storage.tsdb.path=data",
                "--web.enable-remote-write-receiver",
            ])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let server = Self { _daemon: Daemon::spawn(command, "prometheus", &folder, port), port };
        server.is_ready();
        let kind =
            "application/x-protobuf\r\nContent-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0";
        let (status, said) = server.post("/api/v1/write", kind, &write::snappy(&write::request(series)));
        assert!(status == 204 || status == 200, "the series were refused with {status}: {said}");
        Some(server)
    }

    /// It listens before it has opened its storage.
    fn is_ready(&self) {
        for _ in 0..MOST_LOOKS {
            if crate::daemon::get(self.port, "/-/ready").starts_with("HTTP/1.0 200") {
                return;
            }
            pause();
        }
        panic!("the server on {} is never ready", self.port);
    }

    /// One request on a connection of its own; HTTP/1.0, so that no answer comes in chunks.
    fn post(&self, path: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(body).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("an answer begins with its status"), body.to_owned())
    }

    /// Its answer at one time, in milliseconds since 1970.
    pub(crate) fn instant(&self, query: &str, at_ms: i64) -> Answer {
        self.ask("/api/v1/query", &[("query", query), ("time", &seconds(at_ms))])
    }

    /// Its answer over a time, in milliseconds.
    pub(crate) fn range(&self, query: &str, start_ms: i64, end_ms: i64, step_ms: i64) -> Answer {
        let [start, end, step] = [start_ms, end_ms, step_ms].map(seconds);
        self.ask(
            "/api/v1/query_range",
            &[("query", query), ("start", &start), ("end", &end), ("step", &step)],
        )
    }

    fn ask(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let (_, said) = self.post(path, "application/x-www-form-urlencoded", fields.join("&").as_bytes());
        let json: Json = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error} in {said}"));
        match json["status"].as_str() {
            Some("success") => Answer::Gave(value(&json["data"])),
            _ => Answer::Failed(json["error"].as_str().unwrap_or(&said).to_owned()),
        }
    }
}

/// Milliseconds as seconds with three digits, which lose nothing.
fn seconds(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000)
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn value(data: &Json) -> Value {
    let result = &data["result"];
    let list = || result.as_array().map(Vec::as_slice).unwrap_or_default();
    match data["resultType"].as_str() {
        Some("scalar") => Value::Scalar(point(result).1),
        Some("string") => Value::String(result[1].as_str().unwrap_or_default().to_owned()),
        Some("vector") => {
            let sample = |one: &Json| Sample { labels: labels(one), value: point(&one["value"]).1 };
            Value::Vector(list().iter().map(sample).collect())
        }
        Some("matrix") => {
            let points = |one: &Json| one["values"].as_array().map(|all| all.iter().map(point).collect());
            let samples =
                |one: &Json| Samples { labels: labels(one), points: points(one).unwrap_or_default() };
            // 2.42 lists what `absent_over_time` yields at no step.
            let seen = list().iter().map(samples).filter(|one| !one.points.is_empty());
            Value::Matrix(seen.collect())
        }
        other => panic!("no type of result is called {other:?}"),
    }
}

fn labels(one: &Json) -> Labels {
    let pairs = one["metric"].as_object().into_iter().flatten();
    Labels::new(pairs.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())))
}

/// `[1700000000.123, "1.5"]`
fn point(pair: &Json) -> (i64, f64) {
    let seconds = pair[0].as_f64().expect("a time is a number");
    let value = pair[1].as_str().expect("a value is text");
    ((seconds * 1000.0).round() as i64, value.parse().expect("a value's text is a number"))
}
