use std::collections::{BTreeMap, BTreeSet};

use super::balance::{Expected, expected};
use super::series::{falls, growth, last_scrapes};
use super::sources::{keeps, shared, uncompared};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Conserve, LedgerBook, Mapping, Promise};
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
            needs: "Synthetic providers behind the target, calls that reached them, a scrape before these and one after the last of them.",
            wrong: "A call that never reaches a provider (refused connection) is counted by the server alone. With shared traffic only counts that are too low are accused.",
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
    let (mapping, book, shared) = (Mapping::from(promise), promise.ledger, shared(case.seen));
    let (mut findings, mut counted, mut observed_any, mut told) = (Vec::new(), 0_u64, false, false);
    for leg in case.seen.legs.iter().filter(|leg| keeps(book, leg)) {
        let Some(observed) = growth(leg, promise.metric.as_str(), &mapping) else { continue };
        let expected = expected(&leg.ledger, &mapping);
        told = true;
        observed_any |= observed.values().any(|value| *value != 0.0);
        counted = counted.saturating_add(expected.total());
        let sides = Sides { mapping: &mapping, expected: &expected, observed: &observed };
        findings.extend(sides.compare(leg, shared));
    }
    if !told {
        return Verdict::vacuous(uncompared(book, case.seen));
    }
    // What others made the counter count does not show that it counts ours.
    if findings.is_empty() && counted == 0 && (shared || !observed_any) {
        return Verdict::vacuous(format!("the ledger holds no {book} that had to be counted"));
    }
    Verdict::from_findings(findings, || match shared {
        true => format!("at least {counted} {book} counted (shared traffic: lower bound)"),
        false => format!("{counted} {book} counted, by the ledger and by the metric"),
    })
}

/// The books of one leg, side by side.
struct Sides<'a> {
    mapping: &'a Mapping<'a>,
    expected: &'a Expected,
    observed: &'a BTreeMap<Labels, f64>,
}

impl Sides<'_> {
    /// One finding for each combination of labels that disagrees. With shared traffic only one that is too low does,
    /// or one that is no count.
    fn compare(&self, leg: &Leg, shared: bool) -> Vec<Finding> {
        let Sides { mapping, expected, observed } = self;
        let (metric, book) = (mapping.metric, mapping.book);
        let falls = falls(leg, metric.as_str(), mapping);
        let excess = self.excess();
        let excused = |labels: &Labels| {
            let excess = excess.get(&mapping.known_unanswered(labels)).copied().unwrap_or(0.0);
            excess <= expected.unanswered(mapping, labels) as f64
        };
        let agrees = |labels: &Labels, held: f64, seen: f64| match shared {
            true => seen.is_finite() && seen >= held,
            false => seen == held || seen > held && excused(labels),
        };
        let keys: BTreeSet<&Labels> = expected.by_labels.keys().chain(observed.keys()).collect();
        let sides = keys.into_iter().map(|labels| (labels, self.held(labels), self.seen(labels)));
        sides
            .filter(|(labels, held, seen)| !agrees(labels, *held as f64, *seen))
            .map(|(labels, held, seen)| {
                let mut evidence = vec![last_scrapes(leg, metric.as_str())];
                let unanswered = expected.unanswered(mapping, labels);
                if unanswered > 0 {
                    evidence.push(format!("{unanswered} more {book} without an answer"));
                }
                evidence.extend(falls.get(labels).cloned());
                Finding {
                    subject: mapping.subject(labels),
                    expected: format!("{}{held} {book} (ledger)", if shared { "at least " } else { "" }),
                    observed: format!("{seen} counted"),
                    evidence,
                    next: advice(held, seen, falls.contains_key(labels)).to_owned(),
                }
            })
            .collect()
    }

    fn held(&self, labels: &Labels) -> u64 {
        self.expected.by_labels.get(labels).map_or(0, |entry| entry.count)
    }

    fn seen(&self, labels: &Labels) -> f64 {
        self.observed.get(labels).copied().unwrap_or(0.0)
    }

    /// How much too much was counted, by all labels but those that only an answer gives. Requests without an answer
    /// may have been counted, under whatever status: that much excess is nobody's fault.
    fn excess(&self) -> BTreeMap<Labels, f64> {
        let mut excess: BTreeMap<Labels, f64> = BTreeMap::new();
        for labels in self.observed.keys() {
            let more = (self.seen(labels) - self.held(labels) as f64).max(0.0);
            *excess.entry(self.mapping.known_unanswered(labels)).or_default() += more;
        }
        excess
    }
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
