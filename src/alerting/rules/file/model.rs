//! What rule files hold.

use std::collections::BTreeMap;

use super::{Place, Written};
use crate::promql::Expr;

/// The rules of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleFile {
    /// In the order of the file.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name, never empty and only once in a document.
    pub name: String,
    /// The time between evaluations in milliseconds; the server's where it is not given or 0.
    pub interval_ms: Option<i64>,
    /// How many series or alerts one rule may yield; any number if 0.
    pub limit: usize,
    /// How far before the evaluation the expressions look, in milliseconds; the server's when absent.
    pub query_offset_ms: Option<i64>,
    /// Labels of all its rules, unless a rule has its own. Values may be empty.
    pub labels: BTreeMap<String, String>,
    /// In the order of evaluation.
    pub rules: Vec<Rule>,
    /// Which `PrometheusRule` of the file it is from, from 0; 0 in a file that is none.
    pub document: usize,
    /// Where it starts.
    pub place: Place,
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which of the two kinds it is, and what only that kind has.
    pub kind: RuleKind,
    /// Its expression as written; [`Written::place_of`] finds the place of each character.
    pub expr_text: Written,
    /// Its expression.
    pub expr: Expr,
    /// Labels added to what it yields; an empty value takes a label away.
    pub labels: BTreeMap<String, String>,
    /// Where it starts.
    pub place: Place,
}

/// The kinds of rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// Writes what its expression yields.
    Record {
        /// The metric that is written.
        name: String,
    },
    /// Alerts for each series that its expression yields.
    Alert {
        /// The value of the label `alertname`.
        name: String,
        /// How long a series must be there before its alert fires, in milliseconds.
        for_ms: i64,
        /// How long its alert goes on firing when the series is gone, in milliseconds.
        keep_firing_for_ms: i64,
        /// Texts sent along, as templates.
        annotations: BTreeMap<String, String>,
    },
}

impl Rule {
    /// The name of the alert or of the metric.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.kind {
            RuleKind::Record { name } | RuleKind::Alert { name, .. } => name,
        }
    }
}
