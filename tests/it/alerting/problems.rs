//! Mistakes in files: each with its place, and nothing is run that depends on it.

use std::fs;

use super::{CONTENT, FINDINGS, INVALID, run};
use crate::cli::{folder, probity};

const TESTS: &str = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '3'}
  promql_expr_test:
  - {expr: r, eval_time: 0s, exp_samples: [{labels: r, value: 3}]}
";

#[test]
fn mistakes_in_rules_have_a_line_and_a_column() {
    let rules = "\
groups:
- name: g
  rules:
  - record: r
    expr: sum(m
  - alert: A
    expr: m
    for: soon
  - record: 'r r'
    expr: m
    annotation: {}
";
    let came = run("rules", rules, TESTS, &[]);
    assert_eq!((came.code, came.stdout.contains("in 0 tests")), (INVALID, true), "{}", came.stdout);
    for place in ["rules.yml:5:", "rules.yml:8:10", "rules.yml:11:5"] {
        assert!(came.stderr.contains(place), "{place} in\n{}", came.stderr);
    }
}

#[test]
fn mistakes_in_tests_have_a_line_and_a_column() {
    let rules = "groups: []\n";
    for (wrong, right, place) in [
        ("m{", "series: m,", "tests.yml:5:"),
        ("'3 x'", "values: '3'", "tests.yml:5:"),
        ("exp_sample", "exp_samples", "tests.yml:7:"),
        ("r{", "labels: r,", "tests.yml:7:"),
    ] {
        let key = right.split(' ').next().unwrap_or_default();
        let text = if right.contains(' ') {
            TESTS.replace(
                right,
                &format!(
                    "{key} '{}'{}",
                    wrong.trim_matches('\''),
                    if right.ends_with(',') { "," } else { "" }
                ),
            )
        } else {
            TESTS.replace(right, wrong)
        };
        let came = run("tests", rules, &text, &[]);
        assert_eq!(came.code, INVALID, "{text}\n{}", came.stderr);
        assert!(came.stderr.contains(place), "{wrong}: {place} in\n{}", came.stderr);
    }
}

#[test]
fn an_expression_that_is_none_fails_its_own_expectation_only() {
    let rules = "groups:\n- name: g\n  rules:\n  - {record: r, expr: m}\n";
    let tests = format!("{TESTS}  - {{expr: 'sum(', eval_time: 0s}}\n  - {{expr: 'm[5m]', eval_time: 0s}}\n");
    let came = run("expression", rules, &tests, &[]);
    assert_eq!(came.code, FINDINGS, "{}", came.stderr);
    assert!(came.stdout.contains("3 expectations in 1 test of 1 file: 2 failed"), "{}", came.stdout);
    assert!(
        came.stdout.contains("FAIL tests.yml:8 (test 1)\n  sum( yields nothing at 0s"),
        "{}",
        came.stdout
    );
    assert!(came.stdout.contains("neither a vector nor a number"), "{}", came.stdout);
}

#[test]
fn a_pattern_that_matches_no_file_is_a_warning_and_a_file_that_is_missing_is_usage() {
    let came = run("pattern", "groups: []\n", &TESTS.replace("rules.yml", "rulez-*.yml"), &[]);
    assert_eq!(came.code, FINDINGS);
    assert!(came.stderr.contains("warning: tests.yml:1: no file matches rulez-*.yml"), "{}", came.stderr);
    let folder = folder("alerting-missing");
    let (code, _, stderr) = probity(&folder, &["test", "rules", "nowhere.yml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("nowhere.yml: "), "{stderr}");
}

#[test]
fn rules_may_stand_in_manifests() {
    let manifest = "\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: some}
spec:
  groups:
  - name: g
    rules:
    - record: r
      expr: m
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: more}
spec:
  groups:
  - name: g
    rules:
    - {alert: A, expr: r > 2, for: 0s}
";
    let tests = format!(
        "{}  alert_rule_test:\n  - {{eval_time: 0s, alertname: A, exp_alerts: [{{}}]}}\n",
        TESTS.replace("tests:\n", "group_eval_order: [g]\ntests:\n")
    );
    let came = run("manifest", manifest, &tests, &["--require-coverage", "100"]);
    assert_eq!((came.code, came.stderr.as_str()), (CONTENT, ""), "{}", came.stdout);
    assert!(came.stdout.contains("rule coverage: 2 of 2"), "{}", came.stdout);
    let came = run("manifest", &manifest.replace("r > 2", "r >"), &tests, &[]);
    assert_eq!(came.code, INVALID);
    assert!(came.stderr.contains("rules.yml:18:"), "{}", came.stderr);
}

#[test]
fn what_only_one_generation_takes_is_said_of_the_other() {
    let rules = "groups:\n- name: g\n  query_offset: 0s\n  rules:\n  - {record: r, expr: m}\n";
    assert_eq!(run("generation", rules, TESTS, &["--promql", "3"]).code, CONTENT);
    let came = run("generation", rules, TESTS, &["--promql", "2"]);
    assert_eq!(came.code, INVALID);
    assert!(came.stderr.contains("rules.yml:3:3"), "{}", came.stderr);
    let folder = folder("alerting-bytes");
    fs::write(folder.join("tests.yml"), b"tests: \xff\n").expect("written");
    let (code, _, stderr) = probity(&folder, &["test", "rules", "tests.yml"]);
    assert_eq!(code, INVALID);
    assert!(stderr.contains("not UTF-8 after byte 7"), "{stderr}");
}
