//! What a person or a program reads of a run. Reports only listen: no verdict is made here.

mod github;
mod json;
mod junit;
pub mod lint;
mod load;
mod markdown;
mod notes;
mod plain;
mod style;
mod terminal;
mod timeline;
pub mod unit;

pub use self::github::github;
pub use self::json::{REPORT_VERSION, Report, json, schema};
pub use self::junit::junit;
pub use self::load::{LoadLine, LoadPhase, LoadReport, Reconciliation, ThresholdReport};
pub use self::markdown::markdown;
pub use self::style::Style;
pub use self::terminal::terminal;
pub use self::timeline::TimelineLine;
