//! `prometheus.yml`, relabelling, targets and what is sent to Alertmanager.

mod config;
mod notifier;
mod relabel;
mod targets;
