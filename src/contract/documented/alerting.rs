use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::{Glob, HumanDuration};

/// An alert exists, and fires when its condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertPromise {
    /// Its name; a document may describe an alert without naming it, then it is named here.
    pub name: String,
    /// The category it is listed under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The severities that the document allows it: one, or those of its category where it says no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severity: Vec<String>,
    /// The condition in PromQL, where it is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    /// The condition in words, where no expression is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// How long the condition holds before it fires.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<HumanDuration>,
    /// Where its runbook is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

/// A query is answered, and means something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What it shows, in the document's words.
    pub shows: String,
    /// The expression in PromQL. Where the printed one is invalid, the one that is meant.
    pub expr: String,
}

/// How notifications are grouped and timed, and who gets what nobody else takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// The receiver of what no route takes.
    pub receiver: String,
    /// The labels whose values make a group.
    #[serde(default)]
    pub group_by: Vec<String>,
    /// How long a new group waits for more alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_wait: Option<HumanDuration>,
    /// How long until a changed group is notified again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_interval: Option<HumanDuration>,
    /// How long until an unchanged group is notified again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_interval: Option<HumanDuration>,
    /// How long until an alert that is no longer heard of is resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_timeout: Option<HumanDuration>,
}

/// Alerts with these labels reach this receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Labels and their values.
    #[serde(rename = "match")]
    pub matches: BTreeMap<String, Glob>,
    /// The receiver.
    pub receiver: String,
}

/// A receiver notifies somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// What it speaks.
    pub kind: ReceiverKind,
    /// Where to: a channel, an URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether the end of an alert is told as well, where the document says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_resolved: Option<bool>,
    /// Fields that are templates, as printed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, String>,
}

/// What a receiver speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReceiverKind {
    /// Slack's incoming webhooks.
    Slack,
    /// PagerDuty's events.
    Pagerduty,
    /// Alertmanager's own JSON.
    Webhook,
    /// Mail.
    Email,
}

/// A channel gets these notifications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its name, as the document has it.
    pub name: String,
    /// Which, in the document's words.
    pub used_for: String,
    /// The severities that reach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severity: Vec<String>,
}
