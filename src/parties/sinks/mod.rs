//! Receivers of notifications: webhooks, Slack and PagerDuty, all on one listener, which keep what they are sent.
//!
//! `POST /{receiver}/{kind}/{index}` stands for one integration of a receiver of Alertmanager; the receiver's name is
//! percent-encoded. Each answers as the real service does, or as [`Sinks::plan`] tells it to.
//!
//! # Decisions
//!
//! * *What is refused is kept too*, with the status that it was answered with: a notification that a service would not
//!   take was sent all the same. One that got no answer has the status 0.
//! * *A receiver called `.` or `..` has no sink.* Clients take such a name for a folder, however it is encoded.
//! * *Answers are immediate.* The time that a receiver takes is told by a fault, as it is the exception.

mod answer;
mod book;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::net::TcpListener;

use self::book::Book;
use crate::clock::{self, Clock};
use crate::observe::Delivered;

/// Names the notification of a request, as the embedded Alertmanager numbers them.
pub const NOTIFICATION: &str = "x-probity-notification";

/// The most bytes of one message. Slack takes a hundredth of it, PagerDuty half a megabyte.
pub const LARGEST_MESSAGE: usize = 4 << 20;

/// Messages that are kept; what comes after them is answered and counted.
pub const MOST_MESSAGES: usize = 100_000;

/// The most bytes of all messages that are kept.
pub const MOST_MESSAGE_BYTES: usize = 256 << 20;

/// How long a sink that hangs keeps a request: longer than any client waits.
const HANGS: Duration = Duration::from_secs(86_400);

/// The path of the sink of an integration.
#[must_use]
pub fn sink_path(receiver: &str, kind: &str, index: usize) -> String {
    let mut path = String::from("/");
    for byte in receiver.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                path.push(char::from(byte))
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path + &format!("/{kind}/{index}")
}

/// What a sink does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkFault {
    /// It answers with this status and takes nothing.
    Status(u16),
    /// It does not answer.
    Hang,
}

/// What the sinks of a receiver do wrong, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSinkFault {
    /// The receiver.
    pub receiver: String,
    /// From when on.
    pub from: Timestamp,
    /// The first instant at which they are sound again.
    pub to: Timestamp,
    /// What they do.
    pub fault: SinkFault,
}

/// The sinks; clones share what arrived.
#[derive(Debug, Clone)]
pub struct Sinks {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    faults: Mutex<Vec<PlannedSinkFault>>,
    book: Mutex<Book>,
}

impl Sinks {
    /// Starts them on a listener, without faults.
    ///
    /// # Errors
    ///
    /// The listener has no address.
    pub fn start(clock: &Clock, listener: TcpListener) -> io::Result<Sinks> {
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { clock: clock.clone(), faults: Mutex::default(), book: Mutex::default() });
        let routes = Router::new()
            .route("/{receiver}/{kind}/{index}", post(take))
            .layer(DefaultBodyLimit::max(LARGEST_MESSAGE))
            .with_state(Arc::clone(&shared));
        clock::serve(clock, listener, routes);
        Ok(Sinks { address, shared })
    }

    /// The base of every sink's URL: `http://HOST:PORT`, then `/{receiver}/{kind}/{index}`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Replaces what they do wrong. Of several faults that hold at once, the first counts.
    pub fn plan(&self, faults: Vec<PlannedSinkFault>) {
        *self.shared.faults.lock() = faults;
    }

    /// Everything that arrived so far, in order of arrival.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivered> {
        self.shared.book.lock().kept().to_vec()
    }

    /// How many messages are not in [`Sinks::delivered`], as there was no room for them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.book.lock().dropped()
    }
}

impl Shared {
    fn fault(&self, receiver: &str, at: Timestamp) -> Option<SinkFault> {
        let faults = self.faults.lock();
        let holds =
            |fault: &&PlannedSinkFault| fault.receiver == receiver && fault.from <= at && at < fault.to;
        faults.iter().find(holds).map(|fault| fault.fault)
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path((receiver, kind, index)): Path<(String, String, usize)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let at = shared.clock.now();
    let fault = shared.fault(&receiver, at);
    let response = match (fault, &body) {
        (Some(SinkFault::Hang), _) => None,
        (Some(SinkFault::Status(status)), _) => Some(answer::fault(&kind, status)),
        (None, Err(_)) => Some(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
        (None, Ok(body)) => Some(answer::sound(&kind, body)),
    };
    let body = body.unwrap_or_default();
    shared.book.lock().keep(Delivered {
        at,
        receiver,
        kind,
        index,
        notification: headers
            .get(NOTIFICATION)
            .and_then(|id| id.to_str().ok())
            .and_then(|id| id.parse().ok()),
        answered: response.as_ref().map_or(0, |response| response.status().as_u16()),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    match response {
        Some(response) => response,
        None => {
            // The caller hangs up and drops this handler; nobody waits for a day.
            shared.clock.sleep(HANGS).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}
