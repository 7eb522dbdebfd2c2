//! A server of a few lines that keeps its own count: the independent witness of the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use parking_lot::Mutex;
use probity::clock::{Clock, serve};
use serde_json::json;

use crate::stage::listener;

/// How it answers the request with this number, counted from 0.
pub(super) type Manner = fn(u64) -> Deed;

#[derive(Clone, Copy)]
pub(super) enum Deed {
    /// With this status, after this many milliseconds of virtual time.
    Answers(u16, u64),
    NeverAnswers,
}

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(super) struct Served {
    pub(super) method: String,
    pub(super) route: String,
    pub(super) path: String,
    /// None when the client hung up first.
    pub(super) status: Option<u16>,
    pub(super) came: Timestamp,
    pub(super) traceparent: Option<String>,
}

#[derive(Clone)]
pub(super) struct StandIn {
    pub(super) address: String,
    clock: Clock,
    manner: Manner,
    served: Arc<Mutex<(u64, Vec<Served>)>>,
}

/// Enters a request however it ends.
struct Entry {
    book: StandIn,
    served: Option<Served>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.book.served.lock().1.extend(self.served.take());
    }
}

impl StandIn {
    /// Debates that it starts have ended when somebody looks, if `debates_end`.
    pub(super) async fn start(clock: &Clock, manner: Manner, debates_end: bool) -> Self {
        let listener = listener().await;
        let address = listener.local_addr().expect("bound").to_string();
        let this = Self { address, clock: clock.clone(), manner, served: Arc::default() };
        let status = if debates_end { "completed" } else { "running" };
        let show = move || async move { Json(json!({"status": status})) };
        let create = || async { Json(json!({"debate_id": "debate-1"})) };
        let routes = Router::new()
            .route("/health", get(|| async { "" }))
            .route("/ready", get(|| async { "" }))
            .route("/api/debates", get(|| async { "" }).post(create))
            .route("/api/debates/{id}", get(show))
            // It does not upgrade: the attempt is a request, too.
            .route("/ws", get(|| async { "" }))
            .layer(from_fn_with_state(this.clone(), keep));
        serve(clock, listener, routes);
        this
    }

    /// What was served, in the order in which it ended.
    pub(super) fn served(&self) -> Vec<Served> {
        self.served.lock().1.clone()
    }

    /// How often each method, route and status.
    pub(super) fn counts(&self) -> BTreeMap<(String, String, Option<u16>), u64> {
        let mut counts = BTreeMap::new();
        for served in self.served() {
            *counts.entry((served.method, served.route, served.status)).or_default() += 1;
        }
        counts
    }
}

async fn keep(State(book): State<StandIn>, request: Request, next: Next) -> Response {
    let number = {
        let mut served = book.served.lock();
        served.0 += 1;
        served.0 - 1
    };
    let route =
        request.extensions().get::<MatchedPath>().expect("personas know their paths").as_str().to_owned();
    let text = |headers: &HeaderMap| headers.get("traceparent")?.to_str().ok().map(str::to_owned);
    let served = Served {
        method: request.method().to_string(),
        route,
        path: request.uri().path().to_owned(),
        status: None,
        came: book.clock.now(),
        traceparent: text(request.headers()),
    };
    let mut entry = Entry { book: book.clone(), served: Some(served) };
    let (status, after_ms) = match (book.manner)(number) {
        Deed::Answers(status, after_ms) => (status, after_ms),
        Deed::NeverAnswers => std::future::pending().await,
    };
    book.clock.sleep(Duration::from_millis(after_ms)).await;
    if let Some(served) = &mut entry.served {
        served.status = Some(status);
    }
    let answer = next.run(request).await;
    (StatusCode::from_u16(status).expect("a status"), answer.into_body()).into_response()
}
