//! How alerts come and go, and what they leave in `ALERTS`.

use probity::alerting::rules::{AlertState, Alerts, RESOLVED_RETENTION_MS, Seen, Timing};
use probity::promql::Labels;

use super::{FINDINGS, content, run};

const MINUTE: i64 = 60_000;

#[test]
fn an_alert_is_pending_for_as_long_as_for_says_and_fires_on_the_step_that_reaches_it() {
    let rules = "\
groups:
- name: g
  rules:
  - {alert: Down, expr: up == 0, for: 2m}
";
    let tests = "\
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: 'up{job=\"a\"}', values: '1 0 0 0 1 0'}
  alert_rule_test:
  - {eval_time: 2m, alertname: Down}
  - {eval_time: 2m59s, alertname: Down}
  - {eval_time: 3m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
  - {eval_time: 3m59s, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
  - {eval_time: 4m, alertname: Down}
  promql_expr_test:
  - expr: ALERTS
    eval_time: 2m
    exp_samples: [{labels: 'ALERTS{alertname=\"Down\",alertstate=\"pending\",job=\"a\"}', value: 1}]
  - expr: ALERTS
    eval_time: 3m
    exp_samples: [{labels: 'ALERTS{alertname=\"Down\",alertstate=\"firing\",job=\"a\"}', value: 1}]
  - {expr: ALERTS, eval_time: 4m}
  - expr: ALERTS_FOR_STATE
    eval_time: 3m
    exp_samples: [{labels: 'ALERTS_FOR_STATE{alertname=\"Down\",job=\"a\"}', value: 60}]
  - expr: ALERTS_FOR_STATE
    eval_time: 5m
    exp_samples: [{labels: 'ALERTS_FOR_STATE{alertname=\"Down\",job=\"a\"}', value: 300}]
";
    content("for", rules, tests);
}

#[test]
fn keep_firing_for_keeps_what_fires_but_not_what_is_pending() {
    let rules = "\
groups:
- name: g
  rules:
  - alert: Kept
    expr: m > 1
    keep_firing_for: 2m
    annotations: {value: '{{ $value }}'}
  - {alert: Pending, expr: m > 1, for: 3m, keep_firing_for: 2m}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '0 2 3 0 0 0 0'}
  alert_rule_test:
  - {eval_time: 2m, alertname: Kept, exp_alerts: [{exp_annotations: {value: 3}}]}
  # The condition is gone since 3m: two more minutes.
  - {eval_time: 4m59s, alertname: Kept, exp_alerts: [{exp_annotations: {value: 3}}]}
  - {eval_time: 5m, alertname: Kept}
  - {eval_time: 4m, alertname: Pending}
  promql_expr_test:
  - {expr: 'ALERTS{alertname=\"Pending\"}', eval_time: 3m}
  - expr: ALERTS_FOR_STATE
    eval_time: 4m
    exp_samples: [{labels: 'ALERTS_FOR_STATE{alertname=\"Kept\"}', value: 60}]
";
    content("keep", rules, tests);
}

#[test]
fn a_limit_that_is_exceeded_fails_the_rule_and_with_it_the_test() {
    let rules = "\
groups:
- name: g
  limit: 1
  rules:
  - {record: r, expr: m}
  - {alert: Many, expr: m > 1}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: 'm{a=\"1\"}', values: '2 2 2'}
  - {series: 'm{a=\"2\"}', values: '_ _ 2'}
  alert_rule_test:
  - {eval_time: 1m, alertname: Many, exp_alerts: [{exp_labels: {a: 1}}]}
  promql_expr_test:
  - {expr: r, eval_time: LAST, exp_samples: [{labels: 'r{a=\"1\"}', value: 2}]}
";
    content("limit-kept", rules, &tests.replace("LAST", "1m59s"));
    let came = run("limit", rules, &tests.replace("LAST", "2m"), &[]);
    assert_eq!(came.code, FINDINGS, "{}", came.stdout);
    let record = "rule r (rules.yml:5) failed at 2m: exceeded limit of 1 with 2 series";
    let alert = "rule Many (rules.yml:6) failed at 2m: exceeded limit of 1 with 2 alerts";
    assert!(came.stdout.contains(record) && came.stdout.contains(alert), "{}", came.stdout);
}

#[test]
fn what_a_rule_yields_no_more_ends_at_once_and_not_after_the_look_back() {
    let rules = "\
groups:
- name: g
  rules:
  - {record: r, expr: m > 1}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '2 2 0 2 stale'}
  promql_expr_test:
  - {expr: r, eval_time: 1m59s, exp_samples: [{labels: r, value: 2}]}
  - {expr: r, eval_time: 2m}
  - {expr: r, eval_time: 3m, exp_samples: [{labels: r, value: 2}]}
  - {expr: r, eval_time: 4m}
  # Markers are no samples.
  - {expr: 'count_over_time(r[5m])', eval_time: 4m, exp_samples: [{value: 3}]}
";
    content("stale", rules, tests);
}

#[test]
fn a_label_whose_template_yields_nothing_stands_as_written_in_the_series_of_alerts() {
    let rules = "\
groups:
- name: g
  rules:
  - alert: Full
    expr: m > 1
    labels: {level: '{{ if gt $value 9.0 }}high{{ end }}'}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '2'}
  alert_rule_test:
  - {eval_time: 0s, alertname: Full, exp_alerts: [{}]}
  promql_expr_test:
  - expr: ALERTS
    eval_time: 0s
    exp_samples:
    - {labels: 'ALERTS{alertname=\"Full\",alertstate=\"firing\",level=\"{{ if gt $value 9.0 }}high{{ end }}\"}', value: 1}
";
    content("raw", rules, tests);
}

#[test]
fn a_label_alertstate_of_the_rule_hides_nothing_from_readers() {
    let rules = "\
groups:
- name: g
  rules:
  - {alert: A, expr: m > 1, labels: {alertstate: mine}}
  - {record: firing, expr: 'count(ALERTS{alertstate=\"firing\"})'}
";
    let tests = "\
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series:
  - {series: m, values: '2'}
  promql_expr_test:
  - {expr: firing, eval_time: 0s, exp_samples: [{labels: firing, value: 1}]}
";
    content("alertstate", rules, tests);
}

fn seen(at_ms: i64) -> (Labels, Seen) {
    let labels = Labels::new([("alertname", "A")]);
    (labels.clone(), Seen { labels: Labels::empty(), value: 1.0, at_ms })
}

#[test]
fn a_resolved_alert_is_remembered_for_fifteen_minutes_and_begins_anew() {
    assert_eq!(RESOLVED_RETENTION_MS, 15 * MINUTE);
    let timing = Timing { for_ms: MINUTE, keep_firing_for_ms: 0, limit: 0 };
    let mut alerts = Alerts::new();
    let mut states = Vec::new();
    for minute in 0..20 {
        let at_ms = minute * MINUTE;
        let holds = minute < 2;
        let active = alerts.step(at_ms, timing, holds.then(|| seen(at_ms))).expect("one alert").len();
        states.push((active, alerts.iter().map(|alert| alert.state).next()));
    }
    assert_eq!(states[0], (1, Some(AlertState::Pending)));
    assert_eq!(states[1], (1, Some(AlertState::Firing)));
    assert!(states[2..18].iter().all(|state| *state == (0, Some(AlertState::Resolved))), "{states:?}");
    assert_eq!(states[18], (0, None));
    // Before it is forgotten, it comes back as a new one.
    let mut alerts = Alerts::new();
    for (minute, holds) in [(0, true), (1, true), (2, false), (3, true)] {
        let at_ms = minute * MINUTE;
        alerts.step(at_ms, timing, holds.then(|| seen(at_ms))).expect("one alert");
    }
    let alert = alerts.iter().next().expect("it is there");
    assert_eq!((alert.state, alert.active_at_ms), (AlertState::Pending, 3 * MINUTE));
}

#[test]
fn two_results_of_one_alert_fail_the_rule_and_change_nothing() {
    let timing = Timing { for_ms: 0, keep_firing_for_ms: 0, limit: 0 };
    let mut alerts = Alerts::new();
    alerts.step(0, timing, [seen(0)]).expect("one alert");
    let refused = alerts.step(MINUTE, timing, [seen(MINUTE), seen(MINUTE)]).expect_err("two are one");
    assert!(refused.contains("same labelset after applying alert labels"), "{refused}");
    assert_eq!(alerts.firing().map(|alert| alert.seen.at_ms).collect::<Vec<_>>(), [0]);
}
