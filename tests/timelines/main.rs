//! Prometheus and Alertmanager as they really are, against ours, in real time: whatever waits for timers of seconds.
//!
//! Nothing here computes much, so that the timers of the real ones are kept; what computes is in `tests/daemons`. A
//! program that this machine lacks is said aloud and its test passes without proving anything; with CI=true it fails.

#[path = "../daemons/daemon.rs"]
#[allow(dead_code, reason = "shared with tests/daemons, each uses a part")]
mod daemon;
#[path = "../daemons/engines.rs"]
mod engines;

mod alertmanager;
mod alertmanager_messages;
mod chain;
mod prometheus_states;
