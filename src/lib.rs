//! Probity proves that telemetry tells the truth.
pub mod checks;
pub mod clock;
pub mod contract;
pub mod load;
pub mod observe;
pub mod parties;
pub mod server;
pub mod telemetry;
