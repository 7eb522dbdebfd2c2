//! The life of alerts, groups, silences and notifications, as Alertmanager has it.
//!
//! # Decisions
//!
//! * What happens at one instant happens in this order: whatever the caller does (posts, silences, answers) in its order,
//!   then what comes due, by the groups' age; within a group a flush that is given up, then further attempts, then its
//!   timer. The real program leaves this to chance.
//! * Work of maintenance (forgetting silences, entries of the notification log, alerts and empty groups) is not waited
//!   for: whether it has happened is reckoned when somebody asks, so that an idle Alertmanager has nothing due.
//! * Maintenance that falls on the instant of a report has happened before it.
//! * A time that is reached counts as passed (an alert that ends now is over), because real clocks move on between any
//!   two looks.
//! * So it is with a repeat interval that is a multiple of the group interval. The real program leaves it to a race of
//!   its timers, each a little late, with the time that a delivery takes: over 20 ticks both releases were seen to repeat
//!   at the multiple each time, over 3 mostly a tick later. Here a delivery that takes any time loses that race.

mod alert;
mod group;
mod inhibit;
mod intake;
mod log;
mod maintenance;
mod model;
mod pipeline;
mod silences;
mod ticks;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use model::{AlertStatus, AlertView, Due, GroupView, Settings, Silence, SilenceState};

use super::config::{Config, Route};
use super::routes;
use super::{Delivery, PostedAlert};
use crate::promql::Labels;
use alert::Alert;
use group::Group;
use inhibit::Inhibitor;
use log::NotificationLog;
use maintenance::DATA_EVERY_MS;
use silences::Silences;
use ticks::Ticks;

/// How long silences that are over and entries of the notification log are kept, in milliseconds.
const RETENTION_MS: i64 = 120 * 3_600_000;

/// An Alertmanager.
#[derive(Debug)]
pub struct Alertmanager {
    config: Arc<Config>,
    settings: Settings,
    /// Every route by number, without its children.
    routes: Vec<Route>,
    /// What each is called in keys of groups.
    route_keys: Vec<String>,
    /// By fingerprint.
    alerts: BTreeMap<u64, Arc<Alert>>,
    /// In the order in which they came to be.
    groups: BTreeMap<u64, Group>,
    /// The groups by route and labels.
    places: BTreeMap<(usize, Labels), u64>,
    /// When something happens to a group next.
    timers: BTreeSet<(i64, u64)>,
    inhibitor: Inhibitor,
    silences: Silences,
    log: NotificationLog,
    /// The group of each notification that is not settled.
    outstanding: BTreeMap<u64, u64>,
    /// How many there have been of each.
    notifications: u64,
    revisions: u64,
    created_groups: u64,
    random: u64,
    /// The latest time that anybody told.
    now_ms: i64,
}

impl Alertmanager {
    /// One that has heard of nothing yet.
    #[must_use]
    pub fn new(config: Arc<Config>, settings: Settings) -> Alertmanager {
        let numbered = routes::numbered(&config.route);
        let bare = |route: &Route| Route { routes: Vec::new(), ..route.clone() };
        let data = Ticks { started_ms: settings.started_ms, every_ms: DATA_EVERY_MS };
        Alertmanager {
            routes: numbered.iter().map(|numbered| bare(numbered.route)).collect(),
            route_keys: (0..numbered.len()).map(|number| routes::key(&config.route, number)).collect(),
            alerts: BTreeMap::new(),
            groups: BTreeMap::new(),
            places: BTreeMap::new(),
            timers: BTreeSet::new(),
            inhibitor: Inhibitor::new(&config.inhibit_rules, settings.release, data),
            silences: Silences::new(settings.release, data, settings.seed),
            log: NotificationLog::new(data),
            outstanding: BTreeMap::new(),
            notifications: 0,
            revisions: 0,
            created_groups: 0,
            random: !settings.seed,
            now_ms: settings.started_ms,
            settings,
            config,
        }
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Takes alerts in. The sound ones are taken whatever the others are.
    ///
    /// # Errors
    ///
    /// What is wrong with the others, in Alertmanager's words, in their order.
    pub fn post(&mut self, now_ms: i64, alerts: Vec<PostedAlert>) -> Result<(), Vec<String>> {
        let now_ms = self.reach(now_ms);
        self.forget(now_ms);
        let (resolve_timeout_ms, release) = (self.config.resolve_timeout_ms, self.settings.release);
        let (sound, wrong): (Vec<_>, Vec<_>) = alerts
            .into_iter()
            .map(|posted| intake::alert(posted, now_ms, resolve_timeout_ms, release))
            .partition(Result::is_ok);
        for alert in sound.into_iter().flatten() {
            self.take(alert, now_ms);
        }
        let wrong: Vec<String> = wrong.into_iter().filter_map(Result::err).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// When something comes due next; none while there is nothing to wait for.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<i64> {
        self.timers.first().map(|(at_ms, _)| *at_ms)
    }

    /// Everything that has come due by now, in order. While a group waits for [`Alertmanager::settle`], its timer runs
    /// on, and it is not flushed again before.
    pub fn advance(&mut self, now_ms: i64) -> Vec<Due> {
        let mut due = Vec::new();
        while let Some((at_ms, group_id)) = self.timers.first().copied().filter(|(at_ms, _)| *at_ms <= now_ms)
        {
            let at_ms = self.reach(at_ms);
            if self.groups.get(&group_id).is_some_and(|group| group.flush.is_some()) {
                self.hand_over(group_id, at_ms, &mut due);
                self.finish(group_id, at_ms);
            } else {
                self.flush(group_id, at_ms, &mut due);
            }
            self.retime(group_id);
        }
        self.reach(now_ms);
        due
    }

    /// Says what became of a notification: what was taken is remembered, what may be retried comes due again. What was
    /// given up meanwhile is nobody's concern.
    pub fn settle(&mut self, now_ms: i64, id: u64, delivery: &Delivery) {
        let now_ms = self.reach(now_ms);
        let Some(group_id) = self.outstanding.get(&id).copied() else { return };
        self.settled(id, now_ms, delivery);
        self.retime(group_id);
    }

    /// When the flush of a notification that is not settled is given up, whatever becomes of it; none for any other.
    /// [`Alertmanager::advance`] does so by itself.
    #[must_use]
    pub fn gives_up_ms(&self, id: u64) -> Option<i64> {
        let group = self.groups.get(self.outstanding.get(&id)?)?;
        group.flush.as_ref().map(|flush| flush.deadline_ms)
    }

    /// Makes a silence or changes the one of its id; gives the id.
    ///
    /// # Errors
    ///
    /// Why not, in Alertmanager's words.
    pub fn set_silence(&mut self, now_ms: i64, silence: Silence) -> Result<String, String> {
        let now_ms = self.reach(now_ms);
        self.silences.set(now_ms, silence)
    }

    /// Ends a silence.
    ///
    /// # Errors
    ///
    /// There is none of this id, or it is over already.
    pub fn expire_silence(&mut self, now_ms: i64, id: &str) -> Result<(), String> {
        let now_ms = self.reach(now_ms);
        self.silences.expire(now_ms, id)
    }

    /// Every silence that is not forgotten, with its state, in the order of the HTTP interface.
    #[must_use]
    pub fn silences(&self, now_ms: i64) -> Vec<(Silence, SilenceState)> {
        self.silences.list(now_ms)
    }

    /// Takes a sound alert in: merges it, and gives it to the rules of inhibition and to the groups of its routes.
    fn take(&mut self, alert: Alert, now_ms: i64) {
        let config = Arc::clone(&self.config);
        self.revisions += 1;
        let mut alert = match self.alerts.get(&alert.fingerprint) {
            Some(old) => alert.merged(old),
            None => alert,
        };
        alert.revision = self.revisions;
        let alert = Arc::new(alert);
        self.alerts.insert(alert.fingerprint, Arc::clone(&alert));
        self.inhibitor.take(&config.inhibit_rules, &alert);
        for matched in routes::routed(&config.route, &alert.labels) {
            self.group(matched.number, &alert, now_ms);
        }
    }

    /// Puts an alert into its group of a route.
    fn group(&mut self, number: usize, alert: &Arc<Alert>, now_ms: i64) {
        let route = &self.routes[number];
        let grouped = |name: &str| route.group_by_all || route.group_by.iter().any(|by| by == name);
        let labels = alert.labels.keep(grouped);
        let id = *self.places.entry((number, labels.clone())).or_insert_with(|| {
            self.created_groups += 1;
            self.created_groups
        });
        let (key, release) = (&self.route_keys[number], self.settings.release);
        let timer_ms = now_ms.saturating_add(route.group_wait_ms);
        let group =
            self.groups.entry(id).or_insert_with(|| Group::new(number, key, labels, timer_ms, release));
        let (wait_ms, interval_ms) = (route.group_wait_ms, route.group_interval_ms);
        group.insert(Arc::clone(alert), (wait_ms, interval_ms), now_ms, release);
        self.retime(id);
    }

    /// Puts a group's next event in place.
    fn retime(&mut self, group_id: u64) {
        let Some(group) = self.groups.get_mut(&group_id) else { return };
        if let Some(at_ms) = group.timed_ms.take() {
            self.timers.remove(&(at_ms, group_id));
        }
        group.timed_ms = group.due_ms();
        if let Some(at_ms) = group.timed_ms {
            self.timers.insert((at_ms, group_id));
        }
    }

    /// Notes that it is at least so late; time never runs backwards.
    fn reach(&mut self, now_ms: i64) -> i64 {
        self.now_ms = self.now_ms.max(now_ms);
        self.now_ms
    }
}
