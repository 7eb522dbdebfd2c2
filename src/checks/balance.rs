//! The ledger's side of a conservation: what must have been counted, by the labels that stand for its fields.

use std::collections::BTreeMap;

use crate::contract::{Excluded, LabelName, LedgerBook, LedgerField};
use crate::observe::exposition::Labels;
use crate::observe::{Ledger, Origin};

/// How a metric's labels stand for the ledger's fields.
pub(super) struct Mapping<'a> {
    pub(super) book: LedgerBook,
    pub(super) labels: &'a BTreeMap<LabelName, LedgerField>,
    pub(super) exclude: &'a [Excluded],
}

/// What the ledger holds under one combination of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) count: u64,
    pub(super) seconds: f64,
}

/// One side of the books.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) by_labels: BTreeMap<Labels, Entry>,
    /// Requests without an answer, by all labels but the status: the server may have counted them, under whatever
    /// status it was about to send.
    pub(super) unanswered: BTreeMap<Labels, u64>,
}

impl Expected {
    pub(super) fn total(&self) -> u64 {
        self.by_labels.values().fold(0, |sum, entry| sum.saturating_add(entry.count))
    }

    /// Requests without an answer that may have been counted under these labels.
    pub(super) fn unanswered(&self, mapping: &Mapping<'_>, labels: &Labels) -> u64 {
        self.unanswered.get(&mapping.known_unanswered(labels)).copied().unwrap_or(0)
    }
}

impl Mapping<'_> {
    /// The labels less those that only an answer gives.
    pub(super) fn known_unanswered(&self, labels: &Labels) -> Labels {
        let answered = self.labels.iter().filter(|(_, field)| **field == LedgerField::StatusCode);
        answered.fold(labels.clone(), |labels, (name, _)| labels.without(name.as_str()))
    }
}

pub(super) fn expected(ledger: &Ledger, mapping: &Mapping<'_>) -> Expected {
    let mut expected = Expected::default();
    match mapping.book {
        LedgerBook::Requests => {
            for (key, entry) in &ledger.requests {
                if excluded(key.origin, mapping.exclude) {
                    continue;
                }
                let labels = label(mapping, |field| match field {
                    LedgerField::Method => Some(key.method.clone()),
                    LedgerField::Route => Some(key.route.clone()),
                    LedgerField::StatusCode => key.status_code.map(|status| status.to_string()),
                    LedgerField::Path | LedgerField::Agent | LedgerField::Outcome => None,
                });
                if key.status_code.is_some() {
                    add(&mut expected, labels, entry.count, entry.total_ns);
                } else {
                    let unanswered = expected.unanswered.entry(labels).or_default();
                    *unanswered = unanswered.saturating_add(entry.count);
                }
            }
        }
        LedgerBook::AgentCalls => {
            for (key, entry) in &ledger.calls {
                let labels = label(mapping, |field| match field {
                    LedgerField::Agent => Some(key.agent.clone()),
                    LedgerField::Outcome => Some(key.outcome.name().to_owned()),
                    _ => None,
                });
                add(&mut expected, labels, entry.count, entry.total_ns);
            }
        }
    }
    expected
}

fn excluded(origin: Origin, exclude: &[Excluded]) -> bool {
    match origin {
        Origin::Traffic => false,
        Origin::Probe => exclude.contains(&Excluded::Probes),
        Origin::Scrape => exclude.contains(&Excluded::Scrapes),
    }
}

fn label(mapping: &Mapping<'_>, value: impl Fn(LedgerField) -> Option<String>) -> Labels {
    mapping.labels.iter().filter_map(|(name, field)| Some((name.to_string(), value(*field)?))).collect()
}

fn add(expected: &mut Expected, labels: Labels, count: u64, total_ns: u64) {
    let entry = expected.by_labels.entry(labels).or_default();
    // A record is a file: what it says must not be able to stop the judge.
    entry.count = entry.count.saturating_add(count);
    entry.seconds += total_ns as f64 / 1e9;
}
