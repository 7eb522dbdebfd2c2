//! `count_values`: how many series have each value.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{EvalError, group_labels};
use crate::promql::eval::table::{ABSENT, Column, Table, present};
use crate::promql::number::format_float;
use crate::promql::{Grouping, Labels, NAME};

/// The bits that stand for every NaN: all are written the same.
const NAN_BITS: u64 = 0x7ff8_0000_0000_0001;

/// The counts of each group and value, in the order in which they first appear. Each value is a series of its own over
/// all steps, of which `hold` hears before it is made: there may be as many as samples.
pub(super) fn count_values(
    grouping: Option<&Grouping>,
    label: &str,
    input: &Table,
    step_count: usize,
    hold: &dyn Fn() -> Result<(), EvalError>,
) -> Result<Table, EvalError> {
    let mut counter =
        Counter { grouping, label, step_count, hold, places: HashMap::new(), counted: Table::new() };
    let mut known: HashMap<(Labels, u64), usize> = HashMap::new();
    for column in input {
        let base = group_labels(grouping, &column.labels);
        // Series repeat their values: only a change costs a look-up.
        let mut last: Option<(u64, usize)> = None;
        for (step, &value) in column.values.iter().enumerate().filter(|(_, value)| present(**value)) {
            let bits = if value.is_nan() { NAN_BITS } else { value.to_bits() };
            let place = match last {
                Some((same, place)) if same == bits => place,
                _ => match known.entry((base.clone(), bits)) {
                    Entry::Occupied(place) => *place.get(),
                    Entry::Vacant(vacant) => *vacant.insert(counter.place(&base, value)?),
                },
            };
            last = Some((bits, place));
            let count = &mut counter.counted[place].values[step];
            *count = if present(*count) { *count + 1.0 } else { 1.0 };
        }
    }
    Ok(counter.counted)
}

struct Counter<'a> {
    grouping: Option<&'a Grouping>,
    label: &'a str,
    step_count: usize,
    hold: &'a dyn Fn() -> Result<(), EvalError>,
    places: HashMap<Labels, usize>,
    counted: Table,
}

impl Counter<'_> {
    /// Where a value of a group is counted. The value's label may be one that `without` drops.
    fn place(&mut self, group: &Labels, value: f64) -> Result<usize, EvalError> {
        let dropped = self
            .grouping
            .is_some_and(|grouping| grouping.without && (self.label == NAME || !grouping.keeps(self.label)));
        let labels = if dropped { group.clone() } else { group.with(self.label, &format_float(value)) };
        match self.places.entry(labels) {
            Entry::Occupied(place) => Ok(*place.get()),
            Entry::Vacant(vacant) => {
                (self.hold)()?;
                let place = self.counted.len();
                self.counted
                    .push(Column { labels: vacant.key().clone(), values: vec![ABSENT; self.step_count] });
                Ok(*vacant.insert(place))
            }
        }
    }
}
