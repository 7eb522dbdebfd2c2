//! When groups are evaluated, and what they leave.

use probity::alerting::rules::{AlertState, Evaluation, Manager, Settings};
use probity::promql::{Labels, Options, Storage, is_stale};

use super::rule_file;

fn manager(rules: &str) -> Manager {
    let settings = Settings {
        options: Options::default(),
        evaluation_interval_ms: 10_000,
        query_offset_ms: 0,
        external_labels: Labels::empty(),
        external_url: "http://prometheus:9090".to_owned(),
        resend_delay_ms: 60_000,
        started_ms: 0,
    };
    Manager::new(vec![("rules.yml".to_owned(), rule_file(rules))], settings).expect("the rules are sound")
}

/// Evaluates until a time while `x` is 1 within some spans of seconds and gone outside.
fn over(manager: &mut Manager, until_s: i64, present: &[std::ops::Range<i64>]) -> (Storage, Vec<Evaluation>) {
    let mut storage = Storage::new();
    let x = storage.series(&Labels::new([("__name__", "x"), ("who", "me")]));
    let mut all = Vec::new();
    while let Some(due_ms) = manager.next_due_ms().filter(|due_ms| *due_ms <= 1000 * until_s) {
        let here = present.iter().any(|span| span.contains(&(due_ms / 1000)));
        let value = if here { 1.0 } else { probity::promql::stale_marker() };
        storage.push(x, due_ms, value).expect("time goes on");
        all.push(manager.evaluate(due_ms, &mut storage));
    }
    (storage, all)
}

/// Seconds and values of the series of a metric, each a line.
fn written(storage: &Storage, metric: &str) -> Vec<String> {
    let series = storage.iter().filter(|series| series.labels().metric() == metric);
    let mut lines: Vec<String> = series
        .map(|series| {
            let points = series.times().iter().zip(series.values()).map(|(at_ms, value)| {
                if is_stale(*value) {
                    format!("end@{}", at_ms / 1000)
                } else {
                    format!("{value}@{}", at_ms / 1000)
                }
            });
            format!("{} {}", series.labels().without_name(), points.collect::<Vec<_>>().join(" "))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn groups_are_evaluated_at_their_own_intervals_in_the_order_of_the_file() {
    let mut manager = manager(
        "groups:\n  - {name: slow, interval: 20s, rules: [{record: y, expr: z + 1}]}\n  - {name: fast, rules: \
         [{record: z, expr: time()}]}\n",
    );
    let (storage, _) = over(&mut manager, 45, &[]);
    assert_eq!(written(&storage, "z"), ["{} 10@10 20@20 30@30 40@40"]);
    // The slow one stands first: it sees what the fast one wrote before.
    assert_eq!(written(&storage, "y"), ["{} 11@20 31@40"]);
    assert_eq!(manager.next_due_ms(), Some(50_000));
}

const ALERT: &str = "groups:\n  - name: g\n    rules:\n      - {alert: A, expr: x, for: 10s, keep_firing_for: 20s, \
                     labels: {n: '{{ $value }}'}, annotations: {seen: '{{ $labels.who }}'}}\n";

#[test]
fn alerts_are_written_down_from_the_third_evaluation_on_and_sent_before() {
    let mut manager = manager(ALERT);
    let (storage, evaluations) = over(&mut manager, 70, std::slice::from_ref(&(10..31)));
    assert_eq!(
        written(&storage, "ALERTS"),
        [r#"{alertname="A", alertstate="firing", n="1", who="me"} 1@30 1@40 1@50 end@60"#]
    );
    assert_eq!(
        written(&storage, "ALERTS_FOR_STATE"),
        [r#"{alertname="A", n="1", who="me"} 10@30 10@40 10@50 end@60"#]
    );
    let sent: Vec<_> = evaluations.iter().map(|evaluation| evaluation.sent.len()).collect();
    assert_eq!(sent, [0, 1, 0, 0, 0, 1, 0]);
    assert_eq!(evaluations[5].sent[0].ends_at_ms, 60_000);
}

#[test]
fn every_change_of_an_alert_is_told_once() {
    let mut manager = manager(ALERT);
    let (_, evaluations) = over(&mut manager, 130, &[10..11, 30..50, 90..130]);
    let told: Vec<_> = evaluations
        .iter()
        .flat_map(|evaluation| &evaluation.transitions)
        .map(|told| (told.at_ms / 1000, told.before, told.alert.state, told.dropped))
        .collect();
    use AlertState::{Firing, Pending, Resolved};
    assert_eq!(
        told,
        [
            (10, None, Pending, false),
            (20, Some(Pending), Pending, true),
            (30, None, Pending, false),
            (40, Some(Pending), Firing, false),
            (70, Some(Firing), Resolved, false),
            (90, Some(Resolved), Pending, false),
            (100, Some(Pending), Firing, false),
        ]
    );
}

#[test]
fn a_rule_that_cannot_be_evaluated_is_told_and_shown() {
    let mut manager = manager(
        "groups:\n  - name: g\n    rules:\n      - {record: y, expr: 'label_replace(x, \"who\", \"\", \"\", \"\") or \
         on() x * on() group_left() (x or label_replace(x, \"a\", \"b\", \"\", \"\"))'}\n",
    );
    let (storage, evaluations) = over(&mut manager, 10, std::slice::from_ref(&(10..11)));
    let views = manager.groups(&storage);
    let rule = &views[0].rules[0];
    assert_eq!((rule.health, rule.alert), ("err", false));
    assert_eq!(evaluations[0].errors, [("g".to_owned(), "y".to_owned(), rule.last_error.clone())]);
    assert_eq!(views[0].last_evaluation_ms, Some(10_000));
}

#[test]
fn a_look_shows_alerts_with_what_their_templates_yield() {
    let mut manager = manager(ALERT);
    let (storage, _) = over(&mut manager, 60, std::slice::from_ref(&(10..41)));
    let views = manager.groups(&storage);
    let rule = &views[0].rules[0];
    assert_eq!(
        (rule.state, rule.health, rule.for_ms, rule.keep_firing_for_ms),
        ("firing", "ok", 10_000, 20_000)
    );
    assert_eq!(rule.annotations["seen"], "{{ $labels.who }}");
    let alert = &rule.alerts[0];
    assert_eq!(alert.annotations["seen"], "me");
    assert_eq!((alert.active_at_ms, alert.keep_firing_since_ms, alert.value), (10_000, Some(50_000), 1.0));
}
