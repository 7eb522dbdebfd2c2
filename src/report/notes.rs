use std::collections::BTreeMap;

use crate::observe::exposition::lenient::second_reading;
use crate::observe::{Observations, Origin, ScrapeOutcome};
use crate::run::Outcome;

/// Thresholds that no figures stand beside, because the generator's own count is missing: no table shows them.
pub(super) fn unmeasured(outcome: &Outcome) -> impl Iterator<Item = String> {
    let is_shown = outcome.record.observations.load().is_some();
    let lines = outcome.thresholds.iter().filter(move |_| !is_shown);
    lines.map(|line| {
        format!(
            "threshold {} is missed: what the load's generator counted is not in the record",
            line.threshold
        )
    })
}

/// What is worth knowing of what is deployed, and what of it did not work: rules that could not be evaluated, alerts
/// that did not reach an Alertmanager.
pub(super) fn deployed(seen: &Observations) -> Vec<String> {
    let mut notes = seen.plan.alerts.as_ref().map(|plan| plan.notes.clone()).unwrap_or_default();
    for chain in seen.legs.iter().filter_map(|leg| leg.chain.as_ref()) {
        notes.extend(chain.rule_errors.iter().map(|error| format!("a rule could not be evaluated: {error}")));
        notes.extend(chain.unsent.iter().map(|why| format!("on the way of alerts: {why}")));
    }
    notes
}

/// What a lenient second reader makes of the last scrape of each leg. Notes, never findings: that reader is known to
/// drop names with colons and to misread commas.
pub(super) fn second_opinions(seen: &Observations) -> impl Iterator<Item = String> {
    seen.legs.iter().filter_map(|leg| leg.last_scrape()).flat_map(|scrape| {
        match (&scrape.outcome, scrape.exposition()) {
            (ScrapeOutcome::Body { text, .. }, Some(exposition)) => second_reading(text, exposition)
                .into_iter()
                .map(|note| format!("{note} (a second, lenient reader's view: no verdict rests on it)"))
                .collect(),
            _ => Vec::new(),
        }
    })
}

/// Requests that were not answered as their persona expects, by what was asked and what was wrong: the sessions ended
/// there, and what would have followed was never asked.
pub(super) fn unexpected(seen: &Observations) -> Vec<String> {
    let mut failed: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    let (mut all, mut wrong) = (0_u64, 0_u64);
    for (key, entry) in seen.legs.iter().flat_map(|leg| &leg.ledger.requests) {
        if key.origin == Origin::Scrape {
            continue;
        }
        all = all.saturating_add(entry.count);
        let Some(failure) = key.failure else { continue };
        wrong = wrong.saturating_add(entry.count);
        let count = failed.entry((&key.method, &key.route, failure.name())).or_default();
        *count = count.saturating_add(entry.count);
    }
    if wrong == 0 {
        return Vec::new();
    }
    let kinds: Vec<String> = failed
        .iter()
        .map(|((method, route, failure), count)| format!("{count} {failure} ({method} {route})"))
        .collect();
    vec![format!(
        "{wrong} of {all} requests were not answered as their persona expects: {}",
        kinds.join(", ")
    )]
}
