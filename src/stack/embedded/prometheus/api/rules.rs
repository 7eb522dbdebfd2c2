//! Rules, their alerts, and who is sent those.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::answer::Answer;
use super::params::Params;
use super::query::answer;
use crate::alerting::rules::{AlertView, GroupView, RuleView};
use crate::promql::{Labels, Selection};
use crate::stack::embedded::prometheus::Look;

#[derive(Serialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    file: String,
    rules: Vec<Rule>,
    interval: f64,
    limit: usize,
    evaluation_time: f64,
    last_evaluation: String,
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
    alerts: Vec<Alert>,
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
struct Alert {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    state: &'static str,
    active_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_since: Option<String>,
    value: String,
}

/// What is asked for of rules.
struct Asked<'a> {
    kind: Option<&'a str>,
    names: Vec<&'a str>,
    groups: Vec<&'a str>,
    files: Vec<&'a str>,
    selections: Vec<Selection>,
    alerts: bool,
}

impl<'a> Asked<'a> {
    fn new(look: &Look<'_>, params: &'a Params) -> Result<Asked<'a>, Answer> {
        let kind = params.get("type");
        if let Some(kind) = kind.filter(|kind| !["alert", "record"].contains(kind)) {
            return Err(Answer::bad(format!("invalid parameter \"type\": not supported value {kind:?}")));
        }
        let without = params.get("exclude_alerts");
        let without = match without.map(str::parse::<bool>) {
            None => false,
            Some(Ok(without)) => without,
            Some(Err(_)) => {
                let why =
                    "invalid parameter \"exclude_alerts\": error converting exclude_alerts: invalid syntax";
                return Err(Answer::bad(why));
            }
        };
        Ok(Asked {
            kind,
            names: params.all("rule_name[]").collect(),
            groups: params.all("rule_group[]").collect(),
            files: params.all("file[]").collect(),
            selections: params.selections(look.dialect)?,
            alerts: !without,
        })
    }

    fn wants(&self, rule: &RuleView) -> bool {
        let kind = if rule.alert { "alert" } else { "record" };
        let labels = || Labels::new(rule.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.kind.is_none_or(|wanted| wanted == kind)
            && (self.names.is_empty() || self.names.contains(&rule.name.as_str()))
            && (self.selections.is_empty() || self.selections.iter().any(|one| one.matches(&labels())))
    }
}

pub(super) fn rules(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let asked = Asked::new(look, params)?;
        let among = |wanted: &[&str], name: &str| wanted.is_empty() || wanted.contains(&name);
        let groups = look.groups.iter();
        let groups =
            groups.filter(|group| among(&asked.groups, &group.name) && among(&asked.files, &group.file));
        let narrowed = asked.kind.is_some() || !asked.names.is_empty() || !asked.selections.is_empty();
        let groups = groups.map(|view| group(view, &asked));
        let groups = groups.filter(|group| !narrowed || !group.rules.is_empty()).collect();
        Ok(Answer::data(&Groups { groups }))
    })
}

pub(super) fn alerts(look: &Look<'_>, _: &Params) -> Answer {
    #[derive(Serialize)]
    struct Alerts {
        alerts: Vec<Alert>,
    }
    let rules = look.groups.iter().flat_map(|group| &group.rules);
    Answer::data(&Alerts { alerts: rules.flat_map(|rule| &rule.alerts).map(alert).collect() })
}

pub(super) fn alertmanagers(look: &Look<'_>, _: &Params) -> Answer {
    #[derive(Serialize)]
    struct One {
        url: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct All {
        active_alertmanagers: Vec<One>,
        dropped_alertmanagers: Vec<One>,
    }
    let active = look.alertmanagers.iter().map(|url| One { url: url.clone() }).collect();
    Answer::data(&All { active_alertmanagers: active, dropped_alertmanagers: Vec::new() })
}

fn group(view: &GroupView, asked: &Asked<'_>) -> Group {
    let rules = view.rules.iter().filter(|rule| asked.wants(rule));
    Group {
        name: view.name.clone(),
        file: view.file.clone(),
        rules: rules.map(|view| rule(view, asked.alerts)).collect(),
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
    let active = view.alerts.iter().filter(|_| with_alerts);
    Rule::Alerting(Alerting {
        state: view.state,
        name,
        query,
        duration: seconds(view.for_ms),
        keep_firing_for: seconds(view.keep_firing_for_ms),
        labels,
        annotations: view.annotations.clone(),
        alerts: active.map(alert).collect(),
        health,
        last_error,
        evaluation_time,
        last_evaluation,
        kind: "alerting",
    })
}

fn alert(view: &AlertView) -> Alert {
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

/// An instant as JSON has it; that of Go's zero time where there is none.
pub(super) fn at(ms: Option<i64>) -> String {
    ms.and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), |at| at.to_string())
}
