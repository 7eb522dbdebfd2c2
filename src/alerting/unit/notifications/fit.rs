//! Whether a notification is the one that was expected.

use std::collections::BTreeMap;

use super::Notice;
use super::pairing::pairs;
use crate::alerting::alertmanager::NotifiedAlert;
use crate::alerting::unit::file::{ExpectedNotification, ExpectedNotified};
use crate::alerting::unit::judge::shown;
use crate::promql::Labels;

/// What speaks against it, in whole clauses; nothing if it is the one.
pub(super) fn against(expected: &ExpectedNotification, notice: &Notice) -> Vec<String> {
    let mut against = Vec::new();
    if expected.between_ms.is_some_and(|(first, last)| !(first..=last).contains(&notice.at_ms)) {
        against.push(format!("it came at {}", shown(notice.at_ms)));
    }
    let firing = notice.notification.firing();
    if expected.firing.is_some_and(|expected| expected != firing) {
        against.push(format!("it is {}", status(firing)));
    }
    if expected.kind.as_ref().is_some_and(|kind| kind.text != notice.kind) {
        against.push(format!("it went by {}", notice.kind));
    }
    let group = &notice.notification.group_labels;
    if expected.group_labels.as_ref().is_some_and(|labels| labels_of(labels) != *group) {
        against.push(format!("its group is {group}"));
    }
    if let Some(alerts) = &expected.alerts {
        against.extend(against_alerts(alerts, &notice.notification.alerts));
    }
    match (&expected.lost, &notice.body) {
        (Some(reason), Err(why)) if why.contains(reason.as_str()) => {}
        (None, Ok(body)) => against.extend(against_body(expected, body.as_deref(), notice.kind)),
        (Some(_), Ok(_)) => against.push("it was not lost".to_owned()),
        (_, Err(why)) => against.push(format!("it was lost: {why}")),
    }
    against
}

/// As statuses are written.
pub(super) const fn status(firing: bool) -> &'static str {
    if firing { "firing" } else { "resolved" }
}

/// As a set of labels, in which those that are empty are none.
pub(super) fn labels_of(labels: &BTreeMap<String, String>) -> Labels {
    Labels::new(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

fn against_alerts(expected: &[ExpectedNotified], got: &[NotifiedAlert]) -> Vec<String> {
    let mut against = Vec::new();
    if expected.len() != got.len() {
        against.push(format!("it has {} instead of {}", counted(got.len()), expected.len()));
    }
    let pairs = pairs(expected.len(), got.len(), |one, other| is_one(&expected[one], &got[other]));
    for (expected, _) in expected.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()) {
        against.push(format!("it lacks the alert {}", alert(expected)));
    }
    against
}

fn is_one(expected: &ExpectedNotified, got: &NotifiedAlert) -> bool {
    let annotation = |name: &String| got.annotations.get(name).map_or("", String::as_str);
    expected.firing.is_none_or(|firing| firing != got.resolved())
        && expected.labels.iter().all(|(name, value)| got.labels.value(name) == value)
        && expected.annotations.iter().all(|(name, value)| annotation(name) == value)
}

/// An alert that is expected, in a line.
pub(super) fn alert(expected: &ExpectedNotified) -> String {
    let pairs = |pairs: &BTreeMap<String, String>| {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        format!("{{{}}}", pairs.join(", "))
    };
    let mut text = expected.firing.map_or_else(String::new, |firing| format!("{} ", status(firing)));
    text.push_str(&pairs(&expected.labels));
    if !expected.annotations.is_empty() {
        text.push_str(&format!(" with {}", pairs(&expected.annotations)));
    }
    text
}

/// One alert or several.
pub(super) fn counted(alerts: usize) -> String {
    if alerts == 1 { "one alert".to_owned() } else { format!("{alerts} alerts") }
}

fn against_body(expected: &ExpectedNotification, body: Option<&str>, kind: &str) -> Vec<String> {
    if expected.contains.is_empty() && expected.lacks.is_empty() {
        return Vec::new();
    }
    let Some(body) = body else {
        return vec![format!("what {kind} sends is not made here, so its body cannot be looked at")];
    };
    let read = serde_json::from_str(body).unwrap_or_default();
    let says = |text: &&String| body.contains(text.as_str()) || is_said(&read, text);
    let missing = expected.contains.iter().filter(|text| !says(text));
    let missing = missing.map(|text| format!("its body has no {text:?}"));
    let unwanted = expected.lacks.iter().filter(says).map(|text| format!("its body has {text:?}"));
    missing.chain(unwanted).collect()
}

/// Whether a text of a JSON document has another in it: what is escaped there is not in what is looked for.
fn is_said(value: &serde_json::Value, wanted: &str) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains(wanted),
        serde_json::Value::Array(items) => items.iter().any(|item| is_said(item, wanted)),
        serde_json::Value::Object(fields) => fields.values().any(|field| is_said(field, wanted)),
        _ => false,
    }
}
