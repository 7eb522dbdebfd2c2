use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::HumanDuration;

/// A command of the document does what the document says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The command. Where the printed one cannot work, the one that is meant.
    pub run: String,
    /// What it shows or does: the expected answer.
    pub expect: String,
}

/// An orchestrator probes the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Which probe.
    pub kind: ProbeKind,
    /// The path that is asked.
    pub path: String,
    /// The port that is asked.
    pub port: u16,
    /// How long it waits at first.
    pub initial_delay: HumanDuration,
    /// How often it asks.
    pub period: HumanDuration,
}

/// What a probe decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbeKind {
    /// Whether the service is restarted.
    Liveness,
    /// Whether the service gets traffic.
    Readiness,
}

/// Somebody outside watches a URL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// The monitor's name.
    pub name: String,
    /// What is watched.
    pub url: String,
    /// How often.
    pub interval: HumanDuration,
}

/// A service of the stack runs, and is reached here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its image, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The ports of the host that lead to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// Its environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// What it is for, in the document's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
}

/// An object of a cluster is deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its kind, such as `ServiceMonitor`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What matters of it: paths within it (`spec.endpoints.0.interval`) and their values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// A queue is a Redis stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The stream's key.
    pub key: String,
    /// The consumer group that reads it, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it holds, or how entries leave it, in the document's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub holds: String,
}
