//! Scrape jobs.

use super::super::checker::Checker;
use super::super::form::{BYTES, DURATION, duration_ms};
use super::super::shape::Shape::{Bool, List, MapOf, Number, Text, Words};
use super::super::shape::{COUNT, Key, Mapping, Shape, TEXTS, mapping, old, opt, req};
use super::HTTP_CLIENT;
use super::discovery::DISCOVERY;
use super::relabel::RELABELS;
use crate::contract::yaml::Node;

/// A scrape job.
pub(super) static SCRAPE: Mapping = mapping(
    "a scrape job",
    &[
        req("job_name", Text),
        opt("honor_labels", Bool),
        opt("honor_timestamps", Bool),
        opt("track_timestamps_staleness", Bool),
        opt("params", MapOf(&TEXTS)),
        opt("scrape_interval", DURATION),
        opt("scrape_timeout", DURATION),
        opt("scrape_protocols", List(&PROTOCOL)),
        opt("fallback_scrape_protocol", PROTOCOL),
        // 3.0 calls it always_scrape_classic_histograms.
        old("scrape_classic_histograms", Bool),
        opt("metrics_path", Text),
        opt("scheme", SCHEME),
        opt("enable_compression", Bool),
        opt("native_histogram_bucket_limit", COUNT),
        opt("native_histogram_min_bucket_factor", Number),
        opt("relabel_configs", RELABELS),
        opt("metric_relabel_configs", RELABELS),
    ],
)
.sharing(&[&LIMITS, &HTTP_CLIENT, &DISCOVERY])
.ruled(job);

/// What the global section sets for all jobs, and each job for itself.
pub(super) static LIMITS: [Key; 15] = [
    opt("body_size_limit", BYTES),
    opt("sample_limit", COUNT),
    opt("target_limit", COUNT),
    opt("label_limit", COUNT),
    opt("label_name_length_limit", COUNT),
    opt("label_value_length_limit", COUNT),
    opt("keep_dropped_targets", COUNT),
    opt("scrape_failure_log_file", Text),
    opt("metric_name_validation_scheme", Words(&["utf8", "legacy"])),
    opt("metric_name_escaping_scheme", Words(&["allow-utf-8", "underscores", "dots", "values"])),
    opt("convert_classic_histograms_to_nhcb", Bool),
    opt("always_scrape_classic_histograms", Bool),
    opt("scrape_native_histograms", Bool),
    opt("extra_scrape_metrics", Bool),
    opt("scrape_start_timestamps", Bool),
];

/// How a scrape may be answered.
pub(super) const PROTOCOL: Shape = Words(&[
    "PrometheusProto",
    "PrometheusText0.0.4",
    "PrometheusText1.0.0",
    "OpenMetricsText0.0.1",
    "OpenMetricsText1.0.0",
]);

/// With or without TLS.
pub(super) const SCHEME: Shape = Words(&["http", "https"]);

/// What Prometheus takes when nobody says: one minute.
const DEFAULT_INTERVAL_MS: i64 = 60_000;

/// A duration that is given and not zero, which Prometheus takes for not given.
fn given(node: Option<&Node>, key: &str) -> Option<i64> {
    node?.get(key)?.text().and_then(duration_ms).filter(|ms| *ms > 0)
}

/// No scrape may take longer than the time to the next one.
pub(super) fn global(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let interval = given(Some(node), "scrape_interval").unwrap_or(DEFAULT_INTERVAL_MS);
    in_time(checker, node, interval);
}

fn in_time(checker: &mut Checker<'_>, node: &Node, interval: i64) {
    let too_long = given(Some(node), "scrape_timeout").is_some_and(|timeout| timeout > interval);
    if let Some(timeout) = node.get("scrape_timeout").filter(|_| too_long) {
        checker.report(timeout, "`scrape_timeout` is longer than the scrape interval");
    }
}

fn job(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    let global = checker.root.get("global");
    let interval = given(Some(node), "scrape_interval").or_else(|| given(global, "scrape_interval"));
    // A part of a file may leave the global section out, and it says something else than the default.
    let unknown = interval.is_none() && global.is_none() && !checker.whole;
    if !unknown {
        in_time(checker, node, interval.unwrap_or(DEFAULT_INTERVAL_MS));
    }
    static_hosts(checker, node, place);
}

/// Targets are hosts; only relabelling can make addresses of URLs.
pub(super) fn static_hosts(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    if node.get("relabel_configs").is_some_and(|steps| !steps.items().is_empty()) {
        return;
    }
    let groups = node.get("static_configs").map(Node::items).unwrap_or_default();
    for target in groups.iter().filter_map(|group| group.get("targets")).flat_map(Node::items) {
        if target.text().is_some_and(|text| text.contains('/')) {
            let message = "expected a host and port, saw a URL or path: \
                 scheme and path have keys of their own, unless `relabel_configs` makes an address of it";
            checker.report(target, message);
        }
    }
}
