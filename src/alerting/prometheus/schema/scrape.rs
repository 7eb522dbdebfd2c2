//! Scrape jobs and relabelling.

use super::Shape::{Bool, Bytes, Count, Duration, Float, LabelName, List, Map, MapOf, Regex, Text, Word};
use super::client::{HTTP_CLIENT, TEXTS};
use super::discovery::DISCOVERY;
use super::{Key, Mapping, Shape, Words, key, new};

/// An entry of `scrape_configs`.
pub(in super::super) static JOB: Mapping = Mapping::new(
    "a scrape job",
    &[
        key("job_name", Text),
        key("honor_labels", Bool),
        key("honor_timestamps", Bool),
        new("track_timestamps_staleness", Bool),
        key("params", MapOf(&TEXTS)),
        key("scrape_interval", Duration),
        key("scrape_timeout", Duration),
        new("fallback_scrape_protocol", Text),
        key("metrics_path", Text),
        key("scheme", Text),
        new("enable_compression", Bool),
        new("native_histogram_bucket_limit", Count),
        new("native_histogram_min_bucket_factor", Float),
        key("relabel_configs", RELABELS),
        key("metric_relabel_configs", RELABELS),
        key("body_size_limit", Bytes),
        key("sample_limit", Count),
        key("target_limit", Count),
        key("label_limit", Count),
        key("label_name_length_limit", Count),
        key("label_value_length_limit", Count),
    ],
    &[&CONTENT, &HTTP_CLIENT, &DISCOVERY],
);

/// What came with 3: the global section sets it for all jobs, and each job for itself.
pub(super) static CONTENT: [Key; 7] = [
    new("scrape_protocols", TEXTS),
    new("scrape_failure_log_file", Text),
    new("keep_dropped_targets", Count),
    new("metric_name_validation_scheme", Text),
    new("metric_name_escaping_scheme", Text),
    new("convert_classic_histograms_to_nhcb", Bool),
    new("always_scrape_classic_histograms", Bool),
];

/// A list of relabelling rules.
pub(super) const RELABELS: Shape = List(&Map(&RELABEL));

/// One of them.
pub(in super::super) static RELABEL: Mapping = Mapping::new(
    "a relabelling rule",
    &[
        key("source_labels", List(&LabelName)),
        key("separator", Text),
        key("regex", Regex),
        key("modulus", Count),
        key("target_label", Text),
        key("replacement", Text),
        key("action", Word(&ACTIONS)),
    ],
    &[],
);

const ACTIONS_OF_BOTH: &[&str] = &[
    "replace",
    "keep",
    "drop",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
];

static ACTIONS: Words = Words { v2: ACTIONS_OF_BOTH, v3: ACTIONS_OF_BOTH, exact: false, or_empty: false };
