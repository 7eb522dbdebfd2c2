use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::HumanDuration;

/// A service level objective is met, and its breach is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slo {
    /// Its name.
    pub name: String,
    /// The target as it is written: `99.9%`, `<500ms`, `>95%`.
    pub target: String,
    /// Over which time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<HumanDuration>,
    /// How it is measured, in the document's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// When somebody is alerted, in the document's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
}

/// Half, 95 % and 99 % of the answers take no longer than this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LatencyTarget {
    /// Of what: an endpoint or an operation.
    pub of: String,
    /// The median.
    pub p50: HumanDuration,
    /// The 95th percentile.
    pub p95: HumanDuration,
    /// The 99th percentile.
    pub p99: HumanDuration,
}

/// A target leaves this much time to fail in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorBudget {
    /// The target as it is written: `99.9%`.
    pub target: String,
    /// The downtime that it leaves, as it is written: `43 minutes/month`.
    pub downtime: String,
}

/// A webhook tells of this event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEvent {
    /// The event's type.
    pub event: String,
    /// When it is sent, in the document's words.
    pub sent_when: String,
}

/// The payload of a webhook's event, or of an answer, has this field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayloadField {
    /// Of what: an event's type, or an endpoint (`GET /api/things`).
    pub of: String,
    /// The field; one inside another is `outer.inner`, and `*` stands for any key.
    pub field: String,
}

/// A violation this far above its threshold has this severity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationSeverity {
    /// The severity.
    pub severity: String,
    /// Latency over threshold, from here on.
    pub from: f64,
    /// Latency over threshold, below this; no limit when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}
