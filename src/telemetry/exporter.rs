use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry_otlp::{RetryPolicy, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tonic::metadata::MetadataMap;
use tonic::transport::Endpoint;

use super::config::{ConfigError, bad_endpoint, parse_endpoint};
use crate::clock::{Clock, LINK, Turn};

/// How long a connection attempt may take, in real time: a port that drops packets must not hold the batch for the
/// whole export time-out.
const CONNECT: Duration = Duration::from_secs(5);

/// OTLP over gRPC, whose batches are tickets of the clock.
#[derive(Debug)]
pub(super) struct OtlpExporter {
    clock: Clock,
    inner: opentelemetry_otlp::SpanExporter,
    /// The link of the batch under way, for the interceptor; zero is none. One export runs at a time.
    link: Arc<AtomicU64>,
}

impl OtlpExporter {
    /// Connects at the first export, and again whenever the connection was lost.
    pub(super) fn new(clock: &Clock, endpoint: &str, resource: &Resource) -> Result<Self, ConfigError> {
        let channel = Endpoint::from(parse_endpoint(endpoint)?).connect_timeout(CONNECT).connect_lazy();
        let link = Arc::new(AtomicU64::new(0));
        let named = Arc::clone(&link);
        let mut inner = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_channel(channel)
            // A lost batch is counted; a retried one would hide that the collector is away.
            .with_retry_policy(RetryPolicy::disabled())
            .with_interceptor(move |mut request: tonic::Request<()>| {
                // The library adds what it finds in the process's environment; a run must not depend on that.
                *request.metadata_mut() = MetadataMap::new();
                if let Some(value) = link_metadata(named.load(Ordering::Relaxed)) {
                    request.metadata_mut().insert(LINK, value);
                }
                Ok(request)
            })
            .build()
            .map_err(|_| bad_endpoint(endpoint))?;
        inner.set_resource(resource);
        Ok(Self { clock: clock.clone(), inner, link })
    }
}

impl SpanExporter for OtlpExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.clock.turn(Turn::Sink).await;
        let link = self.clock.link("export of a span batch");
        self.link.store(link.id().unwrap_or(0), Ordering::Relaxed);
        link.sent();
        let result = self.inner.export(batch).await;
        link.received();
        result
    }
}

fn link_metadata(id: u64) -> Option<tonic::metadata::AsciiMetadataValue> {
    (id != 0).then(|| tonic::metadata::AsciiMetadataValue::from(id))
}
