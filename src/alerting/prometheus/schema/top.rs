//! The file itself and its sections.

use super::Shape::{Bool, Bytes, Count, Duration, Float, Int, List, Map, Text, Texts, Word};
use super::client::{HTTP_CLIENT, SIGV4, TEXTS, TLS};
use super::discovery::DISCOVERY;
use super::remote::{READ, WRITE};
use super::scrape::{CONTENT, JOB, RELABELS};
use super::{Mapping, Words, key, new};

/// A configuration.
pub(in super::super) static CONFIG: Mapping = Mapping::new(
    "a configuration of Prometheus",
    &[
        key("global", Map(&GLOBAL)),
        new("runtime", Map(&RUNTIME)),
        key("alerting", Map(&ALERTING)),
        key("rule_files", TEXTS),
        new("scrape_config_files", TEXTS),
        key("scrape_configs", List(&Map(&JOB))),
        key("storage", Map(&STORAGE)),
        key("tracing", Map(&TRACING)),
        key("remote_write", List(&Map(&WRITE))),
        key("remote_read", List(&Map(&READ))),
        new("otlp", Map(&OTLP)),
    ],
    &[],
);

/// What holds for all jobs.
pub(in super::super) static GLOBAL: Mapping = Mapping::new(
    "`global`",
    &[
        key("scrape_interval", Duration),
        key("scrape_timeout", Duration),
        key("evaluation_interval", Duration),
        new("rule_query_offset", Duration),
        key("query_log_file", Text),
        key("external_labels", Texts),
        new("body_size_limit", Bytes),
        new("sample_limit", Count),
        new("target_limit", Count),
        new("label_limit", Count),
        new("label_name_length_limit", Count),
        new("label_value_length_limit", Count),
    ],
    &[&CONTENT],
);

static RUNTIME: Mapping = Mapping::new("`runtime`", &[key("gogc", Int)], &[]);

/// Who is sent alerts.
pub(in super::super) static ALERTING: Mapping = Mapping::new(
    "`alerting`",
    &[key("alert_relabel_configs", RELABELS), key("alertmanagers", List(&Map(&ALERTMANAGER)))],
    &[],
);

/// An entry of `alertmanagers`.
pub(in super::super) static ALERTMANAGER: Mapping = Mapping::new(
    "an entry of `alertmanagers`",
    &[
        key("scheme", Text),
        key("path_prefix", Text),
        key("timeout", Duration),
        key("api_version", Word(&API_VERSIONS)),
        key("relabel_configs", RELABELS),
        new("alert_relabel_configs", RELABELS),
        new("sigv4", Map(&SIGV4)),
    ],
    &[&HTTP_CLIENT, &DISCOVERY],
);

static API_VERSIONS: Words = Words { v2: &["v1", "v2"], v3: &["v2"], exact: true, or_empty: false };

static STORAGE: Mapping =
    Mapping::new("`storage`", &[key("tsdb", Map(&TSDB)), key("exemplars", Map(&EXEMPLARS))], &[]);

static TSDB: Mapping = Mapping::new("`tsdb`", &[key("out_of_order_time_window", Duration)], &[]);

static EXEMPLARS: Mapping = Mapping::new("`exemplars`", &[key("max_exemplars", Int)], &[]);

/// Where the server's own spans go.
pub(in super::super) static TRACING: Mapping = Mapping::new(
    "`tracing`",
    &[
        key("client_type", Word(&CLIENTS)),
        key("endpoint", Text),
        key("sampling_fraction", Float),
        key("insecure", Bool),
        key("tls_config", Map(&TLS)),
        key("headers", Texts),
        key("compression", Word(&COMPRESSIONS)),
        key("timeout", Duration),
    ],
    &[],
);

static CLIENTS: Words = Words { v2: &["grpc", "http"], v3: &["grpc", "http"], exact: true, or_empty: false };
static COMPRESSIONS: Words = Words { v2: &["gzip"], v3: &["gzip"], exact: true, or_empty: true };

/// How metrics that come by OTLP are named.
pub(in super::super) static OTLP: Mapping = Mapping::new(
    "`otlp`",
    &[
        key("promote_all_resource_attributes", Bool),
        key("promote_resource_attributes", TEXTS),
        key("ignore_resource_attributes", TEXTS),
        key("translation_strategy", Word(&STRATEGIES)),
        key("keep_identifying_resource_attributes", Bool),
        key("convert_histograms_to_nhcb", Bool),
    ],
    &[],
);

const STRATEGIES_OF_3: &[&str] =
    &["UnderscoreEscapingWithSuffixes", "NoUTF8EscapingWithSuffixes", "NoTranslation"];
static STRATEGIES: Words = Words { v2: &[], v3: STRATEGIES_OF_3, exact: true, or_empty: true };
