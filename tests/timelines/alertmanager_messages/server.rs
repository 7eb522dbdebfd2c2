//! An Alertmanager, and the sink that keeps what it sends.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use probity::alerting::alertmanager::Release;
use serde_json::Value;

use super::super::daemon::{Daemon, folder, pause, port};
use super::super::engines::Generation;
use super::{plan, receivers};

/// Where users are told that it is.
pub(super) const EXTERNAL: &str = "http://alerts.example:9093/am";

type Bodies = BTreeMap<String, Vec<String>>;

pub(super) struct Server {
    port: u16,
    /// Its configuration, without the file that only this machine needs.
    pub(super) config: String,
    arrived: Arc<Mutex<Bodies>>,
    log: PathBuf,
    _daemon: Daemon,
}

/// The wall clock, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "somebody else's server runs in real time")]
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64
}

impl Server {
    /// None when this machine has no Alertmanager of that generation.
    pub(super) fn start(generation: Generation, release: Release) -> Option<Server> {
        let program = generation.find("prometheus-alertmanager")?;
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let name = format!("alertmanager_messages_{generation:?}");
        let folder = folder(&name);
        let config = receivers::config(release).replace("SINK", &url);
        // Debian's programs read the templates that are installed, which may be those of the other release.
        let defaults = program
            .parent()
            .and_then(|bin| bin.parent())
            .map(|usr| usr.join("share/prometheus/alertmanager/default.tmpl"))
            .filter(|path| path.is_file())
            .map_or(String::new(), |path| format!("- {}\n", path.display()));
        let whole = format!("{config}templates:\n{defaults}- own.tmpl\n");
        std::fs::write(folder.join("alertmanager.yml"), whole).expect("it can be written");
        std::fs::write(folder.join("own.tmpl"), plan::TEMPLATES).expect("it can be written");
        let arrived = Arc::new(Mutex::new(Bodies::new()));
        let taking = Arc::clone(&arrived);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let arrived = Arc::clone(&taking);
                std::thread::spawn(move || serve(&stream, &arrived));
            }
        });
        let port = port();
        let mut command = Command::new(program);
        command.args([
            "--config.file=alertmanager.yml",
            "--storage.path=data",
            &format!("--web.listen-address=127.0.0.1:{port}"),
            &format!("--web.external-url={EXTERNAL}"),
            "--cluster.listen-address=",
            "--log.level=debug",
        ]);
        let log = folder.join(format!("{name}.log"));
        let daemon = Daemon::spawn(command, &name, &folder, port);
        Some(Server { port, config, arrived, log, _daemon: daemon })
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("it has a log")
    }

    /// Waits until that many webhooks came to a path.
    pub(super) fn wait_for(&self, path: &str, count: usize) {
        for _ in 0..75 {
            if self.arrived.lock().expect("no thread panics").get(path).map_or(0, Vec::len) >= count {
                return;
            }
            pause();
        }
        panic!("{path} did not get {count} messages: {}", self.log());
    }

    /// What arrived by path, sorted; what came twice is there once.
    pub(super) fn arrived(&self) -> Bodies {
        let mut arrived = self.arrived.lock().expect("no thread panics").clone();
        for bodies in arrived.values_mut() {
            bodies.sort();
            bodies.dedup();
        }
        arrived
    }

    pub(super) fn post(&self, alerts: &Value) {
        let body = alerts.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let request = format!(
            "POST /am/api/v2/alerts HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    }
}

/// Takes the requests of one connection.
fn serve(stream: &TcpStream, arrived: &Mutex<Bodies>) {
    let mut reader = BufReader::new(stream);
    while let Some((path, body)) = request(&mut reader) {
        arrived.lock().expect("no thread panics").entry(path).or_default().push(body);
        let mut stream = stream;
        if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        if header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, String::from_utf8(body).expect("JSON is UTF-8")))
}
