//! Traffic: arrival schedules as values, personas that do what users do, the driver, and the ledger's filling.
//!
//! The schedule says when each session starts, whatever the server does (an open model): a slow server cannot slow
//! its own load down. Latencies count from the planned start. Users (`goose`) are the other model, a closed one.

mod client;
mod drive;
mod goose;
mod persona;
mod schedule;
mod script;
mod template;
mod websocket;

pub use self::client::{Endpoints, LARGEST_ANSWER, LoadClient, PATIENCE};
pub use self::drive::{DriveReport, Driver, MOST_IN_FLIGHT};
pub use self::goose::{
    Attack, AttackError, AttackReport, FINISH, MOST_USERS, Progress, ProgressListener, REST, UserPhase,
};
pub use self::persona::Persona;
pub use self::schedule::{Arrival, PhaseLoad, Rate, Schedule};
pub use self::script::Script;
pub(crate) use self::script::{Body, Request, Shape, Source, Step, Until, Wants};
pub(crate) use self::template::{SESSION, Template, is_name};
