//! What Prometheus' HTTP interface shows of rules.

use std::collections::BTreeMap;

use crate::promql::Labels;

/// A rule group. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    /// Its name.
    pub name: String,
    /// The name of its file.
    pub file: String,
    /// How often it is evaluated, in milliseconds.
    pub interval_ms: i64,
    /// How many series or alerts one rule may yield; any number if 0.
    pub limit: usize,
    /// When it was evaluated last.
    pub last_evaluation_ms: Option<i64>,
    /// How long that took, in seconds: nothing, in virtual time.
    pub evaluation_s: f64,
    /// In the order of evaluation.
    pub rules: Vec<RuleView>,
}

/// A rule. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleView {
    /// Whether it alerts; it records otherwise.
    pub alert: bool,
    /// The name of the alert or of the metric.
    pub name: String,
    /// Its expression as Prometheus prints it.
    pub query: String,
    /// `for`, in milliseconds.
    pub for_ms: i64,
    /// `keep_firing_for`, in milliseconds.
    pub keep_firing_for_ms: i64,
    /// Labels as written, those of the group included.
    pub labels: BTreeMap<String, String>,
    /// Annotations as written.
    pub annotations: BTreeMap<String, String>,
    /// `firing`, `pending` or `inactive`, by the alert that is furthest; `inactive` for a rule that records.
    pub state: &'static str,
    /// Its alerts that are pending or firing, in the order of their labels.
    pub alerts: Vec<AlertView>,
    /// `ok`, `err`, or `unknown` before the first evaluation.
    pub health: &'static str,
    /// Why it could not be evaluated; empty where it could.
    pub last_error: String,
    /// When it was evaluated last.
    pub last_evaluation_ms: Option<i64>,
    /// How long that took, in seconds: nothing, in virtual time.
    pub evaluation_s: f64,
}

/// An alert. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertView {
    /// Its labels.
    pub labels: Labels,
    /// Its annotations, expanded.
    pub annotations: BTreeMap<String, String>,
    /// `pending` or `firing`.
    pub state: &'static str,
    /// Since when its condition holds.
    pub active_at_ms: i64,
    /// What its expression yielded last.
    pub value: f64,
    /// Since when it fires only because of `keep_firing_for`.
    pub keep_firing_since_ms: Option<i64>,
}
