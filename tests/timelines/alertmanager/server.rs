//! A real Alertmanager with second-sized timers, and the sink that takes its webhooks.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::super::daemon::{Daemon, folder, port};
use super::super::engines::Generation;
use super::plan::{CONFIG, answer};

/// A webhook that arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    /// In milliseconds since 1970.
    pub(super) at_ms: i64,
    /// `/receiver/integration`
    pub(super) path: String,
    pub(super) body: Value,
}

/// A sink, which takes requests until the test ends.
#[derive(Default)]
struct Sink {
    arrived: Mutex<Vec<Arrived>>,
    /// How many requests there were by path and group.
    counts: Mutex<BTreeMap<(String, String), usize>>,
}

/// An Alertmanager and its sink.
pub(super) struct Server {
    port: u16,
    sink: Arc<Sink>,
    /// When it started, in milliseconds since 1970.
    pub(super) started_ms: i64,
    _daemon: Daemon,
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "somebody else's server runs in real time")]
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64
}

/// Waits until a time of the wall clock.
#[expect(clippy::disallowed_methods, reason = "somebody else's server runs in real time")]
pub(super) fn wait_until(at_ms: i64) {
    let left_ms = at_ms - now_ms();
    if left_ms > 0 {
        std::thread::sleep(Duration::from_millis(left_ms as u64));
    }
}

impl Server {
    /// None when this machine has no Alertmanager of that generation.
    pub(super) fn start(generation: Generation, name: &str) -> Option<Server> {
        let program = generation.find("prometheus-alertmanager")?;
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let folder = folder(name);
        std::fs::write(folder.join("alertmanager.yml"), CONFIG.replace("SINK", &url))
            .expect("it can be written");
        let sink = Arc::new(Sink::default());
        let taking = Arc::clone(&sink);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sink = Arc::clone(&taking);
                std::thread::spawn(move || sink.serve(&stream));
            }
        });
        let port = port();
        let mut command = Command::new(program);
        command.args([
            "--config.file=alertmanager.yml",
            "--storage.path=data",
            &format!("--web.listen-address=127.0.0.1:{port}"),
            "--cluster.listen-address=",
        ]);
        let started_ms = now_ms();
        let daemon = Daemon::spawn(command, name, &folder, port);
        Some(Server { port, sink, started_ms, _daemon: daemon })
    }

    /// What arrived so far.
    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.sink.arrived.lock().expect("no thread panics").clone()
    }

    /// Asks for something; the status and the body.
    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    /// What the HTTP interface shows.
    pub(super) fn view(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }
}

impl Sink {
    /// Takes the requests of one connection.
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some((path, body)) = request(&mut reader) {
            let at_ms = now_ms();
            let group = body["groupKey"].as_str().unwrap_or_default().to_owned();
            let mut counts = self.counts.lock().expect("no thread panics");
            let count = counts.entry((path.clone(), group)).or_default();
            let alerts = body["alerts"].as_array().map_or(&[][..], Vec::as_slice);
            let any = |status: &str| alerts.iter().any(|alert| alert["status"] == status);
            let status = answer(&path, *count, (any("firing"), any("resolved")));
            *count += 1;
            drop(counts);
            self.arrived.lock().expect("no thread panics").push(Arrived { at_ms, path, body });
            let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n");
            if (&*stream).write_all(head.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// The path and the body of the next request.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, Value)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, serde_json::from_slice(&body).ok()?))
}
