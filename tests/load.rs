//! Users that goose drives, in real time: counts that agree exactly, targets that misbehave, and whole loads.
//!
//! A binary of its own: these tests take seconds of real time each, and goose drives one load at a time.

#[path = "load/stage.rs"]
mod stage;

mod load {
    pub(crate) mod bad;
    mod counts;
    mod thresholds;
    mod whole;
}
