//! The times that an alert was pending or fired, from its changes of state.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Times, text};
use crate::observe::{AlertChain, AlertEvent, AlertPhase};

/// From when the condition of an alert held until it did no more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Episode<'a> {
    /// The alert's name.
    pub(crate) alert: &'a str,
    /// Its labels, `alertname` included.
    pub(crate) labels: &'a BTreeMap<String, String>,
    /// When it was first seen.
    pub(crate) began: Timestamp,
    /// When it came to fire, if it did.
    pub(crate) fired: Option<Timestamp>,
    /// When it was over, resolved or dropped; none while it lasts.
    pub(crate) ended: Option<Timestamp>,
}

impl Episode<'_> {
    /// When it fired and until when, if it did.
    pub(crate) fn firing(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        self.fired.map(|fired| (fired, self.ended))
    }

    /// Whether it is this very one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Every episode of every leg, in order of time.
pub(super) fn all<'a>(legs: &[&'a AlertChain]) -> Vec<Episode<'a>> {
    let mut all = Vec::new();
    for leg in legs {
        let mut open: BTreeMap<(&str, &str, &BTreeMap<String, String>), Episode<'a>> = BTreeMap::new();
        for event in &leg.alerts {
            let key = (event.group.as_str(), event.alert.as_str(), &event.labels);
            match event.phase {
                AlertPhase::Pending => {
                    open.entry(key).or_insert_with(|| begun(event));
                }
                AlertPhase::Firing => {
                    let episode = open.entry(key).or_insert_with(|| begun(event));
                    episode.fired.get_or_insert(event.at);
                }
                AlertPhase::Resolved | AlertPhase::Dropped => {
                    // What was never seen to begin says nothing.
                    if let Some(episode) = open.remove(&key) {
                        all.push(Episode { ended: Some(event.at), ..episode });
                    }
                }
            }
        }
        all.extend(open.into_values());
    }
    all.sort_by(|one, other| {
        (one.began, one.alert, one.labels).cmp(&(other.began, other.alert, other.labels))
    });
    all
}

fn begun(event: &AlertEvent) -> Episode<'_> {
    Episode { alert: &event.alert, labels: &event.labels, began: event.at, fired: None, ended: None }
}

/// Changes of state, one line each.
pub(crate) fn state_lines(events: &[&AlertEvent], times: &Times<'_>) -> Vec<String> {
    let line = |event: &&AlertEvent| {
        let phase = match event.phase {
            AlertPhase::Pending => "pending",
            AlertPhase::Firing => "firing",
            AlertPhase::Resolved => "resolved",
            AlertPhase::Dropped => "no longer pending",
        };
        let labels = text(&event.labels);
        format!("{}: `{}{labels}` {phase}, value {}", times.text(event.at), event.alert, event.value)
    };
    let mut lines: Vec<String> = events.iter().map(line).collect();
    // Of many, the first and the last tell most.
    if let Some(more) = lines.len().checked_sub(super::NAMED).filter(|more| *more > 0) {
        lines.splice(2..2 + more, [format!("{more} more changes")]);
    }
    lines
}
