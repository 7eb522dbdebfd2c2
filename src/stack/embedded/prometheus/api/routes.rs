//! Who answers which question.

use super::answer::{Answer, Refused};
use super::params::Params;
use super::{Question, federate, metadata, query, rules, series, status, targets, tsdb};
use crate::promql::Dialect;
use crate::stack::embedded::prometheus::Look;

/// What answers a question.
type Handler = fn(&Look<'_>, &Params, &Question<'_>) -> Result<Answer, Answer>;

const GET: &[&str] = &["GET"];
const GET_POST: &[&str] = &["GET", "POST"];

/// Paths, the methods by which they are asked, and what answers.
const ROUTES: [(&str, &[&str], Handler); 22] = [
    ("/api/v1/query", GET_POST, query::instant),
    ("/api/v1/query_range", GET_POST, query::range),
    ("/api/v1/query_exemplars", GET_POST, query::exemplars),
    ("/api/v1/format_query", GET_POST, query::format),
    ("/api/v1/labels", GET_POST, series::labels),
    ("/api/v1/series", &["GET", "POST", "DELETE"], series::series),
    ("/api/v1/rules", GET, rules::rules),
    ("/api/v1/alerts", GET, rules::alerts),
    ("/api/v1/alertmanagers", GET, rules::alertmanagers),
    ("/api/v1/targets", GET, targets::targets),
    ("/api/v1/scrape_pools", GET, targets::pools),
    ("/api/v1/targets/metadata", GET, metadata::of_targets),
    ("/api/v1/metadata", GET, metadata::of_metrics),
    ("/api/v1/status/config", GET, status::config),
    ("/api/v1/status/flags", GET, status::flags),
    ("/api/v1/status/runtimeinfo", GET, status::runtime),
    ("/api/v1/status/buildinfo", GET, status::build),
    ("/api/v1/status/tsdb", GET, tsdb::tsdb),
    ("/api/v1/status/walreplay", GET, status::replayed),
    ("/api/v1/notifications", GET, status::notifications),
    ("/federate", GET, federate::federate),
    ("/api/v1/label/{name}/values", GET, series::label_values),
];

/// Paths that 2.42 has not.
const NEW: [&str; 1] = ["/api/v1/notifications"];

/// What is refused without leave that nobody gives here.
const ADMIN: [&str; 3] = [
    "/api/v1/admin/tsdb/delete_series",
    "/api/v1/admin/tsdb/clean_tombstones",
    "/api/v1/admin/tsdb/snapshot",
];

pub(super) fn answer(look: &Look<'_>, asked: &Question<'_>) -> Answer {
    let mut answer = found(look, asked);
    // 2.42 says so only to those who name their origin.
    answer.headers.retain(|(name, _)| look.dialect == Dialect::V3 || *name != "vary");
    answer
}

fn found(look: &Look<'_>, asked: &Question<'_>) -> Answer {
    if asked.path.starts_with("/api/v1/") && asked.method == "OPTIONS" {
        return Answer::empty(204).with("vary", "Origin");
    }
    if let Some(answer) = plain(asked, look.dialect) {
        return answer;
    }
    let known = |(path, _, _): &&(&str, &[&str], Handler)| {
        *path == asked.path || path.contains("{name}") && is_label_values(asked.path)
    };
    let route = ROUTES.iter().find(known);
    let Some((_, methods, handler)) =
        route.filter(|(path, _, _)| look.dialect == Dialect::V3 || !NEW.contains(path))
    else {
        return Answer::error(404, "404 page not found");
    };
    if !methods.contains(&asked.method) {
        return not_allowed(methods);
    }
    let handler = if asked.method == "DELETE" { series::delete } else { *handler };
    let params = Params::new(asked.query, asked.form);
    handler(look, &params, asked).unwrap_or_else(|refused| refused)
}

fn is_label_values(path: &str) -> bool {
    let name = path.strip_prefix("/api/v1/label/").and_then(|rest| rest.strip_suffix("/values"));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// What is answered whatever the server holds.
fn plain(asked: &Question<'_>, dialect: Dialect) -> Option<Answer> {
    let method = asked.method;
    match asked.path {
        "/-/healthy" | "/-/ready" if method == "HEAD" => Some(Answer::empty(200)),
        "/-/healthy" | "/-/ready" if method != "GET" => Some(not_allowed(&["GET", "HEAD"])),
        "/-/healthy" => Some(Answer::plain(200, "Prometheus Server is Healthy.\n")),
        "/-/ready" => Some(Answer::plain(200, "Prometheus Server is Ready.\n")),
        "/-/reload" | "/-/quit" if ["POST", "PUT"].contains(&method) => {
            Some(Answer::plain(403, "Lifecycle API is not enabled."))
        }
        "/-/reload" | "/-/quit" if method == "GET" => {
            Some(Answer::plain(405, "Only POST or PUT requests allowed"))
        }
        "/-/reload" | "/-/quit" => Some(not_allowed(&["GET", "POST", "PUT"])),
        path if ADMIN.contains(&path) && ["POST", "PUT"].contains(&method) => {
            Some(Answer::refused(Refused::Unavailable, "admin APIs disabled"))
        }
        path if ADMIN.contains(&path) => Some(not_allowed(&["POST", "PUT"])),
        "/api/v1/write" if method == "POST" => {
            let flag = match dialect {
                Dialect::V2 => "--enable-feature=remote-write-receiver",
                Dialect::V3 => "--web.enable-remote-write-receiver",
            };
            Some(Answer::error(404, &format!("remote write receiver needs to be enabled with {flag}")))
        }
        _ => None,
    }
}

fn not_allowed(methods: &[&str]) -> Answer {
    let mut methods: Vec<&str> = methods.iter().copied().chain(["OPTIONS"]).collect();
    methods.sort_unstable();
    Answer::error(405, "Method Not Allowed").with("allow", &methods.join(", "))
}
