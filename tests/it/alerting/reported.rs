//! What is reported of tests: coverage, JUnit, exit codes, and which tests are run at all.

use super::{CONTENT, FINDINGS, INVALID, VACUOUS, run};

const RULES: &str = "\
groups:
- name: g
  rules:
  - {record: looked_at, expr: m}
  - {record: unseen, expr: m}
  - {record: silent, expr: nothing}
  - {alert: Fires, expr: m > 1}
  - {alert: Waits, expr: m > 1, for: 1h}
  - {alert: Untested, expr: m > 1}
";

const TESTS: &str = "\
rule_files: [rules.yml]
tests:
- name: one
  interval: 1m
  input_series:
  - {series: m, values: '3'}
  alert_rule_test:
  - {eval_time: 0s, alertname: Fires, exp_alerts: [{}]}
  - {eval_time: 0s, alertname: Waits}
- interval: 1m
  input_series:
  - {series: m, values: '4'}
  promql_expr_test:
  - {expr: looked_at, eval_time: 0s, exp_samples: [{labels: looked_at, value: 4}]}
";

#[test]
fn rules_that_no_test_would_miss_are_named_with_the_reason() {
    let came = run("coverage", RULES, TESTS, &[]);
    assert_eq!(came.code, CONTENT, "{}", came.stdout);
    for line in [
        "not covered rules.yml:5 record unseen: no test looks at what it records",
        "not covered rules.yml:6 record silent: its expression yields nothing in any test",
        "not covered rules.yml:8 alert Waits: it becomes pending, and no test lets it fire",
        "not covered rules.yml:9 alert Untested: no test expects it to fire",
        "rule coverage: 2 of 6",
        "3 expectations in 2 tests of 1 file: all hold",
    ] {
        assert!(came.stdout.contains(line), "{line} in\n{}", came.stdout);
    }
}

#[test]
fn coverage_can_be_required() {
    for (percent, code) in [("0", CONTENT), ("33", CONTENT), ("34", FINDINGS), ("100", FINDINGS)] {
        assert_eq!(run("required", RULES, TESTS, &["--require-coverage", percent]).code, code, "{percent}");
    }
    assert_eq!(run("required", RULES, TESTS, &["--require-coverage", "101"]).code, 2);
}

#[test]
fn only_the_tests_asked_for_are_run() {
    let came = run("asked", RULES, TESTS, &["--run", "^one$"]);
    assert_eq!(came.code, CONTENT);
    assert!(came.stdout.contains("2 expectations in 1 test of 1 file: all hold"), "{}", came.stdout);
    assert!(came.stdout.contains("rule coverage: 1 of 6"), "{}", came.stdout);
    // A test without a name is called by its place; any of several patterns is enough.
    let came = run("asked", RULES, TESTS, &["--run", "nobody", "--run", "test 2"]);
    assert!(came.stdout.contains("1 expectation in 1 test of 1 file: all hold"), "{}", came.stdout);
    assert_eq!(run("asked", RULES, TESTS, &["--run", "nobody"]).code, VACUOUS);
    let came = run("asked", RULES, TESTS, &["--run", "("]);
    assert_eq!(came.code, 2);
    assert!(came.stderr.contains("no regular expression"), "{}", came.stderr);
}

#[test]
fn tests_that_expect_nothing_are_vacuous() {
    let came = run("vacuous", RULES, "rule_files: [rules.yml]\ntests: []\n", &[]);
    assert_eq!(came.code, VACUOUS);
    assert!(came.stdout.contains("nothing was expected"), "{}", came.stdout);
}

#[test]
fn junit_has_a_case_for_each_expectation_and_each_rule() {
    let tests = TESTS.replace("value: 4", "value: 5");
    let came = run("junit", RULES, &tests, &["--format", "junit"]);
    assert_eq!(came.code, FINDINGS);
    let document = roxmltree::Document::parse(&came.stdout).expect("XML");
    let suites: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
    let of = |place: usize| {
        let count = |key| suites[place].attribute(key).unwrap_or("0").to_owned();
        (
            suites[place].attribute("name").unwrap_or_default().to_owned(),
            count("tests"),
            count("failures"),
            count("disabled"),
        )
    };
    assert_eq!(of(0), ("tests.yml".to_owned(), "3".to_owned(), "1".to_owned(), "0".to_owned()));
    assert_eq!(of(1).0, "rule coverage");
    assert_eq!((of(1).1, of(1).2), ("6".to_owned(), "0".to_owned()));
    let skipped = suites[1].descendants().filter(|node| node.has_tag_name("skipped")).count();
    assert_eq!(skipped, 4);
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("one failed");
    let text = failure.text().unwrap_or_default();
    assert!(text.contains("tests.yml:14") && text.contains("! got       looked_at 4"), "{text}");
    let case = failure.parent().expect("a case").attribute("name");
    assert_eq!(case, Some("test 2: looked_at yields one sample at 0s"));
    // No times and nothing left to chance.
    assert_eq!(run("junit", RULES, &tests, &["--format", "junit"]).stdout, came.stdout);
}

/// As in the reports of runs: a file without failures and errors means exit 0, and only that.
#[test]
fn junit_has_an_error_for_whatever_else_is_no_pass() {
    let unreadable = TESTS.replace("values: '3'", "values: '{{schema:1}}'");
    for (tests, args, code, kind, words) in [
        (TESTS, &["--run", "nobody"][..], VACUOUS, "nothing-run", "no expectation"),
        (TESTS, &["--require-coverage", "100"][..], FINDINGS, "uncovered", "2 of 6 rules are covered"),
        (&unreadable, &[][..], INVALID, "unreadable", "tests.yml:6"),
        ("nonsense: 1", &[][..], INVALID, "unreadable", "tests.yml:1"),
    ] {
        let came = run("errors", RULES, tests, &[args, &["--format", "junit"]].concat());
        assert_eq!(came.code, code, "{kind}");
        let document = roxmltree::Document::parse(&came.stdout).expect("XML");
        let error = document.descendants().find(|node| node.has_tag_name("error")).expect(kind);
        assert_eq!(error.attribute("type"), Some(kind));
        assert!(error.text().unwrap_or_default().contains(words), "{kind}: {:?}", error.text());
        let summary = run("errors", RULES, tests, args).stdout;
        let said = if kind == "unreadable" { "in files: their tests were not run" } else { words };
        assert!(summary.contains(said), "{kind}: {summary}");
    }
}

#[test]
fn a_failure_tells_what_was_expected_and_what_came() {
    let tests = TESTS.replace("exp_alerts: [{}]", "exp_alerts: [{exp_labels: {severity: page}}]");
    let came = run("failure", RULES, &tests, &[]);
    assert_eq!(came.code, FINDINGS);
    let expected = "\
FAIL tests.yml:8 (one)
  alert Fires fires at 0s
    Fires at 0s
    ! expected  {alertname=\"Fires\", severity=\"page\"}
    ! got       {alertname=\"Fires\"}
";
    assert!(came.stdout.contains(expected), "{}", came.stdout);
}
