//! The README is true: every command in it is run, and what it shows is what comes out.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README is shipped")
}

/// The lines of all fenced blocks of one language, block by block.
fn blocks(language: &str) -> Vec<Vec<String>> {
    let text = readme();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{language}") {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect());
        }
    }
    blocks
}

fn commands() -> Vec<String> {
    blocks("console")
        .into_iter()
        .flatten()
        .filter_map(|line| Some(line.strip_prefix("$ ")?.to_owned()))
        .collect()
}

/// A folder that looks like a clone, so that reports land in it and not in the one that is worked in.
fn clone(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an earlier run's leftovers can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder can be made");
    for part in ["scenarios", "fixtures"] {
        std::os::unix::fs::symlink(root().join(part), folder.join(part)).expect("a link can be made");
    }
    folder
}

/// Runs what stands behind `cargo run --` with the binary that cargo has just built. Quotes stand around whole words.
fn run(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(arguments.split_whitespace().map(|word| word.trim_matches('\'')))
        .current_dir(folder)
        .output()
        .expect("it starts")
}

/// What commands contain that need another process, or real time. `tests/daemons` and `tests/load.rs` run them, as
/// they stand here.
const IN_REAL_TIME: [&str; 5] = ["init ", "prometheus.yaml", "--providers http", "--target http", "load "];

#[test]
fn every_command_is_run_and_exits_as_stated() {
    let folder = clone("all");
    let mut seen = 0;
    for command in commands() {
        let Some(arguments) = command.strip_prefix("cargo run -- ") else {
            // This very test runs inside the first of these; CI runs both.
            assert!(["cargo test", "cargo test conformance"].contains(&command.as_str()), "{command}");
            continue;
        };
        // What needs somebody else's server is run by tests/daemons, in real time.
        if IN_REAL_TIME.iter().any(|words| arguments.contains(words)) {
            continue;
        }
        if arguments.starts_with("serve") {
            serve(&folder, arguments);
        } else {
            let output = run(&folder, arguments);
            let is_convicted = arguments.contains("--defect") || arguments == "lint fixtures/documents";
            let expected = if is_convicted { 3 } else { 0 };
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(expected), "{command}\n{stderr}");
            assert!(!output.stdout.is_empty(), "{command} prints something");
        }
        seen += 1;
    }
    assert!(seen >= 9, "only {seen} commands were found");
    let ci = fs::read_to_string(root().join(".ci/run")).expect("CI is shipped");
    assert!(ci.contains("\ncargo run -- run scenarios/smoke.yaml\n") && ci.contains("\ncargo test\n"));
}

/// The server listens until it is interrupted. The README's ports may be taken on this machine: any free ones do.
fn serve(folder: &Path, arguments: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(arguments.split_whitespace())
        .args(if arguments.starts_with("serve stack") {
            ["--prometheus-port", "0", "--alertmanager-port", "0"].as_slice()
        } else {
            ["--api-port", "0"].as_slice()
        })
        .env("METRICS_PORT", "0")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut printed = Vec::new();
    while !printed.iter().any(|line: &String| line.contains("Ctrl-C")) {
        match lines.next() {
            Some(Ok(line)) => printed.push(line),
            _ => break,
        }
    }
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(sent.expect("a shell is there").success());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "{printed:?}");
    let said = ["  metrics ", "  prometheus "];
    let listens =
        |line: &String| said.iter().any(|said| line.starts_with(said)) && line.contains(" http://127.0.0.1:");
    assert!(printed.iter().any(listens), "{printed:?}");
}

#[test]
fn what_the_readme_shows_is_what_comes_out() {
    let folder = clone("shown");
    let shown = blocks("text");
    assert_eq!(shown.len(), 6);
    let runs = [
        "run scenarios/smoke.yaml",
        "run scenarios/smoke.yaml --defect requests-counted-twice",
        "lint fixtures/documents",
        "test rules fixtures/units/burn-rate.test.yml",
        "test rules fixtures/units/notifications.test.yml",
        "run scenarios/alerts.yaml",
    ];
    for (block, arguments) in shown.iter().zip(runs) {
        assert!(commands().contains(&format!("cargo run -- {arguments}")));
        let output = run(&folder, arguments);
        let printed = String::from_utf8(output.stdout).expect("output is text");
        for line in block.iter().filter(|line| *line != "...") {
            assert!(printed.lines().any(|is| is.starts_with(line.as_str())), "`{line}` is not in\n{printed}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let text = readme();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local: Vec<&str> = targets.filter(|target| !target.starts_with("http")).collect();
    assert!(local.len() >= 4);
    for target in local {
        assert!(root().join(target).exists(), "{target}");
    }
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    use probity::run::ExitStatus::{
        Bug, Conformant, Findings, Interrupted, Invalid, RunInvalid, StackFailed, TargetMissed, Usage,
        Vacuous,
    };
    let all = [
        Conformant,
        Bug,
        Usage,
        Findings,
        Vacuous,
        TargetMissed,
        Invalid,
        StackFailed,
        RunInvalid,
        Interrupted,
    ];
    let text = readme();
    for status in all {
        assert!(
            text.contains(&format!("| {} | ", status.code())),
            "exit code {} is not explained",
            status.code()
        );
    }
}
