use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClauseId, Promise};

/// One promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Unique within the contract.
    pub id: ClauseId,
    /// How binding it is. Below `must` only where the document's own word says so.
    #[serde(default)]
    pub level: Level,
    /// Where it is promised.
    pub source: Source,
    /// What is promised.
    pub promise: Promise,
}

/// How binding a promise is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A finding against it fails the run.
    #[default]
    Must,
    /// A finding against it fails the run; that nothing exercised it does not.
    Should,
    /// Findings against it are reported and fail nothing.
    May,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        })
    }
}

/// Where a promise stands. The document is the contract's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The heading it stands under.
    pub heading: String,
    /// The document's own words, copied to the letter.
    pub quote: String,
}
