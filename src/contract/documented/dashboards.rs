use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::HumanDuration;

/// A dashboard exists, and each of its panels shows something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// Its title, or what the document calls it.
    pub title: String,
    /// Its file, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its number, where the document gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// What it is for, in the document's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shows: String,
}

/// A dashboard has this panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// The panel's title.
    pub title: String,
    /// The dashboard's title, or what the document calls it.
    pub dashboard: String,
    /// What it shows, in the document's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shows: String,
    /// Its query in PromQL, where it is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
}

/// Grafana is provisioned with an alert rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrafanaAlert {
    /// Its unique id.
    pub uid: String,
    /// When it fires, in the document's words.
    pub condition: String,
    /// How long the condition holds before it fires, where the document says so.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<HumanDuration>,
}

/// A link leads somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Where it leads, as it is written.
    pub to: String,
    /// What it is the runbook or further reading of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}
