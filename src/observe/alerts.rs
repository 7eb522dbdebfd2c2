//! What became of alerts: how they stood, what was to be sent of them, and what arrived.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An alert came into another state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertEvent {
    /// When: the time of the evaluation.
    pub at: Timestamp,
    /// The rule group.
    pub group: String,
    /// The alert's name.
    pub alert: String,
    /// Its labels, `alertname` included.
    pub labels: BTreeMap<String, String>,
    /// Where it stands now.
    pub phase: AlertPhase,
    /// Since when its condition holds.
    pub active_at: Timestamp,
    /// What its expression yielded last, as Prometheus prints floats.
    pub value: String,
    /// Its annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertPhase {
    /// Its condition holds, but not for long enough.
    Pending,
    /// It fires.
    Firing,
    /// It fired and does no more.
    Resolved,
    /// It was pending and never fired.
    Dropped,
}

/// An attempt to notify an integration of a receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationEvent {
    /// Which notification: attempts at the same one share it.
    pub id: u64,
    /// When it was tried.
    pub at: Timestamp,
    /// The receiver's name.
    pub receiver: String,
    /// What the integration speaks: `webhook`, `slack`, `pagerduty`, or a kind that cannot be sent here.
    pub kind: String,
    /// Which of its kind in the receiver, from 0.
    pub index: usize,
    /// The group's key.
    pub group_key: String,
    /// The labels that make the group.
    pub group_labels: BTreeMap<String, String>,
    /// Why it is sent, in Alertmanager's words.
    pub reason: String,
    /// What it tells of.
    pub alerts: Vec<ToldAlert>,
    /// What became of it.
    pub fate: Fate,
    /// A template that failed and was forgotten, so that the message says less than it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgotten: Option<String>,
}

/// An alert in a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldAlert {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Since when it fires.
    pub starts_at: Timestamp,
    /// When it ended; none while it fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was taken.
    Taken,
    /// It was not taken and is tried again; why.
    Retried(String),
    /// It is lost; why.
    Lost(String),
}

/// What a sink of ours was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivered {
    /// When it had arrived.
    pub at: Timestamp,
    /// The receiver that the sink stands for.
    pub receiver: String,
    /// What is spoken there.
    pub kind: String,
    /// Which of its kind in the receiver, from 0.
    pub index: usize,
    /// The notification that it says it is; none from a stranger.
    pub notification: Option<u64>,
    /// The status that the sink answered with.
    pub answered: u16,
    /// The body as it came.
    pub body: String,
}

/// The alert chain of a leg.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertChain {
    /// Every change of an alert, in order of time.
    pub alerts: Vec<AlertEvent>,
    /// Every attempt to notify, in order of time.
    pub notifications: Vec<NotificationEvent>,
    /// Everything that sinks were sent, in order of time.
    pub deliveries: Vec<Delivered>,
    /// Rules that could not be evaluated, each once, in words.
    pub rule_errors: Vec<String>,
    /// What went wrong on the way of alerts, in words, each once: why they did not reach an Alertmanager, a silence that it
    /// refused, what there was no room to record.
    pub unsent: Vec<String>,
}
