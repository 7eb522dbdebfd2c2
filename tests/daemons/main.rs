//! Servers in real time: daemons from Debian that nobody here wrote, and our own as a process of its own.
//!
//! A daemon that this machine lacks is said aloud and its test passes without proving anything; with CI=true it fails.
//! `.ci/run` and `.ci/engines` install them.

mod alertmanager_configs;
mod alertmanager_routes;
mod amtool;
mod daemon;
mod deployed;
mod engines;
mod prometheus_api;
mod prometheus_config;
mod promql;
mod promql_generations;
mod promql_promtool;
mod promql_servers;
mod rules;
mod rules_promtool;
mod schema_tools;
mod secured;
mod served;
mod smoke;
mod standin;
mod strangers;
