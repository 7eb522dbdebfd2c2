//! The world around the servers: the wall clock, what is scraped, and the sink of notifications.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::signals::Signals;

/// How long it sleeps at a time, so as to see whether the machine stood still.
const NAP_MS: i64 = 20;

/// The wall clock, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "somebody else's servers run in real time")]
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64
}

/// Waits until a time of the wall clock; by how much the longest sleep was too long, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "somebody else's servers run in real time")]
pub(super) fn wait_until(at_ms: i64) -> i64 {
    let (mut worst_ms, mut before_ms) = (0, now_ms());
    while before_ms < at_ms {
        let nap_ms = NAP_MS.min(at_ms - before_ms);
        std::thread::sleep(Duration::from_millis(nap_ms as u64));
        let after_ms = now_ms();
        worst_ms = worst_ms.max(after_ms - before_ms - nap_ms);
        before_ms = after_ms;
    }
    worst_ms
}

/// A message that arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    /// In milliseconds since 1970.
    pub(super) at_ms: i64,
    /// `/receiver/integration`
    pub(super) path: String,
    pub(super) body: String,
}

/// What is scraped, and the sink.
pub(super) struct World {
    pub(super) port: u16,
    signals: Signals,
    /// When the play begins, in milliseconds since 1970.
    base_ms: AtomicI64,
    arrived: Mutex<Vec<Arrived>>,
}

impl World {
    /// Serves until the test ends.
    pub(super) fn start(signals: Signals) -> Arc<World> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = listener.local_addr().expect("an address").port();
        let world = World { port, signals, base_ms: AtomicI64::new(i64::MAX), arrived: Mutex::default() };
        let world = Arc::new(world);
        let serving = Arc::clone(&world);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let world = Arc::clone(&serving);
                std::thread::spawn(move || world.serve(&stream));
            }
        });
        world
    }

    pub(super) fn begin(&self, base_ms: i64) {
        self.base_ms.store(base_ms, Ordering::SeqCst);
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("no thread panics").clone()
    }

    /// Takes the requests of one connection.
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some((get, path, body)) = request(&mut reader) {
            let at_ms = now_ms();
            let text = if get {
                let since_ms = at_ms.saturating_sub(self.base_ms.load(Ordering::SeqCst));
                self.signals.exposition(usize::try_from(since_ms.div_euclid(1000)).ok())
            } else {
                self.arrived.lock().expect("no thread panics").push(Arrived { at_ms, path, body });
                "ok".to_owned()
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\r\n",
                text.len()
            );
            if (&*stream).write_all((head + &text).as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Whether the next request is a GET, its path and its body.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(bool, String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((line.starts_with("GET"), path, String::from_utf8(body).ok()?))
}

/// Asks a server for something; the status and the body.
pub(super) fn ask(port: u16, method: &str, path: &str, body: &Value) -> (u16, String) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
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
