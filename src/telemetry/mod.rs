//! The documented instrumentation API of the Observability Guide as a small library: what a service calls to be
//! seen, and what the benches measure.
//!
//! The names are the guide's: [`trace_handler`](Telemetry::trace_handler),
//! [`trace_agent_call`](Telemetry::trace_agent_call), [`get_tracer`](Telemetry::get_tracer),
//! [`create_span`](Telemetry::create_span), [`record_request`](Telemetry::record_request),
//! [`record_agent_call`](Telemetry::record_agent_call), [`track_debate`](Telemetry::track_debate).
//!
//! # Decisions
//!
//! * *No globals.* Two runs share a process, so provider, registry and propagator live in a [`Telemetry`] value.
//! * *Our own span processor.* The SDK's batch processor flushes from a thread and times out on a current-thread
//!   runtime; [`processor`] takes its time from the injected clock and awaits the exporter as a task.
//! * *No tracing-opentelemetry.* It reads the system clock; start, end and event times are explicit here.
//! * *Definitions are data.* What is registered under which name and which attributes are captured is a value
//!   ([`Definitions`]), so that a reference server can be told to get it wrong without a second implementation.

mod config;
mod definitions;
mod exporter;
mod filter;
mod ids;
mod metrics;
pub mod processor;
mod series;
mod spans;

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanExporter, SpanLimits};
use opentelemetry_sdk::{Resource, trace::ShouldSample};

pub use self::config::{Config, ConfigError, Export, Sampling};
pub use self::definitions::{Captured, Definitions, MetricName};
pub use self::ids::Ids;
pub use self::metrics::{DebateGuard, Metrics, WebSocketGuard};
pub use self::processor::SpanCounts;
pub use self::spans::{HandlerRequest, SpanScope, WithStatus};

use self::filter::WithoutFailures;
use self::processor::BatchProcessor;
use crate::clock::Clock;

/// One service's instrumentation. Clones share everything.
#[derive(Clone, Debug)]
pub struct Telemetry {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    clock: Clock,
    metrics: Option<Metrics>,
    tracing: Option<Tracing>,
    definitions: Definitions,
    propagator: TraceContextPropagator,
}

#[derive(Debug)]
struct Tracing {
    tracer: SdkTracer,
    /// Held because dropping the last handle shuts the provider down.
    _provider: SdkTracerProvider,
    processor: BatchProcessor,
}

impl Telemetry {
    /// Starts what `config` enables. With tracing enabled it must be called inside a runtime: the exporter is a task.
    ///
    /// # Errors
    /// [`ConfigError`] when the collector's endpoint is no URL. A collector that is not there is no error, ever.
    pub fn init(
        clock: &Clock,
        config: &Config,
        definitions: Definitions,
        ids: Ids,
    ) -> Result<Self, ConfigError> {
        let tracing = if config.tracing {
            let exporter = exporter::OtlpExporter::new(clock, &config.endpoint, &resource(config))?;
            Some(start_tracing(clock, config, ids, exporter))
        } else {
            None
        };
        Ok(Self::new(clock, config, definitions, tracing))
    }

    /// The same with an exporter of the caller's: the configured endpoint is not used. It is how a bench leaves the
    /// network out.
    pub fn with_exporter<E: SpanExporter + 'static>(
        clock: &Clock,
        config: &Config,
        definitions: Definitions,
        ids: Ids,
        exporter: E,
    ) -> Self {
        let tracing = config.tracing.then(|| start_tracing(clock, config, ids, exporter));
        Self::new(clock, config, definitions, tracing)
    }

    fn new(clock: &Clock, config: &Config, definitions: Definitions, tracing: Option<Tracing>) -> Self {
        let metrics = config.metrics.then(|| Metrics::new(&definitions));
        let inner = Inner {
            clock: clock.clone(),
            metrics,
            tracing,
            definitions,
            propagator: TraceContextPropagator::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The clock that spans and latencies are taken from.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The metrics, unless METRICS_ENABLED is false.
    pub fn metrics(&self) -> Option<&Metrics> {
        self.inner.metrics.as_ref()
    }

    /// What `/metrics` answers: OpenMetrics text, in a stable order. None when metrics are disabled.
    pub fn exposition(&self) -> Option<String> {
        self.inner.metrics.as_ref().map(Metrics::encode)
    }

    /// Exports every span that has ended, as far as the collector takes them.
    pub async fn flush(&self) {
        if let Some(tracing) = &self.inner.tracing {
            tracing.processor.flush().await;
        }
    }

    /// What became of the spans that ended; all zero with tracing disabled.
    pub fn span_counts(&self) -> SpanCounts {
        self.inner.tracing.as_ref().map(|tracing| tracing.processor.counts()).unwrap_or_default()
    }

    /// Records an HTTP request: `record_request("GET", "/api/debates", 200, 0.05)`. The endpoint is a route, never a
    /// raw path: it becomes a label. The latency is in seconds.
    pub fn record_request(&self, method: &str, endpoint: &str, status: u16, latency: f64) {
        if let Some(metrics) = &self.inner.metrics {
            metrics.record_request(method, endpoint, status, latency);
        }
    }

    /// Records an agent call: `record_agent_call("anthropic-api", true, 1.2)`. The latency is in seconds.
    pub fn record_agent_call(&self, agent: &str, success: bool, latency: f64) {
        if let Some(metrics) = &self.inner.metrics {
            metrics.record_agent_call(agent, success, latency);
        }
    }

    /// Counts a debate as active until the guard is dropped.
    pub fn track_debate(&self) -> DebateGuard {
        DebateGuard::enter(self.inner.metrics.as_ref())
    }
}

fn resource(config: &Config) -> Resource {
    let service_name = opentelemetry::KeyValue::new("service.name", config.service_name.clone());
    Resource::builder_empty().with_attribute(service_name).build()
}

fn start_tracing<E: SpanExporter + 'static>(
    clock: &Clock,
    config: &Config,
    ids: Ids,
    exporter: E,
) -> Tracing {
    let processor = BatchProcessor::start(clock, exporter);
    let builder = SdkTracerProvider::builder();
    let builder = match config.export {
        Export::Everything => builder.with_span_processor(processor.clone()),
        Export::WithoutFailures => builder.with_span_processor(WithoutFailures(processor.clone())),
    };
    let provider = builder
        .with_sampler(sampler(config.sampling))
        .with_id_generator(ids)
        .with_resource(resource(config))
        // Without these the SDK takes its limits from the process's environment.
        .with_span_limits(SpanLimits::default())
        .build();
    Tracing { tracer: provider.tracer("aragora.observability"), _provider: provider, processor }
}

/// A parent's decision is followed; where there is none, the configured share decides.
fn sampler(sampling: Sampling) -> Box<dyn ShouldSample> {
    match sampling {
        Sampling::ParentOrShare(share) => Box::new(Sampler::parent_based(Sampler::TraceIdRatioBased(share))),
        Sampling::Everything => Box::new(Sampler::AlwaysOn),
    }
}

/// The context of the span that the current task works for.
pub fn current_context() -> Context {
    Context::current()
}
