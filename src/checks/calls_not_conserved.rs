use std::collections::{BTreeMap, BTreeSet};

use super::balance::{Expected, Mapping, expected};
use super::series::{falls, growth, last_scrape_at};
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
            judges: "That a counter of agent calls grew, as `increase` reads it and for each combination of labels, by exactly what the synthetic providers were asked.",
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
    let (mut findings, mut counted, mut observed_any, mut told) = (Vec::new(), 0_u64, false, false);
    for leg in &case.seen.legs {
        let Some(observed) = growth(leg, promise.metric.as_str(), promise.labels.keys()) else { continue };
        let expected = expected(&leg.ledger, &mapping);
        told = true;
        observed_any |= observed.values().any(|value| *value != 0.0);
        counted = counted.saturating_add(expected.total());
        findings.extend(compare(promise, leg, &mapping, &expected, &observed));
    }
    if !told {
        return Verdict::vacuous("no job was scraped both before the traffic and after it");
    }
    if counted == 0 && !observed_any {
        return Verdict::vacuous(format!("the ledger holds no {} that had to be counted", promise.ledger));
    }
    Verdict::from_findings(findings, || {
        format!("{counted} {} counted, by the ledger and by the metric", promise.ledger)
    })
}

fn compare(
    promise: &Conserve,
    leg: &Leg,
    mapping: &Mapping<'_>,
    expected: &Expected,
    observed: &BTreeMap<Labels, f64>,
) -> Vec<Finding> {
    let keys: BTreeSet<&Labels> = expected.by_labels.keys().chain(observed.keys()).collect();
    let sides: Vec<(&Labels, u64, f64)> = keys
        .into_iter()
        .map(|labels| {
            let held = expected.by_labels.get(labels).map_or(0, |entry| entry.count);
            (labels, held, observed.get(labels).copied().unwrap_or(0.0))
        })
        .collect();
    // Requests without an answer may have been counted, under whatever status: that much excess is nobody's fault.
    let mut excess: BTreeMap<Labels, f64> = BTreeMap::new();
    for (labels, held, seen) in &sides {
        *excess.entry(mapping.known_unanswered(labels)).or_default() += (seen - *held as f64).max(0.0);
    }
    let excused = |labels: &Labels| {
        let excess = excess.get(&mapping.known_unanswered(labels)).copied().unwrap_or(0.0);
        excess <= expected.unanswered(mapping, labels) as f64
    };
    let falls = falls(leg, promise.metric.as_str(), promise.labels.keys());
    sides
        .into_iter()
        .filter(|(labels, held, seen)| *seen != *held as f64 && !(*seen > *held as f64 && excused(labels)))
        .map(|(labels, held, seen)| {
            let mut evidence = vec![last_scrape_at(leg, promise.metric.as_str())];
            let unanswered = expected.unanswered(mapping, labels);
            if unanswered > 0 {
                evidence.push(format!("{unanswered} more {} without an answer", promise.ledger));
            }
            evidence.extend(falls.get(labels).cloned());
            Finding {
                subject: format!("{}{labels}", promise.metric),
                expected: format!("{held} {} (ledger)", promise.ledger),
                observed: format!("{seen} counted"),
                evidence,
                next: advice(held, seen, falls.contains_key(labels)).to_owned(),
            }
        })
        .collect()
}

fn advice(held: u64, seen: f64, fell: bool) -> &'static str {
    match held as f64 {
        _ if fell => {
            "a counter only grows: look for a restart in mid-run, or for code that sets or clears it"
        }
        _ if !seen.is_finite() || seen < 0.0 => {
            "a counter is a finite number from zero up: look at what is added to it"
        }
        0.0 => "nothing of the kind was done: look at how these labels get their values",
        held if seen == 2.0 * held => {
            "exactly twice: look for a second place that records, such as a middleware"
        }
        _ if seen == 0.0 => {
            "none of them was counted under these labels: look at how the labels get their values"
        }
        held if seen > held => {
            "more than was done: look for a second place that records, or for another client"
        }
        _ => "fewer than were done: look for paths that return before they record",
    }
}
