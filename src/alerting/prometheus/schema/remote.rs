//! Who is sent samples, and who is asked for them.

use super::Shape::{Bool, Count, Duration, Int, Labels, Map, Text, Texts, Url, Word};
use super::client::{AZURE, GOOGLE, HTTP_CLIENT, SIGV4};
use super::scrape::RELABELS;
use super::{Mapping, Words, key, new};

/// An entry of `remote_write`.
pub(in super::super) static WRITE: Mapping = Mapping::new(
    "a `remote_write`",
    &[
        key("url", Url),
        key("remote_timeout", Duration),
        key("headers", Texts),
        key("write_relabel_configs", RELABELS),
        key("name", Text),
        key("send_exemplars", Bool),
        key("send_native_histograms", Bool),
        new("round_robin_dns", Bool),
        new("protobuf_message", Word(&MESSAGES)),
        key("queue_config", Map(&QUEUE)),
        key("metadata_config", Map(&METADATA)),
        key("sigv4", Map(&SIGV4)),
        new("azuread", Map(&AZURE)),
        new("google_iam", Map(&GOOGLE)),
    ],
    &[&HTTP_CLIENT],
);

static MESSAGES: Words = Words {
    v2: &[],
    v3: &["prometheus.WriteRequest", "io.prometheus.write.v2.Request"],
    exact: true,
    or_empty: false,
};

static QUEUE: Mapping = Mapping::new(
    "`queue_config`",
    &[
        key("capacity", Int),
        key("max_shards", Int),
        key("min_shards", Int),
        key("max_samples_per_send", Int),
        key("batch_send_deadline", Duration),
        key("min_backoff", Duration),
        key("max_backoff", Duration),
        key("retry_on_http_429", Bool),
        new("sample_age_limit", Duration),
    ],
    &[],
);

static METADATA: Mapping = Mapping::new(
    "`metadata_config`",
    &[key("send", Bool), key("send_interval", Duration), key("max_samples_per_send", Int)],
    &[],
);

/// An entry of `remote_read`.
pub(in super::super) static READ: Mapping = Mapping::new(
    "a `remote_read`",
    &[
        key("url", Url),
        key("remote_timeout", Duration),
        key("headers", Texts),
        key("read_recent", Bool),
        key("name", Text),
        key("required_matchers", Labels),
        key("filter_external_labels", Bool),
        new("chunked_read_limit", Count),
    ],
    &[&HTTP_CLIENT],
);
