//! Queries that no server takes, and quantiles that are none.

use super::Rule;
use super::logql;
use crate::promql::{AggregationOp, Call, Expr, ExprKind};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::{self, Purpose, Query};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "query/syntax",
        finds: "PromQL that Prometheus refuses.",
        why: "Whoever pastes it gets an error, and a rule file with it is not loaded at all.",
        wrong: "Functions of a release newer than ours; queries with placeholders are not judged.",
        find: syntax,
    },
    Rule {
        id: "query/buckets",
        finds: "`histogram_quantile` over buckets that were not summed by `le`, or that have lost it.",
        why: "Without `le` there is no result ever; without a sum there is a quantile for every label set.",
        wrong: "A histogram with no labels but `le` has one series anyway.",
        find: buckets,
    },
];

/// Every query of the corpus, those in running text and in tables among them.
pub(super) fn every(corpus: &Corpus, visit: &mut dyn FnMut(&Query)) {
    corpus.queries.iter().for_each(&mut *visit);
    query::inline(corpus).iter().for_each(visit);
}

/// What a query is, in a sentence.
pub(super) fn what(query: &Query) -> String {
    match &query.purpose {
        Purpose::Shown(caption) if caption.is_empty() => "this query".to_owned(),
        Purpose::Shown(caption) => format!("the query \"{caption}\""),
        Purpose::Alert(name) => format!("the alert `{name}`"),
        Purpose::Record(name) => format!("the recording rule `{name}`"),
        Purpose::Panel(title) if title.is_empty() => "a panel's query".to_owned(),
        Purpose::Panel(title) => format!("the query of panel \"{title}\""),
    }
}

/// The text on one line, cut where a reader has seen enough.
pub(super) fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= 120 {
        return line;
    }
    line.chars().take(117).chain("...".chars()).collect()
}

/// What the query says at a part of it, and where.
pub(super) fn part(query: &Query, expr: &Expr) -> Noted {
    Noted::new(&query.place(expr.span.start, expr.span.end), shown(expr.span.of(&query.text)))
}

fn syntax(corpus: &Corpus, findings: &mut Vec<Finding>) {
    every(corpus, &mut |query| {
        let Err(error) = &query.parsed else { return };
        // The rules of Loki's ruler look the same, and hold LogQL.
        let logql = query.text.contains('{') && logql::fault(&query.text).is_none();
        if only_a_pattern(&query.text) || logql {
            return;
        }
        let place = query.place(error.span.start, error.span.end.max(error.span.start + 1));
        let message = format!("{} is not valid PromQL: {}", what(query), error.message);
        let noted = Noted::new(&place, shown(&query.text));
        let next = error.help.clone().unwrap_or_else(|| {
            "Prometheus answers 400 to it, and does not load a rule file with it".to_owned()
        });
        findings.push(Finding::new("query/syntax", Severity::Error, message, noted).next(next));
    });
}

/// Whether a text holds places to be filled in. What stands in quotes may hold anything.
pub(super) fn only_a_pattern(text: &str) -> bool {
    let outside: String = text.split(['"', '\'']).step_by(2).collect();
    let angle = outside.split('<').skip(1).any(|rest| {
        rest.split_once('>').is_some_and(|(name, _)| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
        })
    });
    angle
        || outside.contains('$')
        || outside.contains("{{")
        || outside.contains("...")
        || outside.contains('…')
}

fn buckets(corpus: &Corpus, findings: &mut Vec<Finding>) {
    every(corpus, &mut |query| {
        let Ok(expr) = &query.parsed else { return };
        expr.walk(&mut |node, above| {
            let ExprKind::Call(call) = &node.kind else { return };
            if call.function.name == "histogram_quantile" {
                findings.extend(out_of_range(query, call));
                findings.extend(unsummed(query, node, call, above));
            }
        });
    });
}

/// A quantile is a share, not a percentage.
fn out_of_range(query: &Query, call: &Call) -> Option<Finding> {
    let first = call.args.first()?;
    let ExprKind::Number(quantile) = first.unwrapped().kind else { return None };
    if (0.0..=1.0).contains(&quantile) {
        return None;
    }
    let end = if quantile > 1.0 { "+Inf" } else { "-Inf" };
    let message = format!(
        "{} asks for the quantile {quantile}, and gets {end} always: quantiles go from 0 to 1",
        what(query)
    );
    let next = if quantile > 1.0 && quantile <= 100.0 {
        format!("the {quantile}th percentile is {}", quantile / 100.0)
    } else {
        "write a number from 0 to 1".to_owned()
    };
    Some(Finding::new("query/buckets", Severity::Error, message, part(query, first)).next(next))
}

fn unsummed(query: &Query, node: &Expr, call: &Call, above: &[&Expr]) -> Option<Finding> {
    let given = call.args.get(1)?;
    let uses = given.selectors();
    let classic = |name: &str| name.ends_with("_bucket");
    let used = uses.iter().find(|used| used.selector.metric_name().is_some_and(classic));
    let Some(used) = used else { return no_buckets(query, given) };
    if used.aggregated && !used.keeps_le {
        let (at, grouping) = dropping(given)?;
        let message = format!(
            "{} never has a result: what it sums has no `le` left, which histogram_quantile reads",
            what(query)
        );
        let next = format!(
            "write `by (le{})`",
            if grouping.is_empty() { String::new() } else { format!(", {grouping}") }
        );
        return Some(Finding::new("query/buckets", Severity::Error, message, part(query, at)).next(next));
    }
    // Whoever takes the worst of all series wants one quantile for each.
    let outer = above.iter().any(|expr| matches!(expr.kind, ExprKind::Aggregation(_)));
    if used.aggregated || outer || fixed(used.selector) {
        return None;
    }
    let message = match &query.purpose {
        Purpose::Alert(_) => {
            format!("{} is judged for every label set on its own: its buckets are not summed", what(query))
        }
        _ => format!(
            "{} gives a quantile for every label set, not one: its buckets are not summed",
            what(query)
        ),
    };
    let next = "sum them first: `histogram_quantile(q, sum by (le) (rate(..._bucket[5m])))`, with the labels to keep beside `le`";
    Some(Finding::new("query/buckets", Severity::Warning, message, part(query, node)).next(next))
}

/// Whether a selector names one instance, so that there may be one series only.
fn fixed(selector: &crate::promql::VectorSelector) -> bool {
    let exact = |label: &str| selector.matchers.iter().any(|m| m.label == label && m.op.name() == "=");
    exact("instance") || exact("pod")
}

/// The innermost aggregation that loses `le`, with the labels that it keeps.
fn dropping(expr: &Expr) -> Option<(&Expr, String)> {
    let mut found = None;
    expr.walk(&mut |node, _| {
        let ExprKind::Aggregation(it) = &node.kind else { return };
        let picks = matches!(it.op, AggregationOp::Topk | AggregationOp::Bottomk);
        if picks || it.grouping.as_ref().is_some_and(|grouping| grouping.keeps("le")) {
            return;
        }
        let kept = it.grouping.as_ref().filter(|grouping| !grouping.without);
        let kept =
            kept.map(|grouping| grouping.labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>());
        found = Some((node, kept.unwrap_or_default().join(", ")));
    });
    found
}

/// `by (le)` over what is no bucket: a sum, a count, a bare name.
fn no_buckets(query: &Query, given: &Expr) -> Option<Finding> {
    let uses = given.selectors();
    let used = uses.first()?;
    let name = used.selector.metric_name()?;
    let base = ["_sum", "_count", "_total"].into_iter().find_map(|ending| name.strip_suffix(ending))?;
    let message = format!("{} never has a result: `{name}` has no buckets", what(query));
    let place = query.place(used.span.start, used.span.end);
    Some(
        Finding::new("query/buckets", Severity::Error, message, Noted::new(&place, name))
            .next(format!("a histogram's buckets are `{base}_bucket`")),
    )
}
