//! The world around the servers: the wall clock, what is scraped, and the sink of notifications.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::RESEND_DELAY_MS;
use super::signals::Signals;

/// How often somebody looks whether the machine stands still.
const LOOKS_MS: i64 = 200;

/// For how long Prometheus says that an alert fires, if nothing more is heard: four sendings may be lost.
const LASTS_MS: i64 = 4 * RESEND_DELAY_MS;

/// How late anything may be: what was to come first may come second then.
const MOST_LATE_MS: i64 = 300;

/// The wall clock, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "somebody else's servers run in real time")]
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64
}

/// Waits until a time of the wall clock.
#[expect(clippy::disallowed_methods, reason = "somebody else's servers run in real time")]
pub(super) fn wait_until(at_ms: i64) {
    let left_ms = at_ms - now_ms();
    if left_ms > 0 {
        std::thread::sleep(Duration::from_millis(left_ms as u64));
    }
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

/// What is scraped, what passes alerts on from Prometheus to Alertmanager, and the sink of its notifications.
pub(super) struct World {
    pub(super) port: u16,
    signals: Signals,
    /// When the play begins, in milliseconds since 1970.
    base_ms: AtomicI64,
    arrived: Mutex<Vec<Arrived>>,
    /// Alertmanager's port.
    alertmanager: u16,
    /// When something was first too late in the play, if it was.
    late_ms: AtomicI64,
    /// Whether the servers are about to end.
    ended: AtomicBool,
}

impl World {
    /// Serves until the test ends.
    pub(super) fn start(signals: Signals, alertmanager: u16) -> Arc<World> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = listener.local_addr().expect("an address").port();
        let never = || AtomicI64::new(i64::MAX);
        let (base_ms, late_ms, arrived) = (never(), never(), Mutex::default());
        let ended = AtomicBool::new(false);
        let world = World { port, signals, base_ms, arrived, alertmanager, late_ms, ended };
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

    /// Looks again and again until some time whether everybody answers soon, and notes when somebody did not.
    pub(super) fn watch(self: &Arc<World>, ports: [u16; 2], until_ms: i64) {
        let world = Arc::clone(self);
        std::thread::spawn(move || {
            let mut before_ms = now_ms();
            while before_ms < until_ms && !world.ended.load(Ordering::SeqCst) {
                ports.iter().for_each(|port| _ = ask(*port, "GET", "/-/healthy", ""));
                wait_until(before_ms + LOOKS_MS);
                world.expect(before_ms, LOOKS_MS);
                before_ms = now_ms();
            }
        });
    }

    /// Nobody is asked any more.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Notes that something that was due at a time has only now happened, if that is too late.
    pub(super) fn expect(&self, due_ms: i64, takes_ms: i64) {
        self.judge(due_ms, now_ms() - takes_ms);
    }

    /// Before the play nothing is too late.
    fn judge(&self, due_ms: i64, at_ms: i64) {
        if at_ms > self.base_ms.load(Ordering::SeqCst) && at_ms - due_ms > MOST_LATE_MS {
            self.late_ms.fetch_min(due_ms, Ordering::SeqCst);
        }
    }

    /// When something was first too late, if anything was.
    pub(super) fn late(&self) -> Option<i64> {
        Some(self.late_ms.load(Ordering::SeqCst)).filter(|late_ms| *late_ms < i64::MAX)
    }

    /// Passes alerts on to Alertmanager.
    fn pass_on(self: &Arc<World>, body: String, at_ms: i64) {
        let answer = ask(self.alertmanager, "POST", "/api/v2/alerts", &body);
        assert_eq!(answer, (200, String::new()), "all alerts are sound");
        self.expect(at_ms, 0);
        let (world, taken_ms) = (Arc::clone(self), now_ms());
        // Meanwhile Prometheus may go on.
        std::thread::spawn(move || world.look_at(&body, taken_ms));
    }

    /// Notes when alerts came too late: of those that fire the end tells when they were evaluated.
    fn look_at(&self, body: &str, taken_ms: i64) {
        let alerts: Value = serde_json::from_str(body).expect("JSON");
        for alert in alerts.as_array().expect("a list") {
            let ends: jiff::Timestamp = alert["endsAt"].as_str().expect("a text").parse().expect("a time");
            if ends.as_millisecond() > taken_ms {
                self.judge(ends.as_millisecond() - LASTS_MS, taken_ms);
            }
        }
    }

    /// Takes the requests of one connection.
    fn serve(self: &Arc<World>, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some((get, path, body)) = request(&mut reader) {
            let at_ms = now_ms();
            let text = if get {
                let since_ms = at_ms.saturating_sub(self.base_ms.load(Ordering::SeqCst));
                self.signals.exposition(usize::try_from(since_ms.div_euclid(1000)).ok())
            } else if path == "/api/v2/alerts" {
                self.pass_on(body, at_ms);
                String::new()
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
pub(super) fn ask(port: u16, method: &str, path: &str, body: &str) -> (u16, String) {
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
