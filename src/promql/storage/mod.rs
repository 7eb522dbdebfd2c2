//! Series in memory, for queries over long windows.
//!
//! A series is two columns, times and values, in order of time. Appending is amortised constant, and reading a
//! window is two indices. Nothing is compressed: sixteen bytes a sample.

mod labels;
mod matching;
mod mixer;

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

pub use labels::{Labels, NAME};
pub use matching::Selection;
pub(crate) use mixer::Mixer;

/// The bits of the NaN that says a series has ended. Prometheus writes the same.
const STALE: u64 = 0x7ff0_0000_0000_0002;

/// The value that says a series has ended: a staleness marker.
#[must_use]
pub const fn stale_marker() -> f64 {
    f64::from_bits(STALE)
}

/// Whether a value is a staleness marker; every other NaN is a number like others.
#[must_use]
pub const fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE
}

/// One series of a storage.
#[derive(Debug, Clone)]
pub struct Series {
    labels: Labels,
    times: Vec<i64>,
    values: Vec<f64>,
    /// How many of the values are staleness markers.
    stale: usize,
}

impl Series {
    /// What it is called.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// When its samples are from, in milliseconds since 1970, rising.
    #[must_use]
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// The value at each of [`Series::times`], staleness markers included.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether any of its values is a staleness marker.
    #[must_use]
    pub fn has_stale(&self) -> bool {
        self.stale > 0
    }
}

/// A series' place in a [`Storage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesId(usize);

/// A sample that is not later than the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfOrder {
    /// Whose sample.
    pub labels: Labels,
    /// The time of the sample before, in milliseconds since 1970.
    pub last_ms: i64,
    /// The time of the one refused.
    pub given_ms: i64,
}

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.last_ms == self.given_ms { "a second sample" } else { "a sample out of order" };
        write!(f, "{what} of {} at {} ms, after {} ms", self.labels, self.given_ms, self.last_ms)
    }
}

impl std::error::Error for OutOfOrder {}

/// Series, and where to find them.
#[derive(Debug, Clone, Default)]
pub struct Storage {
    series: Vec<Series>,
    by_labels: HashMap<Labels, SeriesId, BuildHasherDefault<Mixer>>,
    by_metric: HashMap<Arc<str>, Vec<SeriesId>, BuildHasherDefault<Mixer>>,
}

impl Storage {
    /// With nothing in it.
    #[must_use]
    pub fn new() -> Storage {
        Storage::default()
    }

    /// The place of a series, which begins without samples if it is new.
    pub fn series(&mut self, labels: &Labels) -> SeriesId {
        if let Some(id) = self.by_labels.get(labels) {
            return *id;
        }
        let id = SeriesId(self.series.len());
        self.series.push(Series { labels: labels.clone(), times: Vec::new(), values: Vec::new(), stale: 0 });
        self.by_labels.insert(labels.clone(), id);
        match self.by_metric.get_mut(labels.metric()) {
            Some(known) => known.push(id),
            None => drop(self.by_metric.insert(labels.metric().into(), vec![id])),
        }
        id
    }

    /// Makes room for samples that a series is about to get.
    pub fn reserve(&mut self, id: SeriesId, samples: usize) {
        let series = &mut self.series[id.0];
        series.times.reserve(samples);
        series.values.reserve(samples);
    }

    /// Adds a sample to the end of a series.
    ///
    /// # Errors
    ///
    /// The sample is not later than the last; nothing is changed then.
    pub fn push(&mut self, id: SeriesId, time_ms: i64, value: f64) -> Result<(), OutOfOrder> {
        let series = &mut self.series[id.0];
        if let Some(&last_ms) = series.times.last().filter(|last| **last >= time_ms) {
            return Err(OutOfOrder { labels: series.labels.clone(), last_ms, given_ms: time_ms });
        }
        series.times.push(time_ms);
        series.values.push(value);
        series.stale += usize::from(is_stale(value));
        Ok(())
    }

    /// Adds a sample to the end of the series with these labels.
    ///
    /// # Errors
    ///
    /// The sample is not later than the last; nothing is changed then.
    pub fn append(&mut self, labels: &Labels, time_ms: i64, value: f64) -> Result<(), OutOfOrder> {
        let id = self.series(labels);
        self.push(id, time_ms, value)
    }

    /// Puts a sample where it belongs, also before others. Of one time the first sample stays, as in a server that
    /// is sent the same time twice.
    pub fn insert(&mut self, id: SeriesId, time_ms: i64, value: f64) {
        let series = &mut self.series[id.0];
        let place = match series.times.last() {
            Some(last) if *last >= time_ms => match series.times.binary_search(&time_ms) {
                Ok(_) => return,
                Err(place) => place,
            },
            _ => series.times.len(),
        };
        series.times.insert(place, time_ms);
        series.values.insert(place, value);
        series.stale += usize::from(is_stale(value));
    }

    /// Forgets all samples before a time, in milliseconds since 1970. Series keep their places, also without samples.
    pub fn forget_before(&mut self, time_ms: i64) {
        for series in &mut self.series {
            let gone = series.times.partition_point(|time| *time < time_ms);
            series.times.drain(..gone);
            let stale = series.values.drain(..gone).filter(|value| is_stale(*value)).count();
            series.stale -= stale;
        }
    }

    /// The series at a place.
    #[must_use]
    pub fn get(&self, id: SeriesId) -> &Series {
        &self.series[id.0]
    }

    /// All series, in the order in which they came.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Series> {
        self.series.iter()
    }

    /// How many samples there are.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.series.iter().map(|series| series.times.len()).sum()
    }

    /// The series that satisfy all conditions, in the order of their labels.
    #[must_use]
    pub fn select(&self, selection: &Selection) -> Vec<&Series> {
        let mut found: Vec<&Series> = match selection.metric() {
            Some(metric) => {
                self.by_metric.get(metric).into_iter().flatten().map(|id| self.get(*id)).collect()
            }
            None => self.series.iter().collect(),
        };
        found.retain(|series| selection.matches(&series.labels));
        found.sort_by(|one, other| one.labels.cmp(&other.labels));
        found
    }
}
