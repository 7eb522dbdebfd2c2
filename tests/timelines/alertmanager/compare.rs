//! Where a server and the twin differ.

use std::collections::{BTreeMap, BTreeSet};

use probity::alerting::alertmanager::Release;

use super::{Alert, Seen, Shown, View};

/// How far a notification may be from its time, and one that was put off, whose pause is random.
const TOLERANCE_MS: i64 = 500;
const PUT_OFF_MS: i64 = 900;

/// By receiver's integration and group, in the order of time.
fn by_group(seen: Vec<Seen>) -> BTreeMap<(String, String), Vec<Seen>> {
    let mut all = BTreeMap::<_, Vec<Seen>>::new();
    for seen in seen {
        all.entry((seen.path.clone(), seen.group.clone())).or_default().push(seen);
    }
    all.values_mut().for_each(|of_group| of_group.sort_by_key(|seen| seen.at_ms));
    all
}

fn near(one: i64, other: i64) -> bool {
    (one - other).abs() <= TOLERANCE_MS
}

fn same(theirs: &Seen, ours: &Seen) -> bool {
    let late = if ours.path.starts_with("/flaky") { PUT_OFF_MS } else { TOLERANCE_MS };
    let alert = |(theirs, ours): (&Alert, &Alert)| {
        let ends = match (theirs.ends_ms, ours.ends_ms) {
            (Some(theirs), Some(ours)) => near(theirs, ours),
            (theirs, ours) => theirs == ours,
        };
        theirs.labels == ours.labels
            && theirs.resolved == ours.resolved
            && near(theirs.starts_ms, ours.starts_ms)
            && ends
    };
    (theirs.at_ms - ours.at_ms).abs() <= late
        && theirs.reason == ours.reason
        && theirs.alerts.len() == ours.alerts.len()
        && theirs.alerts.iter().zip(&ours.alerts).all(alert)
}

fn brief(seen: &[Seen]) -> String {
    let lines = seen.iter().map(|seen| {
        let alerts = seen.alerts.iter().map(|alert| {
            let end = alert.ends_ms.map_or(String::new(), |ends_ms| format!("..{ends_ms}"));
            format!("{:?} {}{end}", alert.labels.values().collect::<Vec<_>>(), alert.starts_ms)
        });
        let alerts: Vec<String> = alerts.collect();
        format!("    {} ms, {}: {}", seen.at_ms, seen.reason.as_deref().unwrap_or("-"), alerts.join("; "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The latest that anything came that both sent at about one time, in milliseconds.
pub(super) fn latest_ms(theirs: &[Seen], ours: &[Seen]) -> i64 {
    let (theirs, ours) = (by_group(theirs.to_vec()), by_group(ours.to_vec()));
    let prompt = theirs.iter().filter(|((path, _), _)| !path.starts_with("/flaky"));
    let pairs = prompt.filter_map(|(key, theirs)| ours.get(key).map(|ours| theirs.iter().zip(ours)));
    let lateness = pairs.flat_map(|pairs| {
        pairs.map(|(theirs, ours)| theirs.at_ms - ours.at_ms).take_while(|late_ms| *late_ms <= TOLERANCE_MS)
    });
    lateness.max().unwrap_or_default()
}

/// Where the two differ in what they sent.
pub(super) fn differences(theirs: Vec<Seen>, ours: Vec<Seen>) -> Vec<String> {
    let (theirs, ours) = (by_group(theirs), by_group(ours));
    let keys: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let nothing = Vec::new();
    let pairs = keys
        .into_iter()
        .map(|key| (key, theirs.get(key).unwrap_or(&nothing), ours.get(key).unwrap_or(&nothing)));
    let differing = pairs.filter(|(_, theirs, ours)| {
        theirs.len() != ours.len() || !theirs.iter().zip(*ours).all(|(theirs, ours)| same(theirs, ours))
    });
    let told = differing.map(|((path, group), theirs, ours)| {
        format!("{path} {group}\n  theirs:\n{}\n  ours:\n{}", brief(theirs), brief(ours))
    });
    told.collect()
}

/// Whether both show an alert alike. 0.25 picks one of several that inhibit by chance.
fn alike(theirs: &Shown, ours: &Shown, release: Release) -> bool {
    let inhibited = match release {
        Release::V0_25 => theirs.inhibited_by.len() == ours.inhibited_by.len(),
        Release::V0_33 => theirs.inhibited_by == ours.inhibited_by,
    };
    inhibited
        && (&theirs.labels, &theirs.fingerprint, &theirs.state)
            == (&ours.labels, &ours.fingerprint, &ours.state)
        && (&theirs.silenced_by, &theirs.receivers) == (&ours.silenced_by, &ours.receivers)
        && near(theirs.starts_ms, ours.starts_ms)
        && near(theirs.ends_ms, ours.ends_ms)
}

fn compare_alerts(theirs: &[Shown], ours: &[Shown], release: Release, at: &str, told: &mut Vec<String>) {
    let names = |all: &[Shown]| all.iter().map(|it| it.fingerprint.clone()).collect::<Vec<_>>();
    let (their_names, our_names) = (names(theirs), names(ours));
    if their_names != our_names {
        let only = |these: &[String], those: &[String]| {
            these.iter().filter(|name| !those.contains(name)).cloned().collect::<Vec<_>>()
        };
        let (theirs, ours) = (only(&their_names, &our_names), only(&our_names, &their_names));
        told.push(format!("{at}: only theirs {theirs:?}, only ours {ours:?}, else the order"));
        return;
    }
    for (theirs, ours) in theirs.iter().zip(ours).filter(|(theirs, ours)| !alike(theirs, ours, release)) {
        told.push(format!("{at}:\n  theirs: {theirs:?}\n  ours:   {ours:?}"));
    }
}

pub(super) fn compare_views(theirs: &View, ours: &View, release: Release, at_ms: i64) -> Vec<String> {
    let mut told = Vec::new();
    compare_alerts(&theirs.alerts, &ours.alerts, release, &format!("alerts at {at_ms} ms"), &mut told);
    let names = |view: &View| {
        view.groups.iter().map(|(labels, receiver, _)| (labels.clone(), receiver.clone())).collect::<Vec<_>>()
    };
    let (their_names, our_names) = (names(theirs), names(ours));
    if their_names != our_names {
        let only = |these: &[(BTreeMap<String, String>, String)],
                    those: &[(BTreeMap<String, String>, String)]| {
            these.iter().filter(|name| !those.contains(name)).cloned().collect::<Vec<_>>()
        };
        let (theirs, ours) = (only(&their_names, &our_names), only(&our_names, &their_names));
        told.push(format!(
            "groups at {at_ms} ms: only theirs {theirs:?}, only ours {ours:?}, else the order"
        ));
        return told;
    }
    for ((labels, receiver, theirs), (_, _, ours)) in theirs.groups.iter().zip(&ours.groups) {
        let at = format!("group {labels:?} of {receiver} at {at_ms} ms");
        compare_alerts(theirs, ours, release, &at, &mut told);
    }
    told
}
