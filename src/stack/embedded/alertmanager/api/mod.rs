//! Alertmanager's HTTP interface, version 2.
//!
//! `posted` reads what clients send and is pure; `shown` writes what they get, `written` in Go's JSON.
//!
//! # Decisions
//!
//! * *The configuration is shown as it was written.* Alertmanager shows what it made of it, with every default and with
//!   its secrets hidden; here an operator finds the own file again. `amtool` reads either.
//! * *Version 1 is gone*, as it is from 0.27 on: 0.25 still had it, and nobody of ours speaks it.
//! * *No page*: what is no path of the interface is not found.

mod alerts;
mod answer;
mod instant;
mod json;
mod metrics;
pub mod posted;
mod query;
mod shape;
mod shown;
mod silences;
mod status;
mod uri;
mod written;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::any;

use self::posted::Refused;
use self::query::Pairs;
use super::Shared;
use crate::alerting::alertmanager::Release;

/// The most bytes of a request.
pub const LARGEST_REQUEST: usize = 16 << 20;

/// A request of version 2.
struct Asked {
    method: Method,
    pairs: Pairs,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
}

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v2/{*path}", any(version_2))
        // Behind whatever `path_prefix` Prometheus was given: nothing else is served here.
        .route("/{prefix}/api/v2/{*path}", any(prefixed))
        .route("/-/healthy", any(alive))
        .route("/-/ready", any(alive))
        .route("/metrics", any(metrics::metrics))
        .fallback(other)
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(shared)
}

async fn prefixed(
    state: State<Arc<Shared>>,
    Path((_, path)): Path<(String, String)>,
    method: Method,
    query: Result<Query<Pairs>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    version_2(state, Path(path), method, query, headers, body).await
}

async fn version_2(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
    method: Method,
    query: Result<Query<Pairs>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let pairs = query.map(|Query(pairs)| pairs).unwrap_or_default();
    let release = shared.plan.release;
    answer::dressed(dispatch(&shared, &path, Asked { method, pairs, headers, body }), release)
}

fn dispatch(shared: &Shared, path: &str, asked: Asked) -> Response {
    let release = shared.plan.release;
    let method = asked.method.as_str().to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match (parts.as_slice(), method.as_str()) {
        (["alerts"], "GET") => alerts::get(shared, &asked.pairs),
        (["alerts"], "POST") => alerts::post(shared, asked),
        (["alerts", "groups"], "GET") => alerts::groups(shared, &asked.pairs),
        (["silences"], "GET") => silences::list(shared, &asked.pairs),
        (["silences"], "POST") => silences::post(shared, asked),
        (["silence", id], "GET") => silences::get(shared, id),
        (["silence", id], "DELETE") => silences::delete(shared, id),
        (["status"], "GET") => status::status(shared),
        (["receivers"], "GET") => status::receivers(shared),
        (["alerts" | "silences"], _) => answer::method(&method, "GET,POST", release),
        (["silence", _], _) => answer::method(&method, "DELETE,GET", release),
        (["alerts", "groups"] | ["status"] | ["receivers"], _) => answer::method(&method, "GET", release),
        _ => {
            let message = format!("path /api/v2/{path} was not found");
            answer::refused(StatusCode::NOT_FOUND, 404, &message, release)
        }
    }
}

/// The body of a request, which must be JSON.
fn body(asked: Asked, what: &str) -> Result<Bytes, Refused> {
    let unread = |status, code, message| Refused { status, code, message };
    let too_large = |_| unread(413, 413, format!("the request has more than {LARGEST_REQUEST} bytes"));
    let body = asked.body.map_err(too_large)?;
    if body.is_empty() {
        return Err(Refused::invalid(602, format!("{what} in body is required")));
    }
    let kind = asked.headers.get(CONTENT_TYPE).map_or(Ok("application/octet-stream"), |kind| kind.to_str());
    let kind = kind.unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.is_empty() {
        let message = format!(
            "parsing Content-Type header from {} failed, because mime: no media type",
            shape::quote(kind)
        );
        return Err(unread(400, 400, message));
    }
    if essence != "application/json" {
        let message =
            format!("unsupported media type {}, only [application/json] are allowed", shape::quote(&essence));
        return Err(unread(415, 415, message));
    }
    Ok(body)
}

async fn alive(method: Method) -> Response {
    match method {
        Method::GET | Method::HEAD => answer::plain(StatusCode::OK, "OK"),
        _ => answer::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n"),
    }
}

async fn other(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    if uri.path() == "/api/v2/" {
        let message = "path /api/v2/ was not found";
        let release = shared.plan.release;
        return answer::dressed(answer::refused(StatusCode::NOT_FOUND, 404, message, release), release);
    }
    if uri.path().starts_with("/api/v1/") {
        let said = "The Alertmanager v1 API was deprecated in version 0.16.0 and is removed as of version 0.27.0 - \
                    please use the equivalent route in the v2 API";
        let text = format!("{{\"status\":\"deprecated\",\"error\":\"{said}\"}}\n");
        return answer::json(StatusCode::GONE, text);
    }
    answer::plain(StatusCode::NOT_FOUND, "404 page not found\n")
}

/// The version that a release is a twin of.
const fn version(release: Release) -> &'static str {
    match release {
        Release::V0_25 => "0.25.0",
        Release::V0_33 => "0.33.1",
    }
}
