use std::collections::BTreeSet;

use super::balance::{Expected, Mapping, expected};
use super::series::{growth, last_scrape_at};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Conserve, LedgerBook, Promise};
use crate::observe::Leg;
use crate::observe::exposition::Labels;

/// A counter of agent calls does not count what the providers were asked.
pub(super) struct CallsNotConserved;

impl Check for CallsNotConserved {
    fn id(&self) -> &'static str {
        "calls/not-conserved"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That a counter of agent calls grew, for each combination of labels, by exactly what the synthetic providers were asked.",
            why: "Error shares and costs of agents are computed from it; a call that is not counted is paid all the same.",
            needs: "Calls that reached our providers, a scrape before them and one after the last of them.",
            wrong: "A call that never reaches a provider (refused connection) is counted by the server alone.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        match &clause.promise {
            Promise::Conserve(promise) if promise.ledger == LedgerBook::AgentCalls => {
                Some(conserve(promise, case))
            }
            _ => None,
        }
    }
}

/// Compares the growth of a counter with the ledger, leg by leg.
pub(super) fn conserve(promise: &Conserve, case: &Case<'_>) -> Verdict {
    let mapping = Mapping { book: promise.ledger, labels: &promise.labels, exclude: &promise.exclude };
    let (mut findings, mut counted, mut observed_any) = (Vec::new(), 0, false);
    for leg in &case.seen.legs {
        let expected = expected(&leg.ledger, &mapping);
        let observed = growth(leg, promise.metric.as_str(), promise.labels.keys());
        observed_any |= observed.values().any(|value| *value != 0.0);
        counted += expected.total();
        findings.extend(compare(promise, leg, &expected, &observed));
    }
    if counted == 0 && !observed_any {
        return Verdict::vacuous(format!("the ledger holds no {}", promise.ledger));
    }
    Verdict::from_findings(findings, || {
        format!("{counted} {} counted, by the ledger and by the metric", promise.ledger)
    })
}

fn compare(
    promise: &Conserve,
    leg: &Leg,
    expected: &Expected,
    observed: &std::collections::BTreeMap<Labels, f64>,
) -> Vec<Finding> {
    let keys: BTreeSet<&Labels> = expected.by_labels.keys().chain(observed.keys()).collect();
    let sides: Vec<(&Labels, u64, f64)> = keys
        .into_iter()
        .map(|labels| {
            let held = expected.by_labels.get(labels).map_or(0, |entry| entry.count);
            (labels, held, observed.get(labels).copied().unwrap_or(0.0))
        })
        .collect();
    // Requests without an answer may have been counted, under whatever labels: that much excess is nobody's fault.
    let excess: f64 = sides.iter().map(|(_, held, seen)| (seen - *held as f64).max(0.0)).sum();
    let excused = excess <= expected.unanswered as f64;
    sides
        .into_iter()
        .filter(|(_, held, seen)| *seen != *held as f64 && !(excused && *seen > *held as f64))
        .map(|(labels, held, seen)| Finding {
            subject: format!("{}{labels}", promise.metric),
            expected: format!("{held} {} (ledger)", promise.ledger),
            observed: format!("{seen} counted"),
            evidence: vec![
                last_scrape_at(leg),
                format!("{} {} without an answer", expected.unanswered, promise.ledger),
            ],
            next: advice(held, seen),
        })
        .collect()
}

fn advice(held: u64, seen: f64) -> String {
    let text = match held as f64 {
        held if held > 0.0 && seen == 2.0 * held => {
            "exactly twice: look for a second place that records, such as a middleware"
        }
        0.0 => "nothing of the kind was done: look at how these labels get their values",
        _ if seen == 0.0 => {
            "none of them was counted under these labels: look at how the labels get their values"
        }
        held if seen > held => {
            "more than was done: look for a second place that records, or for another client"
        }
        _ => "fewer than were done: look for paths that return before they record",
    };
    text.to_owned()
}
