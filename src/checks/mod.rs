//! The judges: each a pure function of contract and observations, one file each.
//!
//! A check never awaits, never reads a clock, never prints and never returns an error: what it cannot judge is
//! [`Verdict::Vacuous`] with the reason. Judging a record gives the same verdicts as the live run did.
//!
//! To add one: write its file, name it in [`ALL`], and give it fixtures under `fixtures/checks/<id>/`. Ids, catalogue
//! and explanations derive from the list.

mod alerts_late;
mod alerts_not_resolved;
mod alerts_spurious;
mod attribute_missing;
mod balance;
mod calls_not_conserved;
mod chain;
mod counter_reset;
mod endpoint_wrong;
mod exposition_invalid;
mod gauge_stuck;
mod histogram_incoherent;
mod latency_off;
mod message_body;
mod metric_missing;
mod no_effect;
mod notifications_channel;
mod notifications_duplicated;
mod notifications_late;
mod notifications_lost;
mod notifications_misrouted;
mod notifications_wrong_body;
mod requests_not_conserved;
mod sampling_off;
mod scrapes_failed;
mod series;
mod sources;
mod span_orphan;
mod trace_missing;
mod unpromised;
mod verdict;
mod wrong_type;

pub use self::verdict::{Finding, Judgement, Verdict};

use crate::contract::{Clause, Contracts, Glob};
use crate::observe::Observations;

/// Every check, in the order in which they are reported.
pub static ALL: [&dyn Check; 25] = [
    &metric_missing::MetricMissing,
    &wrong_type::WrongType,
    &exposition_invalid::ExpositionInvalid,
    &unpromised::Unpromised,
    &requests_not_conserved::RequestsNotConserved,
    &calls_not_conserved::CallsNotConserved,
    &histogram_incoherent::HistogramIncoherent,
    &latency_off::LatencyOff,
    &counter_reset::CounterReset,
    &gauge_stuck::GaugeStuck,
    &attribute_missing::AttributeMissing,
    &span_orphan::SpanOrphan,
    &trace_missing::TraceMissing,
    &sampling_off::SamplingOff,
    &scrapes_failed::ScrapesFailed,
    &endpoint_wrong::EndpointWrong,
    &no_effect::NoEffect,
    &alerts_late::AlertsLate,
    &alerts_not_resolved::AlertsNotResolved,
    &alerts_spurious::AlertsSpurious,
    &notifications_lost::NotificationsLost,
    &notifications_late::NotificationsLate,
    &notifications_duplicated::NotificationsDuplicated,
    &notifications_misrouted::NotificationsMisrouted,
    &notifications_wrong_body::NotificationsWrongBody,
];

/// A judge of one kind of fault.
pub trait Check: Sync {
    /// `signal/what-is-wrong`.
    fn id(&self) -> &'static str;

    /// What a person may want to know of it.
    fn explanation(&self) -> Explanation;

    /// Judges one clause. None when this kind of promise is not its business.
    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict>;
}

/// The four things to know of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What it judges.
    pub judges: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// The evidence it needs; without it the verdict is vacuous.
    pub needs: &'static str,
    /// How it can be wrong.
    pub wrong: &'static str,
}

/// What a check judges by.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Every contract of the run.
    pub contracts: &'a Contracts,
    /// Everything that was seen.
    pub seen: &'a Observations,
}

/// The check of this id.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    ALL.into_iter().find(|check| check.id() == id)
}

/// Judges every clause in scope by every check whose business it is.
pub fn judge(contracts: &Contracts, seen: &Observations) -> Vec<Judgement> {
    let scope: Vec<Glob> = seen.plan.scope.iter().filter_map(|pattern| pattern.parse().ok()).collect();
    let case = Case { contracts, seen };
    let mut judgements = Vec::new();
    for (contract, clause) in contracts.clauses() {
        if !scope.iter().any(|glob| glob.matches(clause.id.as_str())) {
            continue;
        }
        let make = |check: Option<&dyn Check>, verdict| Judgement {
            contract: contract.name.clone(),
            document: contract.document.clone(),
            clause: clause.id.to_string(),
            level: clause.level,
            heading: clause.source.heading.clone(),
            quote: clause.source.quote.clone(),
            check: check.map(|check| check.id().to_owned()),
            verdict,
        };
        let before = judgements.len();
        for check in ALL {
            if let Some(verdict) = check.judge(clause, &case) {
                judgements.push(make(Some(check), interrupted_is_vacuous(verdict, seen)));
            }
        }
        if judgements.len() == before {
            let reason = format!("no check judges promises of the kind `{}` yet", clause.promise.kind());
            judgements.push(make(None, Verdict::Vacuous(reason)));
        }
    }
    judgements
}

/// A run that was cut short has no watermark: what is missing may only be late.
fn interrupted_is_vacuous(verdict: Verdict, seen: &Observations) -> Verdict {
    if seen.plan.interrupted {
        return Verdict::Vacuous("the run was interrupted before everything was flushed".to_owned());
    }
    verdict
}
