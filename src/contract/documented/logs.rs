use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Log records carry a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogField {
    /// Its name.
    pub field: String,
    /// What its value looks like, where the document says so: `32 hex digits`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// An event is logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEvent {
    /// Its name.
    pub event: String,
    /// The fields it carries.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A level is used for these records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogLevel {
    /// The level.
    pub level: String,
    /// What for, in the document's words.
    pub used_for: String,
}

/// A query of the log store finds what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// What it finds, in the document's words.
    pub finds: String,
    /// The expression in LogQL.
    pub expr: String,
}
