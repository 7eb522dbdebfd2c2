//! Answers as Alertmanager gives them.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::posted::Refused;
use super::written::{Html, write};
use crate::alerting::alertmanager::Release;

/// JSON that is written already.
pub(super) fn json(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], text).into_response()
}

/// What was asked for.
pub(super) fn found(mut text: String) -> Response {
    text.push('\n');
    json(StatusCode::OK, text)
}

/// A refusal of a handler: its words as a JSON text.
pub(super) fn wrong(status: StatusCode, words: &str, release: Release) -> Response {
    json(status, write(&words, Html::Plain, release) + "\n")
}

/// A refusal of the layer before the handlers: a code and a message.
pub(super) fn refused(status: StatusCode, code: u16, message: &str, release: Release) -> Response {
    let message = write(&message, Html::Escaped, release);
    json(status, format!("{{\"code\":{code},\"message\":{message}}}"))
}

impl Refused {
    pub(super) fn answer(&self, release: Release) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        refused(status, self.code, &self.message, release)
    }
}

/// A method that a path does not have.
pub(super) fn method(method: &str, allowed: &str, release: Release) -> Response {
    let message = format!("method {method} is not allowed, but [{allowed}] are");
    refused(StatusCode::METHOD_NOT_ALLOWED, 405, &message, release)
}

/// Plain text.
pub(super) fn plain(status: StatusCode, text: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text.to_owned()).into_response()
}

/// The headers of every answer of version 2.
pub(super) fn dressed(mut response: Response, release: Release) -> Response {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    if release == Release::V0_33 {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
