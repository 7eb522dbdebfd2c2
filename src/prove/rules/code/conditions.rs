//! Conditions that can never hold, and conditions that always do.

use super::Rule;
use super::bounds::{Bounds, Scale, bounds, likely_share, scale};
use super::queries::{every, part, shown, what};
use crate::promql::{AggregationOp, Binary, BinaryOp, Expr, ExprKind, MatchOp};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::{Purpose, Query};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "query/never",
        finds: "Comparisons that no value can satisfy, and comparisons that every value of a share satisfies.",
        why: "An alert that cannot fire looks exactly like one that had no reason to.",
        wrong: "What is taken for a part of a whole may be a quotient of two other things; names tell.",
        find: never,
    },
    Rule {
        id: "query/matcher",
        finds: "Patterns behind `=`, which compares letter by letter.",
        why: "The selector matches nothing, and a query over nothing is no error.",
        wrong: "A label's value may look like a pattern, for example a route.",
        find: matcher,
    },
    Rule {
        id: "query/split",
        finds: "Alerts that compare a well-known metric which has a series for every state, phase or mode, without saying which.",
        why: "Each series is compared alone, though the alert speaks of all of them together.",
        wrong: "One series may be meant: then its label should be named.",
        find: split,
    },
];

/// Metrics of exporters with a label that parts what is usually meant as one number.
const SPLIT: [(&str, &str); 7] = [
    ("pg_stat_activity_count", "state"),
    ("mysql_global_status_commands_total", "command"),
    ("node_cpu_seconds_total", "mode"),
    ("kube_pod_status_phase", "phase"),
    ("kube_node_status_condition", "condition"),
    ("kube_job_status_failed", "reason"),
    ("mongodb_ss_connections", "conn_type"),
];

fn never(corpus: &Corpus, findings: &mut Vec<Finding>) {
    every(corpus, &mut |query| {
        let Ok(expr) = &query.parsed else { return };
        expr.walk(&mut |node, _| {
            let ExprKind::Binary(it) = &node.kind else { return };
            if it.op.is_comparison() && !it.bool_modifier {
                findings.extend(judge(query, node, it));
            }
        });
    });
}

fn judge(query: &Query, node: &Expr, it: &Binary) -> Option<Finding> {
    let (Some(left), Some(right)) = (bounds(&it.left), bounds(&it.right)) else {
        return percent_of_likely_share(query, node, it);
    };
    // Two numbers are compared in templates only.
    if left.low == left.high && right.low == right.high && it.left.selectors().is_empty() {
        return None;
    }
    let verdict = if impossible(it.op, left, right) {
        "can never hold"
    } else if certain(it.op, left, right) {
        "always holds"
    } else {
        return None;
    };
    let (reason, next) = reason(query, it, left);
    let message = format!(
        "the condition `{}` of {} {verdict}: {reason}",
        shown(node.span.of(&query.text)),
        what(query)
    );
    Some(Finding::new("query/never", Severity::Error, message, part(query, node)).next(next))
}

fn impossible(op: BinaryOp, left: Bounds, right: Bounds) -> bool {
    match op {
        BinaryOp::Gt => left.high <= right.low,
        BinaryOp::Ge => left.high < right.low,
        BinaryOp::Lt => left.low >= right.high,
        BinaryOp::Le => left.low > right.high,
        BinaryOp::Eq => left.high < right.low || left.low > right.high,
        _ => false,
    }
}

/// Only of what has a highest value: `count(x) > 0` is how one asks whether there is any.
fn certain(op: BinaryOp, left: Bounds, right: Bounds) -> bool {
    let finite = left.high.is_finite() && left.low < left.high;
    finite && matches!(op, BinaryOp::Lt | BinaryOp::Le) && left.high < right.low
}

fn reason(query: &Query, it: &Binary, left: Bounds) -> (String, String) {
    let inner = it.left.unwrapped();
    if let ExprKind::Aggregation(aggregation) = &inner.kind
        && aggregation.op == AggregationOp::Count
    {
        let counted = shown(aggregation.expr.span.of(&query.text));
        return (
            "the count of no series is no series, not 0".to_owned(),
            format!("write `absent({counted})`, or `(count({counted}) or vector(0)) {} ...`", it.op),
        );
    }
    if let ExprKind::Call(call) = &inner.kind
        && call.function.name.starts_with("absent")
    {
        return ("absent() is 1 or nothing".to_owned(), "leave the comparison out".to_owned());
    }
    let wrote = shown(it.right.span.of(&query.text));
    let reason = format!("the left side lies between {} and {}", left.low, left.high);
    let next = match (scale(&it.left), &it.right.unwrapped().kind) {
        (Some(Scale::Share), ExprKind::Number(number)) if *number > 1.0 && *number <= 100.0 => {
            format!("it is a share: {number} % is {}; or multiply the left side by 100", number / 100.0)
        }
        _ => format!("compare with a value in that range instead of {wrote}"),
    };
    (reason, next)
}

/// Failures by calls over 5: whoever writes that means per cent.
fn percent_of_likely_share(query: &Query, node: &Expr, it: &Binary) -> Option<Finding> {
    let ExprKind::Binary(quotient) = &it.left.unwrapped().kind else { return None };
    let ExprKind::Number(number) = it.right.unwrapped().kind else { return None };
    let over = matches!(it.op, BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Le);
    if !over || number <= 1.0 || number > 100.0 || !likely_share(quotient) {
        return None;
    }
    let message = format!(
        "{} compares a share with {number}: by the names, its left side lies between 0 and 1",
        what(query)
    );
    let next = format!("{number} % is {}; or multiply the left side by 100", number / 100.0);
    Some(Finding::new("query/never", Severity::Warning, message, part(query, node)).next(next))
}

fn matcher(corpus: &Corpus, findings: &mut Vec<Finding>) {
    every(corpus, &mut |query| {
        let Ok(expr) = &query.parsed else { return };
        for used in expr.selectors() {
            for it in used.selector.matchers.iter().filter(|it| is_pattern(it.op, &it.value)) {
                let place = query.place(it.span.start, it.span.end);
                let wrote = it.span.of(&query.text);
                let operator = it.op.name();
                let message = format!(
                    "`{wrote}` in {} compares letter by letter; `{}` is a pattern",
                    what(query),
                    it.value
                );
                let next = format!(
                    "write `{}{}~\"{}\"`",
                    it.label,
                    if operator == "=" { "=" } else { "!" },
                    it.value
                );
                findings.push(
                    Finding::new("query/matcher", Severity::Warning, message, Noted::new(&place, wrote))
                        .next(next),
                );
            }
        }
    });
}

fn is_pattern(op: MatchOp, value: &str) -> bool {
    let digits = value.len() == 3 && value.starts_with(|c: char| c.is_ascii_digit()) && value.ends_with("..");
    let is_route = value.contains('/');
    !op.is_regex()
        && !is_route
        && (digits || value.contains(".*") || value.contains(".+") || alternatives(value))
}

/// `a|b`, `(a|b)`.
fn alternatives(value: &str) -> bool {
    let words = value.trim_start_matches('(').trim_end_matches(')');
    words.contains('|')
        && words.split('|').all(|word| {
            !word.is_empty()
                && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        })
}

fn split(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let alerts = corpus.queries.iter().filter(|query| matches!(query.purpose, Purpose::Alert(_)));
    for query in alerts {
        let Ok(expr) = &query.parsed else { continue };
        for used in expr.selectors().iter().filter(|used| !used.aggregated) {
            let named = used.selector.metric_name();
            let Some((name, label)) = SPLIT.iter().find(|(name, _)| named == Some(*name)) else { continue };
            let mut compared = false;
            expr.walk(&mut |node, _| {
                compared |= matches!(&node.kind, ExprKind::Binary(it) if it.op.is_comparison());
            });
            if !compared || used.selector.matchers.iter().any(|matcher| matcher.label == *label) {
                continue;
            }
            let message = format!(
                "{} compares `{name}` without a sum, which has a series for every {label}",
                what(query)
            );
            let noted = Noted::new(&query.place(used.span.start, used.span.end), used.span.of(&query.text));
            findings.push(
                Finding::new("query/split", Severity::Warning, message, noted)
                    .next(format!("write `sum(...)` around it, or say which with `{label}=\"...\"`")),
            );
        }
    }
}
