//! What the services answer.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The answer to a message, as the service of this kind gives it.
pub(super) fn sound(kind: &str, body: &[u8]) -> Response {
    match kind {
        "webhook" => StatusCode::OK.into_response(),
        "slack" => slack(body),
        "pagerduty" => pagerduty(body),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The answer of a service of this kind that is to fail with a status. One that is no status is a 500.
pub(super) fn fault(kind: &str, status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or("unknown status");
    match kind {
        "slack" if status == StatusCode::TOO_MANY_REQUESTS => text(status, "rate_limited"),
        "slack" if status == StatusCode::NOT_FOUND => text(status, "no_service"),
        "pagerduty" => {
            (status, Json(json!({"status": "error", "message": reason, "errors": [reason]}))).into_response()
        }
        _ => text(status, reason),
    }
}

fn text(status: StatusCode, said: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/html")], said.to_owned()).into_response()
}

/// Incoming webhooks say `ok`, and one word when they refuse.
fn slack(body: &[u8]) -> Response {
    let Ok(Value::Object(message)) = serde_json::from_slice(body) else {
        return text(StatusCode::BAD_REQUEST, "invalid_payload");
    };
    let shows = ["text", "attachments", "blocks"].iter().any(|part| match message.get(*part) {
        Some(Value::String(said)) => !said.is_empty(),
        Some(Value::Array(parts)) => !parts.is_empty(),
        _ => false,
    });
    if shows { text(StatusCode::OK, "ok") } else { text(StatusCode::BAD_REQUEST, "no_text") }
}

/// The Events API: version 2 has a routing key, version 1 a service key.
fn pagerduty(body: &[u8]) -> Response {
    let event: Value = serde_json::from_slice(body).unwrap_or_default();
    let given = |key: &str| event.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let acts = given("event_action").or_else(|| given("event_type"));
    let (status, key) = match (given("routing_key"), given("service_key")) {
        _ if acts.is_none() => return invalid_event("an event needs an action"),
        (Some(_), _) => (StatusCode::ACCEPTED, "dedup_key"),
        (None, Some(_)) => (StatusCode::OK, "incident_key"),
        (None, None) => return invalid_event("an event needs a routing key or a service key"),
    };
    let said = json!({
        "status": "success",
        "message": "Event processed",
        key: given(key).unwrap_or_default(),
    });
    (status, Json(said)).into_response()
}

fn invalid_event(why: &str) -> Response {
    let said = json!({"status": "invalid event", "message": "Event object is invalid", "errors": [why]});
    (StatusCode::BAD_REQUEST, Json(said)).into_response()
}
