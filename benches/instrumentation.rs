//! What the documented instrumentation API costs, beside what services use without it, in the same run.
//!
//! | group | one element is | sides |
//! |---|---|---|
//! | `request` | a counter with 3 labels and a histogram with 1 label and 11 bounds | `probity`: `record_request`; `prometheus`; `prometheus-client`, which probity stands on |
//! | `agent-call` | a counter with 2 labels and a histogram with 1 label and 9 bounds | `probity`: `record_agent_call`; the same two |
//! | `span-sampled` | a span with two attributes that is made current, ended and queued | `probity`: `create_span`; `opentelemetry`: the SDK with its own batch processor |
//! | `span-not-sampled` | the same with a sampling share of 0 | the same two |
//! | `span-collector-refuses` | the same, all sampled, and nobody listens on the collector's port | the same two |
//! | `span-collector-silent` | the same, and the collector takes connections and never answers: the queue is full | the same two |
//!
//! Both sides of a group get the same label sets, bounds, attributes, sampler and queue (2,048 spans, batches of 512),
//! and the smoke run (`cargo bench -- --test`) asserts what it can of that. Sampled spans go to an exporter that throws
//! them away, and both sides are flushed, untimed, before the queue can fill: a ratio never compares a span that is
//! kept with one that is dropped.
//!
//! Not compared: contention of several threads, the cost of a scrape, of serialising and sending spans, and of handles
//! that the caller keeps (both clients are asked by label values, as the documented API is). Only ratios within one run
//! mean anything; the last lines print them, as medians. With `--profile dev` they are those of a barely optimised build
//! (`opt-level = 1`).

use std::cell::RefCell;
use std::hint::black_box;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::measurement::{Measurement as _, WallTime};
use criterion::{BenchmarkGroup, Criterion, Throughput};
use opentelemetry::trace::{SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{RetryPolicy, WithTonicConfig as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};
use probity::clock::Clock;
use probity::telemetry::processor::QUEUE;
use probity::telemetry::{Config, Definitions, Export, Ids, Sampling, Telemetry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use tokio::runtime::Runtime;

/// Method, endpoint, status as number and as text, latency in seconds.
type Request = (&'static str, &'static str, u16, &'static str, f64);

const REQUESTS: [Request; 6] = [
    ("GET", "/api/debates", 200, "200", 0.004),
    ("POST", "/api/debates", 201, "201", 0.120),
    ("GET", "/api/debates/{id}", 200, "200", 0.009),
    ("GET", "/api/debates/{id}", 404, "404", 0.002),
    ("GET", "/health", 200, "200", 0.001),
    ("POST", "/api/debates", 500, "500", 2.700),
];

/// Agent, whether it succeeded and how that reads, latency in seconds.
const AGENT_CALLS: [(&str, bool, &str, f64); 4] = [
    ("anthropic-api", true, "success", 1.2),
    ("openai-api", true, "success", 0.8),
    ("mistral-api", true, "success", 4.0),
    ("openai-api", false, "error", 30.0),
];

const REQUEST_BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const AGENT_BOUNDS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Calls between two flushes: half of what the queue holds.
const STRETCH: u64 = QUEUE as u64 / 2;

/// Criterion's own number of samples; what was timed before them was its warm-up.
const SAMPLES: usize = 100;

/// The nanoseconds per element of each side, group by group.
#[derive(Default)]
struct Results(RefCell<Vec<(&'static str, &'static str, Vec<f64>)>>);

impl Results {
    /// Times `work`, which is so many elements; after each stretch of calls `rest` runs untimed.
    fn time(
        &self,
        group: &mut BenchmarkGroup<'_, WallTime>,
        (name, side): (&'static str, &'static str),
        elements: usize,
        mut work: impl FnMut(),
        mut rest: impl FnMut(),
    ) {
        let mut samples = Vec::new();
        group.bench_function(side, |bencher| {
            bencher.iter_custom(|calls| {
                let mut took = WallTime.zero();
                let mut left = calls;
                while left > 0 {
                    let stretch = left.min(STRETCH);
                    let started = WallTime.start();
                    (0..stretch).for_each(|_| work());
                    took += WallTime.end(started);
                    left -= stretch;
                    rest();
                }
                samples.push(took.as_nanos() as f64 / (calls as f64 * elements as f64));
                took
            });
        });
        let warm_up = samples.len().saturating_sub(SAMPLES);
        self.0.borrow_mut().push((name, side, samples.split_off(warm_up)));
    }

    /// The medians, and how many times the first side of each group costs the others.
    fn print(&self) {
        let results = self.0.borrow();
        let mut out = std::io::stdout().lock();
        for (name, side, samples) in results.iter().filter(|(_, _, samples)| samples.len() == SAMPLES) {
            let own = results.iter().find(|(other, ..)| other == name).map_or(0.0, |first| median(&first.2));
            let ratio = own / median(samples);
            // A reader that has gone away is no error of a bench.
            let _ = writeln!(
                out,
                "{name:<24} {side:<18} {:>9.1} ns  probity costs {ratio:.2} of it",
                median(samples)
            );
        }
    }
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn config(endpoint: &str, share: f64) -> Config {
    Config {
        tracing: true,
        endpoint: endpoint.to_owned(),
        service_name: "bench".to_owned(),
        sampling: Sampling::ParentOrShare(share),
        export: Export::Everything,
        metrics: true,
        metrics_port: 0,
    }
}

/// The telemetry layer without tracing: metrics need no runtime.
fn metrics_only() -> Telemetry {
    let config = Config { tracing: false, ..config("http://127.0.0.1:1", 0.0) };
    Telemetry::init(&Clock::real(), &config, Definitions::default(), Ids::random()).expect("it starts")
}

/// The `prometheus` crate's counter and histogram of these names.
struct Bare {
    registry: prometheus::Registry,
    counter: prometheus::IntCounterVec,
    histogram: prometheus::HistogramVec,
}

impl Bare {
    fn new(
        counter: (&str, &[&str]),
        (name, label): (&str, &str),
        bounds: &[f64],
    ) -> Result<Self, prometheus::Error> {
        let registry = prometheus::Registry::new();
        let opts = prometheus::HistogramOpts::new(name, "Latency").buckets(bounds.to_vec());
        let histogram = prometheus::HistogramVec::new(opts, &[label])?;
        let counter = prometheus::IntCounterVec::new(prometheus::Opts::new(counter.0, "Count"), counter.1)?;
        registry.register(Box::new(counter.clone()))?;
        registry.register(Box::new(histogram.clone()))?;
        Ok(Self { registry, counter, histogram })
    }

    /// Asserts that the layer below has exposed as many series of the counter and buckets as this client.
    fn assert_same(&self, telemetry: &Telemetry, counter: &str, histogram: &str) {
        let encoder = prometheus::TextEncoder::new();
        let bare = encoder.encode_to_string(&self.registry.gather()).expect("it can be written");
        let ours = telemetry.exposition().expect("metrics are on");
        for start in [format!("{counter}{{"), format!("{histogram}_bucket{{")] {
            let count = |text: &str| text.lines().filter(|line| line.starts_with(&start)).count();
            assert_eq!(count(&ours), count(&bare), "{start}");
            assert!(count(&ours) > 0, "{start}");
        }
    }
}

fn requests(criterion: &mut Criterion, results: &Results) {
    let name = "request";
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(REQUESTS.len() as u64));
    let telemetry = metrics_only();
    let ours = || {
        for (method, endpoint, status, _, latency) in black_box(REQUESTS) {
            telemetry.record_request(method, endpoint, status, latency);
        }
    };
    let labels: &[&str] = &["method", "endpoint", "status"];
    let latency_name = "aragora_request_latency_seconds";
    let bare = Bare::new(("aragora_requests_total", labels), (latency_name, "endpoint"), &REQUEST_BOUNDS)
        .expect("the names are valid");
    let prometheus = || {
        for (method, endpoint, _, status, latency) in black_box(REQUESTS) {
            bare.counter.with_label_values(&[method, endpoint, status]).inc();
            bare.histogram.with_label_values(&[endpoint]).observe(latency);
        }
    };
    let counters = Family::<[(&str, &str); 3], Counter>::default();
    let histograms =
        Family::<[(&str, &str); 1], Histogram, _>::new_with_constructor(|| Histogram::new(REQUEST_BOUNDS));
    let client = || {
        for (method, endpoint, _, status, latency) in black_box(REQUESTS) {
            let labels = [("method", method), ("endpoint", endpoint), ("status", status)];
            counters.get_or_create(&labels).inc();
            histograms.get_or_create(&[("endpoint", endpoint)]).observe(latency);
        }
    };
    let elements = REQUESTS.len();
    results.time(&mut group, (name, "probity"), elements, ours, || {});
    results.time(&mut group, (name, "prometheus"), elements, prometheus, || {});
    results.time(&mut group, (name, "prometheus-client"), elements, client, || {});
    bare.assert_same(&telemetry, "aragora_requests_total", latency_name);
}

fn agent_calls(criterion: &mut Criterion, results: &Results) {
    let name = "agent-call";
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(AGENT_CALLS.len() as u64));
    let telemetry = metrics_only();
    let ours = || {
        for (agent, success, _, latency) in black_box(AGENT_CALLS) {
            telemetry.record_agent_call(agent, success, latency);
        }
    };
    let latency_name = "aragora_agent_latency_seconds";
    let bare = Bare::new(
        ("aragora_agent_calls_total", &["agent", "status"]),
        (latency_name, "agent"),
        &AGENT_BOUNDS,
    )
    .expect("the names are valid");
    let prometheus = || {
        for (agent, _, status, latency) in black_box(AGENT_CALLS) {
            bare.counter.with_label_values(&[agent, status]).inc();
            bare.histogram.with_label_values(&[agent]).observe(latency);
        }
    };
    let counters = Family::<[(&str, &str); 2], Counter>::default();
    let histograms =
        Family::<[(&str, &str); 1], Histogram, _>::new_with_constructor(|| Histogram::new(AGENT_BOUNDS));
    let client = || {
        for (agent, _, status, latency) in black_box(AGENT_CALLS) {
            counters.get_or_create(&[("agent", agent), ("status", status)]).inc();
            histograms.get_or_create(&[("agent", agent)]).observe(latency);
        }
    };
    let elements = AGENT_CALLS.len();
    results.time(&mut group, (name, "probity"), elements, ours, || {});
    results.time(&mut group, (name, "prometheus"), elements, prometheus, || {});
    results.time(&mut group, (name, "prometheus-client"), elements, client, || {});
    bare.assert_same(&telemetry, "aragora_agent_calls_total", latency_name);
}

/// Throws spans away and counts them.
#[derive(Clone, Debug, Default)]
struct Nowhere(Arc<AtomicU64>);

impl SpanExporter for Nowhere {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// The SDK as its documentation sets it up, with the layer's sampler. Never dropped: that would wait five seconds for a
/// collector that does not answer.
struct Sdk {
    provider: ManuallyDrop<SdkTracerProvider>,
    tracer: SdkTracer,
}

impl Sdk {
    fn start<E: SpanExporter + 'static>(exporter: E, share: f64) -> Self {
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter).build())
            .with_sampler(Sampler::parent_based(Sampler::TraceIdRatioBased(share)))
            .build();
        Self { tracer: provider.tracer("bench"), provider: ManuallyDrop::new(provider) }
    }

    fn span(&self) {
        let attributes = [KeyValue::new("component", "bench"), KeyValue::new("tier", "fast")];
        let builder = self
            .tracer
            .span_builder("custom_operation")
            .with_kind(SpanKind::Internal)
            .with_attributes(attributes);
        let parent = Context::current();
        let current = parent.with_span(self.tracer.build_with_context(builder, &parent));
        black_box(&current).span().end();
    }
}

fn span(telemetry: &Telemetry) {
    drop(black_box(telemetry.create_span("custom_operation", [("component", "bench"), ("tier", "fast")])));
}

fn spans_to_nowhere(criterion: &mut Criterion, results: &Results, runtime: &Runtime, share: f64) {
    let name = if share > 0.0 { "span-sampled" } else { "span-not-sampled" };
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    let config = config("http://127.0.0.1:1", share);
    let sink = Nowhere::default();
    let clock = Clock::real();
    let telemetry = Telemetry::with_exporter(&clock, &config, Definitions::default(), Ids::random(), sink);
    let sink = Nowhere::default();
    let sdk = Sdk::start(sink.clone(), share);
    let mut ended = 0;
    results.time(
        &mut group,
        (name, "probity"),
        1,
        || span(&telemetry),
        || {
            runtime.block_on(telemetry.flush());
        },
    );
    let work = || {
        sdk.span();
        ended += 1;
    };
    results.time(&mut group, (name, "opentelemetry"), 1, work, || {
        sdk.provider.force_flush().expect("an exporter that takes everything");
    });
    let counts = telemetry.span_counts();
    assert_eq!((counts.exported, counts.dropped), (counts.ended, 0), "nothing was dropped");
    let expected = if share > 0.0 { ended } else { 0 };
    assert_eq!(sink.0.load(Ordering::Relaxed), expected, "the SDK dropped nothing");
    assert_eq!(counts.ended > 0, share > 0.0);
}

fn otlp(endpoint: &str) -> opentelemetry_otlp::SpanExporter {
    let endpoint = tonic::transport::Endpoint::from_shared(endpoint.to_owned()).expect("a URL");
    opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_channel(endpoint.connect_lazy())
        .with_retry_policy(RetryPolicy::disabled())
        .build()
        .expect("it connects later")
}

fn spans_to_the_dead(criterion: &mut Criterion, results: &Results, name: &'static str, endpoint: &str) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    let telemetry =
        Telemetry::init(&Clock::real(), &config(endpoint, 1.0), Definitions::default(), Ids::random())
            .expect("a dead collector is no error");
    let sdk = Sdk::start(otlp(endpoint), 1.0);
    // More than queue and the batch under way can hold, so that the first timed span finds the queue full.
    for _ in 0..2 * QUEUE {
        span(&telemetry);
        sdk.span();
    }
    results.time(&mut group, (name, "probity"), 1, || span(&telemetry), || {});
    results.time(&mut group, (name, "opentelemetry"), 1, || sdk.span(), || {});
    assert_eq!(telemetry.span_counts().exported, 0, "nobody took any");
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(SAMPLES);
    let results = Results::default();
    requests(&mut criterion, &results);
    agent_calls(&mut criterion, &results);
    // One worker: the SDK's exporter has one thread too.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let entered = runtime.enter();
    spans_to_nowhere(&mut criterion, &results, &runtime, 1.0);
    spans_to_nowhere(&mut criterion, &results, &runtime, 0.0);
    // A port that was free a moment ago: nobody listens.
    let port = |listener: &TcpListener| listener.local_addr().expect("it has one").port();
    let closed = port(&TcpListener::bind("127.0.0.1:0").expect("a port is free"));
    spans_to_the_dead(
        &mut criterion,
        &results,
        "span-collector-refuses",
        &format!("http://127.0.0.1:{closed}"),
    );
    // The kernel takes the connection, and nobody ever reads from it.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://127.0.0.1:{}", port(&silent));
    spans_to_the_dead(&mut criterion, &results, "span-collector-silent", &endpoint);
    drop(entered);
    runtime.shutdown_background();
    criterion.final_summary();
    results.print();
}
