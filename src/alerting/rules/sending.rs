//! When Prometheus sends which alerts of a rule.

use std::collections::BTreeMap;

use super::{Alert, AlertState, Alerts};
use crate::promql::Labels;

/// How often a rule's alerts are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pace {
    /// The time between evaluations, in milliseconds.
    pub(crate) interval_ms: i64,
    /// How soon an alert is sent again that has not changed, in milliseconds.
    pub(crate) resend_delay_ms: i64,
}

impl Pace {
    /// Until when a firing alert counts that is sent now: two evaluations or sendings may fail.
    pub(crate) fn valid_until(self, at_ms: i64) -> i64 {
        at_ms.saturating_add(4 * self.interval_ms.max(self.resend_delay_ms))
    }
}

/// When each alert of a rule was sent last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending {
    /// By labels: since when the alert's condition holds, which tells it from an earlier one, and the time.
    sent: BTreeMap<Labels, (i64, i64)>,
}

impl Sending {
    /// The alerts that are to be sent after an evaluation, each with the end that it is sent with: when it was resolved,
    /// or until when it counts unless more is heard. They count as sent.
    pub(crate) fn due<'a>(&mut self, at_ms: i64, alerts: &'a Alerts, pace: Pace) -> Vec<(&'a Alert, i64)> {
        let mut due = Vec::new();
        let mut sent = BTreeMap::new();
        for alert in alerts.iter().filter(|alert| alert.state != AlertState::Pending) {
            let last = self.sent.get(&alert.labels).filter(|(since, _)| *since == alert.active_at_ms);
            let last = last.map(|(_, at_ms)| *at_ms);
            let resolved_since =
                alert.resolved_at_ms.zip(last).is_some_and(|(resolved, last)| resolved > last);
            let late = last.is_none_or(|last| last.saturating_add(pace.resend_delay_ms) < at_ms);
            if resolved_since || late {
                due.push((alert, alert.resolved_at_ms.unwrap_or_else(|| pace.valid_until(at_ms))));
            }
            let last = if resolved_since || late { at_ms } else { last.unwrap_or(at_ms) };
            sent.insert(alert.labels.clone(), (alert.active_at_ms, last));
        }
        self.sent = sent;
        due
    }
}
