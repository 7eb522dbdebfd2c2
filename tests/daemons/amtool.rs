//! The interface of our Alertmanager and that of real ones, side by side: the same requests and the same commands of
//! `amtool`, with ids and times made alike.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use probity::alerting::alertmanager::message::Templates;
use probity::alerting::alertmanager::{Release, config};
use probity::clock::Clock;
use probity::stack::embedded::alertmanager::{Alertmanager, AlertmanagerPlan, Destinations};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::daemon::{Daemon, folder, ports};
use crate::engines::Generation;

#[path = "amtool/commands.rs"]
mod commands;
#[path = "amtool/exchange.rs"]
mod exchange;
#[path = "amtool/requests.rs"]
mod requests;

use exchange::{alike, exchange};

const CONFIG: &str = "
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 1h
  routes:
  - receiver: team slack
    matchers: [severity=\"critical\"]
    continue: true
  - receiver: pager
    matchers: [team=~\"a|b\"]
inhibit_rules:
- source_matchers: [severity=\"critical\"]
  target_matchers: [severity=\"warning\"]
  equal: [alertname]
receivers:
- name: hook
  webhook_configs:
  - url: http://127.0.0.1:9/
- name: team slack
  slack_configs:
  - api_url: http://127.0.0.1:9/
    channel: '#x'
- name: pager
  pagerduty_configs:
  - routing_key: r
";

/// A real Alertmanager and ours, and the `amtool` of the same release.
struct Pair {
    _real: Daemon,
    _ours: Runtime,
    _stop: watch::Sender<bool>,
    real_port: u16,
    our_port: u16,
    amtool: PathBuf,
    folder: PathBuf,
}

impl Pair {
    /// None when this machine has no such programs.
    fn start(generation: Generation, name: &str) -> Option<Pair> {
        let (real, amtool) = (generation.find("prometheus-alertmanager")?, generation.find("amtool")?);
        let folder = folder(name);
        let path = folder.join("alertmanager.yml");
        fs::write(&path, CONFIG).expect("a file can be written");
        let [real_port, our_port] = ports();
        let mut command = Command::new(real);
        command.arg(format!("--config.file={}", path.display()));
        command.arg(format!("--storage.path={}", folder.join("data").display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{real_port}")).arg("--cluster.listen-address=");
        let real = Daemon::spawn(command, "alertmanager", &folder, real_port);
        let release = match generation {
            Generation::V2 => Release::V0_25,
            Generation::V3 => Release::V0_33,
        };
        let (ours, stop) = serve(our_port, release);
        Some(Pair { _real: real, _ours: ours, _stop: stop, real_port, our_port, amtool, folder })
    }

    fn ports(&self) -> [u16; 2] {
        [self.real_port, self.our_port]
    }
}

/// Our Alertmanager in real time, on threads of its own.
fn serve(port: u16, release: Release) -> (Runtime, watch::Sender<bool>) {
    let read = config::read(CONFIG, "alertmanager.yml", release);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let plan = AlertmanagerPlan {
        config: Arc::new(read.config.expect("nothing is wrong")),
        text: CONFIG.to_owned(),
        templates: Arc::new(Templates::new(release, &[]).expect("there are none")),
        release,
        external_url: "http://alertmanager:9093".to_owned(),
        seed: 1,
        destinations: Destinations::AsWritten,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime needs a few file descriptors");
    let (stop, stopped) = watch::channel(false);
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let ours = Alertmanager::start(&Clock::real(), listener, plan).expect("it listens");
        tokio::spawn(ours.run(stopped));
    });
    (runtime, stop)
}

/// What a program says on both of its outputs, and its exit code.
fn says(program: &Path, args: &[String], folder: &Path) -> (Option<i32>, String) {
    let output = Command::new(program).args(args).current_dir(folder).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn curl_reads_the_status_as_the_documents_print_it() {
    let Some(curl) = crate::daemon::find("curl") else { return };
    let [port] = ports();
    let (_runtime, _stop) = serve(port, Release::V0_33);
    let args = ["-s".to_owned(), format!("http://localhost:{port}/api/v2/status")];
    let (code, said) = says(&curl, &args, Path::new("/"));
    assert_eq!(code, Some(0));
    let status: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(status["cluster"]["status"], "disabled");
    assert_eq!(status["versionInfo"]["version"], "probity's twin of 0.33.1");
}
