//! What is recorded of the attempts to notify.

use std::collections::BTreeMap;

use super::timestamp;
use crate::alerting::alertmanager::config::Integration;
use crate::alerting::alertmanager::{Delivery, Notification, NotifiedAlert};
use crate::observe::{Fate, NotificationEvent, ToldAlert};

/// Attempts that are recorded; what comes after them is made and counted.
pub const MOST_EVENTS: usize = 100_000;

/// Attempts that have come to an end.
#[derive(Debug, Default)]
pub(super) struct Book {
    events: Vec<NotificationEvent>,
    dropped: u64,
}

impl Book {
    pub(super) fn keep(&mut self, event: NotificationEvent) {
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        } else {
            self.dropped += 1;
        }
    }

    /// By the time and the notification: attempts of one instant end in any order.
    pub(super) fn events(&self) -> Vec<NotificationEvent> {
        let mut events = self.events.clone();
        events.sort_by_key(|event| (event.at, event.id));
        events
    }

    /// Those that ended after the first `count` had, in the order in which they did.
    pub(super) fn after(&self, count: usize) -> Vec<NotificationEvent> {
        self.events.get(count..).unwrap_or_default().to_vec()
    }

    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The same, where the last attempt at what is over and was not taken is lost, in Alertmanager's words.
pub(super) fn given_up(
    mut events: Vec<NotificationEvent>,
    is_over: impl Fn(u64) -> bool,
) -> Vec<NotificationEvent> {
    let mut attempts = BTreeMap::<u64, (u32, usize)>::new();
    for (place, event) in events.iter().enumerate() {
        let (count, last) = attempts.entry(event.id).or_default();
        (*count, *last) = (*count + 1, place);
    }
    for (id, (count, last)) in attempts {
        if let Fate::Retried(why) = &events[last].fate
            && is_over(id)
        {
            let why = format!("notify retry canceled after {count} attempts: {why}");
            events[last].fate = Fate::Lost(why);
        }
    }
    events
}

/// The record of an attempt that began at `at`.
pub(super) fn event(
    notification: &Notification,
    integration: &Integration,
    at: jiff::Timestamp,
    delivery: Delivery,
    forgotten: Option<String>,
) -> NotificationEvent {
    NotificationEvent {
        id: notification.id,
        at,
        receiver: notification.receiver.clone(),
        kind: integration.kind.name().to_owned(),
        index: integration.index,
        group_key: notification.group_key.clone(),
        group_labels: notification.group_labels.to_map(),
        reason: notification.reason.text().to_owned(),
        alerts: notification.alerts.iter().map(told).collect(),
        fate: match delivery {
            Delivery::Taken => Fate::Taken,
            Delivery::Retry(why) => Fate::Retried(why),
            Delivery::Lost(why) => Fate::Lost(why),
        },
        forgotten,
    }
}

fn told(alert: &NotifiedAlert) -> ToldAlert {
    ToldAlert {
        labels: alert.labels.to_map(),
        annotations: alert.annotations.clone(),
        starts_at: timestamp(alert.starts_at_ms),
        ends_at: alert.ends_at_ms.map(timestamp),
    }
}
