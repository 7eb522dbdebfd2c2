//! Rules as they are shown.

use std::collections::BTreeMap;

use serde::Serialize;

use super::asked::Asked;
use crate::alerting::rules::{AlertView, GroupView, RuleView};
use crate::promql::Dialect;
use crate::stack::embedded::prometheus::api::status::at;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    name: String,
    file: String,
    rules: Vec<Rule>,
    interval: f64,
    limit: usize,
    evaluation_time: f64,
    last_evaluation: String,
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Rule {
    Alerting(Alerting),
    Recording(Recording),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Alerting {
    state: &'static str,
    name: String,
    query: String,
    duration: f64,
    keep_firing_for: f64,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// Null where nobody wants to see them.
    alerts: Option<Vec<Alert>>,
    health: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    last_error: String,
    evaluation_time: f64,
    last_evaluation: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    name: String,
    query: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    health: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    last_error: String,
    evaluation_time: f64,
    last_evaluation: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    state: &'static str,
    active_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_since: Option<String>,
    value: String,
}

pub(super) fn group(view: &GroupView, asked: &Asked<'_>, dialect: Dialect) -> Group {
    let rules = view.rules.iter().filter(|rule| asked.wants(rule));
    let with_alerts = !(asked.without_alerts && dialect == Dialect::V3);
    Group {
        name: view.name.clone(),
        file: view.file.clone(),
        rules: rules.map(|view| rule(view, with_alerts)).collect(),
        interval: seconds(view.interval_ms),
        limit: view.limit,
        evaluation_time: view.evaluation_s,
        last_evaluation: at(view.last_evaluation_ms),
    }
}

fn rule(view: &RuleView, with_alerts: bool) -> Rule {
    let (name, query, labels) = (view.name.clone(), view.query.clone(), view.labels.clone());
    let (last_error, evaluation_time) = (view.last_error.clone(), view.evaluation_s);
    let (health, last_evaluation) = (view.health, at(view.last_evaluation_ms));
    if !view.alert {
        let kind = "recording";
        return Rule::Recording(Recording {
            name,
            query,
            labels,
            health,
            last_error,
            evaluation_time,
            last_evaluation,
            kind,
        });
    }
    Rule::Alerting(Alerting {
        state: view.state,
        name,
        query,
        duration: seconds(view.for_ms),
        keep_firing_for: seconds(view.keep_firing_for_ms),
        labels,
        annotations: view.annotations.clone(),
        alerts: with_alerts.then(|| view.alerts.iter().map(alert).collect()),
        health,
        last_error,
        evaluation_time,
        last_evaluation,
        kind: "alerting",
    })
}

pub(super) fn alert(view: &AlertView) -> Alert {
    Alert {
        labels: view.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        annotations: view.annotations.clone(),
        state: view.state,
        active_at: at(Some(view.active_at_ms)),
        keep_firing_since: view.keep_firing_since_ms.map(|since| at(Some(since))),
        value: exponential(view.value),
    }
}

/// A float as Go's `%e` writes it with as few digits as it needs.
fn exponential(value: f64) -> String {
    if !value.is_finite() {
        return crate::promql::format_float(value);
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}
