use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Telemetry;
use super::definitions::{Definitions, MetricName};
use super::series::Series;

/// Bounds for what a service answers itself: the usual ones of the field.
const REQUEST_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Bounds for what a language model answers: up to a minute, past the usual 30 s time-out.
const AGENT_BUCKETS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// The guide's Prometheus metrics.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Series<Counter>,
    request_latency: Series<Histogram>,
    agent_calls: Series<Counter>,
    agent_latency: Series<Histogram>,
    memory_operations: Series<Counter>,
    active_debates: Gauge,
    websocket_connections: Gauge,
    consensus_rate: Gauge<f64, AtomicU64>,
    debates: Arc<Debates>,
}

/// A gauge that can be told to hide its type.
#[derive(Debug)]
struct Typed {
    gauge: Gauge<f64, AtomicU64>,
    typed: bool,
}

impl EncodeMetric for Typed {
    fn encode(&self, encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        self.gauge.encode(encoder)
    }

    fn metric_type(&self) -> MetricType {
        if self.typed { MetricType::Gauge } else { MetricType::Unknown }
    }
}

/// What the consensus rate is a rate of.
#[derive(Debug, Default)]
struct Debates {
    ended: AtomicU64,
    agreed: AtomicU64,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    pub(super) fn new(definitions: &Definitions) -> Self {
        let mut registry = Registry::default();
        let d = definitions;
        let requests = counter(&mut registry, &d.requests, &["method", "endpoint", "status"]);
        let request_latency =
            Series::new(&d.request_latency, &["endpoint"], || Histogram::new(REQUEST_BUCKETS));
        registry.register_collector(Box::new(request_latency.clone()));
        let agent_calls = counter(&mut registry, &d.agent_calls, &["agent", "status"]);
        let agent_latency = Series::new(&d.agent_latency, &["agent"], || Histogram::new(AGENT_BUCKETS));
        registry.register_collector(Box::new(agent_latency.clone()));
        let memory_operations = counter(&mut registry, &d.memory_operations, &["operation", "tier"]);
        let active_debates = Gauge::default();
        registry.register(d.active_debates.name, d.active_debates.help, active_debates.clone());
        let websocket_connections = Gauge::default();
        registry.register(
            d.websocket_connections.name,
            d.websocket_connections.help,
            websocket_connections.clone(),
        );
        let consensus_rate = Gauge::<f64, AtomicU64>::default();
        let exposed = Typed { gauge: consensus_rate.clone(), typed: d.consensus_rate_typed };
        registry.register(d.consensus_rate.name, d.consensus_rate.help, exposed);
        Self {
            registry: Arc::new(registry),
            requests,
            request_latency,
            agent_calls,
            agent_latency,
            memory_operations,
            active_debates,
            websocket_connections,
            consensus_rate,
            debates: Arc::default(),
        }
    }

    /// OpenMetrics text, sorted within each family.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }

    pub(super) fn record_request(&self, method: &str, endpoint: &str, status: u16, latency: f64) {
        self.count_request(method, endpoint, status);
        self.observe_request(endpoint, latency);
    }

    /// The counter's half of `record_request`.
    pub fn count_request(&self, method: &str, endpoint: &str, status: u16) {
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.requests.at([method, endpoint, code.as_str()], |counter| {
            counter.inc();
        });
    }

    /// The histogram's half of `record_request`, in seconds.
    pub fn observe_request(&self, endpoint: &str, latency: f64) {
        self.request_latency.at([endpoint, "", ""], |histogram| histogram.observe(latency));
    }

    pub(super) fn record_agent_call(&self, agent: &str, success: bool, latency: f64) {
        let status = if success { "success" } else { "error" };
        self.agent_calls.at([agent, status, ""], |counter| {
            counter.inc();
        });
        self.agent_latency.at([agent, "", ""], |histogram| histogram.observe(latency));
    }

    /// Counts one operation on a memory tier.
    pub fn record_memory_operation(&self, operation: &str, tier: &str) {
        self.memory_operations.at([operation, tier, ""], |counter| {
            counter.inc();
        });
    }

    /// Forgets what was counted of the memory, as the `clear` of client libraries does.
    pub fn clear_memory_operations(&self) {
        self.memory_operations.clear();
    }

    /// Counts a debate that ended, and moves the consensus rate.
    pub fn record_debate_end(&self, consensus: bool) {
        let ended = self.debates.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let agreed =
            self.debates.agreed.fetch_add(u64::from(consensus), Ordering::Relaxed) + u64::from(consensus);
        self.consensus_rate.set(agreed as f64 / ended as f64);
    }

    /// Counts a WebSocket connection as open until the guard is dropped.
    pub fn track_websocket(&self) -> WebSocketGuard {
        self.websocket_connections.inc();
        WebSocketGuard(self.websocket_connections.clone())
    }
}

fn counter(registry: &mut Registry, name: &MetricName, recorded: &[&str]) -> Series<Counter> {
    let series = Series::new(name, recorded, Counter::default);
    registry.register_collector(Box::new(series.clone()));
    series
}

/// A debate counts as active while this lives.
#[derive(Debug)]
#[must_use = "dropping the guard at once ends the debate"]
pub struct DebateGuard(Option<Gauge>);

impl DebateGuard {
    pub(super) fn enter(metrics: Option<&Metrics>) -> Self {
        Self(metrics.map(|metrics| {
            metrics.active_debates.inc();
            metrics.active_debates.clone()
        }))
    }
}

impl Drop for DebateGuard {
    fn drop(&mut self) {
        if let Some(gauge) = &self.0 {
            gauge.dec();
        }
    }
}

/// A WebSocket connection counts as open while this lives.
#[derive(Debug)]
#[must_use = "dropping the guard at once closes the connection"]
pub struct WebSocketGuard(Gauge);

impl Drop for WebSocketGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Telemetry {
    /// Runs `record` on the metrics when they are enabled.
    pub fn with_metrics(&self, record: impl FnOnce(&Metrics)) {
        if let Some(metrics) = self.metrics() {
            record(metrics);
        }
    }
}
