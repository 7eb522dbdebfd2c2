//! The HTTP interface of Prometheus, version 1, over what the embedded one holds.
//!
//! Answers are those of Prometheus, field by field, so that its tools and its users' `curl` commands work; what they
//! cost to make is measured by nobody here and is zero. What an operator could do to a server's files (`admin/tsdb`,
//! `-/reload`) is refused, as by a server that was started without leave for it.

mod answer;
mod federate;
mod params;
mod query;
mod rules;
mod series;
mod status;
mod targets;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};

use self::answer::{Answer, plain};
use self::params::Params;
use super::{Look, Prometheus};

/// The largest form that is read.
const LARGEST_FORM: usize = 1 << 20;

/// What answers a question.
type Handler = fn(&Look<'_>, &Params) -> Answer;

/// Questions by path. All but the first four are asked by GET alone.
const QUESTIONS: [(&str, Handler); 17] = [
    ("/api/v1/query", query::instant),
    ("/api/v1/query_range", query::range),
    ("/api/v1/series", series::series),
    ("/api/v1/labels", series::labels),
    ("/api/v1/rules", rules::rules),
    ("/api/v1/alerts", rules::alerts),
    ("/api/v1/alertmanagers", rules::alertmanagers),
    ("/api/v1/targets", targets::targets),
    ("/api/v1/targets/metadata", targets::target_metadata),
    ("/api/v1/metadata", targets::metadata),
    ("/api/v1/query_exemplars", query::exemplars),
    ("/api/v1/status/config", status::config),
    ("/api/v1/status/flags", status::flags),
    ("/api/v1/status/runtimeinfo", status::runtime),
    ("/api/v1/status/buildinfo", status::build),
    ("/api/v1/status/tsdb", status::tsdb),
    ("/federate", federate::federate),
];

/// How many of [`QUESTIONS`] may be asked by POST, with their parameters in a form.
const BY_POST: usize = 4;

/// What is refused without leave that nobody gives here.
const ADMIN: [&str; 3] = ["delete_series", "clean_tombstones", "snapshot"];

/// Every route of the interface.
pub fn router(prometheus: &Prometheus) -> Router {
    let prometheus = Arc::new(prometheus.clone());
    let mut router = Router::new();
    for (place, (path, handler)) in QUESTIONS.into_iter().enumerate() {
        let ask = move |State(prometheus): State<Arc<Prometheus>>, RawQuery(query): RawQuery, body: Bytes| async move {
            respond(&prometheus, handler, Params::new(query.as_deref(), &body))
        };
        router = router.route(path, if place < BY_POST { get(ask).post(ask) } else { get(ask) });
    }
    for name in ADMIN {
        router = router.route(&format!("/api/v1/admin/tsdb/{name}"), post(|| async { status::forbidden() }));
    }
    router
        .route("/api/v1/label/{name}/values", get(label_values))
        .route("/-/healthy", get(|| async { plain(200, "Prometheus Server is Healthy.\n") }))
        .route("/-/ready", get(|| async { plain(200, "Prometheus Server is Ready.\n") }))
        .fallback(|| async { plain(404, "404 page not found\n") })
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(prometheus)
}

async fn label_values(
    State(prometheus): State<Arc<Prometheus>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::new(query.as_deref(), &[]);
    prometheus.read(|look| series::label_values(look, &params, &name)).response()
}

fn respond(prometheus: &Prometheus, handler: Handler, params: Params) -> Response {
    prometheus.read(|look| handler(look, &params)).response()
}
