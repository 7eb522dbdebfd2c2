//! Recording and alerting rules.
//!
//! `file` reads rule files as Prometheus does, `compiled` makes their rules ready, `alert` knows how an alert lives and
//! `evaluate` moves them all through time at once, `manager` as time goes on. Time comes in as a value: nothing here waits.

mod alert;
mod columns;
mod compiled;
mod evaluate;
pub mod file;
mod manager;
mod order;
mod reread;
mod sending;
mod standing;
mod texts;
mod write;

pub use alert::{Alert, AlertState, Alerts, RESOLVED_RETENTION_MS, Seen, Timing};
pub(crate) use compiled::Compiled;
pub(crate) use evaluate::{Asked, Firing, RuleRun, Timeline, alone, together};
pub use manager::{AlertView, Evaluation, GroupView, Manager, RuleView, Settings, Transition};
pub(crate) use order::{Block, as_time_goes, blocks};
pub(crate) use sending::{Pace, Sending};
pub(crate) use standing::Standing;
pub(crate) use texts::Expander;
