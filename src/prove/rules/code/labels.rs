//! Which labels the result of a query has, and operations between series that can never be partners.

use std::collections::BTreeSet;

use super::Rule;
use super::annotated::{panels, within};
use super::queries::{every, part, shown, what};
use crate::promql::{AggregationOp, Binary, BinaryOp, Call, Expr, ExprKind, MatchOp, Side, ValueType};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::Query;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "query/labels",
        finds: "Operations whose two sides have different labels, so that no series finds a partner.",
        why: "The result is empty, whatever the values.",
        wrong: "A label that a series lacks counts as empty: `by (x)` over series without x is one series without labels.",
        find: partners,
    },
    Rule {
        id: "query/legend",
        finds: "Legends that print a label which the panel's query has summed away.",
        why: "Every line of the panel gets the same empty name.",
        wrong: "It cannot be: which labels an aggregation keeps is written in it.",
        find: legends,
    },
];

/// The part of an expression that takes a label away; none where the label may be there.
pub(super) fn lost<'a>(expr: &'a Expr, label: &str) -> Option<&'a Expr> {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::String(_) => Some(expr),
        ExprKind::Vector(_) | ExprKind::Matrix(_) => None,
        ExprKind::Paren(inner) => lost(inner, label),
        ExprKind::Unary(it) => lost(&it.expr, label),
        ExprKind::Subquery(it) => lost(&it.expr, label),
        ExprKind::Aggregation(it) => match it.op {
            AggregationOp::Topk | AggregationOp::Bottomk => lost(&it.expr, label),
            AggregationOp::CountValues if it.param.as_ref().is_some_and(|param| is_text(param, label)) => {
                None
            }
            _ if it.grouping.as_ref().is_some_and(|grouping| grouping.keeps(label)) => lost(&it.expr, label),
            _ => Some(expr),
        },
        ExprKind::Call(call) => lost_in_call(expr, call, label),
        ExprKind::Binary(it) => lost_in_binary(expr, it, label),
    }
}

fn is_text(expr: &Expr, text: &str) -> bool {
    matches!(&expr.unwrapped().kind, ExprKind::String(found) if found == text)
}

fn lost_in_call<'a>(expr: &'a Expr, call: &'a Call, label: &str) -> Option<&'a Expr> {
    match call.function.name {
        "absent" | "absent_over_time" => {
            let uses = call.args.first()?.selectors();
            // Of `absent(sum(x))` nothing is left; of `absent(x{a="b"})` what is asked for letter by letter.
            let bare =
                matches!(call.args.first()?.unwrapped().kind, ExprKind::Vector(_) | ExprKind::Matrix(_));
            let asked = |m: &crate::promql::Matcher| m.label == label && m.op == MatchOp::Equal;
            let kept = bare && uses.first().is_some_and(|used| used.selector.matchers.iter().any(asked));
            if kept { None } else { Some(expr) }
        }
        "vector" | "scalar" | "time" | "pi" => Some(expr),
        "histogram_quantile" if label == "le" => Some(expr),
        "label_replace" | "label_join" if call.args.get(1).is_some_and(|to| is_text(to, label)) => None,
        _ => {
            let series = |arg: &&Expr| matches!(arg.value_type(), ValueType::Vector | ValueType::Matrix);
            lost(call.args.iter().find(series)?, label)
        }
    }
}

fn lost_in_binary<'a>(expr: &'a Expr, it: &'a Binary, label: &str) -> Option<&'a Expr> {
    let scalar = |side: &Expr| side.value_type() == ValueType::Scalar;
    match (scalar(&it.left), scalar(&it.right)) {
        (true, true) => return Some(expr),
        (true, false) => return lost(&it.right, label),
        (false, true) => return lost(&it.left, label),
        (false, false) => {}
    }
    match it.op {
        BinaryOp::And | BinaryOp::Unless => return lost(&it.left, label),
        BinaryOp::Or => return lost(&it.left, label).filter(|_| lost(&it.right, label).is_some()),
        _ => {}
    }
    let Some(matching) = &it.matching else { return lost(&it.left, label) };
    let listed = matching.labels.iter().any(|listed| listed.name == label);
    match &matching.group {
        None if listed != matching.on => Some(expr),
        None => lost(&it.left, label).or_else(|| lost(&it.right, label)),
        Some(group) => {
            let (many, one) =
                if group.many == Side::Left { (&it.left, &it.right) } else { (&it.right, &it.left) };
            let taken = group.include.iter().any(|taken| taken.name == label);
            lost(if taken { one } else { many }, label)
        }
    }
}

/// All labels of an expression's result; none where they depend on the series.
fn only(expr: &Expr) -> Option<BTreeSet<String>> {
    match &expr.kind {
        ExprKind::Paren(inner) => only(inner),
        ExprKind::Unary(it) => only(&it.expr),
        ExprKind::Aggregation(it) if matches!(it.op, AggregationOp::Topk | AggregationOp::Bottomk) => {
            only(&it.expr)
        }
        ExprKind::Aggregation(it) if it.op == AggregationOp::CountValues => None,
        ExprKind::Aggregation(it) => match &it.grouping {
            None => Some(BTreeSet::new()),
            Some(grouping) if grouping.without => None,
            Some(grouping) => Some(grouping.labels.iter().map(|label| label.name.clone()).collect()),
        },
        ExprKind::Call(call) if call.function.name == "histogram_quantile" => {
            let mut labels = only(call.args.get(1)?)?;
            labels.remove("le");
            Some(labels)
        }
        ExprKind::Call(call) if call.function.name == "vector" => Some(BTreeSet::new()),
        ExprKind::Call(call)
            if matches!(
                call.function.name,
                "label_replace" | "label_join" | "absent" | "absent_over_time"
            ) =>
        {
            None
        }
        ExprKind::Call(call) => only(call.args.iter().find(|arg| arg.value_type() == ValueType::Vector)?),
        ExprKind::Binary(it) => match (it.left.value_type(), it.right.value_type()) {
            (_, ValueType::Scalar) => only(&it.left),
            (ValueType::Scalar, _) => only(&it.right),
            _ if it.matching.as_ref().is_some_and(|matching| matching.on || matching.group.is_some()) => None,
            _ if it.op == BinaryOp::Or => None,
            _ => only(&it.left),
        },
        _ => None,
    }
}

fn partners(corpus: &Corpus, findings: &mut Vec<Finding>) {
    every(corpus, &mut |query| {
        let Ok(expr) = &query.parsed else { return };
        expr.walk(&mut |node, _| {
            let ExprKind::Binary(it) = &node.kind else { return };
            // `or` and `unless` take what finds no partner.
            let needs = !matches!(it.op, BinaryOp::Or | BinaryOp::Unless);
            let vectors = [&it.left, &it.right].iter().all(|side| side.value_type() == ValueType::Vector);
            if needs && vectors && !grouped_by_variable(query, node) {
                findings.extend(no_partner(query, it));
            }
        });
    });
}

fn no_partner(query: &Query, it: &Binary) -> Option<Finding> {
    let (mut left, mut right) = (only(&it.left)?, only(&it.right)?);
    if let Some(matching) = &it.matching {
        if matching.on {
            return None;
        }
        for label in &matching.labels {
            left.remove(&label.name);
            right.remove(&label.name);
        }
    }
    if left == right {
        return None;
    }
    let named = |labels: &BTreeSet<String>| {
        if labels.is_empty() {
            return "no labels".to_owned();
        }
        format!("`{}`", labels.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    let common: Vec<&str> = left.intersection(&right).map(String::as_str).collect();
    let message = format!(
        "`{}` in {} never has a result: the left side has {}, the right side has {}, and partners must agree in all",
        it.op,
        what(query),
        named(&left),
        named(&right)
    );
    let side = if left.len() > right.len() { "group_left" } else { "group_right" };
    let next = format!("group both sides alike, or write `on ({}) {side} ()`", common.join(", "));
    Some(
        Finding::new("query/labels", Severity::Error, message, part(query, &it.left))
            .also(part(query, &it.right))
            .next(next),
    )
}

fn legends(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for panel in panels(corpus) {
        for (query, legend) in &panel.targets {
            let (Some(legend), Ok(expr)) = (legend, &query.parsed) else { continue };
            // What a variable of the dashboard stands for is not known.
            if grouped_by_variable(query, expr) {
                continue;
            }
            for (label, whole) in named_in(legend.text().unwrap_or_default()) {
                let Some(by) = lost(expr, label) else { continue };
                let message = format!(
                    "the legend prints the label `{label}`, which {} does not keep: it stays empty",
                    what(query)
                );
                let noted = Noted::new(&within(panel.snippet, legend, whole), shown(whole));
                findings.push(
                    Finding::new("query/legend", Severity::Warning, message, noted)
                        .also(part(query, by))
                        .next(format!("keep it with `by ({label})`, or take it out of the legend")),
                );
            }
        }
    }
}

/// Whether a variable stands among the labels that an aggregation keeps or drops.
fn grouped_by_variable(query: &Query, expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |node, _| {
        let ExprKind::Aggregation(it) = &node.kind else { return };
        found |= it.grouping.as_ref().is_some_and(|grouping| grouping.span.of(&query.text).contains('$'));
    });
    found
}

/// `{{pod}}`: Grafana's legends hold a label's bare name.
fn named_in(legend: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = legend;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}") else { break };
        let whole = &rest[start..start + end + 2];
        let name = whole[2..end].trim();
        if !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with("__")
        {
            found.push((name, whole));
        }
        rest = &rest[start + end + 2..];
    }
    found
}
