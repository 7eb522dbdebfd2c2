//! Rules over time and their unit tests, through `probity test rules`. What stands in these files as expected is what
//! promtool expects too, unless a test says otherwise.

mod expected;
mod life;
mod notifications;
mod order;
mod problems;
mod reported;
mod shared;

use std::fs;

use crate::cli::{folder, probity};

/// Exit codes.
const CONTENT: u8 = 0;
const FINDINGS: u8 = 3;
const VACUOUS: u8 = 4;
const INVALID: u8 = 6;

/// What came of a command.
#[derive(Debug)]
struct Came {
    code: u8,
    stdout: String,
    stderr: String,
}

/// Runs a file of tests, `tests.yml`, about one of rules, `rules.yml`, with more arguments.
fn run(name: &str, rules: &str, tests: &str, more: &[&str]) -> Came {
    let folder = folder(&format!("alerting-{name}"));
    fs::write(folder.join("rules.yml"), rules).expect("the rules are written");
    fs::write(folder.join("tests.yml"), tests).expect("the tests are written");
    let (code, stdout, stderr) = probity(&folder, &[&["test", "rules", "tests.yml"], more].concat());
    Came { code, stdout, stderr }
}

/// Both dialects must be content with what the tests expect.
fn content(name: &str, rules: &str, tests: &str) {
    for dialect in ["2", "3"] {
        let came = run(name, rules, tests, &["--promql", dialect]);
        assert_eq!((came.code, came.stderr.as_str()), (CONTENT, ""), "PromQL {dialect}: {}", came.stdout);
    }
}
