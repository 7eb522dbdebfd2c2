//! Objectives that places give differently, and what follows from them by arithmetic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::amounts::{self, Amount, Unit};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Page, Table};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "objectives/disagree",
        finds: "An objective (availability, latency of a percentile) that two places set differently.",
        why: "Nobody knows whether it is met.",
        wrong: "Two services may have names that mean the same.",
        find: disagree,
    },
    Rule {
        id: "objectives/part-exceeds-whole",
        finds: "A latency objective for everything, and one for an endpoint that is looser.",
        why: "An endpoint that keeps its own objective breaks the one for all.",
        wrong: "The first may be meant for the sum of all requests, most of which are fast.",
        find: parts,
    },
    Rule {
        id: "objectives/interval-restated",
        finds: "A table whose checks all have one interval, and a sentence beside it that gives another.",
        why: "New checks are set up unlike the others.",
        wrong: "The sentence may be about something else of that section.",
        find: checks,
    },
];

/// An objective that a row or an item states.
struct Objective {
    system: Arc<str>,
    /// What it is for, in words in the order of the alphabet; empty for everything.
    about: String,
    /// `P99`; none for availability.
    percentile: Option<String>,
    /// Seconds or per cent.
    value: f64,
    shown: String,
    place: Place,
    path: Vec<String>,
}

fn objectives(corpus: &Corpus) -> Vec<Objective> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        for table in &page.tables {
            found.extend(percentile_rows(page, table, system));
            found.extend(target_rows(page, table, system));
        }
        for item in &page.items {
            let path = &page.sections[item.section].path;
            let Some((name, rest)) = item.text.split_once(':').filter(|_| is_about_objectives(path)) else {
                continue;
            };
            let amount = amounts::only(rest);
            found.extend(
                amount.and_then(|amount| objective(system, name, &amount, rest.trim(), &item.place, path)),
            );
        }
    }
    found
}

fn is_about_objectives(path: &[String]) -> bool {
    let words = path.join(" ").to_lowercase();
    ["slo", "sla", "objective", "service level", "availability", "target", "budget"]
        .iter()
        .any(|word| words.contains(word))
}

/// `p95`, "95th percentile" as `P95`.
pub(super) fn percentile(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '.'));
    let digits = |text: &str| text.len() > 1 && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let short = words
        .filter_map(|word| word.strip_prefix('p'))
        .map(|word| word.trim_end_matches('.'))
        .find(|word| digits(word));
    let long = || {
        let before = lower.split_once("percentile").or_else(|| lower.split_once("quantile"))?.0.trim_end();
        let word = before.rsplit(' ').next()?.trim_end_matches(['t', 'h', '-']).trim_matches('(');
        digits(word).then_some(word)
    };
    short.or_else(long).map(|digits| format!("P{digits}"))
}

fn percentile_rows(page: &Page, table: &Table, system: &Arc<str>) -> Vec<Objective> {
    let columns: Vec<(usize, String)> = table
        .head
        .iter()
        .enumerate()
        .skip(1)
        .filter_map(|(at, head)| Some((at, percentile(head)?)))
        .collect();
    let path = &page.sections[table.section].path;
    let distinct: BTreeSet<&String> = columns.iter().map(|(_, percentile)| percentile).collect();
    // Without such words they are what somebody measured.
    if distinct.len() < columns.len()
        || !(is_about_objectives(path) || is_about_objectives(std::slice::from_ref(&table.intro)))
    {
        return Vec::new();
    }
    let rows =
        table.rows.iter().flat_map(|row| columns.iter().map(move |(at, percentile)| (row, *at, percentile)));
    let found = rows.filter_map(|(row, at, percentile)| {
        let (name, cell) = (row.cells.first()?, row.cells.get(at)?);
        let amount = amounts::only(&cell.text).filter(|amount| amount.unit == Unit::Seconds)?;
        Some(Objective {
            system: Arc::clone(system),
            about: about(&name.text),
            percentile: Some(percentile.clone()),
            value: amount.value,
            shown: cell.text.clone(),
            place: cell.place.clone(),
            path: path.clone(),
        })
    });
    found.collect()
}

fn target_rows(page: &Page, table: &Table, system: &Arc<str>) -> Vec<Objective> {
    let path = &page.sections[table.section].path;
    let is_target =
        |head: &String| ["target", "objective", "goal"].iter().any(|word| head.to_lowercase().contains(word));
    let Some(at) = table.head.iter().position(is_target).filter(|at| *at > 0) else { return Vec::new() };
    let of_table =
        table.head.iter().any(|head| head.to_lowercase().contains("slo")) || is_about_objectives(path);
    let rows = table.rows.iter().filter(|_| of_table).filter_map(|row| {
        let (name, cell) = (row.cells.first()?, row.cells.get(at)?);
        let amount = amounts::only(&cell.text)?;
        // "API" under "Availability SLO" is the availability of the API.
        let title = path.last().map_or("", String::as_str).to_lowercase();
        let of = ["availability", "uptime"].into_iter().find(|word| title.contains(word));
        let name = format!("{} {}", name.text, of.unwrap_or_default());
        objective(system, &name, &amount, &cell.text, &cell.place, path)
    });
    rows.collect()
}

fn objective(
    system: &Arc<str>,
    name: &str,
    amount: &Amount,
    shown: &str,
    place: &Place,
    path: &[String],
) -> Option<Objective> {
    let percentile = percentile(name);
    let fits = match amount.unit {
        Unit::Seconds => percentile.is_some(),
        Unit::Percent => percentile.is_none() && amount.value > 50.0 && amount.value <= 100.0,
        Unit::Bytes | Unit::Bare => false,
    };
    fits.then(|| Objective {
        system: Arc::clone(system),
        about: about(name),
        percentile,
        value: amount.value,
        shown: shown.to_owned(),
        place: place.clone(),
        path: path.to_vec(),
    })
}

/// What an objective is for: its words but for those that every objective has.
fn about(name: &str) -> String {
    const EMPTY: [&str; 14] = [
        "slo",
        "sla",
        "target",
        "latency",
        "the",
        "objective",
        "of",
        "percentile",
        "response",
        "time",
        "overall",
        "all",
        "total",
        "requests",
    ];
    if name.trim_start().starts_with('/') {
        return name.trim().to_owned();
    }
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '/' || c == '.'));
    let kept = words.filter(|word| !word.is_empty() && !EMPTY.contains(word) && percentile(word).is_none());
    let kept: BTreeSet<&str> =
        kept.map(|word| if word == "uptime" { "availability" } else { word }).collect();
    kept.into_iter().collect::<Vec<_>>().join(" ")
}

fn disagree(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let said = objectives(corpus)
        .into_iter()
        .filter(|it| it.percentile.is_some() || !it.about.is_empty())
        .map(|it| {
            let of = if it.about.is_empty() { "all requests".to_owned() } else { format!("`{}`", it.about) };
            Said {
                system: it.system,
                subject: it
                    .percentile
                    .map_or_else(|| of.clone(), |percentile| format!("the {percentile} latency of {of}")),
                aspect: "objective".to_owned(),
                value: it.value.to_string(),
                shown: it.shown,
                place: it.place,
                path: it.path,
            }
        });
    let next = "agree on one objective, and alert on that one";
    findings.extend(disagreements("objectives/disagree", Severity::Error, said.collect(), next));
}

fn parts(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let all = objectives(corpus);
    for whole in all.iter().filter(|it| it.about.is_empty() || it.about == "api") {
        let Some(percentile) = whole.percentile.as_ref() else { continue };
        let looser = all.iter().filter(|it| {
            it.system == whole.system
                && it.percentile.as_ref() == Some(percentile)
                && it.value > whole.value
                && it.about != whole.about
        });
        let endpoints: Vec<&Objective> = looser.filter(|it| it.about.starts_with('/')).collect();
        let Some(first) = endpoints.first() else { continue };
        let message = format!(
            "the {percentile} latency is to be {} for all, and {} for {}: who keeps the second breaks the first",
            whole.shown, first.shown, first.about
        );
        let mut finding = Finding::new(
            "objectives/part-exceeds-whole",
            Severity::Error,
            message,
            Noted::new(&whole.place, whole.shown.clone()),
        )
        .next("say which requests the first is for, or make the others stricter");
        let places = endpoints.iter();
        finding.places.extend(places.map(|it| Noted::new(&it.place, format!("{}: {}", it.about, it.shown))));
        findings.push(finding);
    }
}

/// "Heartbeat Interval: 60 seconds" under a table whose column "Check Interval" says 30s in every row.
fn checks(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        let mut known: BTreeMap<String, Option<(f64, Place, String)>> = BTreeMap::new();
        let chapter = |section: usize| page.sections[section].path.get(1).cloned().unwrap_or_default();
        for table in &page.tables {
            let Some(at) = table.head.iter().position(|head| head.to_lowercase().contains("interval")) else {
                continue;
            };
            for cell in table.rows.iter().filter_map(|row| row.cells.get(at)) {
                let value = amounts::only(&cell.text)
                    .filter(|amount| amount.unit == Unit::Seconds)
                    .map(|amount| amount.value);
                let entry = known
                    .entry(chapter(table.section))
                    .or_insert_with(|| value.map(|value| (value, cell.place.clone(), cell.text.clone())));
                // Where rows differ, no sentence can restate them.
                if entry.as_ref().map(|(value, ..)| *value) != value {
                    *entry = None;
                }
            }
        }
        for item in &page.items {
            let Some((name, rest)) = item.text.split_once(':') else { continue };
            let Some(Some((value, place, shown))) = known.get(&chapter(item.section)) else { continue };
            let amount = amounts::only(rest).filter(|amount| amount.unit == Unit::Seconds);
            let Some(amount) = amount.filter(|_| name.to_lowercase().contains("interval")) else { continue };
            if !amounts::same(amount.value, *value) {
                let message =
                    format!("the interval is {} here, and {shown} in every row of the table", rest.trim());
                let finding = Finding::new(
                    "objectives/interval-restated",
                    Severity::Warning,
                    message,
                    Noted::new(&item.place, item.text.clone()),
                );
                findings.push(finding.also(Noted::new(place, shown.clone())).next("make the two agree"));
            }
        }
    }
}
