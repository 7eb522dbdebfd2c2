//! What rules leave in the storage: series, and the markers that end them.

use std::collections::BTreeSet;

use crate::promql::{Labels, Storage, stale_marker};

/// Columns of one rule's results, as they go into a storage.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Written {
    /// Labels, times in milliseconds since 1970 and values, staleness markers included.
    pub(crate) series: Vec<(Labels, Vec<(i64, f64)>)>,
}

impl Written {
    /// Puts everything into a storage. Where it has a sample of the time already, that stays: a server too keeps
    /// the first.
    pub(crate) fn store(&self, storage: &mut Storage) {
        for (labels, points) in &self.series {
            let id = storage.series(labels);
            for (at_ms, value) in points {
                storage.insert(id, *at_ms, *value);
            }
        }
    }
}

/// Remembers which series a rule yielded last, so that those that are missing now are ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writer {
    previous: BTreeSet<Labels>,
}

impl Writer {
    /// The samples of one evaluation: what it yielded, and a staleness marker for each series that it yields no
    /// more.
    pub(crate) fn step(&mut self, results: Vec<(Labels, f64)>) -> Vec<(Labels, f64)> {
        if results.is_empty() && self.previous.is_empty() {
            return results;
        }
        let now: BTreeSet<Labels> = results.iter().map(|(labels, _)| labels.clone()).collect();
        let ended = self.previous.iter().filter(|labels| !now.contains(*labels));
        let mut samples = results;
        samples.extend(ended.map(|labels| (labels.clone(), stale_marker())));
        self.previous = now;
        samples
    }
}

/// Collects samples of many evaluations, series by series.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    places: std::collections::HashMap<Labels, usize>,
    written: Written,
}

impl Collector {
    pub(crate) fn add(&mut self, labels: Labels, at_ms: i64, value: f64) {
        let place = *self.places.entry(labels.clone()).or_insert_with(|| {
            self.written.series.push((labels, Vec::new()));
            self.written.series.len() - 1
        });
        self.written.series[place].1.push((at_ms, value));
    }

    pub(crate) fn finish(self) -> Written {
        self.written
    }
}
