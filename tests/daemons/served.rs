//! `probity serve stack` as a process of its own, asked by the tools of others as the documents print it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::daemon::{find, folder, get, pause, ports};
use crate::engines::Generation;

/// What the documents print, less its `curl` and its ports; `jq '.data.activeTargets'` is a person's.
const PRINTED: [(&[&str], &str, &str); 5] = [
    (&[], "http://localhost:9090/api/v1/targets", "\"activeTargets\":[{"),
    (&[], "http://localhost:9090/api/v1/rules", "\"name\":\"AragoraDown\""),
    (&[], "http://localhost:9093/api/v2/status", "\"config\":{\"original\":"),
    (&["-s"], "http://localhost:9090/api/v1/targets", "\"scrapePool\":\"aragora\""),
    (&[], "http://localhost:9090/api/v1/status/tsdb", "\"headStats\":{\"numSeries\":"),
];

/// The document prints this too; no release of Prometheus has it.
const COMPACT: [&str; 3] = ["-X", "POST", "http://localhost:9090/api/v1/admin/tsdb/compact"];

/// The most looks, a fifth of a second apart.
const MOST_LOOKS: u32 = 50;

struct Served {
    child: Child,
    folder: PathBuf,
    prometheus: u16,
    alertmanager: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that ended already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(name: &str, files: &Path) -> Served {
        let folder = folder(name);
        let [prometheus, alertmanager] = ports();
        let file = |name: &str| fs::File::create(folder.join(name)).expect("a file can be written");
        let child = Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(["serve", "stack", "--prometheus"])
            .arg(files.join("prometheus.yml"))
            .arg("--alertmanager")
            .arg(files.join("alertmanager.yml"))
            .args(["--prometheus-port", &prometheus.to_string()])
            .args(["--alertmanager-port", &alertmanager.to_string()])
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .expect("it starts");
        let mut served = Served { child, folder, prometheus, alertmanager };
        served.until("Ctrl-C stops it");
        served
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.join("stdout")).expect("it is readable")
    }

    /// Waits until it has said something.
    fn until(&mut self, wanted: &str) {
        for _ in 0..MOST_LOOKS {
            if self.said().contains(wanted) {
                return;
            }
            let ended = self.child.try_wait().expect("it can be asked");
            let stderr = fs::read_to_string(self.folder.join("stderr")).expect("it is readable");
            assert!(ended.is_none(), "it ended with {ended:?}: {stderr}");
            pause();
        }
        panic!("it never said {wanted:?}: {}", self.said());
    }

    fn here(&self, url: &str) -> String {
        let url = url.replace("localhost:9090", &format!("127.0.0.1:{}", self.prometheus));
        url.replace("localhost:9093", &format!("127.0.0.1:{}", self.alertmanager))
    }

    /// Its exit code after an interruption.
    fn interrupt(mut self) -> Option<i32> {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
        self.child.wait().expect("it ends").code()
    }
}

fn output(program: &Path, args: &[String]) -> (bool, String) {
    let output = Command::new(program).args(args).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn aragora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/aragora")
}

#[test]
fn the_documents_commands_are_answered_and_an_interruption_ends_it_well() {
    let served = Served::start("served-documents", &aragora());
    if let Some(curl) = find("curl") {
        for (flags, url, wanted) in PRINTED {
            let args: Vec<String> =
                flags.iter().map(|flag| (*flag).to_owned()).chain([served.here(url)]).collect();
            let (well, text) = output(&curl, &args);
            assert!(well && text.contains(wanted), "{args:?}: {text}");
        }
        let (well, text) = output(&curl, &COMPACT.map(|arg| served.here(arg)));
        assert!(well && text.contains("404 page not found"), "{text}");
    }
    for (port, path) in [(served.prometheus, "/-/healthy"), (served.alertmanager, "/-/ready")] {
        let reply = get(port, path);
        assert!(reply.starts_with("HTTP/1.0 200") || reply.starts_with("HTTP/1.1 200"), "{reply}");
    }
    let said = served.said();
    assert!(said.starts_with("the embedded stack listens\n  prometheus    http://127.0.0.1:"), "{said}");
    assert_eq!(served.interrupt(), Some(0));
}

const PROMETHEUS: &str = "
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ['alertmanager:9093']}]}]}
scrape_configs: [{job_name: gone, static_configs: [{targets: ['127.0.0.1:1']}]}]
";

const RULES: &str = "
groups: [{name: g, rules: [{alert: Down, expr: up == 0, labels: {severity: page}}]}]
";

const ALERTMANAGER: &str = "
route: {receiver: ops, group_wait: 1s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: ops, webhook_configs: [{url: 'http://elsewhere.invalid/hook'}]}]
";

#[test]
fn an_alert_reaches_amtool_and_whoever_looks_at_the_terminal() {
    let files = folder("served-files");
    for (name, text) in
        [("prometheus.yml", PROMETHEUS), ("rules.yml", RULES), ("alertmanager.yml", ALERTMANAGER)]
    {
        fs::write(files.join(name), text).expect("a file can be written");
    }
    let mut served = Served::start("served-alert", &files);
    served.until("told ops (webhook): 1 firing Down\n");
    for generation in [Generation::V2, Generation::V3] {
        let Some(amtool) = generation.find("amtool") else { continue };
        let url = format!("--alertmanager.url=http://127.0.0.1:{}", served.alertmanager);
        let (well, text) = output(&amtool, &[&url, "alert", "query"].map(str::to_owned));
        assert!(well && text.contains("Down") && text.contains("active"), "{generation:?}: {text}");
    }
    assert_eq!(served.interrupt(), Some(0));
}
