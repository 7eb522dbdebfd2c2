//! What an operator deploys, asked of the programs that read it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::daemon::find;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every file below `folder` for which this holds, sorted.
fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it is readable") {
        let path = entry.expect("it is readable").path();
        if path.is_dir() {
            found.extend(files(&path, wanted));
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What the program says of a file: whether it accepts it, and its words.
fn asks(program: &Path, args: &[&str], file: &Path) -> (bool, String) {
    let output = Command::new(program).args(args).arg(file).output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn deployed() -> Vec<PathBuf> {
    ["aragora", "hive"].iter().flat_map(|system| files(&fixtures().join(system), &|_| true)).collect()
}

fn named(path: &Path, ending: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending))
}

#[test]
fn promtool_accepts_every_rule_file_and_every_configuration() {
    let Some(promtool) = find("promtool") else { return };
    let (mut rules, mut configs) = (0, 0);
    for file in deployed() {
        let args: &[&str] = if named(&file, ".rules.yml") {
            rules += 1;
            &["check", "rules"]
        } else if named(&file, "prometheus.yml") {
            configs += 1;
            &["check", "config"]
        } else {
            continue;
        };
        let (accepted, words) = asks(&promtool, args, &file);
        assert!(accepted, "{}: {words}", file.display());
        assert!(words.contains("SUCCESS"), "{}: {words}", file.display());
    }
    assert!(rules >= 3 && configs >= 2, "{rules} rule files, {configs} configurations");
}

#[test]
fn promtool_counts_the_rules_that_the_documents_have() {
    let Some(promtool) = find("promtool") else { return };
    for (file, alerts) in [("stack", 36), ("runbook", 5)] {
        let path = fixtures().join(format!("aragora/{file}.rules.yml"));
        let (_, words) = asks(&promtool, &["check", "rules"], &path);
        assert!(words.contains(&format!("SUCCESS: {alerts} rules found")), "{words}");
    }
}

#[test]
fn amtool_accepts_every_configuration_of_alertmanager() {
    let Some(amtool) = find("amtool") else { return };
    let configs: Vec<PathBuf> =
        deployed().into_iter().filter(|file| named(file, "alertmanager.yml")).collect();
    assert!(!configs.is_empty(), "there is none");
    for file in configs {
        let (accepted, words) = asks(&amtool, &["check-config"], &file);
        assert!(accepted && words.contains("SUCCESS"), "{}: {words}", file.display());
    }
}
