//! Whole loads: scenario, server, thresholds, report and record.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use probity::observe::{Reason, Record, Threshold, Traffic};
use probity::report::{Style, github, json, junit, markdown, terminal};
use probity::run::{ExitStatus, Listener, Options, Outcome, Time, judge, load};
use probity::scenario::{self, Model, Scenario};
use probity::server::Defect;
use tokio::sync::watch;

use crate::stage::ONE_AT_A_TIME;

fn scenario(path: &Path) -> Scenario {
    scenario::load(path, &|path| fs::read_to_string(path)).expect("the scenario is valid")
}

fn release() -> Scenario {
    scenario(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/release.yaml"))
}

/// The same scenario for so many seconds, in its last phase.
fn brief(mut scenario: Scenario, seconds: u64) -> Scenario {
    scenario.phases.drain(..scenario.phases.len() - 1);
    scenario.phases[0].load.lasts = Duration::from_secs(seconds);
    scenario
}

fn outcome(scenario: &Scenario, defects: &[Defect]) -> Outcome {
    let listener: Listener = Arc::new(|_| {});
    let options = Options {
        seed: None,
        defects: defects.to_vec(),
        time: Time::Real,
        attach: None,
        traffic: Traffic::Exclusive,
    };
    let (_sender, stop) = watch::channel(false);
    let _one = ONE_AT_A_TIME.lock();
    load(scenario, &options, &listener, &stop).expect("the load comes to an outcome")
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("load").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an earlier run's leftovers can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

#[test]
fn every_shipped_load_passes_on_the_reference_server_and_its_record_says_the_same() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut loads = 0;
    for entry in fs::read_dir(shipped).expect("scenarios are shipped") {
        let path = entry.expect("a readable folder").path();
        let (scenario, _) = scenario(&path).part(Model::Closed);
        if !scenario.has(Model::Closed) {
            continue;
        }
        loads += 1;
        let live = outcome(&brief(scenario, 5), &[]);
        assert_eq!(live.status, ExitStatus::Conformant, "{}", terminal(&live, Style::default()));
        assert!(live.thresholds.iter().all(|line| line.verdict.kept));
        let folder = folder(&live.record.observations.plan.scenario);
        live.record.write(&folder).expect("the record is written");
        let record = Record::read(&folder).expect("the record is read");
        assert_eq!(record, live.record);
        let again = judge(record);
        assert_eq!(json(&again), json(&live));
        assert_eq!(terminal(&again, Style::default()), terminal(&live, Style::default()));
    }
    assert!(loads >= 1);
}

#[test]
fn a_slowed_server_misses_the_threshold_by_name() {
    let mut slow = brief(release(), 8);
    slow.server_latency = Duration::from_millis(600);
    // Nobody here can promise how much a second of so slow a server exercises: the thresholds are what is tested.
    slow.scope.retain(|glob| glob.matches("conserve.requests"));
    let outcome = outcome(&slow, &[]);
    let text = terminal(&outcome, Style::default());
    assert_eq!(outcome.status, ExitStatus::TargetMissed, "{text}");
    assert!(text.contains("threshold MISSED p99 < 500ms for POST /api/debates: observed "), "{text}");
    assert!(text.contains("threshold kept   errors < 0.1%"), "{text}");
    assert!(text.contains("service time") && text.contains("goose counted"), "{text}");
    assert!(json(&outcome).contains("\"exit_code\": 5"));
    let missed = "threshold missed: p99 < 500ms for POST /api/debates: observed ";
    // Each format escapes the rest in its own way.
    let markdown = markdown(&outcome);
    assert!(markdown.contains("threshold missed") && markdown.contains("observed "), "{markdown}");
    assert!(github(&outcome, &BTreeMap::new()).contains(missed));
    let junit = junit(&outcome);
    assert!(
        junit.contains(&missed.replace('<', "&lt;")) && junit.contains("threshold errors &lt; 0.1%"),
        "{junit}"
    );
}

#[test]
fn findings_win_over_a_missed_threshold_and_what_was_never_measured_is_missed() {
    let mut scenario = brief(release(), 3);
    let never = "p99 < 1s for GET /nowhere".parse::<Threshold>().expect("a threshold");
    scenario.thresholds = vec![never];
    scenario.scope.retain(|glob| glob.matches("conserve.requests"));
    let missed = outcome(&scenario, &[]);
    assert_eq!(missed.status, ExitStatus::TargetMissed);
    let lines: Vec<_> = missed.thresholds.iter().map(|line| (line.default, line.verdict.kept)).collect();
    assert_eq!(lines, [(false, false), (true, true)], "the default about errors is added");
    let found = outcome(&scenario, &[Defect::RequestsCountedTwice]);
    assert_eq!(found.status, ExitStatus::Findings);
}

#[test]
fn a_generator_that_counts_otherwise_makes_the_run_invalid() {
    let mut record = outcome(&brief(release(), 1), &[]).record;
    let note = record.observations.legs[0].start.load.as_mut().expect("a load");
    note.counts[0].requests += 1;
    let folder = folder("disagreement");
    record.write(&folder).expect("the record is written");
    let outcome = judge(Record::read(&folder).expect("the record is read"));
    assert_eq!(outcome.status, ExitStatus::RunInvalid);
    assert!(matches!(outcome.reasons(), [Reason::Disagreement(_)]), "{:?}", outcome.reasons());
    let text = terminal(&outcome, Style::default());
    assert!(text.contains("the ledger does not agree") && text.contains("the generator counted"), "{text}");
}

/// A process of ours that does not outlive its test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn control_c_ends_a_load_with_its_report_and_nothing_of_gooses_is_printed() {
    let folder = folder("interrupt");
    let _one = ONE_AT_A_TIME.lock();
    let child = Command::new(env!("CARGO_BIN_EXE_probity"))
        // None of these is an argument that goose knows.
        .args(["load", concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/release.yaml"), "--format", "json"])
        .args(["--out", "there", "--seed", "5"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut child = Child(child);
    let mut stderr = BufReader::new(child.0.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("4 users: ") {
        line.clear();
        assert!(stderr.read_line(&mut line).expect("readable") > 0, "it ended without progress");
        assert!(line.starts_with("release: ") || line.starts_with("  "), "whose line is this? {line}");
    }
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.0.id())]).status();
    assert!(sent.expect("a shell is there").success());
    // Read before it is waited for: whoever writes into a full pipe never ends.
    let rest = std::thread::spawn(move || stderr.read_to_string(&mut String::new()));
    let mut stdout = String::new();
    child.0.stdout.take().expect("piped").read_to_string(&mut stdout).expect("readable");
    let status = child.0.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    rest.join().expect("it does not panic").expect("readable");
    let report: serde_json::Value = serde_json::from_str(&stdout).expect("nothing but the report is printed");
    assert_eq!(report["exit_code"], 130);
    assert_eq!(report["load"]["reconciliation"]["disagreements"], serde_json::json!([]));
    assert_eq!(fs::read_to_string(folder.join("there/release/report.json")).expect("written"), stdout);
}

/// The README's own command, as it stands there.
#[test]
fn the_readmes_load_passes_on_the_reference_server() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("it is shipped");
    let mut commands = readme.lines().filter_map(|line| line.strip_prefix("$ cargo run -- "));
    let command = commands.find(|command| command.starts_with("load ")).expect("the README shows it");
    let folder = folder("readme");
    for part in ["scenarios", "fixtures"] {
        std::os::unix::fs::symlink(root.join(part), folder.join(part)).expect("a link can be made");
    }
    let _one = ONE_AT_A_TIME.lock();
    let mut probity = Command::new(env!("CARGO_BIN_EXE_probity"));
    let output = probity.args(command.split_whitespace()).current_dir(&folder).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{stderr}");
    assert!(stdout.contains("threshold kept   p99 < 500ms for POST /api/debates"), "{stdout}");
    assert!(stderr.contains(" users: "), "it tells how far it is\n{stderr}");
}

/// A server that somebody else started, and slowed.
#[test]
fn a_slowed_target_of_ones_own_misses_the_threshold_by_name() {
    let folder = folder("target");
    let _one = ONE_AT_A_TIME.lock();
    let serve = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["serve", "aragora", "--api-port", "0", "--latency", "900ms"])
        .env("METRICS_PORT", "0")
        .env("OTEL_ENABLED", "false")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut serve = Child(serve);
    let mut lines = BufReader::new(serve.0.stdout.take().expect("piped")).lines();
    let mut address = |what: &str| {
        let line = lines.find_map(|line| line.ok().filter(|line| line.trim_start().starts_with(what)));
        line.expect("it says where it listens").split_whitespace().last().expect("a URL").to_owned()
    };
    let (api, metrics) = (address("api "), address("metrics "));
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contracts/aragora/guide.yaml");
    let scenario = format!(
        "scenario: slowed\ncontracts: [{}]\nscope: [conserve.requests]\ntarget: {{url: \"{api}\"}}\npersonas:\n  \
         - {{persona: reader}}\nphases:\n  - {{name: all, for: 6s, load: {{users: 4}}}}\nthresholds: [p99 < 500ms for \
         GET /api/debates]\n",
        guide.display()
    );
    fs::write(folder.join("slowed.yaml"), scenario).expect("it can be written");
    let mut probity = Command::new(env!("CARGO_BIN_EXE_probity"));
    probity.args(["load", "slowed.yaml", "--metrics", &metrics]).current_dir(&folder);
    let output = probity.output().expect("it starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(5), "{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("threshold MISSED p99 < 500ms for GET /api/debates: observed "), "{stdout}");
}
