use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::HumanDuration;

/// A component records spans of this name, with these attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanPromise {
    /// The span's name.
    pub name: String,
    /// What it is recorded for, in the document's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// Its attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
}

/// A share of the traces is recorded, as the code says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sampler {
    /// The sampler's name, such as `TraceIdRatioBased`.
    pub sampler: String,
    /// The share, from 0 to 1.
    pub share: f64,
}

/// Spans are exported in batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchProcessor {
    /// How many spans wait at most; more are dropped.
    pub max_queue_size: u32,
    /// How many leave at once at most.
    pub max_export_batch_size: u32,
    /// How long the first of a batch waits.
    pub schedule_delay: HumanDuration,
}

/// A library is instrumented, so that what it does has spans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instrumentation {
    /// The service that does it.
    pub service: String,
    /// The instrumentation, such as `FastAPIInstrumentor`.
    pub library: String,
    /// What has spans, in the document's words.
    pub traces: String,
}

/// Something personal or secret never leaves the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// What: a header, an attribute.
    pub what: String,
    /// Where it would have left: `sentry events`, `span attributes`.
    pub from: String,
}
