//! What a person or a CI system reads of rules' unit tests.

mod junit;
mod terminal;

pub use self::junit::junit;
pub use self::terminal::terminal;
