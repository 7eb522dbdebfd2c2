//! Reference servers: what is judged when no server of yours is named.
//!
//! They are instrumented with [`telemetry`](crate::telemetry) as any service would be, and can be told to get it
//! wrong ([`Defect`]). They know the contract's words and nothing of the judge.

pub mod aragora;
mod defects;

pub use self::defects::Defect;
