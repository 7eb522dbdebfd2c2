//! Links over HTTP, the client's side: the header that names a link, and a client that takes tickets.

use std::error::Error;
use std::{fmt, io};

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderValue};
use http::{Method, StatusCode};

use super::{ClientError, ClientOptions, Clock, LinkEnd, Turn};

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
#[derive(Debug)]
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    /// The status, when the answer had come as far as that.
    pub status: Option<StatusCode>,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Transport(reqwest::Error),
    /// The limit in bytes.
    Limit(u64),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Transport(error) => write!(f, "{}: {}", self.kind, innermost(error)),
            Cause::Limit(bytes) => write!(f, "{}: more than {bytes} bytes", self.kind),
        }
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Transport(error) => Some(error),
            Cause::Limit(_) => None,
        }
    }
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
    /// The answer has more bytes than the client takes.
    TooLarge,
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
            Self::TooLarge => "answer too large",
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
pub(super) fn innermost(error: &reqwest::Error) -> String {
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
        Self { kind, status: source.status(), cause: Cause::Transport(source) }
    }
}

impl SendError {
    fn too_large(limit: u64) -> Self {
        Self { kind: SendErrorKind::TooLarge, status: None, cause: Cause::Limit(limit) }
    }

    fn with_status(self, status: StatusCode) -> Self {
        Self { status: Some(status), ..self }
    }
}

/// An HTTP client whose messages are tickets of its clock. Redirects are answers, not errands: whoever asked decides.
#[derive(Clone, Debug)]
pub struct HttpClient {
    clock: Clock,
    inner: reqwest::Client,
    largest_answer: Option<u64>,
}

impl HttpClient {
    /// A client of its own connection pool. On a machine without certificates of authorities it speaks plain HTTP
    /// as well as any, and trusts nobody over TLS.
    ///
    /// # Panics
    /// When the system's resolver set-up is broken beyond what any client could do.
    pub fn new(clock: &Clock) -> Self {
        Self::with(clock, ClientOptions::default()).expect("a plain HTTP client has nothing that can fail")
    }

    /// A client of its own connection pool for somebody else's endpoints.
    ///
    /// # Errors
    /// When no client can be made of the options, as when a certificate cannot be used.
    pub fn with(clock: &Clock, options: ClientOptions) -> Result<Self, ClientError> {
        let largest_answer = options.largest_answer;
        Ok(Self { clock: clock.clone(), inner: options.build()?, largest_answer })
    }

    /// What it sends with, for a generator that sends by itself and gives the answers to `HttpClient::whole`. Nothing
    /// that is sent so is a ticket: it is for real time alone.
    pub fn library(&self) -> reqwest::Client {
        self.inner.clone()
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
        let reply = self.whole(answer).await?;
        link.received();
        Ok(reply)
    }

    /// An answer read to its end, within the limit of this client.
    pub(crate) async fn whole(&self, answer: reqwest::Response) -> Result<Reply, SendError> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = self.read(answer).await.map_err(|error| error.with_status(status))?;
        Ok(Reply { status, headers, body })
    }

    /// The whole body, or as soon as it is known that it is larger than the limit, none of it.
    async fn read(&self, mut answer: reqwest::Response) -> Result<Bytes, SendError> {
        let Some(limit) = self.largest_answer else {
            return Ok(answer.bytes().await?);
        };
        let mut whole = BytesMut::new();
        while let Some(chunk) = answer.chunk().await? {
            if (whole.len() + chunk.len()) as u64 > limit {
                return Err(SendError::too_large(limit));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
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
