//! Links over HTTP: the header that names a link, a client that takes tickets and a layer that redeems them.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use tokio::net::TcpListener;

use super::{Clock, LinkEnd, Turn};

/// Names the link of a request, so that its server can redeem the ticket. Sent in virtual time only.
pub const LINK: &str = "x-probity-link";

/// Names the link of the frames that follow an upgrade.
const STREAM: &str = "x-probity-stream";

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// A request that got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {source}")]
pub struct SendError {
    /// What went wrong, in one word: connect, body, request or other.
    pub kind: &'static str,
    source: reqwest::Error,
}

impl From<reqwest::Error> for SendError {
    fn from(source: reqwest::Error) -> Self {
        let kind = match () {
            () if source.is_connect() => "connect",
            () if source.is_body() || source.is_decode() => "body",
            () if source.is_request() => "request",
            () => "other",
        };
        Self { kind, source }
    }
}

/// An HTTP client whose messages are tickets of its clock. Redirects are answers, not errands: whoever asked decides.
#[derive(Clone, Debug)]
pub struct HttpClient {
    clock: Clock,
    inner: reqwest::Client,
}

impl HttpClient {
    /// A client of its own connection pool.
    ///
    /// # Panics
    /// When the system's TLS or resolver set-up is broken; this client uses neither.
    pub fn new(clock: &Clock) -> Self {
        let inner = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(90))
            .build()
            .expect("a plain HTTP client has nothing that can fail");
        Self { clock: clock.clone(), inner }
    }

    /// Sends one request and reads the whole answer. Dropping the future hangs up.
    ///
    /// # Errors
    /// [`SendError`] when no whole answer came.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        mut headers: HeaderMap,
        body: impl Into<reqwest::Body>,
    ) -> Result<Reply, SendError> {
        // One message at a time leaves, so that the kernel's order of delivery cannot show.
        self.clock.turn(Turn::Completion).await;
        let link = self.clock.link(&format!("{method} {url}"));
        join_link(&link, &mut headers);
        link.sent();
        let answer = self.inner.request(method, url).headers(headers).body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await?;
        link.received();
        Ok(Reply { status, headers, body })
    }
}

/// Names `link` in the headers of a request, as [`redeem_tickets`] expects it.
pub fn join_link(link: &LinkEnd, headers: &mut HeaderMap) {
    if let Some(id) = link.id() {
        headers.insert(LINK, HeaderValue::from(id));
    }
}

impl Clock {
    /// The client's end of the link for the frames after an upgrade, named in the upgrade's headers. Once upgraded,
    /// and before it redeems the upgrade's own ticket, the client takes the first one here: [`accept_stream`] redeems
    /// it, so that time waits for the server's half of the upgrade too.
    pub fn open_stream(&self, who: &str, headers: &mut HeaderMap) -> LinkEnd {
        let link = self.link(who);
        if let Some(id) = link.id() {
            headers.insert(STREAM, HeaderValue::from(id));
        }
        link
    }
}

/// The server's end of the link for the frames after an upgrade.
pub fn accept_stream(clock: &Clock, headers: &HeaderMap) -> LinkEnd {
    let link = clock.accept(number(headers, STREAM));
    link.received();
    link
}

/// Serves `router` on `listener` until the runtime ends; its routes redeem tickets. Answers leave at once: with
/// Nagle's algorithm each would wait some 40 ms of real time for an acknowledgement.
pub fn serve(clock: &Clock, listener: TcpListener, router: Router) {
    let router = redeem_tickets(router, clock);
    let listener = listener.tap_io(|stream| {
        // A connection that is gone already cannot be told; it is not served either.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
}

/// Makes every route of `router` redeem the ticket of a request once its body is read, and take one for the answer.
fn redeem_tickets(router: Router, clock: &Clock) -> Router {
    router.layer(from_fn_with_state(clock.clone(), redeem))
}

async fn redeem(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let id = number(request.headers(), LINK);
    if id.is_none() {
        return next.run(request).await;
    }
    let link = clock.accept(id);
    // Headers may arrive before the body: the message is read only when both are. The sender is of this process and
    // has bounded it; handlers apply their own limits to what they take from it.
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    link.received();
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    link.sent();
    answer
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}
