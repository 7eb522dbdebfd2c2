use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expected::AlertPlan;
use super::load::{Disagreement, LoadPlan};
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
    /// Whether all traffic is this run's.
    #[serde(default, skip_serializing_if = "Traffic::is_exclusive")]
    pub traffic: Traffic,
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
    /// What speaks against the run itself: it proves nothing, whatever it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The closed load, where users drove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadPlan>,
    /// The alerts that are expected, where rules are evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<AlertPlan>,
}

/// Whose traffic a target has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Traffic {
    /// This run's and nobody else's: counts must agree.
    #[default]
    Exclusive,
    /// Others' too: only what can be told by trace id is judged, and that no count is too low.
    Shared,
}

impl Traffic {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_exclusive(&self) -> bool {
        *self == Self::Exclusive
    }
}

/// Something that speaks against the run itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Arrivals that were not started because too many sessions were under way.
    Shed(u64),
    /// Sessions that had to be cut off.
    CutOff(u64),
    /// The worst delay of a start behind its plan, in milliseconds.
    Slipped(u64),
    /// The generator's own count differs from the ledger.
    Disagreement(Disagreement),
}

impl Reason {
    /// In words.
    pub fn text(&self) -> String {
        match self {
            Self::Shed(count) => format!("{count} arrivals were shed: too many sessions were under way"),
            Self::CutOff(count) => format!("{count} sessions would not end and were cut off"),
            Self::Slipped(ms) => format!("the generator started a session {ms} ms late"),
            Self::Disagreement(both) => both.text(),
        }
    }
}

/// How far telemetry may be from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Per observation of a latency, in nanoseconds.
    pub latency_ns: u64,
    /// Nobody said how long the way to the target and back takes: that the client waited longer than the target says
    /// proves nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub way_unknown: bool,
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
