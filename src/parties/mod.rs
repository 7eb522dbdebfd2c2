//! Parties of ours that a judged server talks to: each keeps its own count, which the server cannot touch.

mod providers;
mod wire;

pub use self::providers::{Providers, ProvidersPlan};
pub use self::wire::Wire;
