//! Hermetic tests: seconds, no server of others, no network but loopback.

mod clock;
mod exposition;
mod yaml;
