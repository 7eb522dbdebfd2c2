use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::contract::ProviderFault;

/// What a run was meant to do, after every default was filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The scenario's name.
    pub scenario: String,
    /// Every random choice follows from it.
    pub seed: u64,
    /// `lock-step` or `real`.
    pub clock: String,
    /// Patterns of the clauses that the scenario promises to exercise.
    pub scope: Vec<String>,
    /// How far telemetry may be from the ledger.
    pub tolerance: Tolerance,
    /// When each phase ran.
    pub phases: Vec<PhaseWindow>,
    /// What providers were told to do wrong.
    pub faults: Vec<PlannedFault>,
    /// Somebody stopped the run before its end: absence proves nothing.
    pub interrupted: bool,
}

/// How far telemetry may be from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Per observation of a latency, in nanoseconds.
    pub latency_ns: u64,
}

/// When a phase ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseWindow {
    /// Its name.
    pub name: String,
    /// Its start.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// What providers are told to do wrong, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFault {
    /// The provider; none is every one.
    pub provider: Option<String>,
    /// What it does.
    pub fault: ProviderFault,
    /// The share of its calls, from 0.0 to 1.0.
    pub share: f64,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl PlannedFault {
    /// Whether this provider is to misbehave so at this instant.
    pub fn holds(&self, provider: &str, at: Timestamp) -> bool {
        self.provider.as_deref().is_none_or(|name| name == provider) && self.from <= at && at < self.to
    }
}
