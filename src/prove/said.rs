//! Statements: what a place says of a thing. Where two places of one system say different things of the same aspect of
//! the same thing, one of them is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::{Finding, Noted, Severity};
use super::place::Place;

/// What a place says of a thing.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// The system that the file is about.
    pub(super) system: Arc<str>,
    /// The thing: `variable METRICS_PORT`.
    pub(super) subject: String,
    /// What of it: `value`, `interval`.
    pub(super) aspect: String,
    /// The value as it is compared.
    pub(super) value: String,
    /// The value as it stands there.
    pub(super) shown: String,
    /// Where.
    pub(super) place: Place,
    /// The headings above it.
    pub(super) path: Vec<String>,
}

/// Where a setting is for: a heading says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Setting {
    Local,
    Production,
    Any,
}

fn setting(path: &[String]) -> Setting {
    let words = path.join(" ").to_lowercase();
    let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
    match (
        any(&["production", "kubernetes", "cluster", "staging", "helm"]),
        any(&["local", "development", "quick start", "laptop"]),
    ) {
        (true, false) => Setting::Production,
        (false, true) => Setting::Local,
        _ => Setting::Any,
    }
}

/// The disagreements among statements, a finding for each aspect of each thing. What production and a laptop are told
/// apart from each other by their headings does not disagree.
pub(super) fn disagreements(
    rule: &'static str,
    severity: Severity,
    said: Vec<Said>,
    next: &str,
) -> Vec<Finding> {
    let mut things: BTreeMap<(Arc<str>, String, String), Vec<Said>> = BTreeMap::new();
    for said in said {
        things
            .entry((said.system.clone(), said.subject.clone(), said.aspect.clone()))
            .or_default()
            .push(said);
    }
    let differ = things.into_iter().filter_map(|((_, subject, aspect), all)| {
        let all = comparable(all);
        let mut values: BTreeMap<&str, Vec<&Said>> = BTreeMap::new();
        for said in &all {
            values.entry(&said.value).or_default().push(said);
        }
        if values.len() < 2 {
            return None;
        }
        // In the order in which a reader meets them.
        let mut values: Vec<Vec<&Said>> = values.into_values().collect();
        values.iter_mut().for_each(|places| places.sort_by(|a, b| a.place.cmp(&b.place)));
        values.sort_by(|a, b| a[0].place.cmp(&b[0].place));
        let shown: Vec<String> = values.iter().map(|places| format!("`{}`", places[0].shown)).collect();
        let message = format!("the {aspect} of {subject} is {}", listed(&shown));
        let mut places = values.iter().flat_map(|places| of_each_line(places));
        let first = places.next()?;
        let mut finding = Finding::new(rule, severity, message, first).next(next);
        finding.places.extend(places);
        Some(finding)
    });
    differ.collect()
}

/// `a here and b there`, `a here, b there and c elsewhere`.
fn listed(values: &[String]) -> String {
    match values {
        [first, second] => format!("{first} here and {second} there"),
        [first, middle @ .., last] => {
            format!("{first} here, {} there and {last} elsewhere", middle.join(", "))
        }
        _ => values.concat(),
    }
}

/// Every line that states a value: a reader mends them all.
fn of_each_line(places: &[&Said]) -> Vec<Noted> {
    let mut seen = BTreeSet::new();
    let new = places.iter().filter(|said| seen.insert((&said.place.file, said.place.line)));
    new.map(|said| Noted::new(&said.place, said.shown.clone())).collect()
}

/// Without the statements that are for another setting than the others, unless they say the same as one of those.
fn comparable(all: Vec<Said>) -> Vec<Said> {
    let settings: Vec<Setting> = all.iter().map(|said| setting(&said.path)).collect();
    // Production may differ from what is said for a laptop or for no place in particular.
    if settings.iter().all(|is| *is == Setting::Production) {
        return all;
    }
    let general = all.iter().zip(&settings).filter(|(_, is)| **is != Setting::Production);
    let values: BTreeSet<String> = general.map(|(said, _)| said.value.clone()).collect();
    all.into_iter().filter(|said| values.contains(&said.value)).collect()
}
