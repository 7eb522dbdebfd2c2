//! Spans as a collector gets them: traces joined, attributes, status, virtual times, seeded ids.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use probity::clock::{Clock, after};
use probity::contract::SpanKind;
use probity::observe::Span;
use probity::stack::embedded::Receiver;
use probity::telemetry::{Config, Definitions, HandlerRequest, Ids, Telemetry, WithStatus};
use serde_json::{Value, json};

use crate::stage::{assert_share, listener, simulate};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

#[derive(Debug)]
struct Status(u16);

impl WithStatus for Status {
    fn status(&self) -> u16 {
        self.0
    }
}

struct Traced {
    clock: Clock,
    telemetry: Telemetry,
    receiver: Receiver,
}

impl Traced {
    async fn start(clock: &Clock, rate: &str, seed: u64) -> Self {
        let receiver = Receiver::start(clock, listener().await).expect("it listens");
        let env = [
            ("OTEL_ENABLED", "true"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint()),
            ("OTEL_SERVICE_NAME", "under test"),
            ("OTEL_SAMPLE_RATE", rate),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = Config::from_env(&BTreeMap::from(env)).expect("it is valid");
        let telemetry = Telemetry::init(clock, &config, Definitions::default(), Ids::seeded(seed));
        Self { clock: clock.clone(), telemetry: telemetry.expect("it starts"), receiver }
    }

    /// A request to a handler that takes 250 ms and answers so.
    async fn handle(&self, traceparent: Option<&str>, status: u16) {
        let mut headers = HeaderMap::new();
        if let Some(value) = traceparent {
            headers.insert("traceparent", HeaderValue::from_str(value).expect("a header value"));
        }
        let request = HandlerRequest { method: "POST", path: "/api/debates", headers: &headers };
        let work = async {
            self.clock.sleep(Duration::from_millis(250)).await;
            Status(status)
        };
        self.telemetry.trace_handler("debates.create", request, work).await;
    }

    async fn spans(&self) -> Vec<Span> {
        self.telemetry.flush().await;
        let counts = self.telemetry.span_counts();
        let spans = self.receiver.spans();
        assert_eq!((counts.exported, counts.dropped, counts.failed), (spans.len() as u64, 0, 0));
        spans
    }
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no span {name} in {spans:?}"))
}

#[test]
fn a_handlers_span_continues_the_callers_trace() {
    let (spans, started) = simulate(|clock| async move {
        let traced = Traced::start(&clock, "0", 1).await;
        clock.sleep(Duration::from_secs(90)).await;
        let started = clock.now();
        traced.handle(Some(&format!("00-{TRACE}-{CALLER}-01")), 200).await;
        (traced.spans().await, started)
    });
    // A rate of zero, and yet: the caller's decision counts.
    let [span] = spans.as_slice() else { panic!("expected one span, saw {spans:?}") };
    assert_eq!((span.trace_id.as_str(), span.parent_id.as_deref()), (TRACE, Some(CALLER)));
    assert_eq!((span.name.as_str(), span.kind, span.failed), ("debates.create", SpanKind::Server, false));
    assert_eq!((span.start, span.end), (started, after(started, Duration::from_millis(250))));
    let attributes = [
        ("http.method", json!("POST")),
        ("http.path", json!("/api/debates")),
        ("http.status_code", json!(200)),
    ];
    assert_eq!(span.attributes, attributes.map(|(name, value)| (name.to_owned(), value)).into());
    assert_eq!(span.resource, [("service.name".to_owned(), json!("under test"))].into());
}

#[test]
fn a_traceparent_of_a_version_to_come_is_continued() {
    let spans = simulate(|clock| async move {
        let traced = Traced::start(&clock, "0", 1).await;
        traced.handle(Some(&format!("cc-{TRACE}-{CALLER}-01-what-the-future-brings")), 200).await;
        traced.handle(Some(&format!("cc-{TRACE}-{CALLER}-01")), 200).await;
        traced.spans().await
    });
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.trace_id == TRACE && span.parent_id.as_deref() == Some(CALLER)));
}

#[test]
fn what_the_caller_does_not_sample_is_not_recorded() {
    let (spans, headers) = simulate(|clock| async move {
        let traced = Traced::start(&clock, "1", 1).await;
        let traceparent = format!("00-{TRACE}-{CALLER}-00");
        let headers = HeaderMap::from_iter([(
            "traceparent".parse().expect("a name"),
            traceparent.parse().expect("a value"),
        )]);
        let request = HandlerRequest { method: "GET", path: "/", headers: &headers };
        let mut onward = HeaderMap::new();
        let work = async {
            let call = async { Ok::<_, String>("text") };
            let _ = traced.telemetry.trace_agent_call("openai-api", "prompt", call).await;
            drop(traced.telemetry.create_span("below", [("key", "value")]));
            traced.telemetry.inject_context(&mut onward);
            Status(500)
        };
        traced.telemetry.trace_handler("unmatched", request, work).await;
        (traced.spans().await, onward)
    });
    assert_eq!(spans, []);
    // The decision travels on, in the caller's trace.
    let onward = headers.get("traceparent").expect("it is passed on").to_str().expect("ASCII");
    assert!(onward.starts_with(&format!("00-{TRACE}-")) && onward.ends_with("-00"), "{onward}");
}

#[test]
fn without_a_readable_traceparent_a_trace_begins() {
    let malformed = [
        "",
        "00",
        "garbage",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ];
    let spans = simulate(|clock| async move {
        let traced = Traced::start(&clock, "1", 1).await;
        traced.handle(None, 200).await;
        for traceparent in malformed {
            traced.handle(Some(traceparent), 200).await;
        }
        traced.spans().await
    });
    assert_eq!(spans.len(), 1 + malformed.len());
    for (span, sent) in spans.iter().zip([""].iter().chain(&malformed)) {
        assert_eq!(span.parent_id, None, "after {sent:?}");
        assert_ne!(span.trace_id, TRACE, "after {sent:?}");
    }
    let mut traces: Vec<&str> = spans.iter().map(|span| span.trace_id.as_str()).collect();
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), spans.len(), "each is a trace of its own");
}

#[test]
fn the_configured_share_of_new_traces_is_recorded_whole() {
    let spans = simulate(|clock| async move {
        let traced = Traced::start(&clock, "0.25", 9).await;
        for _ in 0..2_000 {
            let headers = HeaderMap::new();
            let request = HandlerRequest { method: "GET", path: "/", headers: &headers };
            let work = async {
                drop(traced.telemetry.start_as_current_span("below"));
                Status(200)
            };
            traced.telemetry.trace_handler("root", request, work).await;
        }
        traced.spans().await
    });
    let roots = spans.iter().filter(|span| span.name == "root").count();
    assert_share(roots, 2_000, 0.25);
    assert_eq!(spans.len(), 2 * roots, "a trace has both of its spans or none");
}

#[test]
fn spans_form_the_chain_of_who_called_whom() {
    let spans = simulate(|clock| async move {
        let traced = Traced::start(&clock, "1", 1).await;
        let telemetry = &traced.telemetry;
        let headers = HeaderMap::new();
        let request = HandlerRequest { method: "POST", path: "/", headers: &headers };
        let work = async {
            let outer = telemetry.create_span("custom_operation", [("key", "value")]);
            outer.set_attribute("result_size", 3);
            outer
                .within(async {
                    let inner = telemetry.start_as_current_span("another_operation");
                    inner.set_attribute("custom.attribute", true);
                    inner.within(ask(telemetry, &clock, Ok("größer"))).await.expect("it answers");
                    // Beside the inner one, not below it: its scope is over.
                    drop(inner);
                    ask(telemetry, &clock, Err("provider answered 500")).await.expect_err("it refuses");
                })
                .await;
            Status(503)
        };
        telemetry.trace_handler("handler", request, work).await;
        traced.spans().await
    });
    let [handler, outer, inner] =
        ["handler", "custom_operation", "another_operation"].map(|name| named(&spans, name));
    let calls: Vec<&Span> = spans.iter().filter(|span| span.name == "agent.call").collect();
    let [good, bad] = calls.as_slice() else { panic!("expected two calls, saw {calls:?}") };
    assert_eq!(spans.len(), 5);
    assert!(spans.iter().all(|span| span.trace_id == handler.trace_id), "one trace");
    let parents = [handler, outer, inner, good, bad].map(|span| span.parent_id.as_deref());
    let [handler_id, outer_id, inner_id] = [handler, outer, inner].map(|span| Some(span.span_id.as_str()));
    assert_eq!(parents, [None, handler_id, outer_id, inner_id, outer_id]);
    let kinds = [handler, outer, inner, good, bad].map(|span| (span.kind, span.failed));
    let (internal, client) = (SpanKind::Internal, SpanKind::Client);
    assert_eq!(
        kinds,
        [(SpanKind::Server, true), (internal, false), (internal, false), (client, false), (client, true)]
    );
    let attributes = |span: &Span| Value::Object(span.attributes.clone().into_iter().collect());
    assert_eq!(attributes(outer), json!({"key": "value", "result_size": 3}));
    assert_eq!(attributes(inner), json!({"custom.attribute": true}));
    // Lengths are characters, as a Python service counts them, not bytes.
    let call = |length: u64| json!({"agent.name": "openai-api", "agent.prompt_length": 3, "agent.response_length": length});
    assert_eq!((attributes(good), attributes(bad)), (call(6), call(0)));
    for span in [good, bad] {
        assert_eq!(after(span.start, Duration::from_secs(2)), span.end);
    }
}

async fn ask(telemetry: &Telemetry, clock: &Clock, answer: Result<&str, &str>) -> Result<String, String> {
    let call = async {
        clock.sleep(Duration::from_secs(2)).await;
        answer.map(str::to_owned).map_err(str::to_owned)
    };
    telemetry.trace_agent_call("openai-api", "päd", call).await
}

#[test]
fn only_server_errors_fail_a_handlers_span() {
    let spans = simulate(|clock| async move {
        let traced = Traced::start(&clock, "1", 1).await;
        for status in [200, 302, 400, 404, 429, 499, 500, 503, 599] {
            traced.handle(None, status).await;
        }
        traced.spans().await
    });
    let failed: Vec<u64> = spans
        .iter()
        .filter(|span| span.failed)
        .map(|span| span.attributes["http.status_code"].as_u64().expect("a number"))
        .collect();
    assert_eq!(failed, [500, 503, 599]);
}

#[test]
fn a_span_whose_work_is_dropped_ends_at_that_instant() {
    let (spans, started) = simulate(|clock| async move {
        let traced = Traced::start(&clock, "1", 1).await;
        let telemetry = &traced.telemetry;
        let headers = HeaderMap::new();
        let request = HandlerRequest { method: "GET", path: "/", headers: &headers };
        let work = async {
            let never = async { std::future::pending::<Result<String, String>>().await };
            let _ = telemetry.trace_agent_call("openai-api", "prompt", never).await;
            Status(200)
        };
        let started = clock.now();
        let handled = telemetry.trace_handler("handler", request, work);
        clock.timeout(Duration::from_millis(1_500), handled).await.expect_err("it never ends by itself");
        clock.sleep(Duration::from_secs(60)).await;
        (traced.spans().await, started)
    });
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!((span.start, span.end), (started, after(started, Duration::from_millis(1_500))));
    }
    let handler = named(&spans, "handler");
    assert_eq!(named(&spans, "agent.call").parent_id.as_ref(), Some(&handler.span_id));
    assert!(!handler.attributes.contains_key("http.status_code"), "there was no answer");
}

#[test]
fn a_seed_repeats_its_ids_and_another_does_not() {
    let ids = |seed| {
        simulate(|clock| async move {
            let traced = Traced::start(&clock, "1", seed).await;
            for _ in 0..50 {
                traced.handle(None, 200).await;
            }
            let spans = traced.spans().await;
            spans.into_iter().map(|span| (span.trace_id, span.span_id)).collect::<Vec<_>>()
        })
    };
    let (first, again, other) = (ids(1), ids(1), ids(2));
    assert_eq!(first, again);
    assert!(first.iter().all(|pair| !other.contains(pair)));
    let mut traces: Vec<&String> = first.iter().map(|(trace, _)| trace).collect();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 50);
}

#[test]
fn disabled_tracing_still_runs_the_work() {
    let counts = simulate(|clock| async move {
        let config = Config::from_env(&BTreeMap::new()).expect("it is valid");
        let telemetry = Telemetry::init(&clock, &config, Definitions::default(), Ids::seeded(1));
        let telemetry = telemetry.expect("it starts");
        assert!(telemetry.get_tracer().is_none());
        let traced = Traced {
            receiver: Receiver::start(&clock, listener().await).expect("it listens"),
            clock,
            telemetry,
        };
        traced.handle(Some(&format!("00-{TRACE}-{CALLER}-01")), 200).await;
        assert_eq!(ask(&traced.telemetry, &traced.clock, Ok("text")).await, Ok("text".to_owned()));
        assert_eq!(traced.spans().await, []);
        traced.telemetry.span_counts()
    });
    assert_eq!(counts.ended, 0);
}

/// The SDK's defaults come from variables of the process; ours are injected. A process of its own is the only way to
/// have another environment without changing that of all other tests.
#[test]
fn the_processs_environment_is_not_read() {
    let this = std::env::current_exe().expect("a test runs from a file");
    let output = std::process::Command::new(this)
        .args(["--exact", "telemetry::spans::spans_form_the_chain_of_who_called_whom"])
        .envs([("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1"), ("OTEL_TRACES_SAMPLER", "always_off")])
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
