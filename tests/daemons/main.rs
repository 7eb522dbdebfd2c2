//! Servers in real time: daemons from Debian that nobody here wrote, and our own as a process of its own.
//!
//! A daemon that this machine lacks is said aloud and its test passes without proving anything; with CI=true it fails.
//! `.ci/run` installs them.

mod daemon;
mod deployed;
mod promql_promtool;
mod schema_tools;
mod secured;
mod smoke;
mod standin;
mod strangers;
