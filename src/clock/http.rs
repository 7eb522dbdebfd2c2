//! Links over HTTP, the client's side: the header that names a link, and a client that takes tickets.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};
use http::{Method, StatusCode};

use super::{Clock, LinkEnd, Turn};

/// Names the link of a request, so that its server can redeem the ticket. Sent in virtual time only.
pub const LINK: &str = "x-probity-link";

/// Names the link of the frames that follow an upgrade.
pub(super) const STREAM: &str = "x-probity-stream";

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

/// Names `link` in the headers of a request, as the server's layer expects it.
pub fn join_link(link: &LinkEnd, headers: &mut HeaderMap) {
    if let Some(id) = link.id() {
        headers.insert(LINK, HeaderValue::from(id));
    }
}

impl Clock {
    /// The client's end of the link for the frames after an upgrade, named in the upgrade's headers. Once upgraded,
    /// and before it redeems the upgrade's own ticket, the client takes the first one here: `accept_stream` redeems
    /// it, so that time waits for the server's half of the upgrade too.
    pub fn open_stream(&self, who: &str, headers: &mut HeaderMap) -> LinkEnd {
        let link = self.link(who);
        if let Some(id) = link.id() {
            headers.insert(STREAM, HeaderValue::from(id));
        }
        link
    }
}
