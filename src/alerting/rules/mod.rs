//! Recording and alerting rules.
//!
//! `file` reads rule files as Prometheus does, `compiled` makes their rules ready, `alert` knows how an alert lives and
//! `evaluate` moves them all through time. Time comes in as a value: nothing here waits.

mod alert;
mod columns;
mod compiled;
mod evaluate;
pub mod file;
mod order;
mod reread;
mod texts;
mod write;

pub use alert::{Alert, AlertState, Alerts, RESOLVED_RETENTION_MS, Seen, Timing};
pub(crate) use compiled::Compiled;
pub(crate) use evaluate::{Firing, RuleRun, Timeline, alone, together};
pub(crate) use order::{Block, as_time_goes, blocks};
pub(crate) use texts::Expander;
