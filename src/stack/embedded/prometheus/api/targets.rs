//! What is scraped, and what it says of its metrics.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::Answer;
use super::params::Params;
use super::query::answer;
use super::rules::at;
use crate::promql::{Dialect, Labels, Selection, parse_as};
use crate::stack::embedded::prometheus::{Health, Look, Metadata, TargetView};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Targets {
    active_targets: Vec<Active>,
    dropped_targets: Vec<Dropped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_target_counts: Option<BTreeMap<String, usize>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Active {
    discovered_labels: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    scrape_pool: String,
    scrape_url: String,
    global_url: String,
    last_error: String,
    last_scrape: String,
    last_scrape_duration: f64,
    health: &'static str,
    scrape_interval: String,
    scrape_timeout: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dropped {
    discovered_labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_pool: Option<String>,
}

pub(super) fn targets(look: &Look<'_>, params: &Params) -> Answer {
    let state = params.get("state").map(str::to_ascii_lowercase);
    let shows = |wanted: &str| state.as_deref().is_none_or(|state| state == wanted || state == "any");
    let pool = params.get("scrapePool");
    let among = |name: &str| pool.is_none_or(|wanted| wanted == name);
    let newer = look.dialect == Dialect::V3;
    let active = look.targets.iter().filter(|target| shows("active") && among(&target.pool));
    let dropped = look.dropped.iter().filter(|(name, _)| among(name));
    let mut counts: BTreeMap<String, usize> =
        look.targets.iter().map(|target| (target.pool.clone(), 0)).collect();
    for (name, _) in look.dropped {
        *counts.entry(name.clone()).or_default() += 1;
    }
    let show = |(pool, labels): &(String, Labels)| Dropped {
        discovered_labels: map(labels),
        scrape_pool: newer.then(|| pool.clone()),
    };
    Answer::data(&Targets {
        active_targets: active.map(shown).collect(),
        dropped_targets: if shows("dropped") { dropped.map(show).collect() } else { Vec::new() },
        dropped_target_counts: newer.then_some(counts),
    })
}

fn shown(target: &TargetView) -> Active {
    Active {
        discovered_labels: map(&target.discovered),
        labels: map(&target.labels),
        scrape_pool: target.pool.clone(),
        scrape_url: target.scrape_url.clone(),
        global_url: target.scrape_url.clone(),
        last_error: target.last_error.clone(),
        last_scrape: at(target.last_scrape_ms),
        last_scrape_duration: target.last_duration_s,
        health: match target.health {
            Health::Up => "up",
            Health::Down => "down",
            Health::Unknown => "unknown",
        },
        scrape_interval: duration(target.interval_ms),
        scrape_timeout: duration(target.timeout_ms),
    }
}

fn map(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Milliseconds as Prometheus writes durations: `1m30s`.
pub(super) fn duration(ms: i64) -> String {
    const UNITS: [(&str, i64, bool); 7] = [
        ("y", 365 * 86_400_000, true),
        ("w", 7 * 86_400_000, true),
        ("d", 86_400_000, false),
        ("h", 3_600_000, false),
        ("m", 60_000, false),
        ("s", 1000, false),
        ("ms", 1, false),
    ];
    let (mut text, mut left) = (String::new(), ms);
    for (unit, size, whole) in UNITS {
        // Years and weeks only where nothing is left over.
        if left >= size && (!whole || left % size == 0) {
            text.push_str(&format!("{}{unit}", left / size));
            left %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

pub(super) fn metadata(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let limit = params.limit()?.unwrap_or(usize::MAX);
        let wanted = params.get("metric");
        let all = look.metadata.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
        let all: BTreeMap<&String, Vec<One<'_>>> =
            all.take(limit).map(|(name, all)| (name, all.iter().map(One::new).collect())).collect();
        Ok(Answer::data(&all))
    })
}

#[derive(Serialize)]
struct One<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    help: &'a str,
    unit: &'a str,
}

impl<'a> One<'a> {
    fn new(metadata: &'a Metadata) -> One<'a> {
        One { kind: &metadata.kind, help: &metadata.help, unit: &metadata.unit }
    }
}

/// The metadata target by target. What is kept is not by target, so each target that matches is said to have all of
/// it that a metric of its has.
pub(super) fn target_metadata(look: &Look<'_>, params: &Params) -> Answer {
    #[derive(Serialize)]
    struct OfTarget<'a> {
        target: BTreeMap<String, String>,
        metric: &'a str,
        #[serde(flatten)]
        one: One<'a>,
    }
    answer(|| {
        let limit = params.limit()?.unwrap_or(usize::MAX);
        let wanted = params.get("metric");
        let selection = match params.get("match_target") {
            None => None,
            Some(text) => Some(of_targets(text, look.dialect)?),
        };
        let mut all = Vec::new();
        for target in look.targets.iter().filter(|it| it.health == Health::Up) {
            if selection.as_ref().is_some_and(|selection| !selection.matches(&target.labels)) {
                continue;
            }
            for (name, kinds) in look.metadata.iter().filter(|(name, _)| wanted.is_none_or(|it| it == *name))
            {
                all.extend(kinds.iter().map(|kind| OfTarget {
                    target: map(&target.labels),
                    metric: name,
                    one: One::new(kind),
                }));
            }
        }
        all.truncate(limit);
        Ok(Answer::data(&all))
    })
}

fn of_targets(text: &str, dialect: Dialect) -> Result<Selection, Answer> {
    let wrong = |why: String| Answer::bad(format!("invalid parameter \"match_target\": {why}"));
    let expr = parse_as(text, dialect).map_err(|error| wrong(error.to_string()))?;
    match &expr.kind {
        crate::promql::ExprKind::Vector(selector) => Selection::new(selector, dialect).map_err(wrong),
        _ => Err(wrong("a series selector is expected".to_owned())),
    }
}
