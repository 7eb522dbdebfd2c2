//! Groups: alerts of one route that share the values of its labels, and the timer that flushes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{NotifiedAlert, Reason, Release};
use super::alert::Alert;
use super::log::{Key, Told};
use crate::alerting::matchers::quote;
use crate::promql::Labels;

/// The least that a flush may take before it is given up, in milliseconds.
const LEAST_FLUSH_MS: i64 = 10_000;

/// A group.
#[derive(Debug)]
pub(super) struct Group {
    /// The number of its route.
    pub(super) route: usize,
    pub(super) labels: Labels,
    pub(super) key: String,
    /// By fingerprint.
    pub(super) alerts: BTreeMap<u64, Arc<Alert>>,
    /// When its timer fires next.
    pub(super) timer_ms: i64,
    /// Where it stands among all that is to come.
    pub(super) timed_ms: Option<i64>,
    pub(super) has_flushed: bool,
    /// What is being told to its receiver.
    pub(super) flush: Option<Flush>,
    /// Since when it has had no alerts.
    pub(super) empty_since_ms: Option<i64>,
    /// The intervals that kept it quiet at its last flush.
    pub(super) muted_by: Vec<String>,
}

/// A flush that waits for answers.
#[derive(Debug)]
pub(super) struct Flush {
    pub(super) at_ms: i64,
    /// When it is given up.
    pub(super) deadline_ms: i64,
    /// The alerts that were over, each with its revision: they go when everybody was told.
    pub(super) resolved: Vec<(u64, u64)>,
    pub(super) failed: bool,
    /// Those that are not settled, by the id of the notification.
    pub(super) attempts: BTreeMap<u64, Attempt>,
}

/// What one integration is being told.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) integration: usize,
    pub(super) log_key: Key,
    pub(super) alerts: Vec<NotifiedAlert>,
    pub(super) told: Told,
    pub(super) reason: Reason,
    pub(super) retries: u32,
    /// When it was last handed over.
    pub(super) tried_ms: i64,
    /// When it is tried next; none while an answer is awaited.
    pub(super) again_ms: Option<i64>,
    /// The mean of the next pause, in milliseconds.
    pub(super) pause_ms: f64,
}

impl Group {
    pub(super) fn new(
        route: usize,
        route_key: &str,
        labels: Labels,
        timer_ms: i64,
        release: Release,
    ) -> Group {
        Group {
            route,
            key: format!("{route_key}:{}", label_text(&labels, release)),
            labels,
            alerts: BTreeMap::new(),
            timer_ms,
            timed_ms: None,
            has_flushed: false,
            flush: None,
            empty_since_ms: None,
            muted_by: Vec::new(),
        }
    }

    /// Takes an alert in. One that has waited long enough elsewhere need not wait here, if the group has not flushed yet;
    /// in 0.33 that is so only for the alert that opens the group.
    pub(super) fn insert(
        &mut self,
        alert: Arc<Alert>,
        (wait_ms, interval_ms): (i64, i64),
        now_ms: i64,
        release: Release,
    ) {
        if self.empty_since_ms.take().is_some() {
            // Nobody saw the timer fire while there was nothing to tell.
            let missed = (now_ms - self.timer_ms + interval_ms - 1).div_euclid(interval_ms.max(1));
            self.timer_ms += missed.max(0) * interval_ms;
        }
        let may_hurry = match release {
            Release::V0_25 => !self.has_flushed,
            Release::V0_33 => !self.has_flushed && self.alerts.is_empty(),
        };
        if may_hurry && alert.starts_at_ms.saturating_add(wait_ms) < now_ms {
            self.timer_ms = now_ms;
        }
        self.alerts.insert(alert.fingerprint, alert);
    }

    /// When something happens to it next.
    pub(super) fn due_ms(&self) -> Option<i64> {
        let Some(flush) = &self.flush else { return (!self.alerts.is_empty()).then_some(self.timer_ms) };
        let again = flush.attempts.values().filter_map(|attempt| attempt.again_ms).min();
        Some(again.map_or(flush.deadline_ms, |again| again.min(flush.deadline_ms)))
    }

    /// Its alerts in the order of messages.
    pub(super) fn sorted(&self) -> Vec<&Arc<Alert>> {
        let mut alerts: Vec<&Arc<Alert>> = self.alerts.values().collect();
        alerts.sort_by(|one, other| super::alert::by_job(&one.labels, &other.labels));
        alerts
    }

    /// Ends a flush: alerts of which the end was told are taken away unless they were reported anew meanwhile.
    pub(super) fn settle(&mut self, flush: &Flush, now_ms: i64) {
        if !flush.failed {
            for (fingerprint, revision) in &flush.resolved {
                if self.alerts.get(fingerprint).is_some_and(|alert| alert.revision == *revision) {
                    self.alerts.remove(fingerprint);
                }
            }
        }
        if self.alerts.is_empty() {
            self.empty_since_ms = Some(now_ms);
        }
        // A timer that fired meanwhile was kept, and is seen now.
        if self.empty_since_ms.is_none() {
            self.timer_ms = self.timer_ms.max(now_ms);
        }
    }
}

impl Flush {
    pub(super) fn new(at_ms: i64, interval_ms: i64, resolved: Vec<(u64, u64)>) -> Flush {
        let deadline_ms = at_ms.saturating_add(interval_ms.max(LEAST_FLUSH_MS));
        Flush { at_ms, deadline_ms, resolved, failed: false, attempts: BTreeMap::new() }
    }
}

/// Labels as keys of groups have them.
fn label_text(labels: &Labels, release: Release) -> String {
    let mut pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}={}", quote(value))).collect();
    if release == Release::V0_25 {
        // The older library sorts whole pairs, so that `a1` comes before `a`.
        pairs.sort();
    }
    format!("{{{}}}", pairs.join(", "))
}
