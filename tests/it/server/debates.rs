//! Debates: that they run as they say, end as they should, and are traced and counted.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue};
use parking_lot::Mutex;
use probity::clock::{Clock, serve};
use probity::observe::{ProviderFault, Span, Trees};
use probity::server::aragora::{AgentSpec, WireFormat};
use serde_json::{Value, json};

use crate::stage::{Stage, Wanted, fault, listener, series, simulate, value};

const QUESTION: &str = "Should we rewrite it this year?";

#[test]
fn a_debate_asks_every_agent_in_every_round() {
    for (rounds, agents) in [(1u32, 3u32), (3, 3), (2, 1), (20, 2)] {
        let (debate, calls, exposition) = simulate(|clock| async move {
            let stage = Stage::raise(&clock, Wanted::default()).await;
            let names = ["anthropic-api", "openai-api", "mistral-api"];
            let body = json!({"question": QUESTION, "rounds": rounds, "agents": names[..agents as usize]});
            let answer = stage.ask("POST", "/api/debates", body.to_string()).await.json();
            let debate = stage.await_debate(answer["debate_id"].as_str().expect("an id")).await;
            (debate, stage.providers.book(), stage.exposition().await)
        });
        let asked: u64 = calls.values().map(|entry| entry.count).sum();
        assert_eq!(asked, u64::from(rounds * agents));
        assert_eq!(debate["messages"].as_array().map(Vec::len), Some((rounds * agents) as usize));
        assert!(debate["status"] == "completed" && debate["consensus"].is_boolean(), "{debate}");
        for round in 1..=rounds {
            let said = debate["messages"].as_array().expect("a list").iter();
            assert_eq!(said.filter(|message| message["round"] == round).count(), agents as usize);
        }
        let counted: f64 = series(&exposition, "aragora_agent_calls_total").iter().map(|(_, n)| n).sum();
        assert_eq!(counted, f64::from(rounds * agents));
        assert_eq!(value(&exposition, "aragora_active_debates", &[]), Some(0.0));
        let rate = if debate["consensus"] == true { 1.0 } else { 0.0 };
        assert_eq!(value(&exposition, "aragora_consensus_rate", &[]), Some(rate));
    }
}

#[test]
fn a_debate_is_active_until_it_has_ended() {
    let (during, after) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let ids = [stage.start_debate(QUESTION, 2).await, stage.start_debate(QUESTION, 2).await];
        let during = value(&stage.exposition().await, "aragora_active_debates", &[]);
        for id in &ids {
            stage.await_debate(id).await;
        }
        (during, value(&stage.exposition().await, "aragora_active_debates", &[]))
    });
    assert_eq!((during, after), (Some(2.0), Some(0.0)));
}

#[test]
fn a_debate_that_nobody_answers_has_failed() {
    for (kind, seconds_a_round) in [
        (ProviderFault::RateLimited, 0),
        // The usual limit of LLM clients, which the server keeps.
        (ProviderFault::Timeout, 30),
    ] {
        let (debate, took, exposition, calls) = simulate(|clock| async move {
            let faults = vec![fault(None, kind, 1.0)];
            let stage = Stage::raise(&clock, Wanted { faults, ..Wanted::default() }).await;
            let id = stage.start_debate(QUESTION, 2).await;
            let started = clock.now();
            let debate = stage.await_debate(&id).await;
            let took = probity::clock::between(started, clock.now());
            (debate, took, stage.exposition().await, stage.providers.book())
        });
        assert_eq!((&debate["status"], &debate["consensus"]), (&json!("failed"), &json!(false)));
        assert_eq!(debate["messages"], json!([]));
        let counted = series(&exposition, "aragora_agent_calls_total");
        assert!(counted.iter().all(|(labels, count)| labels.get("status") == Some("error") && *count == 2.0));
        assert_eq!(calls.values().map(|entry| entry.count).sum::<u64>(), 6);
        // Whoever waits looks every second, and each look takes less than one.
        let least = Duration::from_secs(2 * seconds_a_round);
        assert!((least..least + Duration::from_secs(3)).contains(&took), "{took:?}");
    }
}

#[test]
fn an_unreachable_provider_is_a_failed_call() {
    let (debate, spans) = simulate(|clock| async move {
        let nowhere = crate::stage::collector::closed().await;
        let agents = Some(AgentSpec::defaults(&nowhere));
        let stage = Stage::raise(&clock, Wanted { agents, ..Wanted::default() }).await;
        let id = stage.start_debate(QUESTION, 1).await;
        let debate = stage.await_debate(&id).await;
        stage.server.flush().await;
        (debate, stage.receiver.spans())
    });
    assert_eq!(debate["status"], "failed");
    let calls: Vec<&Span> = spans.iter().filter(|span| span.name == "agent.call").collect();
    assert!(calls.len() == 3 && calls.iter().all(|span| span.failed), "{calls:?}");
}

/// A provider that answers by a script: what it says in each round; none is a failure.
async fn scripted(clock: &Clock, script: &[Option<&'static str>]) -> Vec<AgentSpec> {
    let script: Arc<[Option<&'static str>]> = script.into();
    let routes = Router::new().route("/v1/chat/completions", post(answer)).with_state(script);
    let listener = listener().await;
    let base_url = format!("http://{}", listener.local_addr().expect("bound"));
    serve(clock, listener, routes);
    let agent = |name: &str| AgentSpec {
        name: name.to_owned(),
        wire: WireFormat::OpenAi,
        base_url: base_url.clone(),
        model: "script".to_owned(),
    };
    vec![agent("first"), agent("second")]
}

async fn answer(State(script): State<Arc<[Option<&'static str>]>>, Json(body): Json<Value>) -> Response {
    let prompt = body["messages"][0]["content"].as_str().expect("a prompt");
    let round =
        (1..=script.len()).find(|round| prompt.contains(&format!(" round {round} of "))).expect("a round");
    match script[round - 1] {
        Some(text) => Json(json!({"choices": [{"message": {"content": text}}]})).into_response(),
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

#[test]
fn the_last_round_decides() {
    let (agree, object) = (Some("AGREE: yes"), Some("OBJECT: no"));
    for (script, status, consensus) in [
        (vec![object, agree], "completed", true),
        (vec![agree, object], "completed", false),
        (vec![None, agree], "completed", true),
        (vec![agree, None], "failed", false),
        (vec![agree, agree, None], "failed", false),
        (vec![None, None, Some("neither of the two words")], "completed", false),
    ] {
        let (debate, exposition) = simulate(|clock| async move {
            let agents = Some(scripted(&clock, &script).await);
            let rounds = script.len() as u32;
            let stage = Stage::raise(&clock, Wanted { agents, ..Wanted::default() }).await;
            let id = stage.start_debate(QUESTION, rounds).await;
            (stage.await_debate(&id).await, stage.exposition().await)
        });
        assert_eq!(
            (&debate["status"], &debate["consensus"]),
            (&json!(status), &json!(consensus)),
            "{debate}"
        );
        let rate = value(&exposition, "aragora_consensus_rate", &[]);
        assert_eq!(rate, Some(if consensus { 1.0 } else { 0.0 }));
    }
}

#[test]
fn a_debate_stays_in_the_trace_of_its_request() {
    let spans = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let headers =
            HeaderMap::from_iter([("traceparent".parse().expect("a name"), HeaderValue::from_static(trace))]);
        let body = json!({"question": QUESTION, "rounds": 2}).to_string();
        let id = stage.ask_with(headers, "POST", "/api/debates", body).await.json();
        stage.await_debate(id["debate_id"].as_str().expect("an id")).await;
        stage.server.flush().await;
        let mut spans = stage.receiver.spans();
        spans.retain(|span| span.name != "debates.get");
        spans
    });
    assert!(spans.iter().all(|span| span.trace_id == "0af7651916cd43dd8448eb211c80319c"));
    let trees = Trees::new(&spans);
    let mut lines: Vec<String> = spans
        .iter()
        .map(|span| {
            let ancestors = trees.ancestors(span).map(|span| span.name.as_str());
            std::iter::once(span.name.as_str()).chain(ancestors).collect::<Vec<_>>().join(" < ")
        })
        .collect();
    lines.sort();
    let mut expected = vec![
        "debate.consensus < debate.run < debates.create",
        "debate.run < debates.create",
        "debates.create",
    ];
    expected.extend(["agent.call < debate.round < debate.run < debates.create"; 6]);
    expected.extend(["debate.round < debate.run < debates.create"; 2]);
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn providers_get_the_trace_too() {
    let (seen, spans) = simulate(|clock| async move {
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let heard = Arc::clone(&seen);
        let routes = Router::new().fallback(move |headers: HeaderMap| async move {
            let value = headers.get("traceparent").expect("it is passed on").to_str().expect("ASCII");
            heard.lock().push(value.to_owned());
            StatusCode::SERVICE_UNAVAILABLE
        });
        let listener = listener().await;
        let agents = Some(AgentSpec::defaults(&format!("http://{}", listener.local_addr().expect("bound"))));
        serve(&clock, listener, routes);
        let stage = Stage::raise(&clock, Wanted { agents, ..Wanted::default() }).await;
        let id = stage.start_debate(QUESTION, 1).await;
        stage.await_debate(&id).await;
        stage.server.flush().await;
        (seen.lock().clone(), stage.receiver.spans())
    });
    let mut expected: Vec<String> = spans
        .iter()
        .filter(|span| span.name == "agent.call")
        .map(|span| format!("00-{}-{}-01", span.trace_id, span.span_id))
        .collect();
    let mut seen = seen;
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    assert_eq!(seen.len(), 3);
}
