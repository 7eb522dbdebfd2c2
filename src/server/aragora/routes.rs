use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{MatchedPath, Path, Query, Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use opentelemetry::trace::FutureExt as _;
use rand::Rng;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, debate, events};
use crate::clock::{accept_stream, between};
use crate::telemetry::{HandlerRequest, current_context};

/// The content type of OpenMetrics 1.0.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The largest body that is read.
const MOST_BYTES: usize = 1 << 20;

/// The largest WebSocket message that is read, which is far over what is allowed: only what was read to its end can
/// be refused with its own close code. It is the WebSocket library's own limit for one frame.
const MOST_FRAME: usize = 16 << 20;

/// Debates that a list shows unless told otherwise, and at most.
const LIST: (usize, usize) = (20, 100);

pub(super) fn api(app: Arc<App>) -> Router {
    Router::new()
        .route("/health", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/ready", get(|| async { Json(json!({"status": "ready"})) }))
        .route("/api/debates", get(list).post(create))
        .route("/api/debates/{id}", get(show))
        .route("/ws", get(websocket))
        .fallback(|| async { refuse(StatusCode::NOT_FOUND, "no such path; see /api/debates") })
        .layer(axum::extract::DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), observe))
        .with_state(Arc::clone(&app))
        // Outside the instrumentation: a scrape is no request of a user's.
        .merge(metrics(app))
}

pub(super) fn metrics(app: Arc<App>) -> Router {
    Router::new().route(
        "/metrics",
        get(move || async move {
            match app.instruments.exposition() {
                Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
                Err(status) => status.into_response(),
            }
        }),
    )
}

/// Instruments every route in one place: the span around the work, count and latency after it.
async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = app.clock.now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    // Paths that no route matches share one label value: what strangers type must not become series.
    let endpoint =
        request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let facts = HandlerRequest { method: method.as_str(), path: &path, headers: &headers };
    let work = async {
        app.clock.sleep(base_latency(&app, &method, &path)).await;
        next.run(request).await
    };
    let answer = app.telemetry.trace_handler(handler_name(&method, &endpoint), facts, work).await;
    let latency = between(started, app.clock.now());
    app.instruments.request(method_label(&method), &endpoint, answer.status().as_u16(), latency);
    answer
}

/// The method as a label value. Whoever asks may invent methods; those share the value that OpenTelemetry's HTTP
/// conventions have for them.
fn method_label(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    if known.contains(method) { method.as_str() } else { "_OTHER" }
}

fn handler_name(method: &Method, endpoint: &str) -> &'static str {
    match (method.as_str(), endpoint) {
        ("POST", "/api/debates") => "debates.create",
        (_, "/api/debates") => "debates.list",
        (_, "/api/debates/{id}") => "debates.get",
        (_, "/health") => "health",
        (_, "/ready") => "ready",
        (_, "/ws") => "websocket.connect",
        _ => "unmatched",
    }
}

/// Work of a twentieth to twice of the latency that the server was told, in virtual and in real time.
fn base_latency(app: &App, method: &Method, path: &str) -> Duration {
    let micros = u64::try_from(app.latency.as_micros()).unwrap_or(u64::MAX);
    if micros == 0 {
        return Duration::ZERO;
    }
    let at = app.clock.now().as_nanosecond();
    let mut dice = app.seed.of(("handler", method.as_str(), path, at)).rng();
    Duration::from_micros(dice.random_range(micros / 20..micros.saturating_mul(2)))
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"success": false, "error": message}))).into_response()
}

#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
}

async fn list(State(app): State<Arc<App>>, page: Result<Query<Page>, impl IntoResponse>) -> Response {
    let Ok(Query(page)) = page else {
        return refuse(StatusCode::BAD_REQUEST, "limit must be a whole number");
    };
    let debates = app.store.list(page.limit.unwrap_or(LIST.0).min(LIST.1));
    Json(json!({"debates": debates})).into_response()
}

async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    match app.store.get(&id) {
        Some(debate) => Json(debate).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "no debate has this id"),
    }
}

async fn create(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let (question, agents, rounds) = match wanted(&app, &body) {
        Ok(wanted) => wanted,
        Err((status, message)) => return refuse(status, message),
    };
    let debate = app.store.create(question, agents, rounds);
    let answer = json!({"success": true, "debate_id": debate.id, "status": "created", "task": debate.task});
    // The debate outlives the request and stays in its trace.
    tokio::spawn(debate::run(Arc::clone(&app), debate).with_context(current_context()));
    Json(answer).into_response()
}

type Wanted = (String, Vec<String>, u32);

fn wanted(app: &App, body: &[u8]) -> Result<Wanted, (StatusCode, &'static str)> {
    let bad = |message| (StatusCode::BAD_REQUEST, message);
    let invalid = |message| (StatusCode::UNPROCESSABLE_ENTITY, message);
    if body.is_empty() {
        return Err(bad("the body is empty; send a JSON object with a question"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| bad("the body is not JSON"))?;
    let question = body.get("question").and_then(Value::as_str).ok_or(bad("question must be a text"))?;
    let agents = match body.get("agents") {
        None => app.agents.names(),
        Some(agents) => strings(agents).ok_or(bad("agents must be a list of names"))?,
    };
    let rounds = match body.get("rounds") {
        None => 2,
        // Below zero is as far out of range as zero is.
        Some(rounds) if rounds.is_i64() || rounds.is_u64() => rounds.as_u64().unwrap_or(0),
        Some(_) => return Err(bad("rounds must be a whole number")),
    };
    if question.chars().count() < 10 {
        return Err(invalid("question must have at least 10 characters"));
    }
    let rounds = u32::try_from(rounds).ok().filter(|rounds| (1..=20).contains(rounds));
    let rounds = rounds.ok_or(invalid("rounds must be from 1 to 20"))?;
    if agents.is_empty() || !agents.iter().all(|agent| app.agents.knows(agent)) {
        return Err(invalid("agents must name at least one agent, and only known ones"));
    }
    Ok((question.to_owned(), agents, rounds))
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned)).collect()
}

async fn websocket(State(app): State<Arc<App>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(MOST_FRAME).on_upgrade(move |socket| async move {
        let link = accept_stream(&app.clock, &headers);
        events::serve(app, socket, link).await;
    })
}
