//! Unit tests: files of rules and of their tests, read and run.

use std::path::Path;

use probity::alerting::alertmanager::Release;
use probity::alerting::deployed;
use probity::alerting::unit::file::{Test, read};
use probity::alerting::unit::{Loaded, Prepared, run as run_tests};
use probity::promql::{Dialect, Options};

use super::bend::Words;
use super::drive::{Target, run};
use super::rules::{placed, rules_of};

static UNITS: Target = Target {
    name: "units",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn units() {
    run(&UNITS);
}

/// What parts the rules from their tests.
const RULES_END: &str = "=====\n";

/// What parts the tests from Alertmanager's configuration.
const TESTS_END: &str = "-----\n";

/// So few that a test ends soon.
const MOST_SAMPLES: usize = 20_000;

fn check(text: &str) -> Result<bool, String> {
    let (rules, tests) = text.split_once(RULES_END).unwrap_or(("", text));
    let (tests, alertmanager) = tests.split_once(TESTS_END).unwrap_or((tests, ""));
    // Whatever templates it names hold its own text.
    let told = [Release::V0_25, Release::V0_33].map(|release| {
        let files = |_: &Path| Ok(alertmanager.to_owned());
        deployed::alertmanager(Path::new("alertmanager.yml"), None, &files, release).told
    });
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let one = read(tests, "tests.yml", dialect);
        if format!("{one:?}") != format!("{:?}", read(tests, "tests.yml", dialect)) {
            return Err(format!("{dialect:?}: read differently the second time"));
        }
        placed(tests, one.problems.iter().chain(&one.notes))?;
        let Some(tests) = one.file else { continue };
        let rules = rules_of(rules, dialect).rules;
        let all = rules.groups.iter().enumerate();
        let all = all.flat_map(|(place, group)| {
            group.rules.iter().enumerate().map(move |(n, rule)| (place, group, n, rule))
        });
        let loaded: Vec<Loaded> = all
            .filter_map(|(place, group, n, rule)| {
                Loaded::new(rule, group, "rules.yml", (0, place, n), dialect).ok()
            })
            .collect();
        let of = |test: &Test| told[usize::from(test.alertmanager.release == Release::V0_33)].as_ref();
        let alertmanagers = tests.tests.iter().map(of).collect();
        let prepared = [Prepared {
            alertmanagers,
            tests: &tests,
            file: "tests.yml".to_owned(),
            rules: loaded.iter().collect(),
        }];
        let options = Options { dialect, max_samples: MOST_SAMPLES, ..Options::default() };
        let outcome = run_tests(&prepared, &options, |_| true, |_, _| true);
        let again = run_tests(&prepared, &options, |_| true, |_, _| true);
        if format!("{outcome:?}") != format!("{again:?}") {
            return Err(format!("{dialect:?}: {outcome:?}\nand then {again:?}"));
        }
        accepted |= outcome.iter().any(|file| !file.tests.is_empty());
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "groups:\n- name: a\n  rules:\n  - record: r\n    expr: sum by (job) (rate(x[2m]))\n  - alert: Down\n    expr: up == 0\n    for: 2m\n    labels: {severity: page}\n    annotations: {summary: '{{ $labels.job }} {{ $value }}'}\n=====\nrule_files: [rules.yml]\nevaluation_interval: 30s\ntests:\n- interval: 1m\n  name: first\n  input_series:\n  - {series: 'up{job=\"a\"}', values: '1 1 0x5'}\n  - {series: 'x{job=\"a\"}', values: '0+60x10 _x2 stale 5'}\n  alert_rule_test:\n  - {eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: a, severity: page}, exp_annotations: {summary: a 0}}]}\n  promql_expr_test:\n  - {expr: r, eval_time: 4m, exp_samples: [{labels: 'r{job=\"a\"}', value: 1}]}\n",
    "groups:\n- name: a\n  rules:\n  - record: r\n    expr: r + 1 or vector(1)\n  - record: s\n    expr: sum(r offset -1m) or r @ 60\n=====\ntests:\n- interval: 1m\n  promql_expr_test:\n  - {expr: r, from: 0m, to: 10m, every: 30s, exp_samples: [{labels: r, at_least: 1}]}\n  - {expr: s, eval_time: 1h, exp_samples: []}\n",
    "groups:\n- name: a\n  limit: 1\n  rules:\n  - alert: A\n    expr: x > 1\n    keep_firing_for: 3m\n    labels: {v: '{{ $value }}'}\n    annotations: {q: '{{ range query \"x\" }}{{ .Value }}{{ end }}'}\n  - record: c\n    expr: ALERTS{alertstate=\"firing\"} or ALERTS_FOR_STATE\n=====\nevaluation_interval: 1m\ngroup_eval_order: [a]\ntests:\n- interval: 15s\n  external_labels: {r: e}\n  external_url: http://x\n  input_series:\n  - series: x\n    values: '0+1x20 -1-1x5'\n  alert_rule_test:\n  - {from: 1m, to: 5m, alertname: A, exp_alerts: []}\n  promql_expr_test:\n  - {expr: max_over_time(x[5m]), eval_time: 3m, exp_samples: [{labels: '{}', value: 12, tolerance: 0.1}]}\n",
    "evaluation_interval: 1ms\ntests:\n- interval: 1s\n  promql_expr_test:\n  - {expr: 1, eval_time: 1m}\n",
    "tests: []\n",
    "groups:\n- name: a\n  rules:\n  - {alert: Down, expr: up == 0, labels: {severity: page}}\n=====\nalertmanager_config: am.yml\ntests:\n- interval: 1m\n  start_timestamp: 2026-01-05T21:58:00Z\n  input_series: [{series: up, values: '1 0x3 1x9'}]\n  input_alerts: [{labels: {alertname: A, team: a}, annotations: {text: x}, from: 1m, to: 20m}]\n  silences: [{matchers: ['team=~\"a|b\"'], from: 5m, to: 10m}]\n  notification_test:\n  - receiver: r\n    to: 30m\n    exp_notifications:\n    - {at: 1m30s, status: firing, kind: webhook, group_labels: {alertname: A}, alerts: [{labels: {team: a}, status: firing}], contains: [x], lacks: [y]}\n    - {from: 1m, to: 7m, lost: 'not defined'}\n  - {receiver: s, exp_notifications: []}\n-----\nroute:\n  receiver: r\n  group_by: [alertname]\n  routes: [{matchers: [severity=page], receiver: s, continue: true}, {receiver: r, mute_time_intervals: [n]}]\ninhibit_rules: [{source_matchers: [alertname=A], target_matchers: [severity=page], equal: [team]}]\ntime_intervals: [{name: n, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}]\nreceivers:\n- {name: r, webhook_configs: [{url: 'http://x/'}]}\n- {name: s, pagerduty_configs: [{routing_key: k, description: '{{ template \"t\" . }}'}]}\n",
];

const WORDS: &[&str] = &[
    "=====\n",
    "tests:",
    "interval: 1ms",
    "evaluation_interval: 1ms",
    "evaluation_interval: 100y",
    "eval_time: 100y",
    "eval_time: 0",
    "from: 0s",
    "to: 100y",
    "every: 1ms",
    "eval_time: 1ms",
    "alertname: A",
    "exp_alerts: []",
    "exp_samples: [{labels: x, value: 1}]",
    "1x10000000000",
    "1+1x5000",
    "_x99999",
    "stale",
    "1e308+1e308x9",
    "-",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "\n",
    "- ",
    "  ",
    "series: x",
    "values: 1 2 3",
    "expr: r",
    "expr: x[5m]",
    "expr: sum(",
    "r",
    "x",
    "record: r",
    "alert: A",
    "expr: label_join(r, \"a\", \"\", \"a\", \"a\")",
    "expr: count_values(\"a\", x)",
    "for: 1ms",
    "keep_firing_for: 1y",
    "offset -100y",
    "@ 0",
    "@ end()",
    "[1y:1ms]",
    "{{ $value }}",
    "{{ range 100000 }}x{{ end }}",
    "at_least: 1",
    "at_most: NaN",
    "tolerance: 1e309",
    "query_offset: 100y",
    "limit: 1",
    "group_eval_order: [a, a]",
    "-----\n",
    "notification_test:",
    "receiver: r",
    "exp_notifications: [{}]",
    "input_alerts: [{labels: {alertname: A}}]",
    "silences: [{matchers: ['a=\"b\"']}]",
    "start_timestamp: 1e9",
    "start_timestamp: 2199-12-31T00:00:00Z",
    "alertmanager_version: 0.25",
    "alertmanager_config: am.yml",
    "group_interval: 1ms",
    "group_wait: 0s",
    "repeat_interval: 1ms",
    "lost: x",
    "status: resolved",
];

const AROUND: &[(&str, &str)] = &[
    ("[", "]"),
    ("(", ")"),
    ("{a: ", "}"),
    ("label_join(", ", \"a\", \"\", \"a\", \"a\")"),
    ("sum(", ")"),
    ("'", "'"),
    ("- ", "\n"),
];
