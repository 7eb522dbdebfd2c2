//! Which rule sees what of which other at a step.

use super::{FINDINGS, content, run};

#[test]
fn a_rule_sees_earlier_rules_of_the_same_step_and_later_ones_and_itself_of_the_step_before() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: reads_later, expr: later or vector(-1)}
  - {record: counts, expr: counts + 1 or vector(0)}
  - {record: later, expr: m}
  - {record: reads_earlier, expr: later}
";
    let tests = "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: m, values: '5 6 7'}
  promql_expr_test:
  - {expr: reads_later, eval_time: 0s, exp_samples: [{labels: reads_later, value: -1}]}
  - {expr: reads_later, eval_time: 2m, exp_samples: [{labels: reads_later, value: 6}]}
  - {expr: reads_earlier, eval_time: 2m, exp_samples: [{labels: reads_earlier, value: 7}]}
  - {expr: counts, eval_time: 2m30s, exp_samples: [{labels: counts, value: 2}]}
";
    content("order", rules, tests);
}

#[test]
fn groups_are_evaluated_in_the_order_given() {
    let rules = "\
groups:
- {name: reader, rules: [{record: reader, expr: written or vector(-1)}]}
- {name: writer, rules: [{record: written, expr: m}]}
";
    let tests = "\
rule_files: [rules.yml]
group_eval_order: [ORDER]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '5 6'}
  promql_expr_test:
  - {expr: reader, eval_time: 1m, exp_samples: [{labels: reader, value: VALUE}]}
";
    for (order, value) in [("reader, writer", "5"), ("writer, reader", "6")] {
        content("groups", rules, &tests.replace("ORDER", order).replace("VALUE", value));
    }
}

#[test]
fn a_rule_that_looks_ahead_sees_only_what_has_come() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: ahead, expr: m offset -1m}
  - {record: at, expr: m @ 120 or vector(-1)}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '5 6 7'}
  promql_expr_test:
  - {expr: ahead, eval_time: 1m, exp_samples: [{labels: ahead, value: 6}]}
  - {expr: at, eval_time: 1m, exp_samples: [{labels: at, value: 6}]}
  - {expr: at, eval_time: 2m, exp_samples: [{labels: at, value: 7}]}
";
    content("ahead", rules, tests);
}

#[test]
fn what_is_written_with_a_query_offset_is_not_there_before_it_is_written() {
    let rules = "\
groups:
- {name: late, query_offset: 2m, rules: [{record: late, expr: m}]}
- {name: reader, rules: [{record: reader, expr: late or vector(-1)}]}
";
    let tests = "\
rule_files: [rules.yml]
group_eval_order: [late, reader]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: m, values: '5 6 7 8'}
  promql_expr_test:
  - {expr: reader, eval_time: 1m, exp_samples: [{labels: reader, value: -1}]}
  - {expr: reader, eval_time: 2m, exp_samples: [{labels: reader, value: 5}]}
  - {expr: reader, eval_time: 3m, exp_samples: [{labels: reader, value: 6}]}
";
    let came = run("late", rules, tests, &[]);
    assert_eq!(came.code, 0, "{}", came.stdout);
    // What comes in is newer than what such a rule writes.
    let tests =
        tests.replace("values: '5 6 7 8'}", "values: '5 6 7 8'}\n  - {series: late, values: '0 0 0 0'}");
    let came = run("behind", rules, &tests, &[]);
    assert_eq!(came.code, FINDINGS, "{}", came.stdout);
    assert!(came.stdout.contains("failed at 2m: out of order sample"), "{}", came.stdout);
}

/// Two that write one series.
fn twice(name: &str, rules: &str, expected: &str) {
    let tests = "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: m, values: '1 1 2'}
  promql_expr_test:
  - {expr: r, eval_time: 2m, exp_samples: [{labels: r, value: 1}]}
";
    for dialect in ["2", "3"] {
        let came = run(name, rules, tests, &["--promql", dialect]);
        assert_eq!(came.code, FINDINGS, "{}", came.stdout);
        assert!(came.stdout.contains(expected), "PromQL {dialect}: {expected} in\n{}", came.stdout);
    }
}

#[test]
fn two_rules_may_write_one_series_only_while_they_write_the_same() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: r, expr: m}
  - {record: r, expr: vector(1)}
";
    twice("twice", rules, "rule r (rules.yml:5) failed at 2m: duplicate sample for timestamp");
    // Step by step it is the same.
    let rules = &rules.replace("vector(1)", "r * 0 + 1");
    twice("twice-by-step", rules, "rule r (rules.yml:5) failed at 2m: duplicate sample for timestamp");
    // What one has just ended, another cannot go on with.
    let rules = "\
groups:
- name: g
  rules:
  - {record: r, expr: m < 2}
  - {record: r, expr: m > 1}
";
    twice("ended", rules, "rule r (rules.yml:5) failed at 2m: duplicate sample for timestamp");
}

#[test]
fn a_rule_may_not_write_what_comes_in_but_for_the_same_values() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: r, expr: m}
";
    let tests = "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 30s
  input_series:
  - {series: m, values: '1 1 2 2 3 3'}
  - {series: r, values: '1 9 2 9 LAST'}
  promql_expr_test:
  - {expr: r, eval_time: 2m, exp_samples: [{labels: r, value: 3}]}
";
    content("input-same", rules, &tests.replace("LAST", "3"));
    content("input-none", rules, &tests.replace("LAST", "_"));
    let came = run("input", rules, &tests.replace("LAST", "4"), &[]);
    assert_eq!(came.code, FINDINGS, "{}", came.stdout);
    assert!(came.stdout.contains("failed at 2m: duplicate sample for timestamp"), "{}", came.stdout);
}

#[test]
fn only_the_rules_of_the_first_step_that_fails_are_told() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: later, expr: 'm * on () n'}
  - {record: first, expr: 'o * on () n'}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: n, values: '1x5'}
  - {series: 'm{a=\"1\"}', values: '1x5'}
  - {series: 'm{a=\"2\"}', values: '_ _ 1x5'}
  - {series: 'o{a=\"1\"}', values: '1x5'}
  - {series: 'o{a=\"2\"}', values: '_ 1x5'}
  promql_expr_test:
  - {expr: n, eval_time: 5m, exp_samples: [{labels: n, value: 1}]}
";
    let came = run("first", rules, tests, &[]);
    assert_eq!(came.code, FINDINGS);
    assert!(came.stdout.contains("rule first (rules.yml:5) failed at 1m: "), "{}", came.stdout);
    assert!(!came.stdout.contains("rule later"), "{}", came.stdout);
}

#[test]
fn what_a_template_asks_is_answered_when_the_alert_is_evaluated() {
    let rules = "\
groups:
- name: g
  rules:
  - alert: Asks
    expr: m == 1
    keep_firing_for: 10m
    annotations: {later: '{{ with query \"later\" }}{{ . | first | value }}{{ else }}none{{ end }}'}
  - {record: later, expr: m + 1}
";
    let tests = "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: m, values: '1 1 0 0'}
  alert_rule_test:
  - {eval_time: 0s, alertname: Asks, exp_alerts: [{exp_annotations: {later: none}}]}
  - {eval_time: 1m, alertname: Asks, exp_alerts: [{exp_annotations: {later: 2}}]}
  # Kept: what was said last.
  - {eval_time: 3m, alertname: Asks, exp_alerts: [{exp_annotations: {later: 2}}]}
";
    content("asks", rules, tests);
}

#[test]
fn a_rule_is_what_prometheus_prints_of_it() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: r, expr: 'count({__name__=\"\", a=\"x\"})'}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: 'm{a=\"x\"}', values: '1'}
  promql_expr_test:
  - {expr: r, eval_time: 0s, exp_samples: [{labels: r, value: 1}]}
";
    assert_eq!(run("printed", rules, tests, &["--promql", "2"]).code, 0);
    assert_eq!(run("printed", rules, tests, &["--promql", "3"]).code, FINDINGS);
    let rules = rules.replace("count({__name__=\"\", a=\"x\"})", "m * on (\"a.b\") m");
    let came = run("unquoted", &rules, tests, &["--promql", "3"]);
    assert_eq!(came.code, FINDINGS);
    assert!(came.stdout.contains("rule r (rules.yml:4) failed at 0s: the label \"a.b\""), "{}", came.stdout);
}
