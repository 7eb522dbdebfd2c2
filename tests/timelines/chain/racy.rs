//! Groups of which the real Alertmanager itself leaves to chance what becomes of them.
//!
//! Prometheus tells of the end of an alert again and again. If the alert is long gone from its group, that opens the group
//! anew; since it began long ago, the group is flushed at once. Whether other alerts of the same evaluation come before
//! or after that flush decides when they are told of, and whether it is inhibited. In 0.25 the group stays, and from then
//! on its timer fires whenever rules are evaluated. There an emptied group stays until maintenance takes it away, every
//! half minute from a start that nobody outside knows to the second: an alert that comes about then finds the old group
//! with its timer, or opens a new one.

use std::collections::BTreeMap;

use probity::alerting::alertmanager::config::Route;
use probity::alerting::alertmanager::{Release, routed};
use probity::alerting::notifier::SentAlert;
use probity::promql::Labels;

/// A receiver's name, and the values of the labels that make the group: here each receiver has one route.
pub(super) type Key = (String, String);

/// How often 0.25 takes emptied groups away, how much later than its process was started it may begin to count, and how
/// long after its last alert has ended a group is emptied at the latest.
const MAINTENANCE_MS: i64 = 30_000;
const BEGINS_MS: i64 = 3_000;
const EMPTIED_MS: i64 = 6_000;

pub(super) struct Racy {
    release: Release,
    started_ms: i64,
    /// When each alert of a group ends.
    ends: BTreeMap<Key, BTreeMap<Labels, i64>>,
    /// When each group was opened, for the last time.
    opened: BTreeMap<Key, i64>,
    /// Since when chance has had a part in a group.
    since: BTreeMap<Key, i64>,
}

impl Racy {
    pub(super) fn new(release: Release, started_ms: i64) -> Racy {
        let (ends, opened, since) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Racy { release, started_ms, ends, opened, since }
    }

    /// Whether it is left to chance if a group whose last alert ended at a time is still there at another.
    fn may_linger(&self, ended_ms: i64, at_ms: i64) -> bool {
        let ticks = (1..).map(|tick| self.started_ms + tick * MAINTENANCE_MS);
        let mut passed = ticks.take_while(|tick_ms| *tick_ms <= at_ms);
        self.release == Release::V0_25
            && passed.any(|tick_ms| {
                let after = ended_ms >= tick_ms + BEGINS_MS;
                let before = ended_ms + EMPTIED_MS < tick_ms && tick_ms + BEGINS_MS <= at_ms;
                !after && !before
            })
    }

    /// Looks at what is sent at once.
    pub(super) fn watch(&mut self, root: &Route, at_ms: i64, sent: &[SentAlert]) {
        let mut groups = BTreeMap::<Key, Vec<(i64, &SentAlert)>>::new();
        for alert in sent {
            for matched in routed(root, &alert.labels) {
                let route = matched.route;
                let by = |name: &str| route.group_by_all || route.group_by.iter().any(|by| by == name);
                let key =
                    (route.receiver.clone(), joined(alert.labels.keep(by).iter().map(|(_, value)| value)));
                groups.entry(key).or_default().push((route.group_wait_ms, alert));
            }
        }
        for (key, alerts) in groups {
            let ended_ms = self.ends.get(&key).and_then(|ends| ends.values().max().copied());
            let lingers =
                ended_ms.is_some_and(|ended_ms| ended_ms <= at_ms && self.may_linger(ended_ms, at_ms));
            let ends = self.ends.entry(key.clone()).or_default();
            let open = ends.values().any(|ends_ms| *ends_ms > at_ms);
            let opened_ms = if open { self.opened.get(&key).copied() } else { None }.unwrap_or(at_ms);
            self.opened.insert(key.clone(), opened_ms);
            // The older release hurries any group that has not been flushed yet.
            let young = self.release == Release::V0_25 && opened_ms + alerts[0].0 >= at_ms;
            let hurries = alerts.iter().any(|(wait_ms, alert)| alert.starts_at_ms + wait_ms < at_ms);
            let alone =
                alerts.len() == 1 && !inhibitable(sent, alerts[0].1) && self.release != Release::V0_25;
            ends.extend(alerts.iter().map(|(_, alert)| (alert.labels.clone(), alert.ends_at_ms)));
            if lingers || hurries && (!open || young) && !alone {
                self.since.entry(key).or_insert(at_ms);
            }
        }
    }

    /// Whether a group's notification at a time can be foreseen.
    pub(super) fn certain(&self, key: &Key, at_ms: i64) -> bool {
        self.since.get(key).is_none_or(|since_ms| at_ms < *since_ms)
    }

    /// How many groups are left to chance at some time.
    pub(super) fn count(&self) -> usize {
        self.since.len()
    }
}

/// Whether another alert of its timeline is sent with an alert that may inhibit it.
fn inhibitable(sent: &[SentAlert], alert: &SentAlert) -> bool {
    let timeline = alert.labels.value("timeline");
    let others = sent.iter().filter(|other| other.labels != alert.labels);
    let mut near = others.filter(|other| other.labels.value("timeline") == timeline);
    near.any(|other| ["Gate", "Raised"].contains(&other.labels.value("alertname")))
}

/// Values as one text.
pub(super) fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    values.collect::<Vec<_>>().join("/")
}
