//! Answers and refusals in Prometheus' form.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use crate::promql::{Refusal, refusal_json};

/// What is answered.
pub(super) enum Answer {
    /// The data, as JSON.
    Data(String),
    /// A whole document that is `{"status":"success",...}` already.
    Whole(String),
    /// Text in the exposition format.
    Exposition(String),
    /// No answer: its status, what kind of refusal, and why.
    Refused(Refusal, String),
    /// Nothing of that name.
    NotFound(String),
    /// The question itself is not understood, in plain text.
    Bad(String),
}

impl Answer {
    /// Data of any shape.
    pub(super) fn data(data: &impl Serialize) -> Answer {
        // Only types of ours, with text keys and no floats that JSON lacks: they can be written.
        Answer::Data(serde_json::to_string(data).unwrap_or_default())
    }

    pub(super) fn bad(message: impl Into<String>) -> Answer {
        Answer::Refused(Refusal::BadData, message.into())
    }

    pub(super) fn response(self) -> Response {
        let json = "application/json";
        match self {
            Answer::Data(data) => body(200, json, format!("{{\"status\":\"success\",\"data\":{data}}}")),
            Answer::Whole(text) => body(200, json, text),
            Answer::Exposition(text) => {
                body(200, "text/plain; version=0.0.4; charset=utf-8; escaping=values", text)
            }
            Answer::Refused(kind, why) => {
                let status = if kind == Refusal::BadData { 400 } else { 422 };
                body(status, json, refusal_json(kind, &why))
            }
            Answer::NotFound(why) => {
                let why = serde_json::to_string(&why).unwrap_or_default();
                let text = format!("{{\"status\":\"error\",\"errorType\":\"not_found\",\"error\":{why}}}");
                body(404, json, text)
            }
            Answer::Bad(why) => plain(400, &format!("{why}\n")),
        }
    }
}

/// Plain text.
pub(super) fn plain(status: u16, text: &str) -> Response {
    body(status, "text/plain; charset=utf-8", text.to_owned())
}

pub(super) fn body(status: u16, content_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}
