use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};
use http::{HeaderName, Method, StatusCode};
use jiff::Timestamp;
use parking_lot::Mutex;
use rand::Rng;

use super::script::Wants;
use crate::clock::{ClientError, ClientOptions, Clock, HttpClient, Reply, Seed, SendError, SendErrorKind};
use crate::observe::{Failure, Ledger, Origin, ParentChoice, RequestFact, RequestKind, TraceNote};

/// The longest that a client waits for an answer, unless it is told another.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The most bytes of one answer. A target that streams for ever would fill the memory long before patience ends; the
/// longest answer of an API is far below, and one beyond is entered as a broken body.
pub const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// Where the target listens.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The base of the API's URLs, as in `http://127.0.0.1:8080`.
    pub api: String,
}

impl Endpoints {
    /// The URL of its WebSocket, and the host and port to connect to. None when it is reached in another way than by
    /// plain TCP.
    pub(super) fn socket(&self) -> Option<(String, String)> {
        let url = reqwest::Url::parse(&self.api).ok().filter(|url| url.scheme() == "http")?;
        let address = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
        let base = url.path().trim_end_matches('/');
        Some((format!("ws://{address}{base}/ws"), address))
    }
}

/// Sends requests for personas and enters each into the ledger. Clones share the ledger.
#[derive(Clone, Debug)]
pub struct LoadClient {
    pub(super) clock: Clock,
    pub(super) endpoints: Endpoints,
    pub(super) ledger: Arc<Mutex<Ledger>>,
    pub(super) patience: Duration,
    http: HttpClient,
    seed: Seed,
}

/// What is asked in one step of a session.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// The path's template, as it stands in the ledger.
    pub(super) route: &'a str,
    /// The path with its query.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The statuses that are as they should be.
    pub(super) expect: Expect<'a>,
    /// What later steps want of the answer.
    pub(super) wants: Option<&'a Wants>,
    pub(super) origin: Origin,
    /// The session and the step in it: chance follows from them.
    pub(super) step: (u64, u64),
    /// From when on its latency counts.
    pub(super) since: Timestamp,
}

impl Ask<'_> {
    /// What is wrong with what came of it, as the ledger says it. Whoever enters a request asks here.
    pub(super) fn failure(&self, reply: &Result<Reply, Failure>) -> Option<Failure> {
        match reply {
            Ok(reply) if self.expect.takes(reply.status) => {
                self.wants.filter(|wants| wants.misses_in(reply)).map(|_| Failure::Unextracted)
            }
            Ok(reply) if reply.status.is_redirection() => Some(Failure::Redirected),
            Ok(_) => Some(Failure::Status),
            Err(failure) => Some(*failure),
        }
    }
}

/// The statuses that are as they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect<'a> {
    /// Any from 200 to 299.
    Success,
    /// One of these.
    OneOf(&'a [u16]),
}

impl Expect<'_> {
    /// Whether an answer of this status is as it should be.
    pub(super) fn takes(self, status: StatusCode) -> bool {
        match self {
            Self::Success => status.is_success(),
            Self::OneOf(statuses) => statuses.contains(&status.as_u16()),
        }
    }
}

/// Why a request that got no answer failed, as the ledger says it.
pub(super) fn failure(error: &SendError) -> Failure {
    match error.kind {
        SendErrorKind::Refused => Failure::Refused,
        SendErrorKind::Unreachable => Failure::Unreachable,
        SendErrorKind::Reset => Failure::Reset,
        SendErrorKind::TimedOut => Failure::TimedOut,
        SendErrorKind::Body | SendErrorKind::TooLarge => Failure::BrokenBody,
        SendErrorKind::Other => Failure::Other,
    }
}

/// Whoever sends the requests of a session and enters each into the ledger: the driver's client, or a goose user.
pub(super) trait Asker: Send {
    /// Whose time it takes.
    fn clock(&self) -> &Clock;

    /// Asks, waits and enters what came of it. None when no whole answer came within the client's patience.
    fn ask(&mut self, ask: Ask<'_>) -> impl Future<Output = Option<Reply>> + Send;
}

impl Asker for LoadClient {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    async fn ask(&mut self, ask: Ask<'_>) -> Option<Reply> {
        let mut headers = ask.headers.clone();
        let (parent, trace_id) = self.trace(ask.step, &mut headers);
        let url = format!("{}{}", self.endpoints.api, ask.path);
        let sent = self.http.send(ask.method.clone(), &url, headers, ask.body.clone());
        let reply = match self.clock.timeout(self.patience, sent).await {
            Ok(reply) => reply.map_err(|error| failure(&error)),
            Err(_) => Err(Failure::TimedOut),
        };
        self.enter(&ask, parent, trace_id, &reply);
        reply.ok()
    }
}

impl LoadClient {
    /// A client for a target. It takes no answer of more than [`LARGEST_ANSWER`] bytes.
    ///
    /// # Panics
    /// When the system's resolver set-up is broken beyond what any client could do.
    pub fn new(clock: &Clock, endpoints: Endpoints, seed: Seed) -> Self {
        let http = HttpClient::with(clock, ClientOptions::default().largest_answer(LARGEST_ANSWER))
            .expect("a plain HTTP client has nothing that can fail");
        let ledger = Arc::default();
        Self { clock: clock.clone(), endpoints, ledger, patience: PATIENCE, http, seed }
    }

    /// The same client with another patience for each answer than [`PATIENCE`].
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same client, which meets its target with these options; the limit of [`LARGEST_ANSWER`] bytes stays.
    ///
    /// # Errors
    /// When no client can be made of them.
    pub fn with_options(self, options: ClientOptions) -> Result<Self, ClientError> {
        Ok(Self { http: HttpClient::with(&self.clock, options.largest_answer(LARGEST_ANSWER))?, ..self })
    }

    /// What was sent and got so far.
    pub fn ledger(&self) -> Ledger {
        self.ledger.lock().clone()
    }

    /// What sends: goose's users ask through it too, so that redirects, proxies, encodings and connections are the
    /// same whoever drives.
    pub(super) fn library(&self) -> reqwest::Client {
        self.http.library()
    }

    /// What came of a request that goose sent, read to its end or to the limit.
    pub(super) async fn whole(&self, answer: reqwest::Response) -> Result<Reply, SendError> {
        self.http.whole(answer).await
    }

    /// All requests so far, and those of them that failed.
    pub(super) fn requests_and_failures(&self) -> (u64, u64) {
        let ledger = self.ledger.lock();
        let failed = ledger.requests.iter().filter(|(key, _)| key.failure.is_some());
        (ledger.request_count(), failed.map(|(_, entry)| entry.count).sum())
    }

    /// Requests so far, kind by kind.
    pub(super) fn counts_by_kind(&self) -> BTreeMap<RequestKind, u64> {
        let mut counts = BTreeMap::new();
        for (key, entry) in self.ledger.lock().requests.iter().filter(|(key, _)| key.status_code.is_some()) {
            let kind = RequestKind { method: key.method.clone(), route: key.route.clone() };
            *counts.entry(kind).or_default() += entry.count;
        }
        counts
    }

    /// Enters a request that ended now.
    pub(super) fn enter(
        &self,
        ask: &Ask<'_>,
        parent: ParentChoice,
        trace_id: Option<String>,
        reply: &Result<Reply, Failure>,
    ) {
        let failure = ask.failure(reply);
        let trace = TraceNote {
            trace_id,
            parent,
            method: ask.method.to_string(),
            route: ask.route.to_owned(),
            path: ask.path.split('?').next().unwrap_or_default().to_owned(),
            status_code: reply.as_ref().ok().map(|reply| reply.status.as_u16()),
            origin: ask.origin,
            sent: ask.since,
            done: self.clock.now(),
        };
        self.ledger.lock().request(RequestFact { trace, failure });
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

#[cfg(test)]
mod tests {
    use super::Endpoints;

    #[test]
    fn a_websocket_is_where_the_api_is() {
        let socket = |api: &str| Endpoints { api: api.to_owned() }.socket();
        let plain = |url: &str, address: &str| Some((url.to_owned(), address.to_owned()));
        assert_eq!(socket("http://127.0.0.1:8080"), plain("ws://127.0.0.1:8080/ws", "127.0.0.1:8080"));
        assert_eq!(socket("http://shop.example"), plain("ws://shop.example:80/ws", "shop.example:80"));
        assert_eq!(
            socket("HTTP://shop.example/v1/eu/"),
            plain("ws://shop.example:80/v1/eu/ws", "shop.example:80")
        );
        assert_eq!(socket("http://[::1]:81/v1"), plain("ws://[::1]:81/v1/ws", "[::1]:81"));
        for elsewhere in ["https://shop.example", "shop.example:80", ""] {
            assert_eq!(socket(elsewhere), None, "{elsewhere}");
        }
    }
}
