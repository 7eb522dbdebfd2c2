use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A book of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerBook {
    /// What the load client sent and got.
    Requests,
    /// What the synthetic providers were asked.
    AgentCalls,
}

impl fmt::Display for LedgerBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests",
            Self::AgentCalls => "agent calls",
        })
    }
}

/// A field of the ledger that a label can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LedgerField {
    /// Of requests: the HTTP method.
    Method,
    /// Of requests: the HTTP method in lower case, `get`.
    MethodLowercase,
    /// Of requests: the path's template.
    Route,
    /// Of requests: the path as it was asked for.
    Path,
    /// Of requests: the status code of the answer.
    StatusCode,
    /// Of requests: the class of the answer's status code, `2xx`.
    StatusClass,
    /// Of agent calls: the provider that was asked.
    Agent,
    /// Of agent calls: `success` or `error`.
    Outcome,
}

/// Requests that a metric does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Excluded {
    /// Those of monitors (health, readiness).
    Probes,
    /// Those of the scraper.
    Scrapes,
}

impl LedgerBook {
    /// The fields that its entries have.
    pub fn fields(self) -> &'static [LedgerField] {
        match self {
            Self::Requests => &[
                LedgerField::Method,
                LedgerField::MethodLowercase,
                LedgerField::Route,
                LedgerField::StatusCode,
                LedgerField::StatusClass,
            ],
            Self::AgentCalls => &[LedgerField::Agent, LedgerField::Outcome],
        }
    }
}

impl LedgerField {
    /// Its name in contract files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::MethodLowercase => "method_lowercase",
            Self::Route => "route",
            Self::Path => "path",
            Self::StatusCode => "status_code",
            Self::StatusClass => "status_class",
            Self::Agent => "agent",
            Self::Outcome => "outcome",
        }
    }

    /// Whether only an answer gives it.
    pub fn needs_answer(self) -> bool {
        matches!(self, Self::StatusCode | Self::StatusClass)
    }

    /// What this field holds where `of` holds `value`: the same field does, and one that is computed from it. None
    /// where `of` does not tell.
    pub fn derived(self, of: Self, value: &str) -> Option<String> {
        match (self, of) {
            (Self::MethodLowercase, Self::Method) => Some(value.to_ascii_lowercase()),
            (Self::StatusClass, Self::StatusCode) => {
                let code: u16 = value.parse().ok()?;
                Some(status_class(code))
            }
            _ => (self == of).then(|| value.to_owned()),
        }
    }

    /// The field that this one is computed from, and tells less than.
    pub fn computed_from(self) -> Option<Self> {
        match self {
            Self::MethodLowercase => Some(Self::Method),
            Self::StatusClass => Some(Self::StatusCode),
            _ => None,
        }
    }
}

fn status_class(code: u16) -> String {
    format!("{}xx", code / 100)
}
