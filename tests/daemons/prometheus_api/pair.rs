//! A real Prometheus and ours, with the same files, that scrape the same exporter at the same time.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use probity::alerting::alertmanager::Release;
use probity::alerting::deployed;
use probity::clock::Clock;
use probity::promql::Dialect;
use probity::stack::embedded::prometheus::{AddressBook, Prometheus, PrometheusPlan};
use tokio::sync::watch;

use super::ask::Request;
use crate::daemon::{Daemon, folder, pause, ports};
use crate::engines::Generation;

const RULES: [(&str, &str); 2] =
    [("rules.yml", include_str!("rules.yml")), ("more.yml", include_str!("more.yml"))];

/// How often it is looked whether both are ready, each a fifth of a second after the other.
const MOST_LOOKS: u32 = 100;

/// Both, and whoever they scrape.
pub(super) struct Pair {
    pub(super) real_port: u16,
    pub(super) port: u16,
    stop: watch::Sender<bool>,
    runtime: Option<tokio::runtime::Runtime>,
    _daemon: Daemon,
}

impl Pair {
    /// None when this machine lacks the real one.
    pub(super) fn start(generation: Generation) -> Option<Pair> {
        let program = generation.find("prometheus")?;
        let folder = folder(&format!("prometheus-api-{generation:?}"));
        let dialect = generation.dialect();
        let exporter = exporter(dialect);
        let config = include_str!("prometheus.yml").replace("EXPORTER", &exporter.to_string());
        let config_file = folder.join("prometheus.yml");
        fs::write(&config_file, config).expect("a file can be written");
        for (name, text) in RULES {
            fs::write(folder.join(name), text).expect("a file can be written");
        }
        let [real_port] = ports();
        let daemon = real(&program, &folder, &config_file, real_port);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (stop, stopped) = watch::channel(false);
        let (prometheus, port) = runtime.block_on(ours(&config_file, dialect));
        runtime.spawn(prometheus.run(stopped));
        Some(Pair { real_port, port, stop, runtime: Some(runtime), _daemon: daemon })
    }

    /// Waits until both have seen everything twice.
    pub(super) fn settle(&self) {
        let ready = |port: u16| {
            READY.iter().all(|(query, wanted)| {
                let reply = Request::get(&format!("/api/v1/query?query={query}")).ask(port);
                reply.body.contains(wanted)
            })
        };
        for _ in 0..MOST_LOOKS {
            if ready(self.real_port) && ready(self.port) {
                return;
            }
            pause();
        }
        for port in [self.real_port, self.port] {
            for (query, wanted) in READY {
                let reply = Request::get(&format!("/api/v1/query?query={query}")).ask(port);
                assert!(reply.body.contains(wanted), "{port} {query}: {}", reply.body);
            }
        }
    }
}

/// What both must have come to: every target scraped, nothing new, every alert there, and recorded.
const READY: [(&str, &str); 4] = [
    ("sum(scrape_series_added)%2Bcount(up)", ",\"3\"]"),
    ("count(ALERTS)", ",\"6\"]"),
    ("count(ALERTS_FOR_STATE)", ",\"6\"]"),
    ("count(job:jobs:sum)%2Bcount(queue:longest)", ",\"3\"]"),
];

impl Drop for Pair {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) fn real(program: &Path, folder: &Path, config: &Path, port: u16) -> Daemon {
    let mut command = Command::new(program);
    command.arg(format!("--config.file={}", config.display()));
    command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    Daemon::spawn(command, "prometheus", folder, port)
}

async fn ours(config: &Path, dialect: Dialect) -> (Prometheus, u16) {
    let read = deployed::read(config, None, &|path: &Path| fs::read_to_string(path), Release::V0_33);
    let deployed = read.deployed.unwrap_or_else(|| panic!("{:?}", read.problems));
    // Everything is where it says.
    let book: AddressBook = Arc::new(|name: &str, _| Some(name.to_owned()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let external_url = format!("http://127.0.0.1:{port}");
    let plan = PrometheusPlan { deployed, dialect, external_url, book, retention_ms: None };
    (Prometheus::start(&Clock::real(), listener, plan).expect("it starts"), port)
}

/// Serves the same exposition for ever; its port.
fn exporter(dialect: Dialect) -> u16 {
    let mut text = include_str!("exporter.txt").to_owned();
    if dialect == Dialect::V3 {
        text += include_str!("newer.txt");
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            // A request of a scrape fits into one read.
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=1.0.0; charset=utf-8\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n",
                text.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
        }
    });
    address.port()
}
