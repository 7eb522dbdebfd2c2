//! Intermediate results: a column of values for each series, a row for each step.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::EvalError;
use crate::promql::{Dialect, Labels, NAME, Span};

/// The bits of the NaN that stands where a series has no value at a step.
const ABSENT_BITS: u64 = 0x7ff8_0000_a85e_4700;

/// No value at this step. It never goes into arithmetic: ask [`present`] first.
pub(super) const ABSENT: f64 = f64::from_bits(ABSENT_BITS);

/// Whether there is a value. NaN is one.
pub(super) const fn present(value: f64) -> bool {
    value.to_bits() != ABSENT_BITS
}

/// One series of an intermediate result.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// What it is called.
    pub(super) labels: Labels,
    /// One for each step; [`ABSENT`] where there is none.
    pub(super) values: Vec<f64>,
}

/// The series of an instant vector at every step, in Prometheus' order.
pub(super) type Table = Vec<Column>;

/// What a part of a query yields.
#[derive(Debug, Clone)]
pub(super) enum Evaluated {
    /// An instant vector at each step.
    Table(Table),
    /// A number at each step.
    Numbers(Vec<f64>),
    /// Text.
    Text(String),
}

/// What every part of a query needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps<'a> {
    /// The time of each step, in milliseconds since 1970. An instant query has one.
    pub(super) at_ms: &'a [i64],
    /// Whose rules.
    pub(super) dialect: Dialect,
}

/// Labels of an operation that makes another metric of a series: without its name and, in 3.5, without the type
/// and unit that some servers add.
pub(super) fn nameless(labels: &Labels, dialect: Dialect) -> Labels {
    match dialect {
        Dialect::V2 => labels.without_name(),
        Dialect::V3 => labels.keep(|name| !matches!(name, NAME | "__type__" | "__unit__")),
    }
}

/// Columns of the same labels made one.
///
/// # Errors
///
/// Two of them have a value at the same step.
pub(super) fn same_labels(table: Table, span: Span) -> Result<Table, EvalError> {
    let mut places: HashMap<Labels, usize> = HashMap::with_capacity(table.len());
    let mut merged: Table = Vec::with_capacity(table.len());
    for column in table {
        match places.entry(column.labels.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(merged.len());
                merged.push(column);
            }
            Entry::Occupied(place) => {
                let kept = &mut merged[*place.get()].values;
                for (one, other) in kept.iter_mut().zip(column.values).filter(|(_, other)| present(*other)) {
                    if present(*one) {
                        let message = format!(
                            "vector cannot contain metrics with the same labelset: {}",
                            column.labels
                        );
                        return Err(EvalError::new(span, message));
                    }
                    *one = other;
                }
            }
        }
    }
    Ok(merged)
}
