//! Alerts that two places define differently, or under two names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::alert_rules::{Alert, Listed, alerts, items, listed, quantiles, signature, words};
use super::amounts::{Amount, Unit, same};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "alerts/values-differ",
        finds: "One alert that two places give different thresholds, durations or severities.",
        why: "Nobody knows when it fires, or whom it wakes.",
        wrong: "They may be meant as two steps of one alert; then the steps should have two names.",
        find: values,
    },
    Rule {
        id: "alerts/named-twice",
        finds: "One alert under two names: with the product's name, or a word like Job or Api, in front and without.",
        why: "Routes, silences and runbooks match alerts by name.",
        wrong: "Two alerts may have names that mean the same.",
        find: named_twice,
    },
];

/// A name without the product and without words that every alert could have.
fn plain(name: &str, product: &str) -> String {
    const GENERAL: [&str; 9] =
        ["api", "app", "http", "job", "request", "server", "service", "system", "task"];
    let mut words = words(name);
    if words.len() > 1 && words[0] == product {
        words.remove(0);
    }
    while words.len() > 2 && GENERAL.contains(&words[0].as_str()) {
        words.remove(0);
    }
    words.join(" ")
}

struct Told {
    name: String,
    /// What the condition measures; empty where only a table names the alert.
    measures: String,
    quantile: Option<f64>,
    threshold: Option<(f64, Place, String)>,
    pending: Option<(f64, Place, String)>,
    severity: Option<(String, Place)>,
    path: Vec<String>,
    /// The snippet, to tell the steps of one alert from two definitions.
    block: Option<*const crate::prove::snippet::Snippet>,
}

fn of_alert(alert: &Alert<'_>) -> Told {
    let product = &*alert.snippet.system;
    let threshold = alert.threshold();
    Told {
        name: alert.name.to_owned(),
        measures: threshold
            .as_ref()
            .map(|it| format!("{} {}", signature(it.left, product), it.op.name()))
            .unwrap_or_default(),
        quantile: alert.expr.as_ref().and_then(|expr| quantiles(expr).first().copied()),
        threshold: threshold
            .map(|it| (it.value, alert.threshold_place(), format!("{} {}", it.op.name(), it.value))),
        pending: alert.pending().map(|(value, node)| {
            (value, alert.snippet.node(node), node.text().unwrap_or_default().to_owned())
        }),
        severity: alert.severity().map(|(value, node)| (value.to_lowercase(), alert.snippet.node(node))),
        path: alert.snippet.path.clone(),
        block: Some(std::ptr::from_ref(alert.snippet)),
    }
}

fn of_listed(listed: &Listed, written: &[f64]) -> Told {
    let place = &listed.place;
    let threshold = listed
        .threshold
        .as_ref()
        .map(|amount| (as_written(amount, written), place.clone(), listed.condition.clone()));
    Told {
        name: listed.name.clone(),
        measures: String::new(),
        quantile: None,
        threshold,
        pending: listed.pending_s.map(|value| (value, place.clone(), format!("{value} s"))),
        severity: listed.severity.clone().map(|value| (value, place.clone())),
        path: listed.path.clone(),
        block: None,
    }
}

/// A table's `5%` as the number that a rule has for it, if one has: 0.05 or 5.
fn as_written(amount: &Amount, written: &[f64]) -> f64 {
    let readings = match amount.unit {
        Unit::Percent => vec![amount.value / 100.0, amount.value],
        Unit::Seconds => vec![amount.value, amount.value * 1000.0, amount.value / 60.0],
        Unit::Bytes | Unit::Bare => vec![amount.value, amount.value / 100.0],
    };
    let fits = |reading: &&f64| written.iter().any(|value| same(*value, **reading));
    readings.iter().find(fits).copied().unwrap_or(readings[0])
}

fn values(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut things: BTreeMap<(Arc<str>, String), Vec<Told>> = BTreeMap::new();
    for alert in alerts(corpus) {
        let key = (Arc::clone(&alert.snippet.system), plain(alert.name, &alert.snippet.system));
        things.entry(key).or_default().push(of_alert(&alert));
    }
    let known = alerts(corpus).iter().map(|alert| alert.name.to_owned()).collect();
    for row in listed(corpus).into_iter().chain(items(corpus, &known)) {
        let key = (Arc::clone(&row.system), plain(&row.name, &row.system));
        let written: Vec<f64> =
            things.get(&key).into_iter().flatten().filter_map(|it| Some(it.threshold.as_ref()?.0)).collect();
        things.entry(key).or_default().push(of_listed(&row, &written));
    }
    let mut said = Vec::new();
    for ((system, _), told) in &things {
        said.extend(compared(system, told));
    }
    let next = "define the alert once, or give two alerts two names";
    findings.extend(disagreements("alerts/values-differ", Severity::Error, said, next));
}

/// Statements about one alert. Definitions that measure different things are not compared with each other, steps of one
/// alert in one place only with the same step elsewhere.
fn compared(system: &Arc<str>, told: &[Told]) -> Vec<Said> {
    let name = told.iter().map(|it| it.name.as_str()).min_by_key(|name| name.len()).unwrap_or_default();
    let stepped =
        told.iter().any(|a| a.block.is_some() && told.iter().filter(|b| a.block == b.block).count() > 1);
    let measures: BTreeSet<&str> =
        told.iter().map(|it| it.measures.as_str()).filter(|it| !it.is_empty()).collect();
    let mut said = Vec::new();
    for measured in measures.iter().copied().chain(measures.is_empty().then_some("")) {
        // A table says only the name: it is about the rule if there is only one.
        let ours = || {
            told.iter()
                .filter(|it| it.measures == measured || (it.measures.is_empty() && measures.len() == 1))
        };
        let quantiles: BTreeSet<String> =
            ours().filter_map(|it| it.quantile).map(|it| it.to_string()).collect();
        for it in ours() {
            let step = it.severity.as_ref().map_or("", |(value, _)| value.as_str());
            let step = if stepped { format!(" ({step})") } else { String::new() };
            let of = if measures.len() > 1 && !measured.is_empty() {
                format!(", measured by `{measured}`,")
            } else {
                String::new()
            };
            let mut add = |aspect: &str, value: String, shown: &str, place: &Place| {
                said.push(Said {
                    system: Arc::clone(system),
                    subject: format!("the alert `{name}`{step}{of}"),
                    aspect: aspect.to_owned(),
                    value,
                    shown: shown.to_owned(),
                    place: place.clone(),
                    path: it.path.clone(),
                });
            };
            if let Some((value, place, shown)) = &it.threshold {
                if let (Some(quantile), true) = (it.quantile, quantiles.len() > 1) {
                    add("quantile", quantile.to_string(), &quantile.to_string(), place);
                } else {
                    add("threshold", value.to_string(), shown, place);
                }
            }
            if let Some((value, place, shown)) = &it.pending {
                add("duration", value.to_string(), shown, place);
            }
            if let Some((value, place)) = it.severity.as_ref().filter(|_| !stepped) {
                add("severity", value.clone(), value, place);
            }
        }
    }
    said
}

fn named_twice(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut things: BTreeMap<(Arc<str>, String), BTreeMap<String, Vec<Noted>>> = BTreeMap::new();
    let mut add = |system: &Arc<str>, name: &str, place: &Place| {
        let names = things.entry((Arc::clone(system), plain(name, system))).or_default();
        names.entry(name.to_owned()).or_default().push(Noted::new(place, name));
    };
    for alert in alerts(corpus) {
        let node = alert.node.get("alert").unwrap_or(alert.node);
        add(&alert.snippet.system, alert.name, &alert.snippet.node(node));
    }
    for row in listed(corpus) {
        add(&row.system, &row.name, &row.place);
    }
    for names in things.into_values() {
        // Who writes both in one file means two alerts.
        let files =
            |places: &Vec<Noted>| places.iter().map(|it| Arc::clone(&it.place.file)).collect::<BTreeSet<_>>();
        let sets: Vec<BTreeSet<Arc<str>>> = names.values().map(files).collect();
        let together =
            sets.iter().enumerate().any(|(at, a)| sets[at + 1..].iter().any(|b| !a.is_disjoint(b)));
        if names.len() < 2 || together {
            continue;
        }
        let shown: Vec<String> = names.keys().map(|name| format!("`{name}`")).collect();
        let message = format!("one alert has {} names: {}", names.len(), shown.join(" and "));
        let mut places: Vec<Noted> = names.into_values().flatten().collect();
        places.sort();
        let first = places.remove(0);
        let mut finding = Finding::new("alerts/named-twice", Severity::Warning, message, first)
            .next("call it the same everywhere: routes, silences and runbooks go by the name");
        finding.places.extend(places);
        findings.push(finding);
    }
}
