//! A WebSocket client whose frames are tickets.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderMap;
use probity::clock::{Clock, LinkEnd, Turn, join_link};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

/// An open connection. Dropping it vanishes without a word.
pub(crate) struct Socket {
    sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    link: Arc<LinkEnd>,
    seen: mpsc::UnboundedReceiver<Seen>,
    /// Frames are read as they come: virtual time waits for whoever leaves one unread.
    reader: JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        // It holds the other half of the connection.
        self.reader.abort();
    }
}

async fn read(
    mut stream: SplitStream<WebSocketStream<TcpStream>>,
    link: Arc<LinkEnd>,
    seen: mpsc::UnboundedSender<Seen>,
) {
    loop {
        let next = match stream.next().await {
            Some(Ok(Message::Text(text))) => {
                link.received();
                Seen::Event(serde_json::from_str(&text).expect("JSON"))
            }
            Some(Ok(Message::Close(frame))) => Seen::Close(frame.map(|frame| frame.code.into())),
            Some(Ok(_)) => continue,
            Some(Err(_)) | None => Seen::End,
        };
        let over = next == Seen::End;
        if seen.send(next).is_err() || over {
            return;
        }
    }
}

/// What the server sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Event(Value),
    /// A close frame; its code.
    Close(Option<u16>),
    /// The connection ended without a close frame.
    End,
}

impl Socket {
    pub(crate) async fn open(clock: &Clock, server: SocketAddr) -> Self {
        clock.turn(Turn::Completion).await;
        let mut headers = HeaderMap::new();
        let handshake = clock.link("GET /ws");
        let link = clock.open_stream("frames of /ws", &mut headers);
        join_link(&handshake, &mut headers);
        let mut request = format!("ws://{server}/ws").into_client_request().expect("a request");
        request.headers_mut().extend(headers);
        handshake.sent();
        let stream = TcpStream::connect(server).await.expect("it listens");
        stream.set_nodelay(true).expect("the option exists");
        let (stream, _) = client_async(request, stream).await.expect("it upgrades");
        link.sent();
        handshake.received();
        let (link, (sink, stream)) = (Arc::new(link), stream.split());
        let (sender, seen) = mpsc::unbounded_channel();
        let reader = tokio::spawn(read(stream, Arc::clone(&link), sender));
        Self { sink, link, seen, reader }
    }

    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        self.send_message(Message::text(text.into())).await;
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        self.link.sent();
        self.sink.send(message).await.expect("the connection is open");
    }

    /// Sends a text that virtual time does not wait for: it arrives when it arrives.
    pub(crate) async fn send_untracked(&mut self, text: &str) {
        self.sink.send(Message::text(text)).await.expect("the connection is open");
    }

    pub(crate) async fn next(&mut self) -> Seen {
        self.seen.recv().await.unwrap_or(Seen::End)
    }

    /// The next event.
    pub(crate) async fn event(&mut self) -> Value {
        match self.next().await {
            Seen::Event(event) => event,
            seen => panic!("expected an event, saw {seen:?}"),
        }
    }

    /// All events to the first of this type.
    pub(crate) async fn events_to(&mut self, kind: &str) -> Vec<Value> {
        let mut events = vec![];
        while events.last().is_none_or(|event: &Value| event["type"] != kind) {
            events.push(self.event().await);
        }
        events
    }

    /// Says goodbye, and reads what the server says to that.
    pub(crate) async fn close(mut self) -> Seen {
        self.sink.send(Message::Close(None)).await.expect("the connection is open");
        self.next().await
    }
}
