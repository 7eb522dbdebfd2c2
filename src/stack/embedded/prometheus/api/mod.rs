//! The HTTP interface of Prometheus, version 1, over what the embedded one holds.
//!
//! [`answer`] is pure: a question and a look at the server give the answer. Answers are those of Prometheus 3.5 and 2.42,
//! field by field, so that its tools and its users' `curl` commands work.
//!
//! # Decisions
//!
//! * *The configuration is shown as it was written.* A server shows what it made of it, with every default; here an
//!   operator finds the own file again.
//! * *What is wrong with an expression or a pattern is said in words of ours*, and which series collide is said too; status
//!   and `errorType` are those of a server. A target's `lastError` names no addresses.
//! * *Series come in the order of their labels*, and so does what a limit leaves. A server answers in the order of its
//!   storage, which is that in which it met them.
//! * *Times that no clock has are refused*: a server takes `time=NaN` and `1e300` and wraps them around. So are steps below
//!   a millisecond, at which a server divides by zero.
//! * *Nothing is measured*: `stats=all` brings none, and rules take no time in virtual time.
//! * *No page, no redirect, no metrics of its own*: what is no path of the interface is not found. Neither are
//!   `parse_query`, which only the pages ask, `read`, nor `notifications/live`.
//! * *A target's `globalUrl` is its `scrapeUrl`*: host names stay out of what is recorded.
//! * *Flags and build are those that mean something here*; only the version is of the server that is imitated, for tools
//!   that look at it.
//! * *A token of `group_next_token` is one of ours*; it is nobody's to read.
//! * *Names in `/federate` are escaped with underscores* unless the client takes any UTF-8; the other two ways, which only a
//!   scrape's configuration asks for, are not spoken.

mod answer;
mod federate;
mod json;
mod metadata;
mod numbers;
mod params;
mod query;
mod routes;
mod rules;
mod series;
mod status;
mod targets;
mod tsdb;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, Method, Uri};
use axum::response::Response;

pub use self::answer::Answer;
use super::{Look, Prometheus};

/// The largest form that is read, in bytes: that of Go.
const LARGEST_FORM: usize = 10 << 20;

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, escapes and all.
    pub path: &'a str,
    /// What stands behind the question mark.
    pub query: &'a str,
    /// The body, if it is a form.
    pub form: &'a [u8],
    /// The header `Accept`.
    pub accept: &'a str,
}

/// The answer to a question.
#[must_use]
pub fn answer(look: &Look<'_>, question: &Question<'_>) -> Answer {
    routes::answer(look, question)
}

/// Every route of the interface.
pub fn router(prometheus: &Prometheus) -> Router {
    Router::new()
        .fallback(ask)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(Arc::new(prometheus.clone()))
}

async fn ask(
    State(prometheus): State<Arc<Prometheus>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = header(CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default();
    // Go reads forms of these methods alone.
    let is_form = matches!(method, Method::POST | Method::PUT | Method::PATCH)
        && kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let question = Question {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        form: if is_form { &body } else { &[] },
        accept: header(ACCEPT).unwrap_or_default(),
    };
    prometheus.read(|look| answer(look, &question)).response()
}
