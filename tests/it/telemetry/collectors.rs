//! A collector that is dead in any way never slows or fails a request: the user's side of a run is the same, to the
//! nanosecond, as with a healthy one, and what was lost is counted.

use std::time::Duration;

use probity::clock::{Clock, HttpClient, Seed, lockstep};
use probity::observe::exposition::Exposition;
use probity::server::aragora::{Aragora, Settings};
use probity::telemetry::SpanCounts;
use serde_json::Value;

use crate::stage::collector::{self, Mortal};
use crate::stage::{Answer, Stage, Wanted, listener, simulate};

/// Spans of one debate of two rounds and three agents: the run, two rounds, six calls, the decision.
const DEBATE_SPANS: u64 = 10;

/// What a user sees of a run.
#[derive(Debug, PartialEq)]
struct Seen {
    answers: Vec<Answer>,
    debates: Vec<Value>,
    metrics: Exposition,
    at: String,
}

/// Forty virtual seconds of use: longer than any export may take.
async fn user(stage: &Stage) -> Seen {
    let (mut answers, mut debates) = (vec![], vec![]);
    for round in 0..4 {
        let id = stage.start_debate(&format!("Is this the question number {round}?"), 2).await;
        for path in ["/health", "/api/debates?limit=x", "/api/debates?limit=2", "/nowhere"] {
            answers.push(stage.ask("GET", path, "").await);
            stage.clock.sleep(Duration::from_millis(700)).await;
        }
        debates.push(stage.await_debate(&id).await);
        stage.clock.sleep(Duration::from_secs(7)).await;
    }
    for answer in &mut answers {
        // Stamped by the machine's clock, which is not the run's.
        answer.headers.remove("date");
    }
    Seen { answers, debates, metrics: stage.exposition().await, at: stage.clock.now().to_string() }
}

async fn run(clock: &Clock, collector: Option<String>) -> (Seen, SpanCounts) {
    let stage = Stage::raise(clock, Wanted { collector, ..Wanted::default() }).await;
    let seen = user(&stage).await;
    stage.server.flush().await;
    (seen, stage.server.span_counts())
}

fn healthy() -> (Seen, SpanCounts) {
    let (seen, counts) = simulate(|clock| async move { run(&clock, None).await });
    let SpanCounts { ended, exported, dropped, failed } = counts;
    assert_eq!((ended, dropped, failed), (exported, 0, 0));
    // One span a request, and the looks at the debates are requests too.
    assert!(ended > 4 * (DEBATE_SPANS + 5), "{ended}");
    (seen, counts)
}

fn assert_all_lost(with: (Seen, SpanCounts)) {
    let (seen, counts) = healthy();
    assert_eq!(with.0, seen);
    assert_eq!(with.1, SpanCounts { exported: 0, failed: counts.ended, ..counts });
}

#[test]
fn a_closed_port_costs_nothing_but_spans() {
    assert_all_lost(simulate(|clock| async move {
        let endpoint = collector::closed().await;
        run(&clock, Some(endpoint)).await
    }));
}

#[test]
fn a_collector_that_never_answers_costs_nothing_but_spans() {
    assert_all_lost(simulate(|clock| async move {
        let endpoint = collector::silent(&clock).await;
        run(&clock, Some(endpoint)).await
    }));
}

#[test]
fn a_collector_that_refuses_costs_nothing_but_spans() {
    // RESOURCE_EXHAUSTED and UNAVAILABLE may be retried by the protocol, INVALID_ARGUMENT may not: none is.
    for status in ["8", "14", "3"] {
        assert_all_lost(simulate(|clock| async move {
            let endpoint = collector::refusing(&clock, status).await;
            run(&clock, Some(endpoint)).await
        }));
    }
}

#[test]
fn something_else_in_the_collectors_place_costs_nothing_but_spans() {
    assert_all_lost(simulate(|clock| async move {
        let endpoint = collector::no_collector(&clock).await;
        run(&clock, Some(endpoint)).await
    }));
}

#[test]
fn a_collector_that_dies_in_mid_run_costs_only_what_it_did_not_get() {
    let (healthy, all) = healthy();
    let (seen, counts, received) = simulate(|clock| async move {
        let mut stage = Stage::raise(&clock, Wanted::default()).await;
        let mortal = Mortal::before(&stage.receiver.endpoint()).await;
        let settings = Wanted { collector: Some(mortal.endpoint()), ..Wanted::default() };
        let receiver = stage.receiver.clone();
        stage = Stage::raise(&clock, settings).await;
        let killer = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(18)).await;
                mortal.kill().await;
            }
        });
        let seen = user(&stage).await;
        killer.await.expect("it does not panic");
        stage.server.flush().await;
        (seen, stage.server.span_counts(), receiver.spans().len() as u64)
    });
    assert_eq!(seen, healthy);
    assert_eq!(counts.exported, received);
    assert_eq!((counts.ended, counts.dropped), (all.ended, 0));
    assert_eq!(counts.failed, all.ended - received);
    assert!(counts.exported > 0 && counts.failed > 0, "{counts:?}");
}

#[test]
fn a_silent_collector_under_load_drops_what_the_queue_cannot_hold() {
    let counts = simulate(|clock| async move {
        let collector = Some(collector::silent(&clock).await);
        let stage = Stage::raise(&clock, Wanted { collector, ..Wanted::default() }).await;
        // All within the 30 s that the first export is given up after: one batch is under way, the queue is full.
        let url = format!("http://{}/health", stage.server.api);
        for _ in 0..3_000 {
            let asked = stage.http.send(http::Method::GET, &url, http::HeaderMap::new(), "");
            // The client hangs up before the handler's least latency, so that all of this takes three seconds.
            stage
                .clock
                .timeout(Duration::from_micros(900), asked)
                .await
                .expect_err("a handler takes at least 1 ms");
        }
        // The last hang-up is on its way.
        stage.clock.sleep(Duration::from_millis(1)).await;
        stage.server.span_counts()
    });
    assert_eq!((counts.ended, counts.exported, counts.failed), (3_000, 0, 0));
    assert_eq!(counts.dropped, 3_000 - 512 - 2_048);
}

/// A listener that nobody accepts from: the system answers for it, and then nothing.
#[test]
fn a_black_hole_does_not_hold_requests_in_real_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let clock = Clock::real();
        let hole = listener().await;
        let (server, http) = server(&clock, &format!("http://{}", hole.local_addr().expect("bound"))).await;
        for _ in 0..600 {
            let url = format!("http://{}/health", server.api);
            let reply = http.send(http::Method::GET, &url, http::HeaderMap::new(), "").await;
            assert_eq!(reply.expect("it answers").status, 200);
        }
        // One batch is full and under way, and will be for half a minute; nobody waits for it.
        let counts = server.span_counts();
        assert_eq!((counts.ended, counts.exported, counts.dropped), (600, 0, 0));
    });
}

/// In virtual time whoever takes a message must be of the simulation; a stranger who swallows one is named.
#[test]
fn a_black_hole_stops_virtual_time_and_is_named() {
    let stuck = lockstep(Duration::from_millis(500), |clock| async move {
        let hole = listener().await;
        let (server, http) = server(&clock, &format!("http://{}", hole.local_addr().expect("bound"))).await;
        let url = format!("http://{}/health", server.api);
        http.send(http::Method::GET, &url, http::HeaderMap::new(), "").await.expect("it answers");
        server.flush().await;
    })
    .expect_err("the batch is never taken");
    assert_eq!(stuck.holders, ["ticket of export of a span batch (not answered by anyone)"]);
}

async fn server(clock: &Clock, collector: &str) -> (Aragora, HttpClient) {
    let env = [("OTEL_ENABLED", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector), ("METRICS_PORT", "0")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let settings =
        Settings { env, defects: vec![], agents: vec![], seed: Seed(1), latency: Settings::LATENCY };
    let server = Aragora::start(clock, ([127, 0, 0, 1], 0).into(), settings).await.expect("it starts");
    (server, HttpClient::new(clock))
}
