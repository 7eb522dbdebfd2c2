//! What is filled in and refused when alerts are reported.

use std::collections::BTreeMap;

use probity::alerting::alertmanager::{PostedAlert, Release};

use super::{BOTH, Played, SIMPLE, START_MS, alert, firing, played};

fn post(played: &mut Played, alerts: Vec<PostedAlert>) -> Result<(), Vec<String>> {
    played.engine.post(START_MS, alerts)
}

#[test]
fn the_sound_are_taken_and_the_others_refused_in_alertmanagers_words() {
    let all = || {
        let annotated = BTreeMap::from([("1-b".to_owned(), "x".to_owned())]);
        vec![
            alert("", None, None),
            alert("a=", None, None),
            alert("1a=x", None, None),
            PostedAlert { annotations: annotated, ..alert("n=c", None, None) },
            alert("n=d", Some(10), Some(9)),
            alert("n=e", Some(86_400_000), None),
            alert("n=ok", None, None),
        ]
    };
    let (nothing, order) = ("at least one label pair required", "start time must be before end time");
    let names = ["invalid label set: invalid name \"1a\"", "invalid annotations: invalid name \"1-b\""];
    let mut old = played(SIMPLE, Release::V0_25);
    let expected = [nothing, nothing, names[0], names[1], order, order].map(str::to_owned).to_vec();
    assert_eq!(post(&mut old, all()), Err(expected));
    assert_eq!(old.taken(2_000), ["2000 w/0 ok"]);
    let mut new = played(SIMPLE, Release::V0_33);
    assert_eq!(post(&mut new, all()), Err([nothing, nothing, order, order].map(str::to_owned).to_vec()));
    assert_eq!(new.taken(2_000), ["2000 w/0 c ok "], "newer releases take any name");
}

#[test]
fn times_that_are_not_given_are_now_the_end_or_the_resolve_timeout() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [alert("n=a", None, None), alert("n=b", None, Some(60_000))]);
        let shown = played.engine.alerts(START_MS);
        let times = |name: &str| {
            let of = shown.iter().find(|it| it.labels.value("n") == name).expect("it is shown");
            (of.starts_at_ms - START_MS, of.ends_at_ms - START_MS)
        };
        assert_eq!((times("a"), times("b")), ((0, 300_000), (60_000, 60_000)));
    }
}

#[test]
fn reports_that_overlap_are_merged() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        let times = |played: &Played| {
            let shown = played.engine.alerts(START_MS + 3_000);
            shown.first().map(|it| (it.starts_at_ms - START_MS, it.ends_at_ms - START_MS))
        };
        played.post(0, [alert("n=a", Some(-3_000), Some(1_000_000))]);
        // Reported from a later start with no end: the first start and the end that was said stay.
        played.post(1_000, [alert("n=a", Some(500), None)]);
        assert_eq!(times(&played), Some((-3_000, 1_000_000)));
        // An end in the past ends it; what comes later is another.
        played.post(2_500, [alert("n=a", Some(1_500), Some(2_400))]);
        assert_eq!(times(&played), None);
        played.post(2_600, [alert("n=a", Some(2_600), None)]);
        assert_eq!(times(&played), Some((2_600, 302_600)));
    }
}

#[test]
fn fingerprints_are_alertmanagers() {
    let mut played = played(SIMPLE, Release::V0_33);
    played.post(0, [firing("a=x", 0), firing("g=o job=b", 0), firing("a=2 g=o z=1", 0)]);
    let all: Vec<String> = played.engine.alerts(START_MS).into_iter().map(|it| it.fingerprint).collect();
    assert_eq!(all, ["321b22870d78a496", "6012e33baa9713a5", "d2c7718192a8a294"]);
}
