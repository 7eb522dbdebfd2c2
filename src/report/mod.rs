//! What a person or a program reads of a run. Reports only listen: no verdict is made here.

mod json;
mod notes;
mod style;
mod terminal;

pub use self::json::{REPORT_VERSION, Report, json, schema};
pub use self::style::Style;
pub use self::terminal::terminal;
