//! What rules leave in the storage: series, and the markers that end them.

use std::collections::BTreeSet;

use crate::promql::{Labels, Mixer, SeriesId, Storage, is_stale, stale_marker};

/// Puts a sample into a storage as a server takes it from a rule: what has come by `now_ms` must not be later, nor of the
/// same time and another value. Then nothing is changed; a staleness marker is given up silently.
///
/// # Errors
///
/// Why it is refused.
pub(super) fn write(
    storage: &mut Storage,
    id: SeriesId,
    (at_ms, now_ms): (i64, i64),
    value: f64,
) -> Result<(), &'static str> {
    let series = storage.get(id);
    let after = match series.times().last() {
        Some(last) if *last >= at_ms => series.times().partition_point(|known| *known <= at_ms),
        _ => series.times().len(),
    };
    let refusal = if series.times().get(after).is_some_and(|later| *later <= now_ms) {
        Some("out of order sample")
    } else {
        let same = after.checked_sub(1).filter(|place| series.times()[*place] == at_ms);
        let other = same.is_some_and(|place| series.values()[place].to_bits() != value.to_bits());
        other.then_some("duplicate sample for timestamp")
    };
    match refusal {
        None => storage.insert(id, at_ms, value),
        Some(_) if is_stale(value) => {}
        Some(refusal) => return Err(refusal),
    }
    Ok(())
}

/// Columns of one rule's results, as they go into a storage.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Written {
    /// Labels, times in milliseconds since 1970 and values, staleness markers included.
    pub(crate) series: Vec<(Labels, Vec<(i64, f64)>)>,
}

impl Written {
    /// Puts everything into a storage. Where it has a sample of the time already, that stays: a server too keeps
    /// the first. The first sample that a server refuses, by its time, and why.
    pub(crate) fn store(&self, storage: &mut Storage) -> Option<(i64, String)> {
        let mut first: Option<(i64, &str)> = None;
        for (labels, points) in &self.series {
            let id = storage.series(labels);
            storage.reserve(id, points.len());
            for (at_ms, value) in points {
                if let Err(refusal) = write(storage, id, (*at_ms, *at_ms), *value) {
                    first = first.filter(|(known, _)| known <= at_ms).or(Some((*at_ms, refusal)));
                }
            }
        }
        first.map(|(at_ms, refusal)| (at_ms, refusal.to_owned()))
    }
}

/// Remembers which series a rule yielded last, so that those that are missing now are ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writer {
    previous: Vec<Labels>,
}

impl Writer {
    /// The samples of one evaluation: what it yielded, and a staleness marker for each series that it yields no
    /// more.
    pub(crate) fn step(&mut self, results: Vec<(Labels, f64)>) -> Vec<(Labels, f64)> {
        if results.is_empty() && self.previous.is_empty() {
            return results;
        }
        let same = results.len() == self.previous.len();
        if same && self.previous.iter().zip(&results).all(|(before, (now, _))| before == now) {
            return results;
        }
        let now: BTreeSet<&Labels> = results.iter().map(|(labels, _)| labels).collect();
        let ended: BTreeSet<Labels> =
            self.previous.drain(..).filter(|labels| !now.contains(labels)).collect();
        self.previous.extend(results.iter().map(|(labels, _)| labels.clone()));
        let mut samples = results;
        samples.extend(ended.into_iter().map(|labels| (labels, stale_marker())));
        samples
    }
}

/// Collects samples of many evaluations, series by series.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    places: std::collections::HashMap<Labels, usize, std::hash::BuildHasherDefault<Mixer>>,
    written: Written,
    /// Where the sample after the last is likely to go: series come in the same order at each step.
    next: usize,
}

impl Collector {
    pub(crate) fn add(&mut self, labels: Labels, at_ms: i64, value: f64) {
        if let Some((known, points)) = self.written.series.get_mut(self.next)
            && *known == labels
        {
            points.push((at_ms, value));
            self.next = (self.next + 1) % self.written.series.len();
            return;
        }
        let place = *self.places.entry(labels.clone()).or_insert_with(|| {
            self.written.series.push((labels, Vec::new()));
            self.written.series.len() - 1
        });
        self.written.series[place].1.push((at_ms, value));
        self.next = (place + 1) % self.written.series.len();
    }

    pub(crate) fn finish(self) -> Written {
        self.written
    }
}
