//! What a scenario expects of alerts, resolved to instants.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the alert chain of a run is, and what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertPlan {
    /// The alerts that are expected. An alert that fires and is not among them is spurious.
    pub expected: Vec<ExpectedAlert>,
    /// The alerts that may fire or not, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tolerated: Vec<String>,
    /// The shortest repeat interval of the routes to each receiver, in milliseconds: what comes again sooner and says
    /// nothing new is a duplicate.
    pub repeats_ms: BTreeMap<String, i64>,
    /// What is worth knowing of what is deployed, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// An alert that is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedAlert {
    /// Its name.
    pub alert: String,
    /// Labels that it has, among others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// When it starts to fire, once for each window; where there are none it must not.
    pub fires: Vec<Window>,
    /// When it is resolved, once for each window; nothing is said of it where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolves: Vec<Window>,
    /// Who is told. Empty where nothing is said of it; else nobody else may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifies: Vec<ExpectedNotice>,
    /// Nobody may be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
}

/// Somebody who is told of an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedNotice {
    /// The receiver.
    pub receiver: String,
    /// When the first message arrives that says that it fires, once for each window.
    pub firing: Vec<Window>,
    /// When the first message arrives that says that it is resolved, once for each window; none where nothing is said
    /// of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolved: Vec<Window>,
    /// Texts that the body of each such message has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
}

/// From one instant to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
}

impl Window {
    /// Whether an instant lies in it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.to
    }
}
