//! Alertmanager's twin: its configuration, its routes, its timers and its messages.

mod config;
mod engine;
mod intervals;
mod matchers;
mod message;
mod routes;
