//! The configuration of Prometheus, 2.42 up to 3.x: what some version of these takes is taken.

mod client;
mod discovery;
mod relabel;
mod remote;
mod scrape;

pub(super) use self::client::{HTTP_CLIENT, TLS};
pub(super) use self::relabel::{Spelling, judge as judge_relabelling};
pub(super) use self::remote::SIGV4;

use self::discovery::DISCOVERY;
use self::relabel::RELABELS;
use self::remote::{READ, WRITE};
use self::scrape::{LIMITS, SCRAPE};
use super::form::{DURATION, LABEL_NAME_FORM, URL};
use super::shape::Shape::{Bool, Form as Formed, List, Map, Named, Number, Text, Words};
use super::shape::{COUNT, Form, Mapping, Shape, TEXT_MAP, TEXTS, mapping, opt, req};

/// A Prometheus configuration.
pub(super) static CONFIG: Mapping = mapping(
    "a Prometheus configuration",
    &[
        opt("global", Map(&GLOBAL)),
        opt("runtime", Map(&RUNTIME)),
        opt("alerting", Map(&ALERTING)),
        opt("rule_files", List(&RULE_FILE)),
        opt("scrape_config_files", List(&RULE_FILE)),
        opt("scrape_configs", List(&Map(&SCRAPE))),
        opt("storage", Map(&STORAGE)),
        opt("tracing", Map(&TRACING)),
        opt("remote_write", List(&Map(&WRITE))),
        opt("remote_read", List(&Map(&READ))),
        opt("otlp", Map(&OTLP)),
    ],
);

/// Labels that are given, name and value.
pub(super) const LABELS: Shape = Named(&LABEL_NAME_FORM, &Text);

/// `patRulePath` of Prometheus: a star stands only in the file's name.
const RULE_FILE: Shape = Formed(&Form {
    what: "a path; `*` may stand only in the file's own name",
    fits: |text| match text.rsplit_once('/') {
        Some((folder, _)) if folder.contains('*') => Err(""),
        _ => Ok(()),
    },
});

static GLOBAL: Mapping = mapping(
    "the global section",
    &[
        opt("scrape_interval", DURATION),
        opt("scrape_timeout", DURATION),
        opt("scrape_protocols", List(&scrape::PROTOCOL)),
        opt("evaluation_interval", DURATION),
        opt("rule_query_offset", DURATION),
        opt("external_labels", LABELS),
        opt("query_log_file", Text),
    ],
)
.sharing(&[&LIMITS])
.ruled(scrape::global);

static RUNTIME: Mapping = mapping("the runtime section", &[opt("gogc", COUNT)]);

static ALERTING: Mapping = mapping(
    "the alerting section",
    &[opt("alert_relabel_configs", RELABELS), opt("alertmanagers", List(&Map(&ALERTMANAGER)))],
);

static ALERTMANAGER: Mapping = mapping(
    "an Alertmanager group",
    &[
        opt("scheme", scrape::SCHEME),
        opt("path_prefix", Text),
        opt("timeout", DURATION),
        opt("api_version", Words(&["v1", "v2"])),
        opt("relabel_configs", RELABELS),
        opt("alert_relabel_configs", RELABELS),
        // AWS signing came with 2.48.
        opt("sigv4", Map(&SIGV4)),
    ],
)
.sharing(&[&HTTP_CLIENT, &DISCOVERY])
.ruled(scrape::static_hosts);

static STORAGE: Mapping =
    mapping("the storage section", &[opt("tsdb", Map(&TSDB)), opt("exemplars", Map(&EXEMPLARS))]);

static TSDB: Mapping = mapping(
    "the tsdb section",
    &[
        opt("out_of_order_time_window", DURATION),
        opt("stale_series_compaction_threshold", Number),
        opt("retention", Map(&RETENTION)),
    ],
);

static RETENTION: Mapping = mapping(
    "the retention section",
    &[opt("time", DURATION), opt("size", super::form::BYTES), opt("percentage", Number)],
);

static EXEMPLARS: Mapping =
    mapping("the exemplars section", &[opt("max_exemplars", super::shape::WHOLE_NUMBER)]);

static TRACING: Mapping = mapping(
    "the tracing section",
    &[
        opt("client_type", Words(&["grpc", "http"])),
        req("endpoint", Text),
        opt("sampling_fraction", Number),
        opt("insecure", Bool),
        opt("tls_config", Map(&TLS)),
        opt("headers", TEXT_MAP),
        opt("compression", Words(&["gzip", ""])),
        opt("timeout", DURATION),
    ],
);

static OTLP: Mapping = mapping(
    "the otlp section",
    &[
        opt("promote_all_resource_attributes", Bool),
        opt("promote_resource_attributes", TEXTS),
        opt("ignore_resource_attributes", TEXTS),
        opt("translation_strategy", Words(STRATEGIES)),
        opt("keep_identifying_resource_attributes", Bool),
        opt("convert_histograms_to_nhcb", Bool),
        opt("promote_scope_metadata", Bool),
        opt("label_name_underscore_sanitization", Bool),
        opt("label_name_preserve_multiple_underscores", Bool),
    ],
);

const STRATEGIES: &[&str] = &[
    "UnderscoreEscapingWithSuffixes",
    "UnderscoreEscapingWithoutSuffixes",
    "NoUTF8EscapingWithSuffixes",
    "NoTranslation",
];

/// An address that must be reachable over HTTP.
const HTTP_URL: Shape = URL;
