use crate::observe::exposition::lenient::second_reading;
use crate::observe::{Observations, ScrapeOutcome};

/// What a lenient second reader makes of the last scrape of each leg. Notes, never findings: that reader is known to
/// drop names with colons and to misread commas.
pub(super) fn second_opinions(seen: &Observations) -> Vec<String> {
    seen.legs
        .iter()
        .filter_map(|leg| leg.last_scrape())
        .flat_map(|scrape| match (&scrape.outcome, scrape.exposition()) {
            (ScrapeOutcome::Body { text, .. }, Some(exposition)) => second_reading(text, exposition),
            _ => Vec::new(),
        })
        .collect()
}
