use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::App;
use crate::clock::{Clock, LinkEnd};

/// Events that a slow subscriber may lag behind before it loses some.
const BACKLOG: usize = 1_024;

/// The largest frame that a client may send, in bytes; a larger one closes the connection with 1009.
const MOST_BYTES: usize = 65_536;

/// What happens in debates, for whoever listens.
#[derive(Debug)]
pub(super) struct Events {
    clock: Clock,
    sequence: AtomicU64,
    sender: broadcast::Sender<Event>,
}

#[derive(Clone, Debug)]
struct Event {
    debate: String,
    frame: String,
}

impl Events {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), sequence: AtomicU64::new(0), sender: broadcast::channel(BACKLOG).0 }
    }

    /// Tells every subscriber of this debate.
    pub(super) fn publish(&self, debate: &str, kind: &str, data: Value) {
        let event = Event { debate: debate.to_owned(), frame: self.envelope(kind, data) };
        // An error means that nobody listens.
        let _ = self.sender.send(event);
    }

    fn envelope(&self, kind: &str, data: Value) -> String {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        json!({"type": kind, "data": data, "timestamp": self.clock.now().to_string(), "seq": sequence})
            .to_string()
    }
}

/// Serves one WebSocket until either side closes it.
pub(super) async fn serve(app: Arc<App>, mut socket: WebSocket, link: LinkEnd) {
    let _open = app.telemetry.metrics().map(|metrics| metrics.track_websocket());
    let mut events = app.events.sender.subscribe();
    let mut subscribed: Option<String> = None;
    let hello = app.events.envelope("connection_info", json!({"agents": app.agents.names()}));
    if send(&mut socket, &link, hello).await.is_err() {
        return;
    }
    loop {
        let answer = tokio::select! {
            biased;
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => {
                    link.received();
                    if text.len() > MOST_BYTES {
                        let reason = CloseFrame { code: 1009, reason: "frame over 65536 bytes".into() };
                        link.sent();
                        // The client may be gone already; closing is all that is left either way.
                        let _ = socket.send(Message::Close(Some(reason))).await;
                        return;
                    }
                    Some(answer(&app, &text, &mut subscribed))
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => None,
            },
            event = events.recv() => match event {
                Ok(event) => (subscribed.as_ref() == Some(&event.debate)).then_some(event.frame),
                Err(broadcast::error::RecvError::Lagged(lost)) => {
                    Some(error(&app, &format!("{lost} events were lost: this connection reads too slowly")))
                }
                Err(broadcast::error::RecvError::Closed) => return,
            },
        };
        if let Some(frame) = answer
            && send(&mut socket, &link, frame).await.is_err()
        {
            return;
        }
    }
}

async fn send(socket: &mut WebSocket, link: &LinkEnd, frame: String) -> Result<(), axum::Error> {
    link.sent();
    socket.send(Message::Text(frame.into())).await
}

fn answer(app: &App, text: &str, subscribed: &mut Option<String>) -> String {
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let kind = parsed.as_ref().and_then(|frame| frame.get("type")).and_then(Value::as_str);
    let field = |name: &str| parsed.as_ref().and_then(|frame| frame.get(name));
    match kind {
        Some("subscribe") => match field("debate_id").and_then(Value::as_str) {
            Some(debate) => {
                *subscribed = Some(debate.to_owned());
                app.events.envelope("subscribed", json!({"debate_id": debate}))
            }
            None => error(app, "subscribe needs a debate_id"),
        },
        Some("ping") => app.events.envelope("pong", json!({"ts": field("ts")})),
        Some(other) => error(app, &format!("unknown type `{other}`, expected subscribe or ping")),
        None => error(app, "expected a JSON object with a type"),
    }
}

fn error(app: &App, message: &str) -> String {
    app.events.envelope("error", json!({"message": message}))
}
