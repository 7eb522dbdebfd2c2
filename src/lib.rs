//! Probity proves that telemetry tells the truth.
pub mod checks;
pub mod cli;
pub mod clock;
pub mod contract;
pub mod load;
pub mod observe;
pub mod parties;
pub mod report;
pub mod run;
pub mod scenario;
pub mod server;
pub mod stack;
pub mod telemetry;
