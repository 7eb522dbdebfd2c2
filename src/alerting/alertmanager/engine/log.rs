//! The notification log: what each integration of a group was last told.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Reason;
use super::RETENTION_MS;
use super::ticks::Ticks;

/// The fingerprints of alerts in a notification.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub(super) firing: BTreeSet<u64>,
    pub(super) resolved: BTreeSet<u64>,
}

#[derive(Debug)]
struct Entry {
    told: Told,
    at_ms: i64,
    expires_at_ms: i64,
}

/// By the group's key, the receiver, and the integration's kind and number.
pub(super) type Key = (String, String, &'static str, usize);

/// What was taken by whom.
#[derive(Debug)]
pub(super) struct NotificationLog {
    maintenance: Ticks,
    entries: BTreeMap<Key, Entry>,
    /// The entries by the time at which they expire, so that old ones are found without a search.
    expiring: BTreeSet<(i64, Key)>,
}

impl NotificationLog {
    pub(super) const fn new(maintenance: Ticks) -> NotificationLog {
        NotificationLog { maintenance, entries: BTreeMap::new(), expiring: BTreeSet::new() }
    }

    /// Remembers what was taken.
    pub(super) fn set(&mut self, key: &Key, told: Told, now_ms: i64, repeat_interval_ms: i64) {
        // An entry that is not refreshed for two repeat intervals belongs to a group that is gone.
        let kept_ms = match repeat_interval_ms.saturating_mul(2) {
            twice if twice > 0 && twice < RETENTION_MS => twice,
            _ => RETENTION_MS,
        };
        let expires_at_ms = now_ms + kept_ms;
        if let Some(old) = self.entries.insert(key.clone(), Entry { told, at_ms: now_ms, expires_at_ms }) {
            self.expiring.remove(&(old.expires_at_ms, key.clone()));
        }
        self.expiring.insert((expires_at_ms, key.clone()));
    }

    /// Forgets what the maintenance has removed by now: until then an entry counts although it has expired.
    pub(super) fn forget(&mut self, now_ms: i64) {
        while let Some((expires_at_ms, _)) = self.expiring.first() {
            if !self.maintenance.since(*expires_at_ms, now_ms) {
                break;
            }
            if let Some((_, key)) = self.expiring.pop_first() {
                self.entries.remove(&key);
            }
        }
    }

    /// Why somebody is to be told of alerts now; none if there is no need.
    pub(super) fn reason(
        &self,
        key: &Key,
        alerts: &Told,
        send_resolved: bool,
        repeat_interval_ms: i64,
        now_ms: i64,
    ) -> Option<Reason> {
        let Some(entry) = self.entries.get(key) else {
            // Nobody needs to hear of the end of what they never heard of.
            return (!alerts.firing.is_empty()).then_some(Reason::FirstNotification);
        };
        if !alerts.firing.is_subset(&entry.told.firing) {
            let first = entry.told.firing.is_empty();
            return Some(if first { Reason::FirstNotification } else { Reason::NewAlertsInGroup });
        }
        if alerts.firing.is_empty() {
            // Also where resolved alerts are not sent: the log must not say any longer that something fires.
            return (!entry.told.firing.is_empty()).then_some(Reason::AllAlertsResolved);
        }
        if send_resolved && !alerts.resolved.is_subset(&entry.told.resolved) {
            return Some(Reason::NewResolvedAlerts);
        }
        (entry.at_ms <= now_ms - repeat_interval_ms).then_some(Reason::RepeatIntervalElapsed)
    }
}
