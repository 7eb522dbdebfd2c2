use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Level;

/// What became of a promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was kept.
    Pass {
        /// What shows it.
        evidence: String,
    },
    /// It was broken.
    Fail(Vec<Finding>),
    /// Nothing exercised it; the reason.
    Vacuous(String),
}

/// One way in which a promise was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What it is about: a series, a metric, a kind of span.
    pub subject: String,
    /// What was promised, or what the ledger holds.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// Where to look for oneself.
    pub evidence: Vec<String>,
    /// What to do next.
    pub next: String,
}

/// One clause as judged by one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The contract's name.
    pub contract: String,
    /// The document that promises it.
    pub document: String,
    /// The clause's id.
    pub clause: String,
    /// How binding it is.
    pub level: Level,
    /// The heading in the document.
    pub heading: String,
    /// The document's words.
    pub quote: String,
    /// The check; none when no check judges this kind of promise.
    pub check: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
}

impl Verdict {
    /// A pass unless there are findings.
    pub(super) fn from_findings(findings: Vec<Finding>, evidence: impl FnOnce() -> String) -> Self {
        if findings.is_empty() { Self::Pass { evidence: evidence() } } else { Self::Fail(findings) }
    }

    /// Vacuous, for this reason.
    pub(super) fn vacuous(reason: impl Into<String>) -> Self {
        Self::Vacuous(reason.into())
    }
}
