//! The command line from outside: exit codes, messages, interruption.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;
use probity::cli::{World, main};
use tokio::sync::watch;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).expect("output is text")
    }
}

/// What a command came to: exit code, stdout, stderr.
pub(crate) fn probity(directory: &Path, args: &[&str]) -> (u8, String, String) {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let (_sender, interrupt) = watch::channel(false);
    let mut world = World {
        args: std::iter::once("probity").chain(args.iter().copied()).map(Into::into).collect(),
        env: BTreeMap::new(),
        stdout: Box::new(stdout.clone()),
        stderr: Box::new(stderr.clone()),
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        directory: directory.to_owned(),
        interrupt,
    };
    let code = main(&mut world);
    (code, stdout.text(), stderr.text())
}

/// An empty folder of this test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an earlier run's leftovers can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

pub(crate) fn shipped(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string()
}

#[test]
fn every_mistake_of_a_scenario_is_one_message_with_its_place_in_one_run() {
    let folder = folder("mistakes");
    let text = "\
scenario: broken
contracts:
  - nowhere/contract.yaml
scope: [\"*\"]
target: {server: aragora}
personas:
  - {persona: debatter}
  - {persona: reader, wieght: 2}
phases:
  - {name: steady, for: 40 seconds, load: {rate: 2/s}}
  - {name: steady2, for: 5s, load: {rate: fast}}
faults:
  - {fault: explode, share: 0.5}
  - {fault: timeout, share: 1.5, provider: nobody, during: never}
";
    fs::write(folder.join("broken.yaml"), text).expect("the scenario is written");
    let (code, stdout, stderr) = probity(&folder, &["run", "broken.yaml"]);
    assert_eq!(code, 6, "{stderr}");
    assert_eq!(stdout, "");
    for expected in [
        ("broken.yaml:3:5", "contract `nowhere/contract.yaml` cannot be read"),
        ("broken.yaml:7:15", "debater, reader, clumsy, prober, watcher"),
        ("broken.yaml:8:23", "unknown key `wieght`; did you mean `weight`?"),
        ("broken.yaml:10:25", "`40 seconds` is not a duration"),
        ("broken.yaml:11:43", "`fast` is not a rate"),
        ("broken.yaml:13:13", "timeout, rate-limited, server-error, malformed"),
        ("broken.yaml:14:29", "share 1.5 is out of range"),
        ("broken.yaml:14:44", "anthropic-api, openai-api, mistral-api"),
        ("broken.yaml:14:60", "no phase is named `never`"),
    ] {
        assert_eq!(stderr.matches(expected.0).count(), 1, "{} once in\n{stderr}", expected.0);
        assert!(stderr.contains(expected.1), "{} in\n{stderr}", expected.1);
    }
    assert!(!folder.join("reports").exists(), "nothing was run");
}

#[test]
fn a_scenario_that_is_not_there_or_no_yaml_is_invalid() {
    let folder = folder("absent");
    fs::write(folder.join("torn.yaml"), "scenario: [unclosed\n").expect("written");
    let (code, _, stderr) = probity(&folder, &["run", "none.yaml", "torn.yaml"]);
    assert_eq!(code, 6);
    assert!(stderr.contains("none.yaml") && stderr.contains("cannot be read"), "{stderr}");
    assert!(stderr.contains("torn.yaml:"), "{stderr}");
}

#[test]
fn usage_errors_say_what_is_accepted() {
    let folder = folder("usage");
    let (code, _, stderr) = probity(&folder, &["run", "x.yaml", "--defect", "gremlins"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("requests-counted-twice") && stderr.contains("latency-before-work"), "{stderr}");
    let (code, _, stderr) = probity(&folder, &["judge", "nowhere"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("nowhere") && stderr.contains("probity run"), "{stderr}");
    let (code, _, stderr) = probity(&folder, &["explain", "metrics/misssing"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean `metrics/missing`?"), "{stderr}");
}

#[test]
fn help_shows_the_main_commands_first_and_names_the_others() {
    let (code, stdout, _) = probity(&folder("help"), &["--help"]);
    assert_eq!(code, 0);
    for command in ["  run ", "  judge ", "  serve "] {
        assert!(stdout.contains(command), "{stdout}");
    }
    assert!(!stdout.contains("  explain "), "{stdout}");
    assert!(stdout.contains("Also: test rules, query, list, explain, schema"), "{stdout}");
}

#[test]
fn lists_and_explanations_cover_everything() {
    let folder = folder("catalogue");
    for what in ["checks", "defects", "personas"] {
        let (code, stdout, _) = probity(&folder, &["list", what]);
        assert_eq!(code, 0);
        assert!(stdout.lines().count() >= 5, "{stdout}");
        for line in stdout.lines() {
            let id = line.split_whitespace().next().expect("an id first");
            let (code, text, _) = probity(&folder, &["explain", id]);
            assert_eq!(code, 0, "{id}");
            assert!(text.contains(id), "{text}");
        }
    }
    let contract = shipped("fixtures/contracts/aragora/guide.yaml");
    let (code, stdout, _) = probity(&folder, &["list", "clauses", &contract]);
    assert_eq!(code, 0);
    assert_eq!(stdout.lines().count(), 83);
    for of in ["scenario", "contract", "report"] {
        let (code, stdout, _) = probity(&folder, &["schema", of]);
        assert_eq!(code, 0);
        serde_json::from_str::<serde_json::Value>(&stdout).expect("a schema is JSON");
    }
}

#[test]
fn a_run_writes_record_and_report_and_judging_it_prints_the_same() {
    let folder = folder("judge");
    let smoke = shipped("scenarios/smoke.yaml");
    let (code, stdout, stderr) = probity(&folder, &["run", &smoke, "--format", "json"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert_eq!(stdout, fs::read_to_string(folder.join("reports/smoke/report.json")).expect("it is written"));
    let (code, again, _) = probity(&folder, &["judge", "reports/smoke/record", "--format", "json"]);
    assert_eq!((code, again), (0, stdout));
    assert!(stderr.contains("phase steady"), "progress is shown: {stderr}");
}

#[test]
fn colour_is_for_terminals_without_no_color_only() {
    let run = |terminal: bool, env: &[(&str, &str)]| {
        let stdout = Captured::default();
        let (_sender, interrupt) = watch::channel(false);
        let mut world = World {
            args: ["probity", "run", &shipped("scenarios/smoke.yaml")].map(Into::into).to_vec(),
            env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(std::io::sink()),
            stdout_is_terminal: terminal,
            stderr_is_terminal: terminal,
            directory: folder(&format!("colour-{terminal}-{}", env.len())),
            interrupt,
        };
        assert_eq!(main(&mut world), 0);
        stdout.text().contains('\u{1b}')
    };
    assert!(run(true, &[]));
    assert!(!run(true, &[("NO_COLOR", "1")]));
    assert!(!run(false, &[]));
}

#[test]
fn the_processs_environment_does_not_reach_the_judged_server() {
    let folder = folder("hostile");
    let run = |out: &str, env: &[(&str, &str)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(["run", &shipped("scenarios/smoke.yaml"), "--format", "json", "--out", out])
            .envs(env.iter().copied())
            .current_dir(&folder)
            .output()
            .expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let hostile = [
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "grpc-timeout=1n"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "grpc-timeout=1n"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1"),
        ("OTEL_TRACES_SAMPLER", "always_off"),
        ("OTEL_SERVICE_NAME", "intruder"),
        ("OTEL_SAMPLE_RATE", "0"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        // A machine without certificates of authorities.
        ("SSL_CERT_FILE", "/nowhere"),
        ("SSL_CERT_DIR", "/nowhere"),
    ];
    let plain = run("plain", &[]);
    assert_eq!(plain.0, Some(0));
    assert_eq!(run("hostile", &hostile), plain);
}

#[test]
fn a_folder_that_is_no_report_is_left_alone() {
    let folder = folder("precious");
    fs::create_dir_all(folder.join("reports/smoke")).expect("a folder can be made");
    fs::write(folder.join("reports/smoke/thesis.txt"), "years of work").expect("written");
    let (code, _, stderr) = probity(&folder, &["run", &shipped("scenarios/smoke.yaml")]);
    assert_eq!(code, 7);
    assert!(stderr.contains("something that is no report"), "{stderr}");
    assert!(folder.join("reports/smoke/thesis.txt").exists());
    let (code, _, _) = probity(&folder, &["run", &shipped("scenarios/smoke.yaml"), "--out", "elsewhere"]);
    assert_eq!(code, 0);
    let (code, _, _) = probity(&folder, &["run", &shipped("scenarios/smoke.yaml"), "--out", "elsewhere"]);
    assert_eq!(code, 0, "a report may be replaced");
    let left: Vec<_> = fs::read_dir(folder.join("elsewhere")).expect("readable").collect();
    assert_eq!(left.len(), 1, "nothing is left beside it: {left:?}");
}

#[test]
fn a_variable_that_the_server_does_not_read_is_a_mistake_with_its_place() {
    let folder = folder("variables");
    let smoke = fs::read_to_string(shipped("scenarios/smoke.yaml")).expect("shipped");
    let contract = shipped("fixtures/contracts/aragora/guide.yaml");
    let text = smoke
        .replace("../fixtures/contracts/aragora/guide.yaml", &contract)
        .replace("OTEL_SAMPLE_RATE: \"0.25\"", "OTEL_SAMPLE_RATE: 25%\n    OTEL_SAMPLE_RATIO: \"0.25\"");
    fs::write(folder.join("typo.yaml"), text).expect("written");
    let (code, _, stderr) = probity(&folder, &["run", "typo.yaml", "typo.yaml"]);
    assert_eq!(code, 6, "{stderr}");
    for expected in ["OTEL_SAMPLE_RATE is `25%`", "no variable `OTEL_SAMPLE_RATIO`", "is named `smoke` too"] {
        assert!(stderr.contains(expected), "{expected} in\n{stderr}");
    }
}

/// A process of ours that does not outlive its test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn interrupt(child: &Child) {
    // The standard library can only kill; a person's Ctrl-C is SIGINT.
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.0.id())]).status();
    assert!(sent.expect("a shell is there").success());
}

#[test]
fn control_c_ends_a_run_with_its_report_and_exit_130() {
    let folder = folder("interrupt");
    let child = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", &shipped("scenarios/smoke.yaml"), "--clock", "real"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut child = Child(child);
    let mut stderr = BufReader::new(child.0.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("phase steady") {
        line.clear();
        assert!(stderr.read_line(&mut line).expect("readable") > 0, "it ended before its first phase");
    }
    interrupt(&child);
    let status = child.0.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    let mut stdout = String::new();
    child.0.stdout.take().expect("piped").read_to_string(&mut stdout).expect("readable");
    assert!(stdout.contains("interrupted"), "{stdout}");
    let report = fs::read_to_string(folder.join("reports/smoke/report.json")).expect("the report is written");
    assert!(report.contains("\"exit_code\": 130"), "{report}");
    assert!(folder.join("reports/smoke/record/record.json").exists());
}

#[test]
fn a_short_run_in_real_time_gives_the_same_verdicts() {
    let folder = folder("real");
    let text = format!(
        "scenario: brief\n\
         contracts: [{}]\n\
         scope: [conserve.requests, metric.requests-total, closed-world, span.http-*]\n\
         target: {{server: aragora, env: {{OTEL_SAMPLE_RATE: \"0.5\"}}}}\n\
         personas: [{{persona: reader, weight: 2}}, {{persona: clumsy}}, {{persona: prober}}]\n\
         phases: [{{name: brief, for: 2s, load: {{rate: 20/s}}}}]\n\
         scrape_interval: 500ms\n",
        shipped("fixtures/contracts/aragora/guide.yaml")
    );
    fs::write(folder.join("brief.yaml"), text).expect("written");
    let mut verdicts = Vec::new();
    for clock in ["real", "lock-step"] {
        let args = ["run", "brief.yaml", "--clock", clock, "--format", "json"];
        let (code, stdout, stderr) = probity(&folder, &args);
        assert_eq!(code, 0, "{clock}: {stdout}{stderr}");
        let report: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        let lines = report["judgements"].as_array().expect("a list").clone();
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line["clause"].clone(), line["check"].clone(), line["verdict"].clone()))
            .collect();
        assert!(report["totals"]["requests"].as_u64() > Some(70), "{}", report["totals"]);
        verdicts.push(told);
    }
    assert_eq!(verdicts[0], verdicts[1]);
}
