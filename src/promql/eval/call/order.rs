//! `sort` and `sort_desc`.

use super::{Steps, Table, present};
use crate::promql::eval::pattern_sort;

/// By value, NaN last both ways. It has no meaning over several steps, where series are in the order of labels.
pub(super) fn sort(mut table: Table, descending: bool, steps: &Steps<'_>) -> Table {
    if steps.at_ms.len() != 1 {
        return table;
    }
    let value = |column: &super::Column| column.values.first().copied().unwrap_or(super::ABSENT);
    table.retain(|column| present(value(column)));
    // As Prometheus has it: NaN is less than all, itself included, in the reverse of the order that is wanted.
    let worse = |one: f64, other: f64| one.is_nan() || if descending { one < other } else { one > other };
    pattern_sort::sort(&mut table, &|one, other| worse(value(other), value(one)), steps.dialect);
    table
}
