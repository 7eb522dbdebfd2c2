//! Alerts that keep others quiet.

use probity::alerting::alertmanager::Release;

use super::{BOTH, Played, alert, firing, played};

const TEXT: &str = "
route: {receiver: w, group_by: [case, n], group_wait: 1s, group_interval: 3s}
inhibit_rules:
- {source_matchers: [sev=\"c\"], target_matchers: [sev=\"w\"], equal: [case]}
- {source_matchers: [a=~\".+\"], target_matchers: [b=~\".+\"], equal: [case]}
receivers: [{name: w, webhook_configs: [{url: 'http://w'}]}]
";

/// Who keeps an alert quiet, by the label `n`.
fn by(played: &Played, name: &str, now_ms: i64) -> Option<String> {
    let alerts = played.engine.alerts(super::START_MS + now_ms);
    let of = alerts.iter().find(|it| it.labels.value("n") == name).expect("it is shown");
    let [source] = &of.status.inhibited_by[..] else {
        assert_eq!(of.status.state, "active");
        return None;
    };
    assert_eq!(of.status.state, "suppressed");
    alerts.iter().find(|it| it.fingerprint == *source).map(|it| it.labels.value("n").to_owned())
}

#[test]
fn a_source_keeps_targets_with_equal_labels_quiet_while_it_fires() {
    for release in BOTH {
        let mut played = played(TEXT, release);
        played.post(0, [firing("case=1 n=t sev=w", 0), firing("case=1 n=c sev=c", 0)]);
        played.post(0, [firing("case=2 n=u sev=w", 0)]);
        assert_eq!(by(&played, "t", 0), Some("c".to_owned()));
        assert_eq!(by(&played, "u", 0), None);
        assert_eq!(played.taken(1_000), ["1000 w/0 c", "1000 w/0 u"]);
        played.post(2_000, [alert("case=1 n=c sev=c", Some(0), Some(2_000))]);
        assert_eq!(played.taken(4_000), ["4000 w/0 t", "4000 w/0 c!"]);
    }
}

#[test]
fn when_one_of_two_sources_ends_033_forgets_the_other_until_it_is_reported_again() {
    for (release, left) in [(Release::V0_25, Some("d".to_owned())), (Release::V0_33, None)] {
        let mut played = played(TEXT, release);
        played.post(0, [firing("case=1 n=t sev=w", 0)]);
        played.post(0, [alert("case=1 n=d sev=c", Some(0), None), firing("case=1 n=c sev=c", 0)]);
        played.post(1_000, [alert("case=1 n=c sev=c", Some(0), Some(1_000))]);
        assert_eq!(by(&played, "t", 1_000), left, "{release:?}");
        played.post(2_000, [alert("case=1 n=d sev=c", Some(0), None)]);
        assert_eq!(by(&played, "t", 2_000), Some("d".to_owned()));
    }
}

#[test]
fn maintenance_after_15_minutes_makes_033_forget_a_source_that_fires() {
    for (release, left) in [(Release::V0_25, Some("d".to_owned())), (Release::V0_33, None)] {
        let mut played = played(TEXT, release);
        played.post(0, [alert("case=1 n=c sev=c", Some(-1_000), Some(1_000))]);
        played.post(0, [firing("case=1 n=d sev=c", 0), firing("case=1 n=t sev=w", 0)]);
        assert_eq!(by(&played, "t", 899_999), Some("d".to_owned()));
        assert_eq!(by(&played, "t", 900_000), left, "{release:?}");
    }
}

#[test]
fn what_is_source_and_target_is_not_kept_quiet_by_another_that_is_both() {
    for release in BOTH {
        let mut played = played(TEXT, release);
        played.post(0, [firing("case=1 n=x a=1 b=1", 0), firing("case=1 n=y a=1 b=1", 0)]);
        assert_eq!((by(&played, "x", 0), by(&played, "y", 0)), (None, None));
    }
    // 0.33 looks at the source that was reported last, 0.25 finds the one that may.
    for (release, quiet) in [(Release::V0_25, Some("s".to_owned())), (Release::V0_33, None)] {
        let mut played = played(TEXT, release);
        played.post(0, [firing("case=1 n=s a=1", 0), firing("case=1 n=x a=1 b=1", 0)]);
        assert_eq!(by(&played, "x", 0), quiet, "{release:?}");
    }
}
