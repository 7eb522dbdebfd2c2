//! Hermetic tests: seconds, no server of others, no network but loopback.
mod clock;
