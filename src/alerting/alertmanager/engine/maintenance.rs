//! What Alertmanager forgets from time to time.

use std::sync::Arc;

use super::Alertmanager;
use super::group::Group;
use super::ticks::Ticks;

/// How often empty groups are taken away (0.25; 0.33 takes them away at once) and alerts that are over are forgotten: what
/// Alertmanager does unless a flag says otherwise, in milliseconds.
const GROUPS_EVERY_MS: i64 = 30_000;
const ALERTS_EVERY_MS: i64 = 30 * 60_000;

/// How often silences and entries of the notification log that have expired are forgotten, and sources of inhibition
/// that are over, in milliseconds.
pub(super) const DATA_EVERY_MS: i64 = 15 * 60_000;

impl Alertmanager {
    /// Forgets what maintenance has taken away by now. Nothing looks at groups and alerts that are forgotten between two
    /// reports; whoever asks what is inhibited reckons with what should have been forgotten.
    pub(super) fn forget(&mut self, now_ms: i64) {
        let config = Arc::clone(&self.config);
        let started_ms = self.settings.started_ms;
        let every = |every_ms| Ticks { started_ms, every_ms };
        let (groups, alerts) = (every(GROUPS_EVERY_MS), every(ALERTS_EVERY_MS));
        let gone =
            |group: &Group| group.empty_since_ms.is_some_and(|since_ms| groups.since(since_ms, now_ms));
        self.groups.retain(|_, group| !gone(group));
        self.places.retain(|_, id| self.groups.contains_key(id));
        self.alerts.retain(|_, alert| !alerts.since(alert.ends_at_ms, now_ms));
        self.inhibitor.forget(&config.inhibit_rules, now_ms);
    }
}
