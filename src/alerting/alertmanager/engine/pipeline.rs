//! What a flush goes through: inhibition, intervals, silences, the notification log, attempts.

use std::sync::Arc;

use super::super::config::{Integration, Route};
use super::super::{Delivery, Notification, NotifiedAlert, Release};
use super::alert::Alert;
use super::group::{Attempt, Flush};
use super::log::Told;
use super::{Alertmanager, Due};

/// The first pause between two attempts, how it grows, and its most.
const FIRST_PAUSE_MS: f64 = 500.0;
const GROWTH: f64 = 1.5;
const LONGEST_PAUSE_MS: f64 = 60_000.0;

impl Alertmanager {
    /// The timer of a group has fired.
    pub(super) fn flush(&mut self, group_id: u64, now_ms: i64, due: &mut Vec<Due>) {
        let config = Arc::clone(&self.config);
        let Some(group) = self.groups.get_mut(&group_id) else { return };
        let route = &self.routes[group.route];
        let at_ms = group.timer_ms;
        group.timer_ms = now_ms.saturating_add(route.group_interval_ms.max(1));
        group.has_flushed = true;
        let alerts: Vec<Arc<Alert>> = group.sorted().into_iter().map(Arc::clone).collect();
        let over = alerts.iter().filter(|alert| alert.resolved(now_ms));
        let resolved = over.map(|alert| (alert.fingerprint, alert.revision)).collect();
        let mut flush = Flush::new(now_ms, route.group_interval_ms, resolved);
        flush.at_ms = at_ms;
        let muted_by = muted(route, &config, at_ms);
        let receiver = config.receiver(&route.receiver);
        let integrations = receiver.map_or(&[][..], |receiver| &receiver.integrations);
        let left = self.left(alerts, group_id, &muted_by, now_ms);
        for (place, integration) in integrations.iter().enumerate().filter(|_| !left.is_empty()) {
            self.decide(group_id, &mut flush, (place, integration), &left, now_ms);
        }
        if let Some(group) = self.groups.get_mut(&group_id) {
            group.flush = Some(flush);
        }
        self.hand_over(group_id, now_ms, due);
        self.finish(group_id, now_ms);
    }

    /// The alerts of a flush that nothing keeps quiet.
    fn left(
        &mut self,
        alerts: Vec<Arc<Alert>>,
        group_id: u64,
        muted_by: &[String],
        now_ms: i64,
    ) -> Vec<Arc<Alert>> {
        let config = &self.config;
        let (inhibitor, silences) = (&self.inhibitor, &self.silences);
        let mut left = alerts;
        left.retain(|alert| inhibitor.of(&config.inhibit_rules, &alert.labels, now_ms).is_none());
        if left.is_empty() {
            return left;
        }
        // Intervals are only looked at where something is left to keep quiet.
        if let Some(group) = self.groups.get_mut(&group_id) {
            group.muted_by = muted_by.to_vec();
        }
        if !muted_by.is_empty() {
            return Vec::new();
        }
        left.retain(|alert| silences.of(&alert.labels, now_ms).is_empty());
        left
    }

    /// Whether an integration is told, and of what.
    fn decide(
        &mut self,
        group_id: u64,
        flush: &mut Flush,
        (place, integration): (usize, &Integration),
        alerts: &[Arc<Alert>],
        now_ms: i64,
    ) {
        let Some(group) = self.groups.get(&group_id) else { return };
        let route = &self.routes[group.route];
        let log_key = (group.key.clone(), route.receiver.clone(), integration.kind.name(), integration.index);
        let mut told = Told::default();
        for alert in alerts {
            let set = if alert.resolved(now_ms) { &mut told.resolved } else { &mut told.firing };
            set.insert(alert.fingerprint);
        }
        self.log.forget(now_ms);
        let repeat_ms = route.repeat_interval_ms;
        let reason = self.log.reason(&log_key, &told, integration.send_resolved, repeat_ms, now_ms);
        let Some(reason) = reason else { return };
        let mut alerts: Vec<NotifiedAlert> = alerts.iter().map(|alert| alert.notified(now_ms)).collect();
        if !integration.send_resolved {
            alerts.retain(|alert| !alert.resolved());
            if alerts.is_empty() {
                // It counts as told, so that the log says no longer that something fires.
                self.log.set(&log_key, told, now_ms, repeat_ms);
                return;
            }
        }
        self.notifications += 1;
        let attempt = Attempt {
            integration: place,
            log_key,
            alerts,
            told,
            reason,
            retries: 0,
            tried_ms: now_ms,
            again_ms: Some(now_ms),
            pause_ms: FIRST_PAUSE_MS,
        };
        flush.attempts.insert(self.notifications, attempt);
        self.outstanding.insert(self.notifications, group_id);
    }

    /// Hands over every attempt of a group that is due, and gives the flush up when its time is over.
    pub(super) fn hand_over(&mut self, group_id: u64, now_ms: i64, due: &mut Vec<Due>) {
        let Some(group) = self.groups.get_mut(&group_id) else { return };
        let Some(flush) = &mut group.flush else { return };
        if now_ms >= flush.deadline_ms && !flush.attempts.is_empty() {
            flush.failed = true;
            for id in std::mem::take(&mut flush.attempts).into_keys() {
                self.outstanding.remove(&id);
            }
            return;
        }
        for (id, attempt) in &mut flush.attempts {
            if attempt.again_ms.is_none_or(|again_ms| again_ms > now_ms) {
                continue;
            }
            attempt.again_ms = None;
            attempt.tried_ms = now_ms;
            due.push(Due::Notify(Notification {
                id: *id,
                at_ms: flush.at_ms,
                receiver: self.routes[group.route].receiver.clone(),
                integration: attempt.integration,
                group_key: group.key.clone(),
                group_labels: group.labels.clone(),
                alerts: attempt.alerts.clone(),
                retries: attempt.retries,
                reason: attempt.reason,
            }));
        }
    }

    /// What became of a notification.
    pub(super) fn settled(&mut self, id: u64, now_ms: i64, delivery: &Delivery) {
        let Some(group_id) = self.outstanding.get(&id).copied() else { return };
        let Some(group) = self.groups.get_mut(&group_id) else { return };
        let Some(flush) = &mut group.flush else { return };
        let Some(attempt) = flush.attempts.get_mut(&id).filter(|attempt| attempt.again_ms.is_none()) else {
            return;
        };
        match delivery {
            Delivery::Retry(_) => {
                // The pause runs from the attempt's start, not from its answer.
                let pause_ms = pause(&mut self.random, attempt.pause_ms);
                attempt.again_ms = Some(now_ms.max(attempt.tried_ms + pause_ms));
                attempt.pause_ms = (attempt.pause_ms * GROWTH).min(LONGEST_PAUSE_MS);
                attempt.retries += 1;
            }
            Delivery::Taken | Delivery::Lost(_) => {
                let taken = *delivery == Delivery::Taken;
                flush.failed |= !taken;
                let attempt = flush.attempts.remove(&id);
                self.outstanding.remove(&id);
                if let Some(attempt) = attempt.filter(|_| taken) {
                    let repeat_ms = self.routes[group.route].repeat_interval_ms;
                    self.log.set(&attempt.log_key, attempt.told, now_ms, repeat_ms);
                }
                self.finish(group_id, now_ms);
            }
        }
    }

    /// Ends the flush of a group when nothing is awaited any longer.
    pub(super) fn finish(&mut self, group_id: u64, now_ms: i64) {
        let Some(group) = self.groups.get_mut(&group_id) else { return };
        if let Some(flush) = group.flush.take_if(|flush| flush.attempts.is_empty()) {
            group.settle(&flush, now_ms);
            // Newer releases have no empty groups: who comes next opens another, and waits for it.
            if group.alerts.is_empty() && self.settings.release != Release::V0_25 {
                self.places.remove(&(group.route, group.labels.clone()));
                if let Some(at_ms) = group.timed_ms {
                    self.timers.remove(&(at_ms, group_id));
                }
                self.groups.remove(&group_id);
            }
        }
    }
}

/// A pause of about so long, at least half and at most one and a half of it.
fn pause(random: &mut u64, mean_ms: f64) -> i64 {
    let part = (super::silences::next(random) >> 11) as f64 / (1_u64 << 53) as f64;
    (mean_ms * (0.5 + part)) as i64
}

/// The intervals that make a route mute at an instant.
fn muted(route: &Route, config: &super::Config, at_ms: i64) -> Vec<String> {
    let within = |name: &&String| {
        config.intervals.get(*name).is_some_and(|all| all.iter().any(|interval| interval.contains(at_ms)))
    };
    if !route.active.is_empty() && !route.active.iter().any(|name| within(&name)) {
        return route.active.clone();
    }
    route.mute.iter().filter(within).cloned().collect()
}
