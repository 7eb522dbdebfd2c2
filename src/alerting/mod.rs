//! Rules, alerts and their unit tests, in virtual time.
//!
//! `rules` reads rule files and evaluates them over a [`Storage`](crate::promql::Storage), `template` expands what stands
//! in labels and annotations, `unit` reads and runs the unit-test files of `promtool`.
//!
//! # Decisions
//!
//! * A rule is evaluated as one range query where nothing it reads depends on it, which costs far less than a query for
//!   each step and yields the same; everything else goes step by step. Revisit if the two are ever seen to differ.
//! * Annotations are expanded only when somebody looks at an alert, unless they ask queries: later the answers may be
//!   others.

pub mod alertmanager;
pub mod deployed;
pub mod matchers;
pub mod notifier;
mod problem;
pub mod prometheus;
pub mod relabel;
pub mod rules;
pub mod template;
pub mod unit;
mod yaml;

pub use problem::{Place, Problem};
pub use yaml::Written;
