//! The instrumentation library: configuration, metrics, spans, their way to a collector, and collectors that fail.

mod collectors;
mod config;
mod metrics;
mod processor;
mod spans;
