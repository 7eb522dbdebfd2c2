//! Counters read as gauges, and gauges read as counters.

use std::collections::BTreeMap;

use super::Rule;
use super::queries::{every, shown, what};
use crate::promql::{BinaryOp, Expr, ExprKind, SelectorUse};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::query::{Purpose, Query};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "query/kind",
    finds: "A rate of a gauge, a difference of a counter, and counters compared or divided as they are.",
    why: "A counter falls to 0 when its process starts anew, and a gauge may fall at any time.",
    wrong: "The kind is taken from tables of the documents, else from the name.",
    find: kinds,
}];

/// Functions that allow for a counter's resets, and so take any fall for one.
const FOR_COUNTERS: [&str; 4] = ["rate", "irate", "increase", "resets"];
/// Functions that take a reset for a fall.
const FOR_GAUGES: [&str; 3] = ["delta", "idelta", "deriv"];

/// Gauges of well-known exporters and libraries.
const GAUGES: [&str; 18] = [
    "up",
    "probe_success",
    "probe_duration_seconds",
    "probe_ssl_earliest_cert_expiry",
    "go_goroutines",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_open_fds",
    "redis_connected_clients",
    "redis_memory_used_bytes",
    "redis_memory_max_bytes",
    "pg_stat_activity_count",
    "node_load1",
    "node_memory_MemAvailable_bytes",
    "node_filesystem_avail_bytes",
    "container_memory_working_set_bytes",
    "container_memory_usage_bytes",
    "kube_deployment_status_replicas_available",
];

/// Endings that only gauges' names have.
const GAUGE_ENDINGS: [&str; 10] = [
    "_in_progress",
    "_in_flight",
    "_inflight",
    "_queue_depth",
    "_queue_length",
    "_queue_size",
    "_active",
    "_ratio",
    "_percent",
    "_celsius",
];

/// What a document says a metric is.
struct Promised {
    kind: String,
    place: Place,
}

/// The kinds that the tables of each system's documents give, by system and name.
fn promised(corpus: &Corpus) -> BTreeMap<(String, String), Promised> {
    let mut all = BTreeMap::new();
    for (page, system) in &corpus.pages {
        for table in &page.tables {
            let head = |words: &[&str]| {
                table.head.iter().position(|head| words.contains(&head.trim().to_lowercase().as_str()))
            };
            let Some(kind) = head(&["type", "kind", "metric type"]) else { continue };
            for row in &table.rows {
                let Some(cell) = row.cells.get(kind) else { continue };
                let word = cell.text.trim().to_lowercase();
                let word = word.trim_end_matches("vec");
                if !["counter", "gauge", "histogram", "summary"].contains(&word) {
                    continue;
                }
                let named = row.cells.iter().enumerate().filter(|(index, _)| *index != kind);
                let Some((name, place)) =
                    named.flat_map(|(_, cell)| cell.codes.first().map(|code| (code, &cell.place))).next()
                else {
                    continue;
                };
                let name = name.split(['{', ' ']).next().unwrap_or_default().to_owned();
                all.entry((system.to_string(), name))
                    .or_insert(Promised { kind: word.to_owned(), place: place.clone() });
            }
        }
    }
    all
}

fn kinds(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let promised = promised(corpus);
    every(corpus, &mut |query| {
        let Ok(expr) = &query.parsed else { return };
        expr.walk(&mut |node, above| {
            let (ExprKind::Vector(_) | ExprKind::Matrix(_)) = &node.kind else { return };
            let Some(used) = node.selectors().first().copied() else { return };
            let Some(name) = used.selector.metric_name() else { return };
            let said = promised.get(&(query.system.to_string(), name.to_owned()));
            let found = match above.last().map(|parent| &parent.kind) {
                Some(ExprKind::Call(call)) if FOR_COUNTERS.contains(&call.function.name) => {
                    rate_of_gauge(query, &used, name, call.function.name, said)
                }
                Some(ExprKind::Call(call)) if FOR_GAUGES.contains(&call.function.name) => {
                    difference_of_counter(query, &used, name, call.function.name, said)
                }
                _ => raw(query, &used, name, said, above),
            };
            findings.extend(found);
        });
    });
}

fn rate_of_gauge(
    query: &Query,
    used: &SelectorUse<'_>,
    name: &str,
    function: &str,
    said: Option<&Promised>,
) -> Option<Finding> {
    let by_name = said.is_none()
        && (GAUGES.contains(&name) || GAUGE_ENDINGS.iter().any(|ending| name.ends_with(ending)));
    if !by_name && said.is_none_or(|said| said.kind != "gauge") {
        return None;
    }
    let from = if by_name { "by its name is" } else { "is documented as" };
    let message = format!(
        "{} takes {function}() of `{name}`, which {from} a gauge: every fall is read as a restart",
        what(query)
    );
    let first = at(query, used);
    let finding = Finding::new("query/kind", Severity::Warning, message, first)
        .next("use delta() or deriv() for a gauge, or read it as it is");
    Some(with_promise(finding, said))
}

fn difference_of_counter(
    query: &Query,
    used: &SelectorUse<'_>,
    name: &str,
    function: &str,
    said: Option<&Promised>,
) -> Option<Finding> {
    let is_counter = said.map_or_else(|| name.ends_with("_total"), |said| said.kind == "counter");
    if !is_counter {
        return None;
    }
    let message = format!(
        "{} takes {function}() of the counter `{name}`: a restart of its process reads as a fall",
        what(query)
    );
    let finding = Finding::new("query/kind", Severity::Warning, message, at(query, used))
        .next("use increase() or rate()");
    Some(with_promise(finding, said))
}

/// A counter compared or divided as it is: since when it counts depends on when its process started.
fn raw(
    query: &Query,
    used: &SelectorUse<'_>,
    name: &str,
    said: Option<&Promised>,
    above: &[&Expr],
) -> Option<Finding> {
    let is_counter = said.map_or_else(|| name.ends_with("_total"), |said| said.kind == "counter");
    if !is_counter || used.range.is_some() || used.selector.offset.is_some() {
        return None;
    }
    // Of what is counted, absent or picked, the value does not matter.
    let blind = ["absent", "timestamp", "changes", "scalar", "count", "group"];
    let hidden = above.iter().any(|expr| match &expr.kind {
        ExprKind::Call(call) => blind.contains(&call.function.name),
        ExprKind::Aggregation(it) => blind.contains(&it.op.name()),
        ExprKind::Binary(it) => it.op.is_set() || it.op == BinaryOp::Sub,
        ExprKind::Subquery(_) => true,
        _ => false,
    });
    let outer = above.iter().rev().find_map(|expr| match &expr.kind {
        ExprKind::Binary(it) if it.op == BinaryOp::Div || it.op.is_comparison() => Some((*expr, it)),
        _ => None,
    });
    let (whole, it) = outer.filter(|_| !hidden)?;
    // One finding for an expression: at the first counter in it.
    let first = whole
        .selectors()
        .into_iter()
        .find(|other| other.selector.metric_name().is_some_and(|n| n.ends_with("_total")));
    if first.is_some_and(|first| first.span != used.span) {
        return None;
    }
    let (message, severity) = if it.op == BinaryOp::Div {
        (
            format!(
                "{} divides the counter `{name}` as it is: the quotient is of everything since the process started",
                what(query)
            ),
            Severity::Note,
        )
    } else {
        let alert = matches!(query.purpose, Purpose::Alert(_));
        let zero = matches!(it.right.unwrapped().kind, ExprKind::Number(number) if number == 0.0);
        let severity = if alert && !zero { Severity::Warning } else { Severity::Note };
        (
            format!(
                "{} compares the counter `{name}` as it is: once over, it stays over until the process restarts",
                what(query)
            ),
            severity,
        )
    };
    let finding = Finding::new("query/kind", severity, message, at(query, used)).next(format!(
        "compare what happened lately: `increase({}[5m])` or `rate(...)`",
        shown(used.span.of(&query.text))
    ));
    Some(with_promise(finding, said))
}

fn at(query: &Query, used: &SelectorUse<'_>) -> Noted {
    Noted::new(&query.place(used.span.start, used.span.end), used.span.of(&query.text))
}

fn with_promise(finding: Finding, said: Option<&Promised>) -> Finding {
    match said {
        Some(said) => finding.also(Noted::new(&said.place, said.kind.clone())),
        None => finding,
    }
}
