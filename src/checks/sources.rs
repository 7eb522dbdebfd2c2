//! What a run had to judge by: the sources that it was given, and what other people's traffic leaves of them.

use std::collections::BTreeSet;

use super::Case;
use super::series::jobs;
use crate::contract::{LedgerBook, SpanSelector};
use crate::observe::{Leg, Observations, ScrapeOutcome, Span, Traffic};

/// Why sums and levels of a shared target say nothing of ours.
pub(super) const SHARED: &str = "the target has other traffic (traffic: shared)";

/// Why agent calls cannot be compared.
const NO_CALLS: &str = "no synthetic providers stood behind the target, so nobody knows what they were asked: start them with --providers-listen ADDR and point the target at them";

/// Why spans cannot be judged.
pub(super) const NO_SPANS: &str = "no span receiver was there: start one with --otlp-listen ADDR and have the target export its spans to it";

/// Whether other people's requests reached the target, too. Then only lower bounds and traces of ours can be judged.
pub(super) fn shared(seen: &Observations) -> bool {
    seen.plan.traffic == Traffic::Shared
}

/// Whether this leg's ledger holds the book at all.
pub(super) fn keeps(book: LedgerBook, leg: &Leg) -> bool {
    book == LedgerBook::Requests || !leg.start.calls_unseen
}

/// Why a book could be compared with the samples of no leg.
pub(super) fn uncompared(book: LedgerBook, seen: &Observations) -> String {
    if !seen.legs.is_empty() && !seen.legs.iter().any(|leg| keeps(book, leg)) {
        return NO_CALLS.to_owned();
    }
    unframed(seen)
}

/// Why there are no samples, if there are none.
pub(super) fn unscraped(seen: &Observations) -> Option<String> {
    let scrapes = || seen.legs.iter().flat_map(|leg| &leg.scrapes);
    if scrapes().any(|scrape| scrape.exposition().is_some()) {
        return None;
    }
    let failed = |outcome: &ScrapeOutcome| match outcome {
        ScrapeOutcome::Failed(reason) => Some(reason.clone()),
        ScrapeOutcome::Body { .. } => None,
    };
    Some(match scrapes().filter_map(|scrape| failed(&scrape.outcome)).next_back() {
        Some(reason) => {
            format!("no scrape was answered: {} failed, the last with: {reason}", scrapes().count())
        }
        None => "nothing was scraped: say where the target's metrics are with --metrics URL".to_owned(),
    })
}

/// Why nothing was scraped as this job: its name, or that there was no scrape of anything at all.
pub(super) fn unscraped_job(job: &str, seen: &Observations) -> String {
    let nothing = seen.legs.iter().all(|leg| leg.scrapes.is_empty());
    let other = || format!("nothing was scraped as job `{job}`");
    unscraped(seen).filter(|_| nothing).unwrap_or_else(other)
}

/// Why the scrapes do not tell what grew or moved.
pub(super) fn unframed(seen: &Observations) -> String {
    if let Some(reason) = unscraped(seen) {
        return reason;
    }
    let jobs = || seen.legs.iter().flat_map(|leg| jobs(leg).into_values());
    match jobs().find(|job| !job.frames) {
        // Others were: that this one was not is the news.
        Some(job) if jobs().any(|job| job.frames) => {
            format!("{} was not scraped both before the traffic and after it", job.text())
        }
        _ => "no job was scraped both before the traffic and after it".to_owned(),
    }
}

/// The spans of a leg that are ours to judge. Of a shared target those of the traces whose ids our client sent;
/// others may break whatever promises they like.
pub(super) fn our_spans<'a>(leg: &'a Leg, case: &Case<'_>) -> Vec<&'a Span> {
    if !shared(case.seen) {
        return leg.spans.iter().collect();
    }
    let ids: BTreeSet<&str> = leg.ledger.traces.iter().filter_map(|note| note.trace_id.as_deref()).collect();
    leg.spans.iter().filter(|span| ids.contains(span.trace_id.as_str())).collect()
}

/// Why no span of the kind could be judged.
pub(super) fn no_such_span(selector: &SpanSelector, seen: &Observations) -> String {
    if !seen.legs.is_empty() && !seen.legs.iter().any(|leg| leg.start.receives_spans) {
        return NO_SPANS.to_owned();
    }
    let ours =
        if shared(seen) { " in a trace of ours, and others are not judged: traffic: shared" } else { "" };
    format!("no {selector} arrived{ours}")
}
