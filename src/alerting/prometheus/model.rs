//! What a configuration of Prometheus says, with defaults filled in.

use crate::alerting::Place;
use crate::alerting::relabel::Relabel;
use crate::promql::Labels;

/// A configuration that a Prometheus would load.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// How often rules are evaluated, in milliseconds.
    pub evaluation_interval_ms: i64,
    /// How far before the evaluation rules look unless they say otherwise, in milliseconds (3.5).
    pub rule_query_offset_ms: i64,
    /// Labels of everything that leaves the server.
    pub external_labels: Labels,
    /// Names of rule files with `*`, relative to the file, as written, each with its place.
    pub rule_files: Vec<(String, Place)>,
    /// What is scraped.
    pub jobs: Vec<Job>,
    /// Changes the labels of alerts before they are sent, or drops them.
    pub alert_relabel: Vec<Relabel>,
    /// Who is sent alerts.
    pub alertmanagers: Vec<Alertmanagers>,
}

/// An entry of `scrape_configs`.
#[derive(Debug, Clone)]
pub struct Job {
    /// `job_name`
    pub name: String,
    /// `scrape_interval`, its own or the global one.
    pub interval_ms: i64,
    /// `scrape_timeout`, its own or the global one, never more than the interval.
    pub timeout_ms: i64,
    /// `metrics_path`
    pub path: String,
    /// `scheme`
    pub scheme: String,
    /// `params`, sorted by name.
    pub params: Vec<(String, Vec<String>)>,
    /// `honor_labels`
    pub honor_labels: bool,
    /// `honor_timestamps`
    pub honor_timestamps: bool,
    /// `static_configs`: addresses with their labels.
    pub targets: Vec<(String, Labels)>,
    /// `relabel_configs`
    pub relabel: Vec<Relabel>,
    /// `metric_relabel_configs`
    pub metric_relabel: Vec<Relabel>,
    /// `sample_limit`; none if 0.
    pub sample_limit: u64,
    /// Kinds of service discovery that it names and nobody here can do (`kubernetes_sd_configs`): their targets are absent.
    pub undiscovered: Vec<&'static str>,
    /// Where it starts.
    pub place: Place,
}

/// An entry of `alerting.alertmanagers`.
#[derive(Debug, Clone, Default)]
pub struct Alertmanagers {
    /// `scheme`
    pub scheme: String,
    /// `path_prefix`
    pub path_prefix: String,
    /// `timeout`
    pub timeout_ms: i64,
    /// `static_configs`: addresses with their labels.
    pub targets: Vec<(String, Labels)>,
    /// `relabel_configs`
    pub relabel: Vec<Relabel>,
    /// `alert_relabel_configs` (3.5)
    pub alert_relabel: Vec<Relabel>,
}

/// What is scraped, after relabelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URL with its parameters.
    pub url: String,
    /// The labels of its series: `job`, `instance` and others.
    pub labels: Labels,
    /// The labels before relabelling, `__address__` and its like among them.
    pub discovered: Labels,
    /// How often, in milliseconds: `__scrape_interval__`.
    pub interval_ms: i64,
    /// The longest that it may take, in milliseconds: `__scrape_timeout__`.
    pub timeout_ms: i64,
}
