//! What the engine is started with, and what it shows.

use std::collections::BTreeMap;

use super::super::{Notification, Release};
use crate::alerting::matchers::Matchers;
use crate::promql::Labels;

/// How an Alertmanager is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Whose behaviour is followed.
    pub release: Release,
    /// When it starts, in milliseconds since 1970.
    pub started_ms: i64,
    /// Random choices (ids of silences, jitter of retries) follow from it.
    pub seed: u64,
}

/// Something that has come due.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// A notification is to be sent; [`Alertmanager::settle`](super::Alertmanager::settle) must be told what became of it.
    Notify(Notification),
}

/// A silence. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Its id, empty for a new one.
    pub id: String,
    /// What an alert must have to be silenced; never empty.
    pub matchers: Matchers,
    /// From when on.
    pub starts_at_ms: i64,
    /// Until when.
    pub ends_at_ms: i64,
    /// When it was last changed.
    pub updated_at_ms: i64,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// Where a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SilenceState {
    /// It has not begun.
    Pending,
    /// It holds.
    Active,
    /// It is over.
    Expired,
}

/// Where an alert stands in Alertmanager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertStatus {
    /// `unprocessed`, `active` or `suppressed`.
    pub state: &'static str,
    /// The silences that keep it quiet.
    pub silenced_by: Vec<String>,
    /// The fingerprints of the alerts that keep it quiet.
    pub inhibited_by: Vec<String>,
    /// The time intervals that keep it quiet (0.33).
    pub muted_by: Vec<String>,
}

/// An alert as the HTTP interface shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertView {
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Since when it fires.
    pub starts_at_ms: i64,
    /// When it ended or will be taken for ended.
    pub ends_at_ms: i64,
    /// When it was last reported.
    pub updated_at_ms: i64,
    /// A link to where it comes from.
    pub generator_url: String,
    /// The names of the receivers that it is routed to.
    pub receivers: Vec<String>,
    /// The hexadecimal hash of its labels.
    pub fingerprint: String,
    /// Where it stands.
    pub status: AlertStatus,
}

/// A group as the HTTP interface shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView {
    /// The labels that make it.
    pub labels: Labels,
    /// Its receiver.
    pub receiver: String,
    /// Its alerts, by fingerprint order of Alertmanager's answers.
    pub alerts: Vec<AlertView>,
}
