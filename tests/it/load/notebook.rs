//! A server that answers any request as a test says and writes down all that it was sent.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;
use jiff::Timestamp;
use parking_lot::Mutex;
use probity::clock::{Clock, serve};

use crate::stage::listener;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    /// Method, path and query, as in `GET /a?b=c`.
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) came: Timestamp,
}

impl Noted {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("visible text"))
    }
}

/// What it answers: status, `Location` if not empty, body.
pub(super) type Reply = (u16, String, String);

#[derive(Clone)]
pub(super) struct Notebook {
    pub(super) address: String,
    clock: Clock,
    answer: fn(usize, &Noted) -> Reply,
    noted: Arc<Mutex<Vec<Noted>>>,
}

impl Notebook {
    /// It answers by the request and how many came before it.
    pub(super) async fn start(clock: &Clock, answer: fn(usize, &Noted) -> Reply) -> Self {
        let listener = listener().await;
        let address = listener.local_addr().expect("bound").to_string();
        let this = Self { address, clock: clock.clone(), answer, noted: Arc::default() };
        serve(clock, listener, Router::new().fallback(note).with_state(this.clone()));
        this
    }

    pub(super) fn noted(&self) -> Vec<Noted> {
        self.noted.lock().clone()
    }
}

async fn note(State(book): State<Notebook>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("whole");
    let noted = Noted {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
        came: book.clock.now(),
    };
    let (status, location, text) = {
        let mut all = book.noted.lock();
        let answer = (book.answer)(all.len(), &noted);
        all.push(noted);
        answer
    };
    let mut response = Response::builder().status(status);
    if !location.is_empty() {
        response = response.header("location", location);
    }
    response.body(Body::from(text)).expect("an answer")
}
