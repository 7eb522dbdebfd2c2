//! What is expected, and when it counts as fulfilled: promtool's ways, and ours where promtool has none.

use super::{CONTENT, FINDINGS, INVALID, content, run};

const RULES: &str = "groups:\n- name: g\n  rules:\n  - {alert: High, expr: m > 2}\n";

fn queries(items: &str) -> String {
    format!(
        "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {{series: m, values: '1 2 3 4 1'}}
  promql_expr_test:
{items}"
    )
}

/// Whether one expectation holds.
fn holds(name: &str, item: &str) -> bool {
    let came = run(name, RULES, &queries(&format!("  - {item}\n")), &[]);
    assert!([CONTENT, FINDINGS].contains(&came.code), "{item}: {}", came.stderr);
    came.code == CONTENT
}

#[test]
fn samples_may_be_near_or_within_bounds() {
    for (expected, value) in [
        ("{labels: m, value: 3}", true),
        ("{labels: m, value: 3.0000001}", false),
        ("{labels: m, value: 3.02, tolerance: 0.01}", true),
        ("{labels: m, value: 3.04, tolerance: 0.01}", false),
        ("{labels: m, value: -3, tolerance: 0.01}", false),
        ("{labels: m, at_least: 3}", true),
        ("{labels: m, at_least: 3.1}", false),
        ("{labels: m, at_most: 3}", true),
        ("{labels: m, at_most: 2.9}", false),
        ("{labels: m, at_least: 2, at_most: 4}", true),
        ("{labels: n, value: 3}", false),
    ] {
        let item = format!("{{expr: m, eval_time: 2m, exp_samples: [{expected}]}}");
        assert_eq!(holds("near", &item), value, "{expected}");
    }
}

#[test]
fn what_is_not_a_number_is_within_no_bounds_and_near_itself() {
    for (expected, value) in [
        ("value: .nan", true),
        ("value: .nan, tolerance: 0.1", true),
        ("at_least: 0", false),
        ("value: 0", false),
    ] {
        let item = format!("{{expr: 'm * NaN', eval_time: 2m, exp_samples: [{{{expected}}}]}}");
        assert_eq!(holds("nan", &item), value, "{expected}");
    }
}

#[test]
fn an_expectation_may_hold_from_one_time_to_another() {
    assert!(holds("range", "{expr: m > 1, from: 1m, to: 3m, exp_samples: [{labels: m, at_least: 2}]}"));
    assert!(!holds("range", "{expr: m > 1, from: 0s, to: 3m, exp_samples: [{labels: m, at_least: 2}]}"));
    // Both ends belong to it, and `every` may leave out what would not hold.
    assert!(!holds("range", "{expr: m > 1, from: 1m, to: 4m, exp_samples: [{labels: m, at_least: 2}]}"));
    assert!(holds(
        "range",
        "{expr: m > 1, from: 1m, to: 4m, every: 2m, exp_samples: [{labels: m, at_least: 2}]}"
    ));
}

#[test]
fn a_failure_over_a_time_tells_the_first_times_and_counts_the_rest() {
    let came = run("times", RULES, &queries("  - {expr: m, from: 0s, to: 5m}\n"), &[]);
    assert_eq!(came.code, FINDINGS);
    assert!(came.stdout.contains("m yields nothing from 0s to 5m"), "{}", came.stdout);
    for told in ["at 0s", "at 1m", "at 2m", "and at 3 more times", "! got       m 3", "  expected  nothing"] {
        assert!(came.stdout.contains(told), "{told} in\n{}", came.stdout);
    }
    assert!(!came.stdout.contains("at 3m\n"), "{}", came.stdout);
}

#[test]
fn alerts_may_be_expected_over_a_time_and_in_any_order() {
    let tests = "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: 'm{a=\"1\"}', values: '1 3 3 1'}
  - {series: 'm{a=\"2\"}', values: '1 3 3 1'}
  alert_rule_test:
";
    let item = "  - {alertname: High, from: FROM, to: 2m59s, exp_alerts: [{exp_labels: {a: 2}}, {exp_labels: {a: 1}}]}\n";
    let came = run("alerts", RULES, &format!("{tests}{}", item.replace("FROM", "1m")), &[]);
    assert_eq!(came.code, CONTENT, "{}", came.stdout);
    let came = run("alerts", RULES, &format!("{tests}{}", item.replace("FROM", "0s")), &[]);
    assert_eq!(came.code, FINDINGS);
    for told in ["alert High fires 2 times from 0s", "High at 0s", "no alert fires", "! expected  {a=\"1\""] {
        assert!(came.stdout.contains(told), "{told} in\n{}", came.stdout);
    }
}

#[test]
fn an_alert_has_no_empty_labels_but_may_have_empty_annotations() {
    let rules = "\
groups:
- name: g
  rules:
  - {alert: High, expr: m > 2, labels: {none: ''}, annotations: {empty: ''}}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '3'}
  alert_rule_test:
  - {eval_time: 0s, alertname: High, exp_alerts: [{exp_annotations: {empty: ''}}]}
";
    content("empty", rules, tests);
    for wrong in ["{}", "{exp_annotations: {empty: ''}, exp_labels: {none: ''}}"] {
        let came = run("empty", rules, &tests.replace("{exp_annotations: {empty: ''}}", wrong), &[]);
        assert_eq!(came.code, FINDINGS, "{wrong}");
    }
}

#[test]
fn what_contradicts_itself_is_invalid_and_says_what_is_accepted() {
    for (item, place, message) in [
        (
            "{expr: m, eval_time: 1m, from: 1m, to: 2m}",
            "8:30",
            "either `eval_time` or `from` and `to`, not both",
        ),
        ("{expr: m, from: 1m}", "8:15", "`from` and `to` stand together"),
        ("{expr: m, from: 2m, to: 1m}", "8:15", "`to` is before `from`"),
        ("{expr: m, from: 1m, to: 2m, every: 0s}", "8:15", "`every` must be longer than 0"),
        (
            "{expr: m, exp_samples: [{value: 1, at_least: 1}]}",
            "8:40",
            "either `value` or `at_least` and `at_most`",
        ),
        ("{expr: m, exp_samples: [{at_least: 2, at_most: 1}]}", "8:30", "`at_least` is more than `at_most`"),
        (
            "{expr: m, exp_samples: [{value: 2, tolerance: -1}]}",
            "8:40",
            "`tolerance` must be a share such as 0.01",
        ),
    ] {
        let came = run("contradicts", RULES, &queries(&format!("  - {item}\n")), &[]);
        assert_eq!(came.code, INVALID, "{item}");
        for part in [message, &format!("tests.yml:{place}"), "accepted"] {
            assert!(came.stderr.contains(part), "{item}: {part} in\n{}", came.stderr);
        }
    }
}
