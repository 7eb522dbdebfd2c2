//! What is scraped.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Question;
use super::answer::Answer;
use super::params::Params;
use super::status::at;
use crate::promql::{Dialect, Labels};
use crate::stack::embedded::prometheus::{Health, Look, TargetView};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Targets<Counts: Serialize> {
    active_targets: Vec<Active>,
    dropped_targets: Vec<Dropped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_target_counts: Option<Counts>,
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

pub(super) fn targets(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let state = params.get("state").map(str::to_ascii_lowercase);
    let shows = |wanted: &str| state.as_deref().is_none_or(|state| state == wanted || state == "any");
    let pool = params.get("scrapePool");
    let among = |name: &str| pool.is_none_or(|wanted| wanted == name);
    let newer = look.dialect == Dialect::V3;
    let mut active: Vec<&TargetView> = look.targets.iter().filter(|target| among(&target.pool)).collect();
    active.sort_by(|one, other| one.pool.cmp(&other.pool));
    let mut dropped: Vec<&(String, Labels)> = look.dropped.iter().filter(|(name, _)| among(name)).collect();
    dropped.sort_by(|one, other| one.0.cmp(&other.0));
    let mut counts: BTreeMap<&str, usize> = names(look).into_iter().map(|name| (name, 0)).collect();
    for (name, _) in look.dropped {
        *counts.entry(name).or_default() += 1;
    }
    let show = |(pool, labels): &(String, Labels)| Dropped {
        discovered_labels: map(labels),
        scrape_pool: newer.then(|| pool.clone()),
    };
    let shown_dropped = shows("dropped");
    let targets = Targets {
        active_targets: if shows("active") { active.into_iter().map(shown).collect() } else { Vec::new() },
        dropped_targets: if shown_dropped { dropped.into_iter().map(show).collect() } else { Vec::new() },
        // Null where nobody wants to see them.
        dropped_target_counts: newer.then(|| shown_dropped.then_some(counts)),
    };
    Ok(Answer::data(&targets, look.dialect))
}

/// The names of the jobs that found anything.
fn names<'a>(look: &Look<'a>) -> BTreeSet<&'a str> {
    let dropped = look.dropped.iter().map(|(name, _)| name.as_str());
    look.targets.iter().map(|target| target.pool.as_str()).chain(dropped).collect()
}

pub(super) fn pools(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Pools<'a> {
        scrape_pools: BTreeSet<&'a str>,
    }
    Ok(Answer::data(&Pools { scrape_pools: names(look) }, look.dialect))
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

pub(super) fn map(labels: &Labels) -> BTreeMap<String, String> {
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
