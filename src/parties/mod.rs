//! Parties of ours that a judged server talks to: each keeps its own count, which the server cannot touch.

mod providers;
mod sinks;
mod wire;

pub use self::providers::{Providers, ProvidersPlan};
pub use self::sinks::{
    LARGEST_MESSAGE, MOST_MESSAGE_BYTES, MOST_MESSAGES, NOTIFICATION, PlannedSinkFault, SinkFault, Sinks,
    sink_path,
};
pub use self::wire::Wire;
