//! Evaluation: what a query yields over a storage.

mod aggregate;
mod binary;
mod call;
mod error;
mod node;
mod numeric;
mod over;
mod pattern_sort;
mod query;
mod select;
mod table;

pub use error::EvalError;
pub use query::{Query, instant, range};

use super::{Dialect, Labels};

/// How queries are evaluated.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose rules.
    pub dialect: Dialect,
    /// How far an instant selector looks back, in milliseconds.
    pub look_back_ms: i64,
    /// The step of subqueries that give none, in milliseconds: the server's evaluation interval.
    pub subquery_step_ms: i64,
    /// The most values that a query may hold at once, and a hundredth of the most that it may visit.
    pub max_samples: usize,
}

impl Default for Options {
    /// What a Prometheus server does that was told nothing.
    fn default() -> Options {
        Options {
            dialect: Dialect::V3,
            look_back_ms: 5 * 60 * 1000,
            subquery_step_ms: 60 * 1000,
            max_samples: 50_000_000,
        }
    }
}

/// What an instant query yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Scalar(f64),
    /// Text.
    String(String),
    /// One value for each series.
    Vector(Vec<Sample>),
    /// Samples of each series.
    Matrix(Vec<Samples>),
}

/// A series' value at the time of the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Whose.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
}

/// A series' values over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Whose.
    pub labels: Labels,
    /// Milliseconds since 1970 and the value then, rising.
    pub points: Vec<(i64, f64)>,
}
