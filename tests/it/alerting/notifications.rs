//! Tests of notifications, which promtool has none of: alerts go in, and what receivers get is compared.

use std::fs;

use super::{CONTENT, Came, FINDINGS, INVALID};
use crate::cli::{folder, probity};

const ALERTMANAGER: &str = "\
templates: ['*.tmpl']
route:
  receiver: all
  group_by: [alertname]
  routes:
  - {matchers: ['severity=\"page\"'], receiver: pager, continue: true}
  - {matchers: ['team=\"broken\"'], receiver: broken}
  - {matchers: ['team=\"night\"'], receiver: all, active_time_intervals: [night]}
  - receiver: all
inhibit_rules:
- {source_matchers: [alertname=\"Outage\"], target_matchers: [severity=\"info\"]}
time_intervals:
- {name: night, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}
receivers:
- name: all
  webhook_configs: [{url: 'http://all/'}]
- name: pager
  pagerduty_configs: [{routing_key: key, description: '{{ template \"said\" . }}'}]
  email_configs: [{to: a@b.example, from: c@b.example, smarthost: 'localhost:25'}]
- name: broken
  pagerduty_configs: [{routing_key: key, description: '{{ template \"unsaid\" . }}'}]
";

const TEMPLATE: &str = "{{ define \"said\" }}it is \"{{ .CommonAnnotations.text }}\"{{ end }}\n";

const RULES: &str = "\
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 1m
    labels: {severity: page}
    annotations: {text: '{{ $labels.job }} is down'}
  - {alert: Late, expr: hour(timestamp(up)) == 22}
";

/// Runs a file of tests with an Alertmanager beside it.
fn told(name: &str, tests: &str, more: &[&str]) -> Came {
    let folder = folder(&format!("alerting-told-{name}"));
    for (file, text) in [
        ("alertmanager.yml", ALERTMANAGER),
        ("said.tmpl", TEMPLATE),
        ("rules.yml", RULES),
        ("tests.yml", tests),
    ] {
        fs::write(folder.join(file), text).expect("files can be written");
    }
    let (code, stdout, stderr) = probity(&folder, &[&["test", "rules", "tests.yml"], more].concat());
    Came { code, stdout, stderr }
}

/// A file of one test with these keys.
fn of(keys: &str) -> String {
    format!("alertmanager_config: alertmanager.yml\nrule_files: [rules.yml]\ntests:\n- interval: 1m\n{keys}")
}

/// A test of one alert `A`, which fires from a minute on, whose receiver `all` gets this within six minutes.
fn expecting(items: &str) -> String {
    of(&format!(
        "  input_alerts: [{{labels: {{alertname: A, team: a}}, annotations: {{text: 'say \"hi\"'}}, from: 1m}}]\n  notification_test:\n  - {{receiver: all, to: 6m, exp_notifications: [{items}]}}\n"
    ))
}

fn holds(name: &str, tests: &str) {
    let came = told(name, tests, &[]);
    assert_eq!(came.code, CONTENT, "{}\n{}\nof\n{tests}", came.stdout, came.stderr);
}

/// What stands in the report of a test that fails.
fn fails(name: &str, tests: &str, words: &[&str]) {
    let came = told(name, tests, &[]);
    assert_eq!(came.code, FINDINGS, "{}\n{}\nof\n{tests}", came.stdout, came.stderr);
    for words in words {
        assert!(came.stdout.contains(words), "{words} in\n{}", came.stdout);
    }
}

#[test]
fn rules_fire_and_receivers_are_told_until_it_is_over() {
    holds(
        "rules",
        &of("  \
  input_series: [{series: 'up{job=\"api\"}', values: '1 0x3 1x40'}]
  notification_test:
  - receiver: pager
    to: 40m
    exp_notifications:
    - {at: 2m30s, status: firing, kind: pagerduty, contains: ['it is \"api is down\"']}
    - {at: 2m30s, kind: email}
    - {at: 7m30s, status: resolved, kind: pagerduty}
  - receiver: all
    to: 40m
    exp_notifications:
    - at: 2m30s
      group_labels: {alertname: Down}
      alerts: [{status: firing, labels: {alertname: Down, job: api, severity: page}}]
    - at: 7m30s
      alerts: [{status: resolved, labels: {job: api}, annotations: {text: api is down}}]
"),
    );
}

#[test]
fn what_is_expected_may_say_as_little_as_it_likes() {
    for item in [
        "{}",
        "{at: 1m30s}",
        "{from: 1m, to: 2m}",
        "{status: firing}",
        "{kind: webhook}",
        "{group_labels: {alertname: A}}",
        "{alerts: [{}]}",
        "{alerts: [{labels: {team: a}, status: firing}]}",
        "{alerts: [{labels: {team: a, severity: ''}, annotations: {summary: ''}}]}",
        r#"{contains: ['say "hi"', 'say \"hi\"', '"groupKey"']}"#,
        "{lacks: [bye]}",
    ] {
        holds("little", &expecting(item));
    }
}

#[test]
fn what_is_another_is_said_to_be_so() {
    for (item, words) in [
        ("{at: 2m}", "not that of 1m30s: it came at 1m30s"),
        ("{from: 2m, to: 3m}", "expected  from 2m to 3m"),
        ("{status: resolved}", "it is firing"),
        ("{kind: webhook, group_labels: {}}", "its group is {alertname=\"A\"}"),
        ("{alerts: []}", "it has one alert instead of 0"),
        ("{alerts: [{labels: {team: b}}]}", "it lacks the alert {team=\"b\"}"),
        (
            "{alerts: [{annotations: {text: x}, status: firing}]}",
            "it lacks the alert firing {} with {text=\"x\"}",
        ),
        ("{contains: [bye]}", "its body has no \"bye\""),
        ("{contains: [bye]}", "whose body is {\"receiver\":\"all\""),
        ("{lacks: [hi]}", "its body has \"hi\""),
        ("{lost: why}", "it was not lost"),
        ("{}, {}", "! expected  some time"),
        ("{}, {}", "routed    {alertname=\"A\", team=\"a\"} to all"),
        ("", "! got       at 1m30s: firing by webhook, group {}/{}:{alertname=\"A\"}"),
        ("", "expected  nothing"),
    ] {
        fails("another", &expecting(item), &[words, "receiver all gets"]);
    }
}

#[test]
fn nobody_is_told_of_what_is_silenced_inhibited_or_muted() {
    for (alert, more, at) in [
        ("A", "  silences: [{matchers: ['team=\"a\"'], to: 3m}]\n", Some("6m")),
        ("A", "  silences: [{matchers: ['{alertname=~\"A|B\", team!=\"b\"}'], from: 30s}]\n", None),
        ("A", "  silences: [{matchers: ['team=\"b\"']}]\n", Some("1m")),
        ("A, severity: info", "", Some("1m")),
        ("Outage", "", Some("1m")),
        ("A, team: night", "", None),
        ("A, team: night", "  start_timestamp: 2026-01-05T22:30:00Z\n", Some("1m")),
        ("A, team: night", "  start_timestamp: 1767650400\n", Some("1m")),
        // Ten o'clock is reached before the group is told again.
        ("A, team: night", "  start_timestamp: '2026-01-05T21:58:00Z'\n", Some("6m")),
    ] {
        let team = if alert.contains("team") { "" } else { ", team: a" };
        let expected = at.map(|at| format!("{{at: {at}30s, alerts: [{{labels: {{alertname: {alert}}}}}]}}"));
        holds(
            "quiet",
            &of(&format!(
                "{more}  input_alerts: [{{labels: {{alertname: {alert}{team}}}, from: 1m}}]\n  notification_test:\n  - {{receiver: all, to: 8m, exp_notifications: [{}]}}\n",
                expected.unwrap_or_default()
            )),
        );
    }
    let both = "  \
  input_alerts:
  - {labels: {alertname: Outage}, to: 2m}
  - {labels: {alertname: A, severity: info}, from: 1m}
  notification_test:
  - receiver: all
    to: 8m
    exp_notifications:
    - {at: 30s, group_labels: {alertname: Outage}}
    - {at: 5m30s, status: resolved}
    - {at: 6m30s, group_labels: {alertname: A}}
";
    holds("inhibited", &of(both));
}

#[test]
fn a_test_starts_when_it_says_with_its_rules_and_series() {
    let tests = "  \
  start_timestamp: 2026-01-05T21:58:30Z
  input_series: [{series: 'up{job=\"api\"}', values: '0 0 1x9'}]
  alert_rule_test:
  - {eval_time: 1m, alertname: Late}
  - {eval_time: 2m, alertname: Late, exp_alerts: [{exp_labels: {job: api}}]}
  promql_expr_test:
  - {expr: time(), eval_time: 1m, exp_samples: [{value: 1767650370}]}
  - {expr: 'up == 0', eval_time: 1m, exp_samples: [{labels: 'up{job=\"api\"}', value: 0}]}
  - {expr: 'up == 0', eval_time: 2m}
  notification_test:
  - receiver: all
    to: 3m
    exp_notifications: [{at: 1m30s, group_labels: {alertname: Down}}, {at: 2m30s, group_labels: {alertname: Late}}]
";
    holds("start", &of(tests));
}

#[test]
fn what_comes_at_one_instant_has_no_order_and_all_else_has() {
    let tests = |expected: &str| {
        of(&format!(
            "  input_alerts:\n  - {{labels: {{alertname: A}}}}\n  - {{labels: {{alertname: B}}}}\n  - {{labels: {{alertname: C}}, from: 1m}}\n  notification_test:\n  - {{receiver: all, to: 2m, exp_notifications: [{expected}]}}\n"
        ))
    };
    let of = |name: &str| format!("{{group_labels: {{alertname: {name}}}}}");
    for order in [["A", "B", "C"], ["B", "A", "C"]] {
        holds("order", &tests(&order.map(of).join(", ")));
    }
    fails("order", &tests(&["C", "A", "B"].map(of).join(", ")), &["they came in another order"]);
    // The first could be either; it leaves A to the one that can be nothing else.
    holds("order", &tests(&format!("{{}}, {}, {{}}", of("A"))));
}

#[test]
fn a_lost_notification_is_expected_or_a_failure_or_noted() {
    let tests = |cases: &str| {
        of(&format!(
            "  input_alerts: [{{labels: {{alertname: A, team: broken}}}}]\n  notification_test:\n{cases}"
        ))
    };
    let lost = "template \"unsaid\" not defined";
    holds(
        "lost",
        &tests(&format!(
            "  - {{receiver: broken, to: 1m, exp_notifications: [{{at: 30s, lost: '{lost}'}}]}}\n"
        )),
    );
    let words = ["it was lost: ", lost, "              lost: "];
    fails("lost", &tests("  - {receiver: broken, to: 1m, exp_notifications: [{at: 30s}]}\n"), &words);
    fails(
        "lost",
        &tests("  - {receiver: broken, to: 1m, exp_notifications: [{lost: other}]}\n"),
        &["it was lost: "],
    );
    // It is not looked for when it is lost.
    let early = "  - {receiver: broken, to: 10s, exp_notifications: []}\n  - {receiver: all, to: 1m}\n";
    fails("lost", &tests(early), &["a notification at 30s, when no test looks, is lost: "]);
    let came = told("lost", &tests("  - {receiver: all, to: 1m, exp_notifications: []}\n"), &[]);
    assert_eq!(came.code, CONTENT);
    let note = "note tests.yml:4 (test 1): receiver broken, which no expectation names, loses 1 of 1, first at 30s: ";
    assert!(came.stdout.contains(note), "{}", came.stdout);
}

#[test]
fn what_is_not_spoken_here_is_told_without_a_body() {
    let tests = |contains: &str| {
        of(&format!(
            "  input_alerts: [{{labels: {{alertname: A, severity: page}}}}]\n  notification_test:\n  - {{receiver: pager, to: 1m, exp_notifications: [{{kind: pagerduty}}, {{kind: email{contains}}}]}}\n"
        ))
    };
    holds("unspoken", &tests(""));
    fails("unspoken", &tests(", contains: [x]"), &["what email sends is not made here"]);
}

#[test]
fn what_alertmanager_does_not_take_is_a_failure() {
    let tests = "  silences: [{matchers: ['a=~\".*\"']}]\n  input_alerts: [{labels: {alertname: A}}]\n  notification_test: [{receiver: all, to: 10s}]\n";
    fails("refused", &of(tests), &["Alertmanager takes everything", "the silence of line 5: "]);
}

#[test]
fn an_alert_that_must_be_told_is_an_expectation_of_its_rule() {
    let tests = "  \
  input_series: [{series: 'up{job=\"api\"}', values: '0x9'}]
  notification_test:
  - {receiver: all, to: 5m, exp_notifications: [{alerts: [{labels: {alertname: Down}}]}]}
";
    let came = told("coverage", &of(tests), &[]);
    assert_eq!(came.code, CONTENT, "{}", came.stdout);
    assert!(came.stdout.contains("rule coverage: 1 of 2"), "{}", came.stdout);
}

#[test]
fn junit_has_a_case_for_each_receiver_and_the_notes_as_output() {
    let tests = of(
        "  input_alerts: [{labels: {alertname: A, team: broken}}]\n  notification_test:\n  - {receiver: all, to: 1m, exp_notifications: [{}]}\n",
    );
    let came = told("junit", &tests, &["--format", "junit"]);
    assert_eq!(came.code, FINDINGS);
    let document = roxmltree::Document::parse(&came.stdout).expect("XML");
    let text = |tag: &str| {
        let node = document.descendants().find(|node| node.has_tag_name(tag)).expect("it is there");
        (node.parent().and_then(|parent| parent.attribute("name")), node.text().unwrap_or_default())
    };
    assert_eq!(text("failure").0, Some("test 1: receiver all gets one notification from 0s to 1m"));
    assert!(text("failure").1.contains("tests.yml:7"), "{}", came.stdout);
    assert!(text("system-out").1.contains("receiver broken, which no expectation names"), "{}", came.stdout);
    assert_eq!(told("junit", &tests, &["--format", "junit"]).stdout, came.stdout);
}

#[test]
fn mistakes_have_a_place_and_say_what_is_accepted() {
    let good = "  input_alerts: [{labels: {alertname: A}}]\n  notification_test:\n  - {receiver: all, to: 1m, exp_notifications: [{}]}\n";
    holds("mistakes", &of(good));
    for (right, wrong, place, words) in [
        ("receiver: all", "receiver: al", "tests.yml:7:16", "all, pager, broken"),
        ("receiver: all, ", "", "tests.yml:7:5", "receiver: the name"),
        ("[{}]", "[{kind: slack}]", "tests.yml:7:56", "webhook"),
        ("[{}]", "[{at: 30s, from: 1s}]", "tests.yml:7:", "either `at` or `from` and `to`"),
        ("[{}]", "[{from: 1s}]", "tests.yml:7:", "stand together"),
        ("[{}]", "[{from: 2s, to: 1s}]", "tests.yml:7:", "`to` is before `from`"),
        ("[{}]", "[{at: soon}]", "tests.yml:7:54", "whole numbers with the units"),
        ("[{}]", "[{at: 2m}]", "tests.yml:7:49", "expected outside `from` and `to`"),
        ("[{}]", "[{status: fired}]", "tests.yml:7:58", "firing, resolved"),
        ("[{}]", "[{state: firing}]", "tests.yml:7:50", "group_labels"),
        ("[{}]", "[{lost: x, contains: [y]}]", "tests.yml:7:59", "what is lost has no body"),
        ("to: 1m", "from: 2m, to: 1m", "tests.yml:7:", "`to` is before `from`"),
        (", to: 1m", "", "tests.yml:6:3", "until when the test lasts"),
        ("{labels: {alertname: A}}", "{annotations: {a: b}}", "tests.yml:5:18", "needs labels"),
        ("{alertname: A}}", "{alertname: A}, from: 2m, to: 1m}", "tests.yml:5:", "must be after `from`"),
        ("  input", "  silences: [{to: 1m}]\n  input", "tests.yml:5:14", "needs matchers"),
        ("  input", "  silences: [{matchers: ['a']}]\n  input", "tests.yml:5:", "alertname=\"Down\""),
        ("  input", "  start_timestamp: noon\n  input", "tests.yml:5:20", "2026-01-05T09:00:00Z"),
        ("  input", "  alertmanager_version: 0.24\n  input", "tests.yml:5:25", "0.25, 0.33"),
        ("  input", "  alertmanager_config: none.yml\n  input", "tests.yml:5:24", "cannot be read"),
    ] {
        let text = of(&good.replacen(right, wrong, 1));
        let came = told("mistakes", &text, &[]);
        assert_eq!(came.code, INVALID, "{wrong}: {}\n{}", came.stdout, came.stderr);
        assert!(came.stderr.contains(place), "{wrong}: {place} in\n{}", came.stderr);
        assert!(came.stderr.contains(words), "{wrong}: {words} in\n{}", came.stderr);
    }
    let came = told("mistakes", &of(good).replacen("alertmanager_config: alertmanager.yml\n", "", 1), &[]);
    assert_eq!(came.code, INVALID);
    assert!(came.stderr.contains("`notification_test` needs an Alertmanager"), "{}", came.stderr);
}

#[test]
fn mistakes_in_the_configuration_and_its_templates_are_told_with_their_places() {
    let folder = folder("alerting-told-configuration");
    let tests = of("  notification_test: [{receiver: all, to: 1m}]\n");
    for (file, text) in [("rules.yml", RULES), ("tests.yml", &tests)] {
        fs::write(folder.join(file), text).expect("files can be written");
    }
    for (config, template, place) in [
        (ALERTMANAGER.replace("group_by", "group"), TEMPLATE, "alertmanager.yml:4:3"),
        (ALERTMANAGER.to_owned(), "fine\n{{ if }}", "said.tmpl:2:"),
    ] {
        fs::write(folder.join("alertmanager.yml"), config).expect("files can be written");
        fs::write(folder.join("said.tmpl"), template).expect("files can be written");
        let (code, _, stderr) = probity(&folder, &["test", "rules", "tests.yml"]);
        assert_eq!(code, INVALID, "{stderr}");
        assert!(stderr.contains(place), "{place} in\n{stderr}");
    }
}

#[test]
fn alerts_that_nobody_looks_at_are_noted() {
    let came = told(
        "unseen",
        &of(
            "  input_alerts: [{labels: {alertname: A}}]\n  promql_expr_test: [{expr: '1', eval_time: 0s, exp_samples: [{value: 1}]}]\n",
        ),
        &[],
    );
    assert_eq!(came.code, CONTENT);
    assert!(came.stderr.contains("nobody looks at `input_alerts`"), "{}", came.stderr);
}

#[test]
fn the_worked_example_holds() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, stdout, stderr) = probity(root, &["test", "rules", "fixtures/units/notifications.test.yml"]);
    assert_eq!(code, CONTENT, "{stdout}\n{stderr}");
    assert!(stdout.contains("9 expectations in 5 tests of 1 file: all hold"), "{stdout}");
}
