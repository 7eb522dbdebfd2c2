//! Hermetic tests: seconds, no server of others, no network but loopback.

mod checks;
mod cli;
mod clock;
mod contract;
mod exposition;
mod layers;
mod readme;
mod schema;
mod tidy;
mod yaml;
