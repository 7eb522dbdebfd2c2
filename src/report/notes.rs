use crate::observe::exposition::lenient::second_reading;
use crate::observe::{Observations, ScrapeOutcome};
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

/// What a lenient second reader makes of the last scrape of each leg. Notes, never findings: that reader is known to
/// drop names with colons and to misread commas.
pub(super) fn second_opinions(seen: &Observations) -> impl Iterator<Item = String> {
    seen.legs.iter().filter_map(|leg| leg.last_scrape()).flat_map(|scrape| {
        match (&scrape.outcome, scrape.exposition()) {
            (ScrapeOutcome::Body { text, .. }, Some(exposition)) => second_reading(text, exposition),
            _ => Vec::new(),
        }
    })
}
