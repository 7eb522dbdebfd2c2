//! What the HTTP interface shows of alerts and groups, and in which order.

use probity::alerting::alertmanager::Release;

use super::{BOTH, Delivery, SIMPLE, START_MS, firing, played};

#[test]
fn alerts_of_a_group_stand_by_job_then_instance_then_labels() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        let all = [
            "g=o a=1",
            "g=o job=b instance=z",
            "g=o job=b instance=y",
            "g=o instance=y",
            "g=o z=1 b=2",
            "g=o z=1 a=2",
            "g=o job=b",
        ];
        played.post(0, all.map(|labels| firing(labels, 0)));
        let expected = [
            "g=o instance=y job=b",
            "g=o instance=z job=b",
            "g=o job=b",
            "g=o instance=y",
            "a=1 g=o",
            "b=2 g=o z=1",
            "a=2 g=o z=1",
        ];
        let text = |labels: &probity::promql::Labels| {
            labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        let sent = played.until(2_000, |_| Delivery::Taken);
        assert_eq!(sent[0].alerts.iter().map(|it| text(&it.labels)).collect::<Vec<_>>(), expected);
        let groups = played.engine.groups(START_MS + 2_000);
        assert_eq!(groups[0].alerts.iter().map(|it| text(&it.labels)).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn labels_in_keys_are_quoted_as_go_quotes() {
    let mut played = played(SIMPLE, Release::V0_33);
    let value = "\0\u{7f}\u{a0}é\"\\\n\u{200b}😀\u{e0001}";
    let mut odd = firing("", 0);
    odd.labels = probity::promql::Labels::new([("g", value)]);
    played.post(0, [odd]);
    let sent = played.until(2_000, |_| Delivery::Taken);
    assert_eq!(sent[0].group_key, "{}:{g=\"\\x00\\x7f\\u00a0é\\\"\\\\\\n\\u200b😀\\U000e0001\"}");
}

#[test]
fn groups_that_an_interval_keeps_quiet_say_so_in_033_once_they_were_flushed() {
    let text = "
route:
  receiver: w
  group_by: [g]
  group_wait: 1s
  routes:
  - {matchers: [r=\"mute\"], receiver: m, mute_time_intervals: [always], continue: true}
  - {matchers: [r=\"mute\"], receiver: m, active_time_intervals: [never]}
receivers: [{name: w}, {name: m, webhook_configs: [{url: 'http://m'}]}]
time_intervals:
- {name: always, time_intervals: [{years: ['2020:2099']}]}
- {name: never, time_intervals: [{years: ['2090:2099']}]}
";
    for (release, state) in [(Release::V0_25, "active"), (Release::V0_33, "suppressed")] {
        let mut played = played(text, release);
        played.post(0, [firing("g=1 r=mute", 0)]);
        assert!(
            played.engine.groups(START_MS).iter().all(|group| group.alerts[0].status.muted_by.is_empty())
        );
        assert_eq!(played.taken(2_000), [""; 0]);
        let groups = played.engine.groups(START_MS + 2_000);
        let mut by: Vec<&[String]> =
            groups.iter().map(|group| &group.alerts[0].status.muted_by[..]).collect();
        by.sort();
        let expected: [&[&str]; 2] =
            if release == Release::V0_25 { [&[], &[]] } else { [&["always"], &["never"]] };
        assert_eq!(by, expected);
        assert!(groups.iter().all(|group| group.alerts[0].status.state == state));
        let alert = &played.engine.alerts(START_MS + 2_000)[0];
        assert_eq!((alert.status.state, alert.status.muted_by.len()), ("active", 0));
        assert_eq!(alert.receivers, ["m", "m"]);
    }
}
