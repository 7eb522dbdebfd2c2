use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;
use opentelemetry::Context;
use opentelemetry::trace::FutureExt as _;

use crate::server::Defect;
use crate::telemetry::{Telemetry, WithStatus};

/// Memory operations after which a counter that resets does so: often enough for every minute of traffic to show it.
const OPERATIONS: u64 = 40;

/// Every how many scrapes an endpoint that is unavailable sometimes is so. A short run's first and last scrapes are
/// not among them, so that all else can still be judged.
const SCRAPES: u64 = 4;

/// The calls of the documented API that this server makes, and the places where a defect makes it call wrongly.
#[derive(Debug)]
pub(super) struct Instruments {
    telemetry: Telemetry,
    defects: Vec<Defect>,
    /// Memory operations so far.
    operations: AtomicU64,
    /// Scrapes so far.
    scrapes: AtomicU64,
}

/// Active debates are counted while this lives.
pub(super) struct ActiveDebate {
    guard: Option<crate::telemetry::DebateGuard>,
    leaks: bool,
}

impl Drop for ActiveDebate {
    fn drop(&mut self) {
        if self.leaks {
            mem::forget(self.guard.take());
        }
    }
}

impl Instruments {
    pub(super) fn new(telemetry: &Telemetry, defects: Vec<Defect>) -> Self {
        let (operations, scrapes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { telemetry: telemetry.clone(), defects, operations, scrapes }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// Records a served request. The count and the latency of one request are recorded together unless a defect
    /// separates them.
    pub(super) fn request(&self, method: &str, endpoint: &str, status: u16, latency: Duration) {
        let status = if self.has(Defect::ErrorsCountedAs200) && status >= 400 { 200 } else { status };
        let mut seconds = latency.as_secs_f64();
        if self.has(Defect::HistogramInMilliseconds) {
            seconds *= 1000.0;
        }
        if self.has(Defect::LatencyBeforeWork) {
            seconds = 0.0;
        }
        self.telemetry.record_request(method, endpoint, status, seconds);
        if self.has(Defect::RequestsCountedTwice) {
            self.telemetry.with_metrics(|metrics| metrics.count_request(method, endpoint, status));
        }
    }

    pub(super) fn debate(&self) -> ActiveDebate {
        ActiveDebate {
            guard: Some(self.telemetry.track_debate()),
            leaks: self.has(Defect::GaugeNeverGoesDown),
        }
    }

    /// Records an operation on a tier of the memory.
    pub(super) fn memory_operation(&self, operation: &str, tier: &str) {
        let before = self.operations.fetch_add(1, Ordering::Relaxed);
        self.telemetry.with_metrics(|metrics| {
            if self.has(Defect::CounterResets) && before > 0 && before.is_multiple_of(OPERATIONS) {
                metrics.clear_memory_operations();
            }
            metrics.record_memory_operation(operation, tier);
        });
    }

    /// What the metrics endpoint answers.
    pub(super) fn exposition(&self) -> Result<String, StatusCode> {
        let mut text = self.telemetry.exposition().ok_or(StatusCode::NOT_FOUND)?;
        let scrape = 1 + self.scrapes.fetch_add(1, Ordering::Relaxed);
        if self.has(Defect::MetricsUnavailableSometimes) && scrape.is_multiple_of(SCRAPES) {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        if self.has(Defect::ExpositionMalformed) {
            text.truncate(text.trim_end().trim_end_matches("# EOF").len());
        }
        Ok(text)
    }

    /// Runs an agent call in its span and records it.
    pub(super) async fn agent_call<F, T, E>(&self, agent: &str, prompt: &str, call: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        T: AsRef<str>,
        E: std::fmt::Display,
    {
        let started = self.telemetry.clock().now();
        let traced = self.telemetry.trace_agent_call(agent, prompt, call);
        let result = if self.has(Defect::SpansDoNotJoin) {
            traced.with_context(Context::new()).await
        } else {
            traced.await
        };
        let latency = crate::clock::between(started, self.telemetry.clock().now());
        if result.is_ok() || !self.has(Defect::FailedCallsNotCounted) {
            self.telemetry.record_agent_call(agent, result.is_ok(), latency.as_secs_f64());
        }
        result
    }
}

impl WithStatus for axum::response::Response {
    fn status(&self) -> u16 {
        axum::response::Response::status(self).as_u16()
    }
}
