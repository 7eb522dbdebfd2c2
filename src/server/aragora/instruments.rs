use std::mem;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::FutureExt as _;

use crate::server::Defect;
use crate::telemetry::{Telemetry, WithStatus};

/// The calls of the documented API that this server makes, and the places where a defect makes it call wrongly.
#[derive(Debug)]
pub(super) struct Instruments {
    telemetry: Telemetry,
    defects: Vec<Defect>,
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
        Self { telemetry: telemetry.clone(), defects }
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
