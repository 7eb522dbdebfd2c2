//! A watcher at a target that has its paths behind a base and names its frames as it likes.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::routing::{any, post};
use axum::{Json, Router};
use probity::clock::{Clock, between, serve};
use probity::load::Persona;
use probity::observe::{MOST_FRAME_KINDS, OTHER_FRAMES};
use serde_json::json;
use tokio::sync::watch;

use super::driver;
use crate::stage::listener;

/// Sends frames of more kinds than anybody has, and then ends the debate.
async fn babble(mut socket: WebSocket) {
    for number in 0..MOST_FRAME_KINDS + 20 {
        let frame = json!({"type": format!("kind-{number}")}).to_string();
        socket.send(Message::text(frame)).await.expect("somebody listens");
    }
    let end = json!({"type": "debate_end"}).to_string();
    // The ledger's client has all it wants then, and may be gone.
    let _ = socket.send(Message::text(end)).await;
}

// In real time: in virtual time, every frame would have to be a ticket of this server, too.
#[tokio::test]
async fn a_watcher_follows_behind_a_base_path_and_its_ledger_stays_small() {
    let clock = Clock::real();
    let listener = listener().await;
    let api = format!("{}/v1/eu", listener.local_addr().expect("bound"));
    let create = || async { Json(json!({"debate_id": "one"})) };
    let follow = |upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(babble) };
    let routes = Router::new().route("/v1/eu/api/debates", post(create)).route("/v1/eu/ws", any(follow));
    serve(&clock, listener, routes);
    let (driver, client) = driver(&clock, &api, &[(Duration::from_secs(1), "1/s")], &[(Persona::Watcher, 1)]);
    let began = clock.now();
    driver.run(began, watch::channel(false).1).await;
    assert!(between(began, clock.now()) < Duration::from_secs(20));
    let ledger = client.ledger();
    let requests: Vec<_> = ledger
        .requests
        .iter()
        .map(|(key, entry)| (key.route.as_str(), key.status_code, key.failure, entry.count))
        .collect();
    let sessions = requests[0].3;
    assert!(sessions >= 1);
    assert_eq!(requests, [("/ws", Some(101), None, sessions), ("/api/debates", Some(200), None, sessions)]);
    assert_eq!(ledger.frames.len(), MOST_FRAME_KINDS + 1);
    // The end is a kind of its own too many, and yet it ends the debate.
    assert_eq!(ledger.frames[OTHER_FRAMES], sessions * 21);
}
