//! `histogram_quantile` and `histogram_fraction` over classic histograms.

use std::collections::HashMap;

use super::number;
use super::quantile::{Bucket, fraction, quantile};
use super::{Column, Steps, Table, blank, nameless, present};
use crate::promql::{Dialect, Labels};

/// The label that holds a bucket's upper bound.
const BOUND: &str = "le";

/// Series that differ in their bounds only.
struct Histogram<'a> {
    labels: Labels,
    buckets: Vec<(f64, &'a Column)>,
}

/// One number makes it `histogram_quantile`, two `histogram_fraction`, which Prometheus 2 knows of native
/// histograms only. The order is that in which histograms come first in the table; a server's is random.
pub(super) fn classic(numbers: &[Vec<f64>], table: &Table, steps: &Steps<'_>) -> Table {
    if numbers.len() > 1 && steps.dialect == Dialect::V2 {
        return Table::new();
    }
    let number = |place: usize, step: usize| {
        numbers.get(place).and_then(|all| all.get(step)).copied().unwrap_or(f64::NAN)
    };
    let mut result = Table::new();
    for histogram in histograms(table, steps.dialect) {
        let mut column = blank(histogram.labels, steps);
        for (step, value) in column.values.iter_mut().enumerate() {
            let at = |(bound, column): &(f64, &Column)| {
                let count = column.values.get(step).copied().filter(|count| present(*count))?;
                Some(Bucket { bound: *bound, count })
            };
            let buckets: Vec<Bucket> = histogram.buckets.iter().filter_map(at).collect();
            if buckets.is_empty() {
                continue;
            }
            *value = if numbers.len() > 1 {
                fraction(number(0, step), number(1, step), buckets, steps.dialect)
            } else {
                quantile(number(0, step), buckets, steps.dialect)
            };
        }
        result.push(column);
    }
    result
}

/// What has no bound, or none that is a number, is left out.
fn histograms(table: &Table, dialect: Dialect) -> Vec<Histogram<'_>> {
    let mut places: HashMap<Labels, usize> = HashMap::new();
    let mut found: Vec<Histogram<'_>> = Vec::new();
    for column in table {
        let Some(bound) = number::parse(column.labels.value(BOUND)) else { continue };
        // Metrics of different names are different histograms, though their results have no names.
        let labels = column.labels.keep(|name| name != BOUND);
        let place = *places.entry(labels).or_insert_with_key(|labels| {
            found.push(Histogram { labels: nameless(labels, dialect), buckets: Vec::new() });
            found.len() - 1
        });
        found[place].buckets.push((bound, column));
    }
    found
}
