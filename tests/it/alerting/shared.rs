//! Tests that share input share what is evaluated, and nothing else.

use std::fmt::Write as _;
use std::fs;

use super::{CONTENT, content};
use crate::cli::{folder, probity};

const RULES: &str = "\
groups:
- name: g
  rules:
  - {record: double, expr: m * 2}
  - {record: sum, expr: sum(double)}
  - alert: High
    expr: sum > 5
    annotations: {from: '{{ $externalLabels.cluster }} {{ $value }}'}
";

/// One test with its input, expecting what comes of it.
fn test(values: [i64; 2], interval: &str, cluster: &str) -> String {
    let sum = 2 * (values[0] + values[1]);
    let fires =
        if sum > 5 { format!("[{{exp_annotations: {{from: '{cluster} {sum}'}}}}]") } else { "[]".to_owned() };
    format!(
        "\
- interval: {interval}
  external_labels: {{cluster: {cluster}}}
  input_series:
  - {{series: 'm{{a=\"1\"}}', values: '0 {one}'}}
  - {{series: 'm{{a=\"2\"}}', values: '0 {other}'}}
  alert_rule_test:
  - {{eval_time: {interval}, alertname: High, exp_alerts: {fires}}}
  promql_expr_test:
  - {{expr: sum, eval_time: {interval}, exp_samples: [{{labels: sum, value: {sum}}}]}}
",
        one = values[0],
        other = values[1],
    )
}

fn tests() -> String {
    let mut text = "rule_files: [rules.yml]\nevaluation_interval: 30s\ntests:\n".to_owned();
    for place in 0..40 {
        let values = [[1, 1], [1, 2], [2, 1], [5, 1]][place % 4];
        let (interval, cluster) = (["30s", "1m"][place / 4 % 2], ["north", "south"][place / 8 % 2]);
        write!(text, "{}", test(values, interval, cluster)).expect("a string takes everything");
    }
    text
}

#[test]
fn what_differs_in_a_value_an_interval_or_an_external_label_is_not_shared() {
    content("shared", RULES, &tests());
}

#[test]
fn files_with_other_rules_of_the_same_names_share_nothing() {
    let folder = folder("alerting-files");
    let mut args = vec!["test".to_owned(), "rules".to_owned()];
    for factor in 1..4 {
        let rules = format!("groups:\n- name: g\n  rules:\n  - {{record: r, expr: m * {factor}}}\n");
        fs::write(folder.join(format!("rules{factor}.yml")), rules).expect("written");
        let tests = format!(
            "\
rule_files: [rules{factor}.yml]
tests:
- interval: 1m
  input_series:
  - {{series: m, values: '5'}}
  promql_expr_test:
  - {{expr: r, eval_time: 0s, exp_samples: [{{labels: r, value: {}}}]}}
",
            5 * factor
        );
        fs::write(folder.join(format!("tests{factor}.yml")), tests).expect("written");
        args.push(format!("tests{factor}.yml"));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (code, stdout, stderr) = probity(&folder, &args);
    assert_eq!((code, stderr.as_str()), (CONTENT, ""), "{stdout}");
    assert!(stdout.contains("3 expectations in 3 tests of 3 files: all hold"), "{stdout}");
}

#[test]
fn one_input_with_and_without_what_a_rule_collides_with_is_not_confused() {
    // The rule is evaluated once for both; whether it may write what it yields is asked of each.
    let rules = "groups:\n- name: g\n  rules:\n  - {record: r, expr: m}\n";
    let test = |more: &str, name: &str| {
        format!(
            "\
- name: {name}
  interval: 1m
  input_series:
  - {{series: m, values: '1'}}
{more}  promql_expr_test:
  - {{expr: m, eval_time: 0s, exp_samples: [{{labels: m, value: 1}}]}}
"
        )
    };
    let collides = test("  - {series: r, values: '2'}\n", "collides");
    let tests =
        format!("rule_files: [rules.yml]\ntests:\n{}{collides}{}", test("", "one"), test("", "other"));
    let came = super::run("collides", rules, &tests, &[]);
    assert_eq!(came.code, super::FINDINGS, "{}", came.stdout);
    assert_eq!(came.stdout.matches("FAIL").count(), 1, "{}", came.stdout);
    assert!(came.stdout.contains("(collides)"), "{}", came.stdout);
}
