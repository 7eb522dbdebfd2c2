//! `absent` and `absent_over_time`.

use std::collections::BTreeSet;

use super::{Column, Steps, Table, blank, present};
use crate::promql::{Dialect, Expr, ExprKind, Labels, MatchOp, Matcher, NAME};

/// One where no series of the argument has a value.
pub(super) fn absent(arg: Option<&Expr>, table: &Table, steps: &Steps<'_>) -> Table {
    let mut result: Column = blank(labels(arg, steps.dialect), steps);
    for (step, value) in result.values.iter_mut().enumerate() {
        let any = table.iter().any(|column| column.values.get(step).is_some_and(|value| present(*value)));
        if !any {
            *value = 1.0;
        }
    }
    if result.values.iter().any(|value| present(*value)) { vec![result] } else { Table::new() }
}

/// What the argument's matchers say of the labels that are missing: those with one `=`.
fn labels(arg: Option<&Expr>, dialect: Dialect) -> Labels {
    let selector = match arg.map(|arg| &arg.unwrapped().kind) {
        Some(ExprKind::Vector(selector)) => selector,
        Some(ExprKind::Matrix(matrix)) => &matrix.selector,
        _ => return Labels::empty(),
    };
    let mut matchers: Vec<&Matcher> =
        selector.matchers.iter().filter(|matcher| matcher.label != NAME).collect();
    if dialect == Dialect::V3 {
        // Its storage puts what only takes series away last, in the very list that is read here.
        let takes_away = |matcher: &&Matcher| {
            matches!(matcher.op, MatchOp::NotEqual | MatchOp::NotRegex) && matcher.matches_empty
        };
        matchers.sort_by_key(takes_away);
    }
    let mut labels = Labels::empty();
    let mut seen = BTreeSet::new();
    for matcher in matchers {
        // What comes after an `=` takes the label away, but an `=` after others counts.
        let first = matcher.op == MatchOp::Equal && seen.insert(&matcher.label);
        labels = labels.with(&matcher.label, if first { &matcher.value } else { "" });
    }
    labels
}
