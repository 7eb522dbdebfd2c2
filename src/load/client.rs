use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{HeaderName, Method};
use jiff::Timestamp;
use parking_lot::Mutex;
use rand::Rng;
use serde_json::Value;

use crate::clock::{Clock, HttpClient, Reply, Seed};
use crate::observe::{Ledger, Origin, ParentChoice, RequestFact, TraceNote};

/// The longest that a client waits for an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Where the target listens.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Host and port of the API, as in `127.0.0.1:8080`.
    pub api: String,
}

/// Sends requests for personas and enters each into the ledger. Clones share the ledger.
#[derive(Clone, Debug)]
pub struct LoadClient {
    pub(super) clock: Clock,
    pub(super) endpoints: Endpoints,
    pub(super) ledger: Arc<Mutex<Ledger>>,
    http: HttpClient,
    seed: Seed,
}

/// What is asked in one step of a session.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// The path's template.
    pub(super) route: &'a str,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) origin: Origin,
    /// The session and the step in it: chance follows from them.
    pub(super) step: (u64, u64),
    /// From when on its latency counts.
    pub(super) since: Timestamp,
}

impl LoadClient {
    /// A client for a target.
    pub fn new(clock: &Clock, endpoints: Endpoints, seed: Seed) -> Self {
        Self { clock: clock.clone(), endpoints, ledger: Arc::default(), http: HttpClient::new(clock), seed }
    }

    /// What was sent and got so far.
    pub fn ledger(&self) -> Ledger {
        self.ledger.lock().clone()
    }

    /// Asks, waits and enters what came of it. No answer within the client's patience, or none at all, is entered
    /// without a status.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Option<Reply> {
        let mut headers = HeaderMap::new();
        let (parent, trace_id) = self.trace(ask.step, &mut headers);
        let body = ask.body.as_ref().map(Value::to_string).unwrap_or_default();
        if ask.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let url = format!("http://{}{}", self.endpoints.api, ask.path);
        let reply =
            self.clock.timeout(PATIENCE, self.http.send(ask.method.clone(), &url, headers, body)).await;
        let reply = reply.ok().and_then(Result::ok);
        let status_code = reply.as_ref().map(|reply| reply.status.as_u16());
        let trace = TraceNote {
            trace_id,
            parent,
            method: ask.method.to_string(),
            route: ask.route.to_owned(),
            path: ask.path.split('?').next().unwrap_or_default().to_owned(),
            status_code,
            sent: ask.since,
            done: self.clock.now(),
        };
        self.ledger.lock().request(RequestFact { trace, origin: ask.origin });
        reply
    }

    /// A third of the requests is sampled by the caller, a third is not, and a third leaves it to the server: only
    /// these measure its own sampling.
    pub(super) fn trace(&self, step: (u64, u64), headers: &mut HeaderMap) -> (ParentChoice, Option<String>) {
        let mut dice = self.seed.of(("trace", step)).rng();
        let flags = match dice.random_range(0..3) {
            0 => "01",
            1 => "00",
            _ => return (ParentChoice::Absent, None),
        };
        // An id of zero is invalid by W3C Trace Context; the highest bit rules it out.
        let trace_id = format!("{:032x}", dice.random::<u128>() | 1 << 127);
        let parent_id = dice.random::<u64>() | 1 << 63;
        let value = format!("00-{trace_id}-{parent_id:016x}-{flags}");
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static("traceparent"), value);
        }
        let choice = if flags == "01" { ParentChoice::Sampled } else { ParentChoice::NotSampled };
        (choice, Some(trace_id))
    }
}
