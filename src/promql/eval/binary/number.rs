//! Operators on numbers, alone and down whole columns.

use crate::promql::eval::numeric::{atan2, pow};
use crate::promql::eval::table::{ABSENT, present};
use crate::promql::{Binary, BinaryOp};

/// What an operator yields for two numbers: 0 or 1 for comparisons, NaN for set operators, which take none.
pub(in crate::promql::eval) fn scalars(op: BinaryOp, left: f64, right: f64) -> f64 {
    match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Div => left / right,
        // The remainder with the sign of the left side, as in Go.
        BinaryOp::Mod => left % right,
        BinaryOp::Pow => pow(left, right),
        BinaryOp::Atan2 => atan2(left, right),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => f64::NAN,
        _ => f64::from(u8::from(compare(op, left, right))),
    }
}

/// Whether a comparison holds; false for all other operators.
pub(super) fn compare(op: BinaryOp, left: f64, right: f64) -> bool {
    match op {
        BinaryOp::Eq => left == right,
        BinaryOp::Ne => left != right,
        BinaryOp::Lt => left < right,
        BinaryOp::Le => left <= right,
        BinaryOp::Gt => left > right,
        BinaryOp::Ge => left >= right,
        _ => false,
    }
}

/// The operator's value at each step where both sides have one. A comparison without `bool` yields the left
/// side's value where it holds.
pub(super) fn combine(node: &Binary, left: &[f64], right: &[f64]) -> Vec<f64> {
    // One loop for each operator, so that the operator is not chosen anew for each value.
    match (node.op, node.bool_modifier) {
        (BinaryOp::Add, _) => each(left, right, |one, other| one + other),
        (BinaryOp::Sub, _) => each(left, right, |one, other| one - other),
        (BinaryOp::Mul, _) => each(left, right, |one, other| one * other),
        (BinaryOp::Div, _) => each(left, right, |one, other| one / other),
        (op, false) if op.is_comparison() => {
            each(left, right, |one, other| if compare(op, one, other) { one } else { ABSENT })
        }
        (op, _) => each(left, right, |one, other| scalars(op, one, other)),
    }
}

fn each(left: &[f64], right: &[f64], of: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let pairs = left.iter().zip(right);
    pairs.map(|(&one, &other)| if present(one) && present(other) { of(one, other) } else { ABSENT }).collect()
}
