//! Hermetic tests: seconds, no server of others, no network but loopback.

mod alerting;
mod checks;
mod cli;
mod clock;
mod contract;
mod exposition;
mod layers;
mod lint;
mod load;
mod parties;
mod prometheus;
mod prometheus_embedded;
mod promql;
mod query;
mod readme;
mod record;
mod report;
mod scenario;
mod schema;
mod server;
mod stack;
mod stage;
mod telemetry;
mod tidy;
mod yaml;
