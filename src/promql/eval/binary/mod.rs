//! Operators between two expressions.
//!
//! Numbers are computed in `number` (`numeric` holds what is longer than a line). Between vectors,
//! `signature` finds which series are partners, `matching` joins them for arithmetic and comparisons, and
//! `sets` for `and`, `or` and `unless`.
//!
//! # Decisions
//!
//! * Partners are found once for whole columns. Prometheus looks at each step alone, where only the series
//!   with a sample count: conflicts are therefore judged step by step, and of several the first step's is
//!   reported.
//! * `^` and `atan2` are the algorithms of Go's `math`, since those of other libraries differ in the last bit.

mod matching;
mod number;
mod sets;
mod signature;

use super::EvalError;
use super::table::{ABSENT, Column, Steps, Table, present, same_labels};
use crate::promql::{Binary, BinaryOp, Side, Span};

pub(super) use number::scalars;

/// What an operator between two vectors yields at each step.
///
/// # Errors
///
/// Several series could be the partner of one at the same step, or two results have the same labels.
pub(super) fn vectors(
    node: &Binary,
    left: Table,
    right: Table,
    steps: &Steps<'_>,
) -> Result<Table, EvalError> {
    if node.op.is_set() {
        let joined = sets::join(node, left, right, steps);
        // Only `or` puts series of both sides into one result.
        return if node.op == BinaryOp::Or { same_labels(joined, span(node)) } else { Ok(joined) };
    }
    let joined = matching::join(node, left, right, steps)?;
    same_labels(joined, span(node))
}

/// What an operator between a vector and a number yields at each step; `scalar_side` is where the number
/// stands.
///
/// # Errors
///
/// Two results have the same labels once their names are dropped.
pub(super) fn with_scalar(
    node: &Binary,
    vector: Table,
    numbers: &[f64],
    scalar_side: Side,
    steps: &Steps<'_>,
) -> Result<Table, EvalError> {
    let filters = node.op.is_comparison() && !node.bool_modifier;
    let mut results = Table::with_capacity(vector.len());
    for column in vector {
        let values = match scalar_side {
            Side::Right => number::combine(node, &column.values, numbers),
            Side::Left if filters => keep_where(node.op, numbers, column.values),
            Side::Left => number::combine(node, numbers, &column.values),
        };
        if values.iter().any(|value| present(*value)) {
            let labels = match signature::renames(node, steps.dialect) {
                true => super::table::nameless(&column.labels, steps.dialect),
                false => column.labels,
            };
            results.push(Column { labels, values });
        }
    }
    same_labels(results, span(node))
}

/// A comparison keeps the vector's value, also where the number stands on the left.
fn keep_where(op: BinaryOp, numbers: &[f64], mut values: Vec<f64>) -> Vec<f64> {
    for (value, &scalar) in values.iter_mut().zip(numbers) {
        if present(*value) && !number::compare(op, scalar, *value) {
            *value = ABSENT;
        }
    }
    values
}

/// The whole operation's place.
fn span(node: &Binary) -> Span {
    node.left.span.to(node.right.span)
}
