//! Unit tests of rules, and of whom their alerts reach: the files that `promtool test rules` reads, and somewhat more.

pub mod file;
mod judge;
mod memo;
mod notifications;
mod outcome;
mod run;

pub use outcome::{CaseOutcome, FileOutcome, Outcome, RuleCoverage, TestOutcome, Trouble};
pub use run::{Loaded, Prepared, run};
