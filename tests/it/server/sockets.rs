//! WebSockets: the frames, their envelope, what a subscriber gets, and that every way of closing is counted.

use std::collections::BTreeSet;
use std::time::Duration;

use probity::clock::{Turn, after};
use probity::observe::ProviderFault;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::stage::socket::{Seen, Socket};
use crate::stage::{Stage, Wanted, fault, simulate, value};

const QUESTION: &str = "Should we rewrite it this year?";

/// The id of a server's first debate, for whoever wants to be there in time.
const FIRST: &str = "debate-00000001";

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

fn assert_envelopes(events: &[Value]) {
    let envelope = BTreeSet::from(["data", "seq", "timestamp", "type"]);
    for event in events {
        let fields = event.as_object().expect("an object").keys().map(String::as_str);
        assert_eq!(fields.collect::<BTreeSet<_>>(), envelope, "{event}");
        assert!(event["data"].is_object() && event["type"].is_string(), "{event}");
        let at = event["timestamp"].as_str().expect("a text");
        assert!(at.parse::<jiff::Timestamp>().is_ok(), "{at}");
    }
    let numbers: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().expect("a number")).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
}

fn subscribe(debate: &str) -> String {
    json!({"type": "subscribe", "debate_id": debate}).to_string()
}

async fn open_connections(stage: &Stage) -> f64 {
    value(&stage.exposition().await, "aragora_websocket_connections", &[]).expect("it is exposed")
}

#[test]
fn whoever_subscribes_in_time_gets_the_whole_debate() {
    let (events, debate) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut socket = Socket::open(&clock, stage.server.api).await;
        socket.send(subscribe(FIRST)).await;
        let mut events = vec![socket.event().await, socket.event().await];
        // A debate of another subscriber's, at the same time.
        let (id, other) = (stage.start_debate(QUESTION, 2).await, stage.start_debate(QUESTION, 1).await);
        assert!(id == FIRST && other != FIRST);
        let debate = tokio::spawn(async move { stage.await_debate(&id).await });
        events.extend(socket.events_to("debate_end").await);
        drop(socket);
        (events, debate.await.expect("it does not panic"))
    });
    let expected = [
        vec!["connection_info", "subscribed", "debate_start", "round_start"],
        vec!["agent_message"; 3],
        vec!["round_start"],
        vec!["agent_message"; 3],
        vec!["consensus", "debate_end"],
    ];
    assert_eq!(kinds(&events), expected.concat());
    assert_envelopes(&events);
    assert_eq!(events[0]["data"], json!({"agents": ["anthropic-api", "openai-api", "mistral-api"]}));
    assert!(events[1..].iter().all(|event| event["data"]["debate_id"] == FIRST), "nothing of the other");
    let agents = &events[0]["data"]["agents"];
    let start = json!({"debate_id": FIRST, "task": QUESTION, "agents": agents, "rounds": 2});
    assert_eq!(events[2]["data"], start);
    let mut said: Vec<Value> = events
        .iter()
        .filter(|event| event["type"] == "agent_message")
        .map(|event| json!({"agent": event["data"]["agent"], "round": event["data"]["round"], "content": event["data"]["content"]}))
        .collect();
    let mut stored = debate["messages"].as_array().expect("a list").clone();
    // The store lists agents in their own order, the socket in the order of their answers.
    said.sort_by_key(ToString::to_string);
    stored.sort_by_key(ToString::to_string);
    assert_eq!(said, stored);
    let [.., consensus, end] = events.as_slice() else { panic!("there are events") };
    assert_eq!(consensus["data"]["reached"], debate["consensus"]);
    assert_eq!(end["data"], json!({"debate_id": FIRST, "status": "completed"}));
}

/// The id comes with the answer, and by then the debate has begun: who subscribes after it gets no `debate_start` and
/// no first `round_start`. They are not replayed; `GET /api/debates/{id}` has what they said.
#[test]
fn whoever_subscribes_with_the_answer_gets_what_comes_after_it() {
    let events = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let id = stage.start_debate(QUESTION, 2).await;
        let mut socket = Socket::open(&clock, stage.server.api).await;
        socket.send(subscribe(&id)).await;
        let events = socket.events_to("debate_end").await;
        assert_eq!(stage.await_debate(&id).await["status"], "completed");
        // A subscription to what is over is confirmed and told of the end, so that nobody waits for it for ever.
        socket.send(subscribe(&id)).await;
        assert_eq!(kinds(&[socket.event().await, socket.event().await]), ["subscribed", "debate_end"]);
        clock.timeout(Duration::from_secs(3600), socket.next()).await.expect_err("nothing comes");
        events
    });
    let expected = [
        vec!["connection_info", "subscribed"],
        vec!["agent_message"; 3],
        vec!["round_start"],
        vec!["agent_message"; 3],
        vec!["consensus", "debate_end"],
    ];
    assert_eq!(kinds(&events), expected.concat());
    assert_envelopes(&events);
}

#[test]
fn a_failed_debate_ends_with_its_status() {
    let events = simulate(|clock| async move {
        let faults = vec![fault(None, ProviderFault::ServerError, 1.0)];
        let stage = Stage::raise(&clock, Wanted { faults, ..Wanted::default() }).await;
        let mut socket = Socket::open(&clock, stage.server.api).await;
        socket.send(subscribe(FIRST)).await;
        stage.start_debate(QUESTION, 1).await;
        socket.events_to("debate_end").await
    });
    let names = ["connection_info", "subscribed", "debate_start", "round_start", "consensus", "debate_end"];
    assert_eq!(kinds(&events), names);
    assert_eq!(events[4]["data"], json!({"debate_id": FIRST, "reached": false, "agreed": 0}));
    assert_eq!(events[5]["data"], json!({"debate_id": FIRST, "status": "failed"}));
}

#[test]
fn pings_are_answered_and_nonsense_is_named() {
    let events = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut socket = Socket::open(&clock, stage.server.api).await;
        let mut events = vec![socket.event().await];
        for text in [
            r#"{"type": "ping", "ts": 1700000000.25}"#,
            r#"{"type": "ping"}"#,
            "not JSON",
            "[]",
            "{}",
            r#"{"type": 7}"#,
            r#"{"type": "dance"}"#,
            r#"{"type": "subscribe"}"#,
            r#"{"type": "subscribe", "debate_id": 7}"#,
        ] {
            socket.send(text).await;
            events.push(socket.event().await);
        }
        socket.send_message(Message::binary(b"{\"type\": \"ping\"}".to_vec())).await;
        events.push(socket.event().await);
        assert_eq!(open_connections(&stage).await, 1.0, "none of it closes the connection");
        events
    });
    assert_envelopes(&events);
    let said: Vec<(&str, &Value)> =
        kinds(&events).into_iter().zip(events.iter().map(|event| &event["data"])).collect();
    let error = |message: &str| ("error", json!({"message": message}));
    let expected = [
        ("pong", json!({"ts": 1_700_000_000.25})),
        ("pong", json!({"ts": null})),
        error("expected a JSON object with a type"),
        error("expected a JSON object with a type"),
        error("expected a JSON object with a type"),
        error("expected a JSON object with a type"),
        error("unknown type `dance`, expected subscribe or ping"),
        error("subscribe needs a debate_id"),
        error("subscribe needs a debate_id"),
        error("expected a text frame"),
    ];
    let expected: Vec<(&str, &Value)> = expected.iter().map(|(kind, data)| (*kind, data)).collect();
    assert_eq!(said[1..], expected);
}

#[test]
fn a_frame_over_the_limit_closes_with_1009() {
    const MOST: usize = 65_536;
    simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut socket = Socket::open(&clock, stage.server.api).await;
        socket.event().await;
        let ping = r#"{"type": "ping"}"#;
        socket.send(format!("{ping}{}", " ".repeat(MOST - ping.len()))).await;
        assert_eq!(socket.event().await["type"], "pong", "the limit itself is allowed");
        drop(socket);
        for message in [
            Message::text(" ".repeat(MOST + 1)),
            // Half as many characters as bytes.
            Message::text("é".repeat(MOST / 2 + 1)),
            Message::text(" ".repeat(5 * MOST)),
            Message::text(" ".repeat(100 * MOST)),
            Message::binary(vec![0; MOST + 1]),
        ] {
            let size = message.len();
            let mut socket = Socket::open(&clock, stage.server.api).await;
            socket.event().await;
            socket.send_message(message).await;
            assert_eq!(socket.next().await, Seen::Close(Some(1009)), "a frame of {size} bytes");
            drop(socket);
            assert_eq!(open_connections(&stage).await, 0.0);
        }
    });
}

#[test]
fn every_way_of_closing_is_counted() {
    simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut sockets = vec![];
        for open in 1..=4 {
            let mut socket = Socket::open(&clock, stage.server.api).await;
            socket.event().await;
            sockets.push(socket);
            assert_eq!(open_connections(&stage).await, f64::from(open));
        }
        let [polite, rude, mut large, mut subscribed] = <[Socket; 4]>::try_from(sockets).ok().expect("four");
        // RFC 6455, 5.5.1: whoever receives a close frame sends one in response.
        assert_eq!(polite.close().await, Seen::Close(None));
        assert_eq!(open_connections(&stage).await, 3.0);
        drop(rude);
        assert_eq!(open_connections(&stage).await, 2.0);
        large.send(" ".repeat(70_000)).await;
        assert_eq!(large.next().await, Seen::Close(Some(1009)));
        drop(large);
        assert_eq!(open_connections(&stage).await, 1.0);
        // In the middle of a debate, with events under way.
        let id = stage.start_debate(QUESTION, 3).await;
        subscribed.send(subscribe(&id)).await;
        subscribed.events_to("agent_message").await;
        drop(subscribed);
        assert_eq!(open_connections(&stage).await, 0.0);
        assert_eq!(stage.await_debate(&id).await["status"], "completed", "the debate does not mind");
        assert_eq!(open_connections(&stage).await, 0.0);
    });
}

/// Events wait in a queue while a frame is read: what is sent first has the lower number all the same.
#[test]
fn numbers_rise_when_a_ping_and_the_end_of_a_debate_meet() {
    let events = simulate(|clock| async move {
        let faults = vec![fault(None, ProviderFault::Timeout, 1.0)];
        let stage = Stage::raise(&clock, Wanted { faults, ..Wanted::default() }).await;
        let mut socket = Socket::open(&clock, stage.server.api).await;
        socket.send(subscribe(FIRST)).await;
        let body = json!({"question": QUESTION, "rounds": 1, "agents": ["openai-api"]}).to_string();
        stage.ask("POST", "/api/debates", body).await;
        // The agent is given up 30 s after it was asked, which is now. At that instant the ping lies in the server's
        // socket, unread, while the debate ends.
        clock.sleep_until(after(clock.now(), Duration::from_secs(30)), Turn::Arrival).await;
        socket.send_untracked(r#"{"type": "ping"}"#).await;
        let mut events = socket.events_to("debate_end").await;
        if !kinds(&events).contains(&"pong") {
            events.push(socket.event().await);
        }
        events
    });
    let mut names = kinds(&events);
    assert_envelopes(&events);
    names.sort_unstable();
    let expected =
        ["connection_info", "consensus", "debate_end", "debate_start", "pong", "round_start", "subscribed"];
    assert_eq!(names, expected);
}

#[test]
fn no_upgrade_is_no_connection() {
    simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let answer = stage.ask("GET", "/ws", "").await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        let exposition = stage.exposition().await;
        assert_eq!(value(&exposition, "aragora_websocket_connections", &[]), Some(0.0));
        let labels = [("method", "GET"), ("endpoint", "/ws"), ("status", answer.status.as_str())];
        assert_eq!(value(&exposition, "aragora_requests_total", &labels), Some(1.0));
    });
}
