//! Which series are partners.

use std::collections::HashMap;

use crate::promql::eval::table::Table;
use crate::promql::{Binary, BinaryOp, Dialect, Labels, Matching, NAME};

/// The labels by which partners find each other, numbered.
pub(super) struct Signatures {
    /// Of each series on the left.
    pub(super) left: Vec<usize>,
    /// Of each series on the right.
    pub(super) right: Vec<usize>,
    /// How many different ones there are.
    pub(super) count: usize,
}

impl Signatures {
    pub(super) fn new(matching: Option<&Matching>, left: &Table, right: &Table) -> Signatures {
        let mut known: HashMap<Labels, usize> = HashMap::with_capacity(left.len());
        let mut number = |labels: &Labels| {
            let next = known.len();
            *known.entry(matched(matching, labels)).or_insert(next)
        };
        let left = left.iter().map(|column| number(&column.labels)).collect();
        let right = right.iter().map(|column| number(&column.labels)).collect();
        Signatures { left, right, count: known.len() }
    }
}

/// The labels that partners agree in. The metric's name is one of them only if `on` lists it.
pub(super) fn matched(matching: Option<&Matching>, labels: &Labels) -> Labels {
    match matching {
        None => labels.without_name(),
        Some(matching) => {
            let listed = |name: &str| matching.labels.iter().any(|label| label.name == name);
            labels.keep(|name| if matching.on { listed(name) } else { name != NAME && !listed(name) })
        }
    }
}

/// Labels as Prometheus writes them in its errors: the name is one of them.
pub(super) fn listed(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| match crate::promql::is_plain_label(name) {
            true => format!("{name}={value:?}"),
            false => format!("{name:?}={value:?}"),
        })
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

/// Whether an operator makes another metric of its operands, which then loses its name. 2.42 forgot `atan2`.
pub(super) fn renames(node: &Binary, dialect: Dialect) -> bool {
    let kept = node.op.is_comparison() || (node.op == BinaryOp::Atan2 && dialect == Dialect::V2);
    !kept || node.bool_modifier
}
