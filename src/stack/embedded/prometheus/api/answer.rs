//! Answers and refusals in Prometheus' form.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::json;
use crate::promql::Dialect;

/// What comes back for a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names, in lower case, and values of headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// Why a question of version 1 is refused.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refused {
    BadData,
    Execution,
    Internal,
    /// The answer of a server that was not given leave; it says so with 500.
    Unavailable,
}

impl Answer {
    /// Data of any shape.
    pub(super) fn data(data: &impl Serialize, dialect: Dialect) -> Answer {
        Answer::written(&json::text(data, dialect), false)
    }

    /// Data that is JSON already, and whether some of it was left out.
    pub(super) fn written(data: &str, truncated: bool) -> Answer {
        let end = if truncated { WARNING } else { "}" };
        Answer::json(200, format!("{{\"status\":\"success\",\"data\":{data}{end}"))
    }

    /// A document that is `{"status":"success",...}` already.
    pub(super) fn document(mut text: String, truncated: bool) -> Answer {
        if truncated && text.ends_with('}') {
            text.pop();
            text.push_str(WARNING);
        }
        Answer::json(200, text)
    }

    pub(super) fn refused(why: Refused, message: &str) -> Answer {
        let (status, kind) = match why {
            Refused::BadData => (400, "bad_data"),
            Refused::Execution => (422, "execution"),
            Refused::Internal => (500, "internal"),
            Refused::Unavailable => (500, "unavailable"),
        };
        let message = json::text(&message, Dialect::V2);
        let text = format!("{{\"status\":\"error\",\"errorType\":\"{kind}\",\"error\":{message}}}");
        Answer::json(status, text)
    }

    pub(super) fn bad(message: impl AsRef<str>) -> Answer {
        Answer::refused(Refused::BadData, message.as_ref())
    }

    /// What is wrong with a parameter.
    pub(super) fn wrong(parameter: &str, why: impl std::fmt::Display) -> Answer {
        Answer::bad(format!("invalid parameter {parameter:?}: {why}"))
    }

    fn json(status: u16, body: String) -> Answer {
        let headers = vec![("content-type", "application/json".to_owned()), ("vary", "Origin".to_owned())];
        Answer { status, headers, body }
    }

    /// Nothing but the status.
    pub(super) fn empty(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: String::new() }
    }

    /// Plain text.
    pub(super) fn plain(status: u16, text: &str) -> Answer {
        Answer::typed(status, "text/plain; charset=utf-8", text.to_owned())
    }

    pub(super) fn typed(status: u16, content_type: &str, body: String) -> Answer {
        Answer { status, headers: vec![("content-type", content_type.to_owned())], body }
    }

    /// What Go's server says of its own accord.
    pub(super) fn error(status: u16, text: &str) -> Answer {
        Answer::plain(status, &format!("{text}\n")).with("x-content-type-options", "nosniff")
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Answer {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// The end of an answer of which some was left out.
const WARNING: &str = ",\"warnings\":[\"results truncated due to limit\"]}";
