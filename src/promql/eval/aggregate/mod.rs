//! `sum`, `topk` and their like: many series made few.
//!
//! Aggregations that fold values run down whole columns, group by group, with one state for each step. Those
//! that must see all values of a step at once (`topk`, `quantile`, `count_values`) go step by step.
//!
//! # Decisions
//!
//! * Groups come in the order in which their first series comes. Prometheus 3 shuffles the result of
//!   `count_values` (it walks a hash map); here it has the order of first appearance, as in Prometheus 2.
//! * `topk` breaks ties as Prometheus does, which depends on its heap and on its language's unstable sort:
//!   `heap` and `pattern_sort` make the same comparisons and swaps. Revisit when a release sorts differently.

mod count_values;
mod fold;
mod heap;
mod parameter;
mod quantile;
mod rank;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::EvalError;
use super::table::{Evaluated, Steps, Table, present};
use crate::promql::{Aggregation, AggregationOp, Dialect, Grouping, Labels, NAME};

/// Series that become one, or that compete for the same places.
struct Group {
    labels: Labels,
    /// Places in the input, rising.
    members: Vec<usize>,
}

/// What an aggregation yields at each step.
///
/// `hold` counts a series more than there were.
///
/// # Errors
///
/// The parameter is of no use: a `k` that is no integer of 64 bits, a label without a name. Those of `hold`.
pub(super) fn aggregate(
    node: &Aggregation,
    param: Option<Evaluated>,
    input: Table,
    steps: &Steps<'_>,
    hold: &dyn Fn() -> Result<(), EvalError>,
) -> Result<Table, EvalError> {
    use AggregationOp::{Avg, Bottomk, Count, CountValues, Max, Min, Quantile, Stddev, Stdvar, Sum, Topk};
    let grouping = node.grouping.as_ref();
    let newer = steps.dialect == Dialect::V3;
    Ok(match node.op {
        CountValues => {
            let label = parameter::label(node, param, steps.dialect)?;
            count_values::count_values(grouping, &label, &input, steps.at_ms.len(), hold)?
        }
        Topk | Bottomk => match parameter::counts(node, param, &input, steps.dialect)? {
            Some(counts) => {
                let groups = groups(grouping, &input);
                rank::rank(node.op == Topk, &counts, input, &groups, steps.dialect)
            }
            None => Table::new(),
        },
        Quantile => {
            let ranks = parameter::numbers(node, param)?;
            quantile::quantiles(&ranks, &input, groups(grouping, &input), steps)
        }
        Sum if newer => fold::fold::<fold::CompensatedSum>(&input, groups(grouping, &input), steps),
        Sum => fold::fold::<fold::PlainSum>(&input, groups(grouping, &input), steps),
        Avg if newer => fold::fold::<fold::CompensatedMean>(&input, groups(grouping, &input), steps),
        Avg => fold::fold::<fold::RunningMean>(&input, groups(grouping, &input), steps),
        Count => fold::fold::<fold::Counted>(&input, groups(grouping, &input), steps),
        Min => fold::fold::<fold::Lowest>(&input, groups(grouping, &input), steps),
        Max => fold::fold::<fold::Highest>(&input, groups(grouping, &input), steps),
        AggregationOp::Group => fold::fold::<fold::Presence>(&input, groups(grouping, &input), steps),
        Stdvar if newer => fold::fold::<fold::Variance<true, false>>(&input, groups(grouping, &input), steps),
        Stdvar => fold::fold::<fold::Variance<false, false>>(&input, groups(grouping, &input), steps),
        Stddev if newer => fold::fold::<fold::Variance<true, true>>(&input, groups(grouping, &input), steps),
        Stddev => fold::fold::<fold::Variance<false, true>>(&input, groups(grouping, &input), steps),
    })
}

/// The labels that a series' group has. `without` drops the metric's name too, listed or not.
fn group_labels(grouping: Option<&Grouping>, labels: &Labels) -> Labels {
    match grouping {
        None => Labels::empty(),
        Some(grouping) => labels.keep(|name| grouping.keeps(name) && !(grouping.without && name == NAME)),
    }
}

/// The groups, in the order of their first series.
fn groups(grouping: Option<&Grouping>, input: &Table) -> Vec<Group> {
    let mut places: HashMap<Labels, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (index, column) in input.iter().enumerate() {
        // A series without a value must not decide the order.
        if !column.values.iter().any(|value| present(*value)) {
            continue;
        }
        let labels = group_labels(grouping, &column.labels);
        match places.entry(labels) {
            Entry::Occupied(place) => groups[*place.get()].members.push(index),
            Entry::Vacant(vacant) => {
                groups.push(Group { labels: vacant.key().clone(), members: vec![index] });
                vacant.insert(groups.len() - 1);
            }
        }
    }
    groups
}
