//! Recording and alerting rules.
//!
//! `file` reads rule files as Prometheus does, `compiled` makes their rules ready, `alert` knows how an alert lives and
//! `evaluate` moves them all through time. Time comes in as a value: nothing here waits.

mod alert;
mod compiled;
mod evaluate;
pub mod file;
mod order;
mod write;

pub use alert::{Alert, AlertState, Alerts, RESOLVED_RETENTION_MS, Seen, Timing};
pub(crate) use compiled::{Compiled, Expander};
pub(crate) use evaluate::{Firing, RuleRun, Timeline, alone, together};
pub(crate) use order::blocks;
