//! From a scenario to an outcome: plan, phases, observations, verdicts.
//!
//! One function a phase of the run; events belong to it and reporters only listen. A run talks to no terminal and
//! writes no file: whoever called it does.
//!
//! # Decisions
//!
//! * *A target that somebody else started is held, not flushed.* The design wants absence proven by a watermark. Such a
//!   target gives none, so `settle` looks again until nothing is broken and the time is over in which an exporter's
//!   next batch can still come. Revisit when a target can be told to flush.
//! * *Over a way of unknown length only the excess is judged.* A client that waited longer than the target says may have
//!   waited for the network; a target that says more than the client waited lies.
//! * *Traffic that nobody answered as it should is no traffic*: exit 4, whatever the clauses say. Of a load the
//!   thresholds decide that.

#[cfg(all(feature = "server", feature = "load"))]
mod alerts;
#[cfg(all(feature = "server", feature = "load"))]
mod embedded;
#[cfg(all(feature = "server", feature = "load"))]
mod event;
#[cfg(all(feature = "server", feature = "load"))]
mod execute;
#[cfg(all(feature = "server", feature = "load"))]
mod external;
#[cfg(all(feature = "server", feature = "load"))]
mod infer;
#[cfg(all(feature = "server", feature = "load"))]
mod load;
mod outcome;
#[cfg(all(feature = "server", feature = "load"))]
mod plan;
#[cfg(all(feature = "server", feature = "load"))]
mod settle;
#[cfg(all(feature = "server", feature = "load"))]
mod stage;

#[cfg(all(feature = "server", feature = "load"))]
pub use self::event::{EVENTS_VERSION, Event};
#[cfg(all(feature = "server", feature = "load"))]
pub use self::execute::{Listener, Options, RunError, Time, run};
#[cfg(all(feature = "server", feature = "load"))]
pub use self::infer::{Inferred, Wanted, infer};
#[cfg(all(feature = "server", feature = "load"))]
pub use self::load::load;
pub use self::outcome::{Coverage, ExitStatus, Outcome, ThresholdLine};

use crate::checks;
use crate::observe::Record;

/// Judges a record: that of a run that has just ended, or one from disk.
pub fn judge(record: Record) -> Outcome {
    let judgements = checks::judge(&record.contracts, &record.observations);
    Outcome::new(record, judgements)
}
