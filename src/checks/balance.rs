//! The ledger's side of a conservation: what must have been counted, by the labels that stand for its fields.

use std::collections::BTreeMap;

use super::series::project;
use crate::contract::{Excluded, LabelName, LedgerBook, LedgerField, Mapping};
use crate::observe::exposition::Labels;
use crate::observe::{Failure, Ledger, Origin, RequestKey};

/// What the ledger holds under one combination of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) count: u64,
    pub(super) seconds: f64,
    /// Scrapes are among them, of which the ledger knows that they were, not how long they took: their seconds are
    /// zero. A histogram that observes scrapes can be compared in counts only.
    pub(super) untimed: bool,
}

/// One side of the books.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) by_labels: BTreeMap<Labels, Entry>,
    /// Requests without an answer that may have reached the server, by all labels but the status: it may have counted
    /// them, under whatever status it was about to send.
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
    /// The labels by which a series is compared. None of a series that is not meant. A label that is absent is empty,
    /// as for Prometheus.
    pub(super) fn of_series(&self, labels: &Labels) -> Option<Labels> {
        let value = |label: &LabelName| labels.get(label.as_str()).unwrap_or_default();
        let picked = self.series.iter().all(|(label, glob)| glob.matches(value(label)));
        let meant = |label: &LabelName, of: LedgerField| {
            self.only.iter().all(|(field, glob)| {
                // Whatever else the label stands for says nothing of this field.
                let tells = *field == of || field.computed_from() == Some(of);
                !tells || field.derived(of, value(label)).is_some_and(|value| glob.matches(&value))
            })
        };
        (picked && self.labels.iter().all(|(label, of)| meant(label, *of)))
            .then(|| project(labels, self.labels.keys()))
    }

    /// The series that these labels stand for, as a finding names them: with what picks them beside.
    pub(super) fn subject(&self, labels: &Labels) -> String {
        let text = |(label, value): (&str, &str)| (label.to_owned(), value.to_owned());
        let picked = self.series.iter().map(|(label, glob)| text((label.as_str(), glob.as_str())));
        let all: BTreeMap<String, String> = picked.chain(labels.iter().map(text)).collect();
        match all.is_empty() {
            true => self.metric.to_string(),
            false => format!("{}{}", self.metric, Labels::from(all)),
        }
    }

    /// The labels less those that only an answer gives.
    pub(super) fn known_unanswered(&self, labels: &Labels) -> Labels {
        let answered = self.labels.iter().filter(|(_, field)| field.needs_answer());
        answered.fold(labels.clone(), |labels, (name, _)| labels.without(name.as_str()))
    }

    /// The labels of an entry with these fields. None of an entry that is not meant. Where no answer came, it may have
    /// been any.
    fn of_entry(&self, value: impl Fn(LedgerField) -> Option<String>) -> Option<Labels> {
        let meant = self.only.iter().all(|(field, glob)| match value(*field) {
            Some(value) => glob.matches(&value),
            None => field.needs_answer(),
        });
        let labels = self.labels.iter();
        meant.then(|| labels.filter_map(|(name, field)| Some((name.to_string(), value(*field)?))).collect())
    }
}

/// What must have been counted.
pub(super) fn expected(ledger: &Ledger, mapping: &Mapping<'_>) -> Expected {
    match mapping.book {
        LedgerBook::Requests => expected_requests(ledger, mapping),
        LedgerBook::AgentCalls => expected_calls(ledger, mapping),
    }
}

fn expected_requests(ledger: &Ledger, mapping: &Mapping<'_>) -> Expected {
    let mut expected = Expected::default();
    let counted = ledger.requests.iter().filter(|(key, _)| !excluded(key.origin, mapping.exclude));
    for (key, entry) in counted.filter(|(key, _)| may_have_arrived(key)) {
        let status = || key.status_code.map(|status| status.to_string());
        let labels = mapping.of_entry(|field| match field {
            LedgerField::Method => Some(key.method.clone()),
            LedgerField::MethodLowercase => field.derived(LedgerField::Method, &key.method),
            LedgerField::Route => Some(key.route.clone()),
            LedgerField::StatusCode => status(),
            LedgerField::StatusClass => field.derived(LedgerField::StatusCode, &status()?),
            LedgerField::Path | LedgerField::Agent | LedgerField::Outcome => None,
        });
        let Some(labels) = labels else { continue };
        // Several keys have the same labels, such as answers that were expected and answers that were not.
        if key.status_code.is_some() {
            let held = add(&mut expected, labels, entry.count, entry.total_ns);
            held.untimed |= key.origin == Origin::Scrape && entry.count > 0;
        } else {
            let unanswered = expected.unanswered.entry(labels).or_default();
            *unanswered = unanswered.saturating_add(entry.count);
        }
    }
    expected
}

/// Whether a server can have counted it: not without a connection.
fn may_have_arrived(key: &RequestKey) -> bool {
    let unconnected = matches!(key.failure, Some(Failure::Refused | Failure::Unreachable));
    key.status_code.is_some() || !unconnected
}

fn expected_calls(ledger: &Ledger, mapping: &Mapping<'_>) -> Expected {
    let mut expected = Expected::default();
    for (key, entry) in &ledger.calls {
        let labels = mapping.of_entry(|field| match field {
            LedgerField::Agent => Some(key.agent.clone()),
            LedgerField::Outcome => Some(key.outcome.name().to_owned()),
            _ => None,
        });
        if let Some(labels) = labels {
            add(&mut expected, labels, entry.count, entry.total_ns);
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

fn add(expected: &mut Expected, labels: Labels, count: u64, total_ns: u64) -> &mut Entry {
    let entry = expected.by_labels.entry(labels).or_default();
    // A record is a file: what it says must not be able to stop the judge.
    entry.count = entry.count.saturating_add(count);
    entry.seconds += total_ns as f64 / 1e9;
    entry
}
