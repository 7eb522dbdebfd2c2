//! Where the real chain and ours differ.

use std::collections::{BTreeMap, BTreeSet};

use probity::promql::{Labels, is_stale};
use serde_json::Value;

use super::racy::{Key, Racy, joined};
use super::servers::{Played, Points};
use super::twin::Twin;
use super::world::Arrived;

/// How far a notification may be from its time, in milliseconds.
const TOLERANCE_MS: i64 = 450;

/// How many were compared, and where they differ.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) samples: usize,
    pub(super) notifications: usize,
    pub(super) groups: usize,
    /// The timelines that any notification told of.
    pub(super) timelines: BTreeSet<String>,
    pub(super) late_ms: i64,
    pub(super) differences: Vec<String>,
}

pub(super) fn compare(played: &Played, twin: &Twin) -> Verdict {
    let mut verdict = Verdict::default();
    states(played, twin, &mut verdict);
    notifications(played, twin, &mut verdict);
    verdict
}

/// Alerts as series, and what rules recorded, sample by sample.
fn states(played: &Played, twin: &Twin, verdict: &mut Verdict) {
    let written = |labels: &Labels| !["signal", "up"].contains(&labels.metric());
    let cut = |points: &[(i64, f64)]| -> Vec<(i64, f64)> {
        let within = points.iter().copied();
        within.filter(|(at_ms, value)| *at_ms < played.until_ms && !is_stale(*value)).collect()
    };
    let theirs: Points = played.series.iter().map(|(labels, points)| (labels.clone(), cut(points))).collect();
    let ours: Points = twin
        .storage
        .iter()
        .map(|series| {
            let points = series.times().iter().copied().zip(series.values().iter().copied());
            (series.labels().clone(), cut(&points.collect::<Vec<_>>()))
        })
        .collect();
    let keys: BTreeSet<&Labels> = theirs.keys().chain(ours.keys()).filter(|labels| written(labels)).collect();
    let nothing = Vec::new();
    for labels in keys {
        let (theirs, ours) = (theirs.get(labels).unwrap_or(&nothing), ours.get(labels).unwrap_or(&nothing));
        verdict.samples += theirs.len();
        if theirs != ours {
            verdict.differences.push(format!("{labels}:\n  theirs: {theirs:?}\n  ours:   {ours:?}"));
        }
    }
}

/// By integration and group.
type Groups<'a> = BTreeMap<(&'a str, Key), Vec<&'a Arrived>>;

fn by_group<'a>(told: &'a [Arrived], until_ms: i64, racy: &Racy) -> Groups<'a> {
    let mut all = Groups::new();
    for arrived in told.iter().filter(|arrived| arrived.at_ms < until_ms) {
        let key = key(arrived);
        if racy.certain(&key, arrived.at_ms) {
            all.entry((&arrived.path, key)).or_default().push(arrived);
        }
    }
    all
}

/// The group of a message: webhooks have it, the chat's integration has it for an id.
fn key(arrived: &Arrived) -> Key {
    let body: Value = serde_json::from_str(&arrived.body).expect("JSON");
    let receiver = arrived.path.split('/').nth(1).expect("a receiver").to_owned();
    if let Some(id) = body["attachments"][0]["callback_id"].as_str() {
        return (receiver, id.to_owned());
    }
    let labels: BTreeMap<String, String> =
        serde_json::from_value(body["groupLabels"].clone()).expect("labels are texts");
    (receiver, joined(labels.values().map(String::as_str)))
}

fn notifications(played: &Played, twin: &Twin, verdict: &mut Verdict) {
    let theirs = by_group(&played.arrived, played.until_ms, &twin.racy);
    let ours = by_group(&twin.told, played.until_ms, &twin.racy);
    let keys: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let nothing = Vec::new();
    for key in keys {
        let (theirs, ours) = (theirs.get(key).unwrap_or(&nothing), ours.get(key).unwrap_or(&nothing));
        verdict.groups += 1;
        verdict.notifications += theirs.len();
        for arrived in theirs {
            let parts = arrived.body.split("\"timeline\":\"").skip(1);
            verdict.timelines.extend(parts.filter_map(|part| part.split('"').next()).map(str::to_owned));
        }
        let pairs = || theirs.iter().zip(ours);
        let late_ms = pairs().map(|(theirs, ours)| (theirs.at_ms - ours.at_ms).abs()).max().unwrap_or(0);
        verdict.late_ms = verdict.late_ms.max(late_ms);
        let alike = theirs.len() == ours.len() && pairs().all(|(theirs, ours)| theirs.body == ours.body);
        if !alike || late_ms > TOLERANCE_MS {
            let told = [("theirs", theirs), ("ours", ours)].map(|(whose, told)| {
                let lines = told.iter().map(|one| brief(one, played.begin_ms)).collect::<Vec<_>>();
                format!("  {whose}:\n{}", lines.join("\n"))
            });
            let differs = pairs().find(|(theirs, ours)| theirs.body != ours.body);
            let differs = differs.map_or(String::new(), |(theirs, ours)| {
                format!("\n  first bodies that differ:\n    {}\n    {}", theirs.body.trim(), ours.body.trim())
            });
            verdict.differences.push(format!("{} {:?}\n{}{differs}", key.0, key.1, told.join("\n")));
        }
    }
}

fn brief(arrived: &Arrived, begin_ms: i64) -> String {
    let body: Value = serde_json::from_str(&arrived.body).expect("JSON");
    let alerts = body["alerts"].as_array().into_iter().flatten().map(|alert| {
        let labels: BTreeMap<String, String> =
            serde_json::from_value(alert["labels"].clone()).expect("labels are texts");
        let labels = joined(labels.values().map(String::as_str));
        let end = if alert["status"] == "resolved" { alert["endsAt"].as_str() } else { None };
        format!("{labels} {}..{}", alert["startsAt"].as_str().unwrap_or("?"), end.unwrap_or(""))
    });
    let alerts = alerts.collect::<Vec<_>>().join("; ");
    let reason = body["notification_reason"].as_str().unwrap_or("-");
    format!("    {} ms, {reason}: {alerts}", arrived.at_ms - begin_ms)
}
