//! Alertmanager's twin in virtual time. What is claimed here of the real program was seen with 0.25.0 and 0.33.1.

mod flushes;
mod inhibition;
mod life;
mod properties;
mod refusals;
mod silences;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use probity::alerting::alertmanager::{
    Alertmanager, Delivery, Due, Notification, PostedAlert, Release, Settings, config,
};
use probity::promql::Labels;

/// Both releases, for what does not differ.
const BOTH: [Release; 2] = [Release::V0_25, Release::V0_33];

/// Virtual time starts here, in milliseconds since 1970.
const START_MS: i64 = 1_767_225_600_000;

/// An Alertmanager that is played to in milliseconds since its start.
struct Played {
    engine: Alertmanager,
}

fn played(text: &str, release: Release) -> Played {
    let read = config::read(text, "alertmanager.yml", release);
    let config = read.config.unwrap_or_else(|| panic!("{:?}", read.problems));
    let settings = Settings { release, started_ms: START_MS, seed: 1 };
    Played { engine: Alertmanager::new(Arc::new(config), settings) }
}

/// One receiver, groups by `g`: wait 2 s, interval 5 s, repeat 12 s.
const SIMPLE: &str = "
route: {receiver: w, group_by: [g], group_wait: 2s, group_interval: 5s, repeat_interval: 12s}
receivers: [{name: w, webhook_configs: [{url: 'http://w'}]}]
";

/// An alert with labels as `g=1 n=2`; times in milliseconds since the start.
fn alert(labels: &str, starts_ms: Option<i64>, ends_ms: Option<i64>) -> PostedAlert {
    PostedAlert {
        labels: Labels::new(labels.split(' ').filter_map(|pair| pair.split_once('='))),
        annotations: BTreeMap::new(),
        starts_at_ms: starts_ms.map(|at_ms| START_MS + at_ms),
        ends_at_ms: ends_ms.map(|at_ms| START_MS + at_ms),
        generator_url: String::new(),
    }
}

/// An alert that fires from then on.
fn firing(labels: &str, starts_ms: i64) -> PostedAlert {
    alert(labels, Some(starts_ms), Some(100 * 86_400_000))
}

/// A notification in short: when, to whom, and the values of the label `n` of its alerts, `!` after those that are over.
fn brief(notification: &Notification, at_ms: i64) -> String {
    let names = notification
        .alerts
        .iter()
        .map(|alert| format!("{}{}", alert.labels.value("n"), if alert.resolved() { "!" } else { "" }));
    let names: Vec<String> = names.collect();
    format!("{at_ms} {}/{} {}", notification.receiver, notification.integration, names.join(" "))
}

impl Played {
    fn post(&mut self, now_ms: i64, alerts: impl IntoIterator<Item = PostedAlert>) {
        self.engine.post(START_MS + now_ms, alerts.into_iter().collect()).expect("sound alerts");
    }

    /// What falls due next, in milliseconds since the start.
    fn due_ms(&self) -> Option<i64> {
        self.engine.next_due_ms().map(|at_ms| at_ms - START_MS)
    }

    /// What falls due at a time, which nobody answers yet.
    fn advance(&mut self, now_ms: i64) -> Vec<Notification> {
        let due = self.engine.advance(START_MS + now_ms).into_iter();
        due.map(|Due::Notify(notification)| notification).collect()
    }

    fn settle(&mut self, now_ms: i64, id: u64, delivery: &Delivery) {
        self.engine.settle(START_MS + now_ms, id, delivery);
    }

    /// Every notification until a time, each settled at once as somebody decides.
    fn until(
        &mut self,
        until_ms: i64,
        mut settle: impl FnMut(&Notification) -> Delivery,
    ) -> Vec<Notification> {
        let mut all = Vec::new();
        while let Some(at_ms) = self.engine.next_due_ms().filter(|at_ms| *at_ms <= START_MS + until_ms) {
            for Due::Notify(notification) in self.engine.advance(at_ms) {
                self.engine.settle(at_ms, notification.id, &settle(&notification));
                all.push(notification);
            }
        }
        all
    }

    /// Every notification until a time in short; all are taken.
    fn taken(&mut self, until_ms: i64) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(at_ms) = self.engine.next_due_ms().filter(|at_ms| *at_ms <= START_MS + until_ms) {
            for Due::Notify(notification) in self.engine.advance(at_ms) {
                self.engine.settle(at_ms, notification.id, &Delivery::Taken);
                all.push(brief(&notification, at_ms - START_MS));
            }
        }
        all
    }
}
