//! Groups from the first alert to the last.

use probity::alerting::alertmanager::{Reason, Release};

use super::{BOTH, Delivery, SIMPLE, alert, firing, played};

#[test]
fn a_group_waits_then_tells_what_changed_at_its_interval() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [firing("g=1 n=a", 0)]);
        assert_eq!(played.taken(2_999), ["2000 w/0 a"]);
        played.post(3_000, [firing("g=1 n=b", 3_000)]);
        assert_eq!(played.taken(8_000), ["7000 w/0 a b"]);
        played.post(8_000, [alert("g=1 n=a", Some(0), Some(8_000))]);
        assert_eq!(played.taken(12_000), ["12000 w/0 a! b"]);
    }
}

#[test]
fn an_unchanged_group_is_repeated_at_the_first_flush_after_the_repeat_interval() {
    let mut played = played(SIMPLE, Release::V0_33);
    played.post(0, [firing("g=1 n=a", 0)]);
    assert_eq!(played.taken(40_000), ["2000 w/0 a", "17000 w/0 a", "32000 w/0 a"]);
}

#[test]
fn a_repeat_interval_that_is_a_multiple_of_the_group_interval_is_kept_unless_deliveries_take_time() {
    let text = SIMPLE.replace("12s", "10s");
    let mut quick = played(&text, Release::V0_33);
    quick.post(0, [firing("g=1 n=a", 0)]);
    assert_eq!(quick.taken(25_000), ["2000 w/0 a", "12000 w/0 a", "22000 w/0 a"]);
    let mut slow = played(&text, Release::V0_33);
    slow.post(0, [firing("g=1 n=a", 0)]);
    let id = slow.advance(2_000)[0].id;
    slow.settle(2_100, id, &Delivery::Taken);
    assert_eq!(slow.taken(25_000), ["17000 w/0 a"]);
}

#[test]
fn an_emptied_group_vanishes_at_once_in_033_and_lingers_until_maintenance_in_025() {
    let starts = |release| {
        let mut played = played(SIMPLE, release);
        played.post(0, [firing("g=1 n=a", 0)]);
        played.taken(2_000);
        played.post(3_000, [alert("g=1 n=a", Some(0), Some(3_000))]);
        played.taken(7_000);
        assert_eq!(played.due_ms(), None, "nothing is waited for once all is told");
        played.post(8_000, [firing("g=1 n=a", 8_000)]);
        played.taken(29_000)
    };
    assert_eq!(starts(Release::V0_33)[0], "10000 w/0 a");
    assert_eq!(starts(Release::V0_25)[0], "12000 w/0 a", "the timer of the old group");
    let mut later = played(SIMPLE, Release::V0_25);
    later.post(0, [firing("g=1 n=a", 0)]);
    later.taken(2_000);
    later.post(3_000, [alert("g=1 n=a", Some(0), Some(3_000))]);
    later.taken(7_000);
    later.post(31_000, [firing("g=1 n=a", 31_000)]);
    assert_eq!(later.taken(34_000), ["33000 w/0 a"], "maintenance at 30 s has taken the group away");
}

#[test]
fn what_nobody_heard_of_ends_in_silence() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [alert("g=1 n=a", Some(-1_000), Some(-500))]);
        played.post(0, [firing("g=2 n=b", 0)]);
        played.post(1_000, [alert("g=2 n=b", Some(0), Some(1_000))]);
        assert_eq!(played.taken(60_000), [""; 0]);
        assert_eq!(played.due_ms(), None);
    }
}

#[test]
fn a_resolved_alert_opens_a_group_whose_wait_counts_for_the_next() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [alert("g=1 n=a", Some(-1_000), Some(-500))]);
        played.post(1_500, [firing("g=1 n=b", 1_500)]);
        assert_eq!(played.taken(2_500), ["2000 w/0 a! b"]);
    }
}

#[test]
fn an_old_alert_does_not_wait_for_the_group_it_opens() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(1_000, [firing("g=1 n=old", -20_000)]);
        played.post(1_000, [firing("g=1 n=young", 1_000)]);
        assert_eq!(played.taken(6_000), ["1000 w/0 old young"]);
    }
}

#[test]
fn an_old_alert_hurries_a_group_that_waits_in_025_but_not_in_033() {
    let starts = |release| {
        let mut played = played(SIMPLE, release);
        played.post(0, [firing("g=1 n=young", 0)]);
        played.post(1_000, [firing("g=1 n=old", -20_000)]);
        played.taken(3_000)
    };
    assert_eq!(starts(Release::V0_25), ["1000 w/0 old young"]);
    assert_eq!(starts(Release::V0_33), ["2000 w/0 old young"]);
}

#[test]
fn an_alert_that_nobody_reports_again_ends_after_the_resolve_timeout() {
    for release in BOTH {
        let text = format!("global: {{resolve_timeout: 4s}}\n{}", SIMPLE.trim_start());
        let mut played = played(&text, release);
        played.post(0, [alert("g=1 n=a", Some(0), None)]);
        assert_eq!(played.taken(10_000), ["2000 w/0 a", "7000 w/0 a!"]);
    }
}

#[test]
fn each_reason_is_told() {
    let mut played = played(SIMPLE, Release::V0_33);
    let mut reasons = Vec::new();
    let mut go_on = |played: &mut super::Played, until_ms| {
        reasons.extend(played.until(until_ms, |_| Delivery::Taken).into_iter().map(|it| it.reason));
    };
    played.post(0, [firing("g=1 n=a", 0)]);
    go_on(&mut played, 3_000);
    played.post(3_000, [firing("g=1 n=b", 3_000)]);
    go_on(&mut played, 8_000);
    played.post(8_000, [alert("g=1 n=b", Some(3_000), Some(8_000))]);
    go_on(&mut played, 28_000);
    played.post(28_000, [alert("g=1 n=a", Some(0), Some(28_000))]);
    go_on(&mut played, 33_000);
    played.post(34_000, [firing("g=1 n=a", 34_000)]);
    go_on(&mut played, 37_000);
    let expected = [
        Reason::FirstNotification,
        Reason::NewAlertsInGroup,
        Reason::NewResolvedAlerts,
        Reason::RepeatIntervalElapsed,
        Reason::AllAlertsResolved,
        Reason::FirstNotification,
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn routes_that_go_on_make_a_group_each_and_dots_a_group_of_every_alert() {
    let text = "
route:
  receiver: w
  group_by: [g]
  group_wait: 2s
  group_interval: 5s
  routes:
  - {matchers: [n=~\"a|b\"], receiver: x, group_by: ['...'], group_wait: 1s, continue: true}
  - {matchers: [n=\"a\"], receiver: y}
receivers: [{name: w, webhook_configs: [{url: 'http://w'}]}, {name: x, webhook_configs: [{url: 'http://x'}]},
  {name: y, webhook_configs: [{url: 'http://y'}]}]
";
    let mut played = played(text, Release::V0_33);
    played.post(0, [firing("g=1 n=a", 0), firing("g=1 n=b", 0), firing("g=1 n=c", 0)]);
    let all = played.until(3_000, |_| Delivery::Taken);
    let keys: Vec<&str> = all.iter().map(|it| it.group_key.as_str()).collect();
    let expected = [
        "{}/{n=~\"a|b\"}:{g=\"1\", n=\"a\"}",
        "{}/{n=~\"a|b\"}:{g=\"1\", n=\"b\"}",
        "{}/{n=\"a\"}:{g=\"1\"}",
        "{}:{g=\"1\"}",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn thirty_days_with_an_incident_a_week_take_few_steps() {
    let text = SIMPLE.replace("5s", "5m").replace("12s", "4h");
    let mut played = played(&text, Release::V0_33);
    let mut steps = 0;
    for week in 0..4_i64 {
        let at_ms = week * 7 * 86_400_000;
        played.post(at_ms, [firing("g=1 n=a", at_ms)]);
        for until_ms in [at_ms + 3_600_000, at_ms + 7 * 86_400_000 - 1] {
            while let Some(due_ms) = played.due_ms().filter(|due_ms| *due_ms <= until_ms) {
                played.taken(due_ms);
                steps += 1;
            }
            played.post(until_ms, [alert("g=1 n=a", Some(at_ms), Some(at_ms + 3_600_000))]);
        }
    }
    assert!(steps < 80, "{steps} steps");
}
