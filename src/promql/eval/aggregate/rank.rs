//! `topk` and `bottomk`: the best series of each group, at each step anew.

use super::Group;
use super::heap::{pop, push, replace_top};
use crate::promql::Dialect;
use crate::promql::eval::pattern_sort::sort;
use crate::promql::eval::table::{ABSENT, Column, Table, present};

/// A value and the place of its series in the input.
type Entry = (f64, usize);

/// What makes a series worse than another, and whose heap is kept.
struct Rule<F> {
    worse: F,
    dialect: Dialect,
}

/// The series that are among the best of their group, with values at the steps where they are. `counts` says
/// for each step how many that is. A single step's result is sorted, the best first.
pub(super) fn rank(top: bool, counts: &[usize], input: Table, groups: &[Group], dialect: Dialect) -> Table {
    // The worst of those kept is the top of the heap; NaN is worse than all.
    let worse = move |one: &Entry, other: &Entry| {
        one.0.is_nan() || if top { one.0 < other.0 } else { one.0 > other.0 }
    };
    let rule = Rule { worse, dialect };
    let mut best: Vec<Entry> = Vec::new();
    if let [count] = counts {
        let mut order = Vec::new();
        for group in groups {
            choose(&mut best, &rule, *count, group, &input, 0);
            sort(&mut best, &|one: &Entry, other: &Entry| (rule.worse)(other, one), dialect);
            order.extend(best.iter().map(|(_, member)| *member));
        }
        let mut columns: Vec<Option<Column>> = input.into_iter().map(Some).collect();
        return order.into_iter().filter_map(|member| columns[member].take()).collect();
    }
    let mut kept: Vec<Vec<f64>> = vec![Vec::new(); input.len()];
    for group in groups {
        for (step, count) in counts.iter().enumerate() {
            choose(&mut best, &rule, *count, group, &input, step);
            for (value, member) in &best {
                let values = &mut kept[*member];
                values.resize(step, ABSENT);
                values.push(*value);
            }
        }
    }
    let mut chosen = Table::new();
    for (column, mut values) in input.into_iter().zip(kept) {
        if !values.is_empty() {
            values.resize(counts.len(), ABSENT);
            chosen.push(Column { labels: column.labels, values });
        }
    }
    chosen
}

/// Fills `best` with the best of a group at a step, as a heap.
fn choose(
    best: &mut Vec<Entry>,
    rule: &Rule<impl Fn(&Entry, &Entry) -> bool>,
    count: usize,
    group: &Group,
    input: &Table,
    step: usize,
) {
    best.clear();
    for &member in &group.members {
        let entry = (input[member].values[step], member);
        if !present(entry.0) || count == 0 {
            continue;
        }
        let Some(worst) = best.first().filter(|_| best.len() >= count) else {
            push(best, entry, &rule.worse);
            continue;
        };
        // Equals never take a place, nor does NaN; but in 2.42 NaN takes that of NaN.
        match rule.dialect {
            Dialect::V2 if worst.0.is_nan() || (rule.worse)(worst, &entry) && !entry.0.is_nan() => {
                pop(best, &rule.worse);
                push(best, entry, &rule.worse);
            }
            Dialect::V3 if (rule.worse)(worst, &entry) && !entry.0.is_nan() => {
                replace_top(best, entry, &rule.worse);
            }
            _ => {}
        }
    }
}
