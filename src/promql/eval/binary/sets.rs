//! `and`, `or`, `unless`.

use super::signature::Signatures;
use crate::promql::eval::table::{ABSENT, Column, Steps, Table, present};
use crate::promql::{Binary, BinaryOp};

/// The series of the left that have, or have not, a partner on the right; for `or`, all of the left and then
/// those of the right without one on the left.
pub(super) fn join(node: &Binary, left: Table, right: Table, steps: &Steps<'_>) -> Table {
    let signatures = Signatures::new(node.matching.as_ref(), &left, &right);
    let count = steps.at_ms.len();
    if node.op == BinaryOp::Or {
        let taken = occupied(&left, &signatures.left, signatures.count, count);
        let mut all = left;
        all.extend(filtered(right, &signatures.right, &taken, false));
        return all;
    }
    let partners = occupied(&right, &signatures.right, signatures.count, count);
    filtered(left, &signatures.left, &partners, node.op == BinaryOp::And)
}

/// For each signature the steps where any of its series has a value; nothing where it has no series.
fn occupied(table: &Table, signatures: &[usize], count: usize, step_count: usize) -> Vec<Vec<bool>> {
    let mut occupied = vec![Vec::new(); count];
    for (column, &signature) in table.iter().zip(signatures) {
        let steps = &mut occupied[signature];
        steps.resize(step_count, false);
        for (step, value) in steps.iter_mut().zip(&column.values) {
            *step |= present(*value);
        }
    }
    occupied
}

/// The series with values left where `steps` says whether they have a partner as `wanted`.
fn filtered(table: Table, signatures: &[usize], steps: &[Vec<bool>], wanted: bool) -> Table {
    let mut kept = Table::with_capacity(table.len());
    for (Column { labels, mut values }, &signature) in table.into_iter().zip(signatures) {
        let steps = &steps[signature];
        if steps.is_empty() {
            if !wanted {
                kept.push(Column { labels, values });
            }
            continue;
        }
        for (value, has_partner) in values.iter_mut().zip(steps) {
            if *has_partner != wanted {
                *value = ABSENT;
            }
        }
        if values.iter().any(|value| present(*value)) {
            kept.push(Column { labels, values });
        }
    }
    kept
}
