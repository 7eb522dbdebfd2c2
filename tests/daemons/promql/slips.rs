//! What the engines get wrong, mostly about `@`, and nobody means. It is not asked, and not imitated:
//!
//! * `@ start()` and `@ end()` in the parameter of an aggregation are not put in, and a parameter that changes is
//!   read once where what is aggregated does not change (2.42 and 3.5).
//! * `timestamp(x @ t offset d)` forgets the offset, but not in what it loads (2.42 and 3.5).
//! * A function of a window with `@`, which changes with its other arguments or with time, moves the window with each
//!   step, over what was loaded for the first (2.42).
//! * A subquery that yields a range vector, of something fixed, without a step in its window, shows a step after it
//!   (2.42).
//! * A subquery with a negative offset that starts where its query does shifts what is fixed in it by that offset
//!   (2.42).
//! * `count_values` by three labels forgets the last of them, if it sorts after the label of the values (2.42).

use probity::promql::{AggregationOp, Expr, ExprKind, ValueType};

use super::settled::Asked;
use crate::engines::Generation;

/// What changes with time whatever it is given, from the engine's own list.
const CHANGING: [&str; 11] = [
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "hour",
    "minute",
    "month",
    "predict_linear",
    "time",
    "timestamp",
    "year",
];

/// Whether an engine's answer would be one of its slips.
pub(super) fn slips(expr: &Expr, generation: Generation, asked: Asked) -> bool {
    let mut found = generation == Generation::V2
        && matches!(&expr.unwrapped().kind, ExprKind::Subquery(subquery) if fixed(&subquery.expr));
    expr.walk(&mut |part, above| {
        let many = asked == Asked::Range || above.iter().any(|one| matches!(one.kind, ExprKind::Subquery(_)));
        found |= match &part.kind {
            ExprKind::Subquery(it) => {
                it.offset.is_some_and(|offset| offset.by.millis() < 0) && pinned(&it.expr)
            }
            ExprKind::Aggregation(it) if it.op == AggregationOp::CountValues => {
                generation == Generation::V2 && it.grouping.as_ref().is_some_and(|by| by.labels.len() > 2)
            }
            ExprKind::Aggregation(it) => it
                .param
                .as_ref()
                .is_some_and(|param| pinned(param) || (many && fixed(&it.expr) && !fixed(param))),
            ExprKind::Call(call) if call.function.name == "timestamp" => {
                let arg = call.args[0].unwrapped();
                matches!(&arg.kind, ExprKind::Vector(it) if it.at.is_some() && it.offset.is_some())
            }
            ExprKind::Call(call) => {
                let window = call.args.iter().find(|arg| arg.value_type() == ValueType::Matrix);
                many && generation == Generation::V2 && window.is_some_and(pinned_window) && !fixed(part)
            }
            _ => false,
        };
    });
    found
}

/// Whether it holds an `@`.
fn pinned(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part, _| {
        found |= match &part.kind {
            ExprKind::Vector(it) => it.at.is_some(),
            ExprKind::Matrix(it) => it.selector.at.is_some(),
            ExprKind::Subquery(it) => it.at.is_some(),
            _ => false,
        };
    });
    found
}

fn pinned_window(window: &Expr) -> bool {
    match &window.unwrapped().kind {
        ExprKind::Matrix(it) => it.selector.at.is_some(),
        ExprKind::Subquery(it) => it.at.is_some(),
        _ => false,
    }
}

/// Whether the engine takes it to be the same at every step.
fn fixed(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::String(_) => true,
        ExprKind::Vector(it) => it.at.is_some(),
        ExprKind::Matrix(it) => it.selector.at.is_some(),
        ExprKind::Subquery(it) => it.at.is_some(),
        ExprKind::Aggregation(it) => fixed(&it.expr),
        ExprKind::Call(call) => !CHANGING.contains(&call.function.name) && call.args.iter().all(fixed),
        _ => expr.children().into_iter().all(fixed),
    }
}
