//! `quantile`: the value below which a share of the series lies.

use super::Group;
use crate::promql::eval::pattern_sort::sort;
use crate::promql::eval::table::{ABSENT, Column, Steps, Table, present};

/// A quantile of each group at each step.
pub(super) fn quantiles(ranks: &[f64], input: &Table, groups: Vec<Group>, steps: &Steps<'_>) -> Table {
    let mut found = Table::with_capacity(groups.len());
    let mut values: Vec<f64> = Vec::new();
    for group in groups {
        let mut column = vec![ABSENT; steps.at_ms.len()];
        for (step, (out, rank)) in column.iter_mut().zip(ranks).enumerate() {
            values.clear();
            values.extend(
                group.members.iter().map(|&member| input[member].values[step]).filter(|v| present(*v)),
            );
            if !values.is_empty() {
                *out = quantile(*rank, &mut values, steps);
            }
        }
        if column.iter().any(|value| present(*value)) {
            found.push(Column { labels: group.labels, values: column });
        }
    }
    found
}

/// Between two values it is their mean, weighted by how near they are. NaN counts as the lowest value.
fn quantile(rank: f64, values: &mut [f64], steps: &Steps<'_>) -> f64 {
    if rank.is_nan() {
        return f64::NAN;
    }
    if rank < 0.0 {
        return f64::NEG_INFINITY;
    }
    if rank > 1.0 {
        return f64::INFINITY;
    }
    // Only the order of 0 and -0 could tell one sort from another; all the same, it is the same sort.
    sort(values, &|one: &f64, other: &f64| one.is_nan() || one < other, steps.dialect);
    let last = values.len() - 1;
    let place = rank * last as f64;
    let below = (place.floor() as usize).min(last);
    let weight = place - place.floor();
    values[below] * (1.0 - weight) + values[(below + 1).min(last)] * weight
}
