use std::io::ErrorKind;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::UrlError;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::client::LoadClient;
use super::persona::Steps;
use crate::clock::{LinkEnd, Turn, join_link};
use crate::observe::{Failure, Origin, RequestFact, TraceNote};

/// The longest that somebody follows one debate.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Connects, subscribes to a debate and counts its events until it has ended.
pub(super) async fn follow(steps: &mut Steps<LoadClient>, debate: &str) {
    let clock = steps.asker.clock.clone();
    let Some((mut socket, link)) = connect(steps).await else { return };
    // Whatever ends it, the ledger has every frame that arrived.
    let _ = clock.timeout(PATIENCE, listen(steps, &mut socket, &link, debate)).await;
    // The server may have closed first.
    let _ = socket.close(None).await;
}

type Socket = WebSocketStream<TcpStream>;

/// Opens a WebSocket; the attempt is a request like any other, entered with its status.
async fn connect(steps: &mut Steps<LoadClient>) -> Option<(Socket, LinkEnd)> {
    let (step, sent) = (steps.next(), steps.since());
    let client = &steps.asker;
    client.clock.turn(Turn::Completion).await;
    let mut headers = HeaderMap::new();
    let (parent, trace_id) = client.trace(step, &mut headers);
    let handshake = client.clock.link("GET /ws");
    let frames = client.clock.open_stream("frames of /ws", &mut headers);
    join_link(&handshake, &mut headers);
    let socket = client.endpoints.socket();
    let opened = async {
        // A scenario says so before it begins; whoever uses the client without one must see it fail.
        let (url, address) = socket.ok_or(Error::Url(UrlError::UnsupportedUrlScheme))?;
        let mut request = url.into_client_request()?;
        request.headers_mut().extend(headers);
        // The ticket is out from here on: connecting, too, must take no virtual time.
        handshake.sent();
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let opened = client_async(request, stream).await;
        if opened.is_ok() {
            frames.sent();
        }
        handshake.received();
        opened
    };
    // A target that never upgrades is one that never answers: the ledger must have it.
    let opened = client.clock.timeout(client.patience, opened).await;
    drop(handshake);
    let status_code = match &opened {
        Ok(Ok((_, response))) => Some(response.status().as_u16()),
        Ok(Err(Error::Http(response))) => Some(response.status().as_u16()),
        Ok(Err(_)) | Err(_) => None,
    };
    let trace = TraceNote {
        trace_id,
        parent,
        method: "GET".to_owned(),
        route: "/ws".to_owned(),
        path: "/ws".to_owned(),
        status_code,
        origin: Origin::Traffic,
        sent,
        done: client.clock.now(),
    };
    let failure = match &opened {
        Ok(Ok(_)) => None,
        Ok(Err(Error::Http(_))) => Some(Failure::Status),
        Ok(Err(Error::Io(error))) if error.kind() == ErrorKind::ConnectionRefused => Some(Failure::Refused),
        Ok(Err(Error::Io(_) | Error::ConnectionClosed | Error::Protocol(_))) => Some(Failure::Reset),
        Ok(Err(_)) => Some(Failure::Other),
        Err(_) => Some(Failure::TimedOut),
    };
    client.ledger.lock().request(RequestFact { trace, failure });
    let (socket, _) = opened.ok()?.ok()?;
    Some((socket, frames))
}

async fn listen(steps: &Steps<LoadClient>, socket: &mut Socket, link: &LinkEnd, debate: &str) {
    let subscribe = json!({"type": "subscribe", "debate_id": debate}).to_string();
    // No turn is waited for: the server's first frame may be on its way, and time waits for whoever reads it.
    link.sent();
    if socket.send(Message::text(subscribe)).await.is_err() {
        return;
    }
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        link.received();
        let frame: Value = serde_json::from_str(&text).unwrap_or_default();
        let kind = frame.get("type").and_then(Value::as_str).unwrap_or("malformed");
        steps.asker.ledger.lock().frame(kind);
        if kind == "debate_end" {
            return;
        }
    }
}
