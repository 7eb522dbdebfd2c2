//! Metrics whose type or labels two places give differently, and queries for labels that nobody promises.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::promises::{self, Labels, Promise};
use crate::promql::{Expr, ExprKind, Span};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::Query;
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "metrics/type-differs",
        finds: "A metric that is a counter in one place and something else in another.",
        why: "Queries for the one give nonsense on the other.",
        wrong: "A table may call a counter a gauge in passing.",
        find: types,
    },
    Rule {
        id: "metrics/labels-differ",
        finds: "A metric whose labels two places list differently.",
        why: "A query by a label that is not there gives one nameless series.",
        wrong: "A description may name only some labels; only labels that the other place leaves out of a whole list count.",
        find: differ,
    },
    Rule {
        id: "metrics/label-unknown",
        finds: "Queries by a label that no list of the metric's labels has.",
        why: "The selector matches nothing, the grouping makes one nameless group.",
        wrong: "Targets may add labels of their own; the usual ones are known.",
        find: unknown,
    },
    Rule {
        id: "metrics/label-named-two-ways",
        finds: "One metric that is queried by `status` in one place and by `code` in another.",
        why: "A series has one of the two: the other query finds nothing.",
        wrong: "The server may export both.",
        find: two_names,
    },
];

fn types(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let said = promises::all(corpus).into_iter().filter_map(|promise| {
        let kind = promise.kind?;
        Some(Said {
            system: promise.system,
            subject: format!("`{}`", promise.metric),
            aspect: "type".to_owned(),
            value: kind.to_owned(),
            shown: kind.to_owned(),
            place: promise.place,
            path: Vec::new(),
        })
    });
    let next = "make it one type; a counter's name ends in `_total`";
    findings.extend(disagreements("metrics/type-differs", Severity::Error, said.collect(), next));
}

fn by_metric(corpus: &Corpus) -> BTreeMap<(Arc<str>, String), Vec<Promise>> {
    let mut metrics: BTreeMap<(Arc<str>, String), Vec<Promise>> = BTreeMap::new();
    for promise in promises::all(corpus).into_iter().filter(|promise| promise.labels != Labels::Unsaid) {
        metrics.entry((Arc::clone(&promise.system), promise.metric.clone())).or_default().push(promise);
    }
    metrics
}

fn shown(labels: &Labels) -> String {
    match labels {
        Labels::All(labels) if labels.is_empty() => "no labels".to_owned(),
        Labels::All(labels) => labels.iter().cloned().collect::<Vec<_>>().join(", "),
        Labels::Some(labels) => format!("by {}", labels.iter().cloned().collect::<Vec<_>>().join(", ")),
        Labels::Unsaid => String::new(),
    }
}

/// Whether two lists cannot both be true. Some labels are enough of an answer unless the other list is whole.
fn contradict(a: &Labels, b: &Labels) -> bool {
    match (a, b) {
        (Labels::All(a), Labels::All(b)) => a != b,
        (Labels::All(all), Labels::Some(some)) | (Labels::Some(some), Labels::All(all)) => {
            !some.is_subset(all)
        }
        // Two lists of several: each has what the other leaves out.
        (Labels::Some(a), Labels::Some(b)) => {
            a.len() > 1 && b.len() > 1 && !a.is_subset(b) && !b.is_subset(a)
        }
        _ => false,
    }
}

fn differ(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for ((_, metric), promises) in by_metric(corpus) {
        let Some(first) = promises.iter().find(|a| promises.iter().any(|b| contradict(&a.labels, &b.labels)))
        else {
            continue;
        };
        let others: Vec<&Promise> =
            promises.iter().filter(|it| contradict(&first.labels, &it.labels)).collect();
        let Some(other) = others.first() else { continue };
        let message = format!(
            "the labels of `{metric}` are {} here and {} in another place",
            shown(&first.labels),
            shown(&other.labels)
        );
        let mut finding = Finding::new(
            "metrics/labels-differ",
            Severity::Error,
            message,
            Noted::new(&first.place, shown(&first.labels)),
        )
        .next("list the labels that the server exports, the same in every place");
        finding.places.extend(others.iter().map(|it| Noted::new(&it.place, shown(&it.labels))));
        findings.push(finding);
    }
}

/// Labels that targets, operators, exporters and PromQL itself add.
const ADDED: [&str; 22] = [
    "le",
    "quantile",
    "job",
    "instance",
    "__name__",
    "namespace",
    "pod",
    "container",
    "service",
    "endpoint",
    "node",
    "cluster",
    "env",
    "environment",
    "region",
    "zone",
    "replica",
    "prometheus",
    "host",
    "app",
    "version",
    "team",
];

fn unknown(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let metrics = by_metric(corpus);
    for query in &corpus.queries {
        let used = match &query.parsed {
            Ok(expr) => of_expr(expr),
            Err(_) => of_text(&query.text),
        };
        let mut told = BTreeSet::new();
        for (metric, label, span) in used {
            if ADDED.contains(&label.as_str()) || !told.insert((metric.clone(), label.clone())) {
                continue;
            }
            findings.extend(not_promised(&metrics, query, &metric, &label, span));
        }
    }
}

/// Labels of which a server has one, by the others that mean the same.
const SAME: [&[&str]; 2] =
    [&["status", "code", "status_code", "http_status", "response_code"], &["method", "http_method", "verb"]];

fn two_names(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let promised = by_metric(corpus);
    let mut all = Vec::new();
    for query in &corpus.queries {
        let Ok(expr) = &query.parsed else { continue };
        for (metric, label, span) in of_expr(expr) {
            let whole = promised.get(&(Arc::clone(&query.system), metric.clone())).into_iter().flatten();
            // A list of its labels decides what it has.
            let listed = whole.into_iter().any(|it| matches!(it.labels, Labels::All(_)));
            if let Some(group) = SAME.iter().find(|group| group.contains(&label.as_str())).filter(|_| !listed)
            {
                all.push(Said {
                    system: Arc::clone(&query.system),
                    subject: format!("`{metric}`"),
                    aspect: format!("label for the {}", group[0]),
                    value: label.clone(),
                    shown: label,
                    place: query.place(span.start, span.end),
                    path: Vec::new(),
                });
            }
        }
    }
    let next = "query by the label that the server exports";
    findings.extend(disagreements("metrics/label-named-two-ways", Severity::Error, all, next));
}

fn not_promised(
    metrics: &BTreeMap<(Arc<str>, String), Vec<Promise>>,
    query: &Query,
    metric: &str,
    label: &str,
    span: Span,
) -> Option<Finding> {
    let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| metric.strip_suffix(end));
    let of = |name: &str| metrics.get(&(Arc::clone(&query.system), name.to_owned()));
    let promises = of(metric).or_else(|| base.and_then(of))?;
    let named = |labels: &BTreeSet<String>| labels.contains(label);
    let known = promises
        .iter()
        .any(|it| matches!(&it.labels, Labels::All(labels) | Labels::Some(labels) if named(labels)));
    let whole = promises.iter().find(|it| matches!(it.labels, Labels::All(_)))?;
    if known {
        return None;
    }
    let message = format!("`{metric}` has no label `{label}`: it is promised with {}", shown(&whole.labels));
    let place = query.place(span.start, span.end);
    let finding = Finding::new("metrics/label-unknown", Severity::Error, message, Noted::new(&place, label));
    Some(
        finding
            .also(Noted::new(&whole.place, shown(&whole.labels)))
            .next("query by a label that it has, or promise this one"),
    )
}

/// Labels that a query selects or groups by, with the metric that would have to have them.
fn of_expr(expr: &Expr) -> Vec<(String, String, Span)> {
    let mut found = Vec::new();
    for used in expr.selectors() {
        let Some(metric) = used.selector.metric_name() else { continue };
        let matchers = used.selector.matchers.iter().filter(|matcher| !matcher.matches_empty);
        found.extend(matchers.map(|matcher| (metric.to_owned(), matcher.label.clone(), matcher.label_span)));
    }
    expr.walk(&mut |node, _| {
        let ExprKind::Aggregation(it) = &node.kind else { return };
        let Some(grouping) = it.grouping.as_ref().filter(|grouping| !grouping.without) else { return };
        let selectors = it.expr.selectors();
        // What is joined or relabelled inside may bring labels from elsewhere.
        let [only] = selectors.as_slice() else { return };
        let mut relabelled = false;
        it.expr.walk(&mut |inner, _| {
            let renames =
                matches!(&inner.kind, ExprKind::Call(call) if call.function.name.starts_with("label_"));
            relabelled |= renames
                || matches!(&inner.kind, ExprKind::Aggregation(inner) if inner.op.name() == "count_values");
        });
        if let Some(metric) = only.selector.metric_name().filter(|_| !relabelled) {
            found.extend(
                grouping.labels.iter().map(|label| (metric.to_owned(), label.name.clone(), label.span)),
            );
        }
    });
    found
}

/// The same of a query that cannot be parsed, as far as its words tell: one metric, and `by (...)` behind it.
fn of_text(text: &str) -> Vec<(String, String, Span)> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':')));
    let metrics: BTreeSet<&str> =
        words.filter(|word| promises::is_metric(word) && word.matches('_').count() > 1).collect();
    let metrics: Vec<&str> = metrics.into_iter().filter(|word| !word.ends_with("_over_time")).collect();
    let [metric] = metrics.as_slice() else { return Vec::new() };
    let mut found = Vec::new();
    for (at, _) in text.match_indices("by") {
        let Some(open) =
            text[at + 2..].find('(').filter(|open| text[at + 2..at + 2 + open].trim().is_empty())
        else {
            continue;
        };
        let start = at + 2 + open + 1;
        let inner = &text[start..start + text[start..].find(')').unwrap_or(0)];
        let mut from = start;
        for part in inner.split(',') {
            let label = part.trim();
            let begin = from + part.find(label).unwrap_or_default();
            found.push((
                (*metric).to_owned(),
                label.to_owned(),
                Span { start: begin, end: begin + label.len() },
            ));
            from += part.len() + 1;
        }
    }
    found.retain(|(_, label, _)| !label.is_empty());
    found
}
