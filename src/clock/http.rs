//! Links over HTTP, the client's side: the header that names a link, and a client that takes tickets.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

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
#[error("{kind}: {}", innermost(source))]
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    source: reqwest::Error,
}

/// Why a request got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendErrorKind {
    /// Nobody listens there.
    Refused,
    /// No connection came about for another reason: the name is unknown, the network is, TLS failed.
    Unreachable,
    /// The connection broke off before an answer had come.
    Reset,
    /// The client's own limit ran out.
    TimedOut,
    /// The answer began and did not end, or its form was broken.
    Body,
    /// Anything else.
    Other,
}

impl fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "connection refused",
            Self::Unreachable => "unreachable",
            Self::Reset => "connection broke off",
            Self::TimedOut => "timed out",
            Self::Body => "broken answer",
            Self::Other => "no answer",
        })
    }
}

/// The causes of an error, outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The last cause says most: those before it repeat the URL.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

impl From<reqwest::Error> for SendError {
    fn from(source: reqwest::Error) -> Self {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof,
        };
        let io =
            causes(&source).filter_map(|error| error.downcast_ref::<io::Error>()).last().map(io::Error::kind);
        let kind = match io {
            _ if source.is_timeout() => SendErrorKind::TimedOut,
            Some(ConnectionRefused) => SendErrorKind::Refused,
            _ if source.is_connect() => SendErrorKind::Unreachable,
            _ if source.is_body() || source.is_decode() => SendErrorKind::Body,
            Some(ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof) => SendErrorKind::Reset,
            // What is left of a request that was sent and not answered: the HTTP library says "connection closed
            // before message completed", with no cause of the system's.
            _ if source.is_request() => SendErrorKind::Reset,
            _ => SendErrorKind::Other,
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
            // What is asked for and what arrives must not depend on which features other crates switch on.
            .no_gzip()
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
