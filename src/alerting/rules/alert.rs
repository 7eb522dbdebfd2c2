//! The life of alerts: pending, firing, resolved.

use std::collections::BTreeMap;

use crate::promql::Labels;

/// How long a resolved alert is remembered, in milliseconds: it is sent again in that time, should the first
/// notice be lost. As in Prometheus.
pub const RESOLVED_RETENTION_MS: i64 = 15 * 60 * 1000;

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertState {
    /// Its condition holds, but not yet for long enough.
    Pending,
    /// It is sent.
    Firing,
    /// It was firing and is no more.
    Resolved,
}

impl AlertState {
    /// As in the label `alertstate`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            AlertState::Pending => "pending",
            AlertState::Firing => "firing",
            AlertState::Resolved => "inactive",
        }
    }
}

/// One alert of a rule. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its labels, `alertname` and the rule's own included.
    pub labels: Labels,
    /// Where it stands.
    pub state: AlertState,
    /// Since when its condition holds.
    pub active_at_ms: i64,
    /// Since when it fires.
    pub fired_at_ms: Option<i64>,
    /// Since when it does no more.
    pub resolved_at_ms: Option<i64>,
    /// Since when it fires only because of `keep_firing_for`.
    pub kept_since_ms: Option<i64>,
    /// What the rule's expression yielded last for it.
    pub seen: Seen,
}

/// A result of an alerting rule's expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The labels of the result.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
    /// When.
    pub at_ms: i64,
}

/// What decides over the life of a rule's alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// `for`, in milliseconds.
    pub for_ms: i64,
    /// `keep_firing_for`, in milliseconds.
    pub keep_firing_for_ms: i64,
    /// The most alerts that the rule may have; zero is without limit.
    pub limit: usize,
}

/// The alerts of one rule.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    known: BTreeMap<Labels, Alert>,
}

impl Alerts {
    /// None yet.
    #[must_use]
    pub fn new() -> Alerts {
        Alerts::default()
    }

    /// Every alert that is not forgotten, in the order of their labels.
    pub fn iter(&self) -> impl Iterator<Item = &Alert> {
        self.known.values()
    }

    /// Those that fire.
    pub fn firing(&self) -> impl Iterator<Item = &Alert> {
        self.iter().filter(|alert| alert.state == AlertState::Firing)
    }

    /// Whether there is nothing to be remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// One evaluation: the labels of each alert whose condition holds now, and the result it stands for. Gives
    /// the alerts that are pending or firing after it.
    ///
    /// # Errors
    ///
    /// Two results yield the same alert, or there are more alerts than the limit allows; then all are
    /// forgotten, as in Prometheus.
    pub fn step(
        &mut self,
        at_ms: i64,
        timing: Timing,
        results: impl IntoIterator<Item = (Labels, Seen)>,
    ) -> Result<Vec<&Alert>, String> {
        let mut holding = BTreeMap::new();
        for (labels, seen) in results {
            if holding.insert(labels, seen).is_some() {
                return Err(
                    "vector contains metrics with the same labelset after applying alert labels".to_owned()
                );
            }
        }
        self.end_or_keep(at_ms, timing, &holding);
        for (labels, seen) in holding {
            match self.known.get_mut(&labels) {
                Some(alert) if alert.state != AlertState::Resolved => {
                    alert.seen = seen;
                    alert.kept_since_ms = None;
                }
                _ => drop(self.known.insert(labels.clone(), Alert::new(labels, seen, at_ms))),
            }
        }
        for alert in self.known.values_mut().filter(|alert| alert.state == AlertState::Pending) {
            if at_ms.saturating_sub(alert.active_at_ms) >= timing.for_ms {
                alert.state = AlertState::Firing;
                alert.fired_at_ms = Some(at_ms);
            }
        }
        let active = |alert: &&Alert| alert.state != AlertState::Resolved;
        let count = self.known.values().filter(active).count();
        if timing.limit > 0 && count > timing.limit {
            self.known.clear();
            return Err(format!("exceeded limit of {} with {count} alerts", timing.limit));
        }
        Ok(self.known.values().filter(active).collect())
    }

    /// What becomes of alerts whose condition holds no more.
    fn end_or_keep(&mut self, at_ms: i64, timing: Timing, holding: &BTreeMap<Labels, Seen>) {
        self.known.retain(|labels, alert| {
            if holding.contains_key(labels) {
                return true;
            }
            match alert.state {
                AlertState::Pending => false,
                AlertState::Resolved => {
                    let resolved = alert.resolved_at_ms.unwrap_or(at_ms);
                    at_ms.saturating_sub(resolved) <= RESOLVED_RETENTION_MS
                }
                AlertState::Firing => {
                    let kept = timing.keep_firing_for_ms > 0 && {
                        let since = *alert.kept_since_ms.get_or_insert(at_ms);
                        at_ms.saturating_sub(since) < timing.keep_firing_for_ms
                    };
                    if !kept {
                        alert.state = AlertState::Resolved;
                        alert.resolved_at_ms = Some(at_ms);
                    }
                    true
                }
            }
        });
    }
}

impl Alert {
    fn new(labels: Labels, seen: Seen, at_ms: i64) -> Alert {
        Alert {
            labels,
            state: AlertState::Pending,
            active_at_ms: at_ms,
            fired_at_ms: None,
            resolved_at_ms: None,
            kept_since_ms: None,
            seen,
        }
    }

    /// The labels of its series `ALERTS`.
    #[must_use]
    pub fn alerts_labels(&self) -> Labels {
        self.labels.with("__name__", "ALERTS").with("alertstate", self.state.name())
    }

    /// The labels of its series `ALERTS_FOR_STATE`, whose value is [`Alert::active_at_ms`] in seconds.
    #[must_use]
    pub fn for_state_labels(&self) -> Labels {
        self.labels.with("__name__", "ALERTS_FOR_STATE")
    }
}
