//! What passes between the engine, the texts and whoever sends them.

use std::collections::BTreeMap;

use crate::promql::Labels;

/// An alert as somebody reports it. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedAlert {
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Since when it fires.
    pub starts_at_ms: Option<i64>,
    /// When it ended, or when it is to be taken for ended if nobody reports it again.
    pub ends_at_ms: Option<i64>,
    /// A link to where it comes from.
    pub generator_url: String,
}

/// An alert in a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifiedAlert {
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Since when it fires.
    pub starts_at_ms: i64,
    /// When it ended; none while it fires.
    pub ends_at_ms: Option<i64>,
    /// A link to where it comes from.
    pub generator_url: String,
}

impl NotifiedAlert {
    /// Whether it is over.
    #[must_use]
    pub const fn resolved(&self) -> bool {
        self.ends_at_ms.is_some()
    }
}

/// What one integration of a receiver is to send. It is sent or lost whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Which, rising over the life of an Alertmanager, from 1.
    pub id: u64,
    /// When it was decided on: the time that the group's timer fired.
    pub at_ms: i64,
    /// The receiver's name.
    pub receiver: String,
    /// The place of the integration in [`Receiver::integrations`](super::config::Receiver::integrations).
    pub integration: usize,
    /// The key of the group, as webhooks carry it.
    pub group_key: String,
    /// The labels that make the group.
    pub group_labels: Labels,
    /// Its alerts, in the order in which messages have them.
    pub alerts: Vec<NotifiedAlert>,
    /// How often it was tried before.
    pub retries: u32,
    /// Why it is sent (0.33 says it in templates and webhooks).
    pub reason: Reason,
}

impl Notification {
    /// Whether any of its alerts fires; else the notification as a whole is `resolved`.
    #[must_use]
    pub fn firing(&self) -> bool {
        self.alerts.iter().any(|alert| !alert.resolved())
    }
}

/// Why a notification is sent, in Alertmanager's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The group has not been notified before, or not since it was all resolved.
    FirstNotification,
    /// An alert fires that was not in the last notification.
    NewAlertsInGroup,
    /// An alert was resolved that was not in the last notification.
    NewResolvedAlerts,
    /// Every alert is resolved.
    AllAlertsResolved,
    /// The repeat interval is over.
    RepeatIntervalElapsed,
}

impl Reason {
    /// As webhooks of 0.33 say it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Reason::FirstNotification => "first notification",
            Reason::NewAlertsInGroup => "new alerts added",
            Reason::NewResolvedAlerts => "some alerts resolved",
            Reason::AllAlertsResolved => "all alerts resolved",
            Reason::RepeatIntervalElapsed => "repeat interval elapsed",
        }
    }
}

/// What became of an attempt to send a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Taken,
    /// It was not taken, and is worth another try (`5xx`, no connection).
    Retry(String),
    /// It was not taken and never will be (`4xx`, a template that fails): it is lost.
    Lost(String),
}
