//! Remote storage.

use super::super::form::DURATION;
use super::super::shape::Shape::{Bool, Map, Text, Words};
use super::super::shape::{COUNT, Mapping, TEXT_MAP, mapping, opt, req};
use super::relabel::RELABELS;
use super::{HTTP_CLIENT, LABELS};

/// Where samples are sent.
pub(super) static WRITE: Mapping = mapping(
    "a remote_write",
    &[
        req("url", Text),
        opt("remote_timeout", DURATION),
        opt("headers", TEXT_MAP),
        opt("write_relabel_configs", RELABELS),
        opt("name", Text),
        opt("protobuf_message", Words(&["prometheus.WriteRequest", "io.prometheus.write.v2.Request"])),
        opt("send_exemplars", Bool),
        opt("send_native_histograms", Bool),
        opt("round_robin_dns", Bool),
        opt("queue_config", Map(&QUEUE)),
        opt("metadata_config", Map(&METADATA)),
        opt("sigv4", Map(&SIGV4)),
        opt("azuread", super::super::shape::ANY_MAP),
        opt("google_iam", super::super::shape::ANY_MAP),
    ],
)
.sharing(&[&HTTP_CLIENT]);

static QUEUE: Mapping = mapping(
    "queue_config",
    &[
        opt("capacity", COUNT),
        opt("max_shards", COUNT),
        opt("min_shards", COUNT),
        opt("max_samples_per_send", COUNT),
        opt("batch_send_deadline", DURATION),
        opt("min_backoff", DURATION),
        opt("max_backoff", DURATION),
        opt("retry_on_http_429", Bool),
        opt("sample_age_limit", DURATION),
    ],
);

static METADATA: Mapping = mapping(
    "metadata_config",
    &[opt("send", Bool), opt("send_interval", DURATION), opt("max_samples_per_send", COUNT)],
);

/// How requests to AWS are signed.
pub(in super::super) static SIGV4: Mapping = mapping(
    "sigv4",
    &[
        opt("region", Text),
        opt("access_key", Text),
        opt("secret_key", Text),
        opt("profile", Text),
        opt("role_arn", Text),
        opt("external_id", Text),
        opt("use_fips_sts_endpoint", Bool),
        opt("service_name", Text),
    ],
);

/// Where samples are read from.
pub(super) static READ: Mapping = mapping(
    "a remote_read",
    &[
        req("url", Text),
        opt("name", Text),
        opt("remote_timeout", DURATION),
        opt("headers", TEXT_MAP),
        opt("read_recent", Bool),
        opt("required_matchers", LABELS),
        opt("filter_external_labels", Bool),
    ],
)
.sharing(&[&HTTP_CLIENT]);
