//! What the HTTP interface of the embedded Prometheus shows.

use std::collections::BTreeMap;

use crate::alerting::rules::GroupView;
use crate::promql::{Dialect, Labels, Options, Storage};

/// A look at the server as it is now. Times are in milliseconds since 1970.
#[derive(Debug)]
pub struct Look<'a> {
    /// What was scraped and recorded.
    pub storage: &'a Storage,
    /// The rule groups, in the order of their files.
    pub groups: Vec<GroupView>,
    /// What is scraped, in the order of the configuration.
    pub targets: &'a [TargetView],
    /// What relabelling dropped: the job, and the labels before.
    pub dropped: &'a [(String, Labels)],
    /// What scrapes said of their metrics, by the metric's name.
    pub metadata: &'a BTreeMap<String, Vec<Metadata>>,
    /// What each target's said, by the metric's name, in the order of the targets.
    pub told: &'a [BTreeMap<String, Metadata>],
    /// `prometheus.yml` as it was read.
    pub config_text: &'a str,
    /// The present time.
    pub now_ms: i64,
    /// When it was started.
    pub started_ms: i64,
    /// Whose PromQL it speaks.
    pub dialect: Dialect,
    /// How queries are evaluated.
    pub options: &'a Options,
    /// Whom it sends alerts, URLs as configured.
    pub alertmanagers: &'a [String],
    /// Labels of everything that leaves it.
    pub external_labels: &'a Labels,
}

/// A target, and how its last scrape went. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetView {
    /// The job's name.
    pub pool: String,
    /// The labels of its series.
    pub labels: Labels,
    /// The labels before relabelling.
    pub discovered: Labels,
    /// The URL as configured, never with a real port.
    pub scrape_url: String,
    /// Why the last scrape failed; empty if it did not.
    pub last_error: String,
    /// When it was scraped last, since 1970.
    pub last_scrape_ms: Option<i64>,
    /// How long that took, in seconds.
    pub last_duration_s: f64,
    /// How it is.
    pub health: Health,
    /// How often it is scraped.
    pub interval_ms: i64,
    /// The longest that a scrape may take.
    pub timeout_ms: i64,
}

/// How a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Its last scrape brought something that could be read.
    Up,
    /// Its last scrape failed.
    Down,
    /// It was not scraped yet.
    Unknown,
}

/// What a scrape said of a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Metadata {
    /// Its type; `unknown` where nothing was said.
    pub kind: String,
    /// Its help.
    pub help: String,
    /// Its unit.
    pub unit: String,
}
