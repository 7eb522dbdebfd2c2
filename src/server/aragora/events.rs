use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::App;
use super::store::Status;
use crate::clock::{Clock, LinkEnd};

/// Events that a slow subscriber may lag behind before it loses some.
const BACKLOG: usize = 1_024;

/// The largest frame that a client may send, in bytes; a larger one closes the connection with 1009.
const MOST_BYTES: usize = 65_536;

/// What happens in debates, for whoever listens.
#[derive(Debug)]
pub(super) struct Events {
    clock: Clock,
    sender: broadcast::Sender<Event>,
}

#[derive(Clone, Debug)]
struct Event {
    debate: String,
    said: Said,
}

/// What a frame says, without its number.
#[derive(Clone, Debug)]
struct Said {
    kind: &'static str,
    data: Value,
    at: Timestamp,
}

impl Events {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), sender: broadcast::channel(BACKLOG).0 }
    }

    /// Tells every subscriber of this debate.
    pub(super) fn publish(&self, debate: &str, kind: &'static str, data: Value) {
        let event = Event { debate: debate.to_owned(), said: self.say(kind, data) };
        // An error means that nobody listens.
        let _ = self.sender.send(event);
    }

    fn say(&self, kind: &'static str, data: Value) -> Said {
        Said { kind, data, at: self.clock.now() }
    }
}

/// The server's end of a connection.
struct Connection {
    socket: WebSocket,
    link: LinkEnd,
    /// Frames sent. Each has its number from here, when it leaves: numbers that events had from their publisher would
    /// not rise on a connection whose answers overtake events that wait.
    sent: u64,
}

impl Connection {
    async fn send(&mut self, said: &Said) -> Result<(), axum::Error> {
        self.sent += 1;
        let Said { kind, data, at } = said;
        let frame = json!({"type": kind, "data": data, "timestamp": at.to_string(), "seq": self.sent});
        self.link.sent();
        self.socket.send(Message::Text(frame.to_string().into())).await
    }

    async fn refuse(&mut self) {
        let reason = CloseFrame { code: 1009, reason: "frame over 65536 bytes".into() };
        self.link.sent();
        // The client may be gone already; closing is all that is left either way.
        let _ = self.socket.send(Message::Close(Some(reason))).await;
    }
}

/// Serves one WebSocket until either side closes it.
pub(super) async fn serve(app: Arc<App>, socket: WebSocket, link: LinkEnd) {
    let mut client = Connection { socket, link, sent: 0 };
    // Dropped before the connection: who sees its end finds it no longer counted.
    let _open = app.telemetry.metrics().map(|metrics| metrics.track_websocket());
    let mut events = app.events.sender.subscribe();
    let mut subscribed: Option<String> = None;
    let mut next = Some(app.events.say("connection_info", json!({"agents": app.agents.names()})));
    let mut late = None;
    loop {
        for said in next.take().into_iter().chain(late.take()) {
            if client.send(&said).await.is_err() {
                return;
            }
        }
        next = tokio::select! {
            biased;
            frame = client.socket.recv() => {
                let (size, text) = match frame {
                    Some(Ok(Message::Text(text))) => (text.len(), Some(text)),
                    Some(Ok(Message::Binary(bytes))) => (bytes.len(), None),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_))) => {
                        // The close frame that the protocol demands in response leaves with the next read, which
                        // then finds the end.
                        let _ = client.socket.recv().await;
                        return;
                    }
                    Some(Err(_)) | None => return,
                };
                client.link.received();
                if size > MOST_BYTES {
                    return client.refuse().await;
                }
                let answer = match text {
                    Some(text) => answer(&app, &text, &mut subscribed),
                    None => error(&app, "expected a text frame"),
                };
                // Whoever subscribes to a debate that is over would wait for its end for ever. While events wait in
                // the queue, the end may be among them and comes by itself.
                if answer.kind == "subscribed" && events.is_empty() {
                    late = subscribed.as_deref().and_then(|debate| ended(&app, debate));
                }
                Some(answer)
            }
            event = events.recv() => match event {
                Ok(event) => (subscribed.as_ref() == Some(&event.debate)).then_some(event.said),
                Err(broadcast::error::RecvError::Lagged(lost)) => {
                    Some(error(&app, &format!("{lost} events were lost: this connection reads too slowly")))
                }
                Err(broadcast::error::RecvError::Closed) => return,
            },
        };
    }
}

fn answer(app: &App, text: &str, subscribed: &mut Option<String>) -> Said {
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let kind = parsed.as_ref().and_then(|frame| frame.get("type")).and_then(Value::as_str);
    let field = |name: &str| parsed.as_ref().and_then(|frame| frame.get(name));
    match kind {
        Some("subscribe") => match field("debate_id").and_then(Value::as_str) {
            Some(debate) => {
                *subscribed = Some(debate.to_owned());
                app.events.say("subscribed", json!({"debate_id": debate}))
            }
            None => error(app, "subscribe needs a debate_id"),
        },
        Some("ping") => app.events.say("pong", json!({"ts": field("ts")})),
        Some(other) => error(app, &format!("unknown type `{other}`, expected subscribe or ping")),
        None => error(app, "expected a JSON object with a type"),
    }
}

/// The end of a debate that has ended.
fn ended(app: &App, debate: &str) -> Option<Said> {
    let status = app.store.get(debate)?.status;
    let over = status != Status::Running;
    over.then(|| app.events.say("debate_end", json!({"debate_id": debate, "status": status})))
}

fn error(app: &App, message: &str) -> Said {
    app.events.say("error", json!({"message": message}))
}
