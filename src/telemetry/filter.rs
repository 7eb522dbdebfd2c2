use std::time::Duration;

use opentelemetry::{Context, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::definitions::Captured;
use super::processor::BatchProcessor;

/// Loses the spans of requests that were refused or failed, as a filter in front of an exporter may.
#[derive(Clone, Debug)]
pub(super) struct WithoutFailures(pub(super) BatchProcessor);

impl SpanProcessor for WithoutFailures {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        let status = span.attributes.iter().find(|one| one.key.as_str() == Captured::HttpStatusCode.key());
        if !matches!(status.map(|status| &status.value), Some(Value::I64(400..))) {
            self.0.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }
}
