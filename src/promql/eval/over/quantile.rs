//! `quantile_over_time`.

use super::marks::Marks;
use super::{Frame, Run, set};
use crate::promql::eval::pattern_sort::{SHORT, sort};

/// `quantile_over_time`.
pub(super) fn quantile(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut sorted = Sorted::new(run.values);
    let mut nan = Marks::of(run.values, f64::is_nan);
    let mut negative_zero = Marks::of(run.values, |value| value.to_bits() == (-0.0f64).to_bits());
    let mut before: Option<(&Frame, u64, f64)> = None;
    for (step, frame) in run.steps() {
        let q = run.arg(0, step);
        let value = match before {
            Some((last, same, value)) if last.repeats(frame) && same == q.to_bits() => value,
            _ if q.is_nan() => f64::NAN,
            _ if q < 0.0 => f64::NEG_INFINITY,
            _ if q > 1.0 => f64::INFINITY,
            _ => {
                let nan = nan.count(frame.first, frame.end);
                let zeros = negative_zero.count(frame.first, frame.end);
                // The order that Prometheus sorts to is in doubt only among zeros, and where it compares NaN
                // with NaN, which it takes to be less than itself.
                if zeros > 0 || (nan > 1 && frame.len() > SHORT) {
                    sorted.work += frame.len() as u64;
                    let mut values = run.values_of(frame).to_vec();
                    sort(&mut values, &|one, other| one.is_nan() || one < other, run.dialect);
                    interpolated(&values, q)
                } else {
                    interpolated(sorted.slide(frame.first, frame.end), q)
                }
            }
        };
        if sorted.work > run.most {
            break;
        }
        before = Some((frame, q.to_bits(), value));
        set(out, step, value);
    }
    (run.values.len() + run.frames.len()) as u64 + sorted.work
}

/// The value at a share of the way through sorted values, weighted between two.
fn interpolated(sorted: &[f64], q: f64) -> f64 {
    let Some(top) = sorted.len().checked_sub(1) else { return f64::NAN };
    let rank = q * top as f64;
    let lower = (rank.floor() as usize).min(top);
    let upper = (lower + 1).min(top);
    let weight = rank - rank.floor();
    sorted[lower] * (1.0 - weight) + sorted[upper] * weight
}

/// The samples of a window in order, while it moves forward.
struct Sorted<'a> {
    values: &'a [f64],
    first: usize,
    end: usize,
    sorted: Vec<f64>,
    work: u64,
}

impl<'a> Sorted<'a> {
    fn new(values: &'a [f64]) -> Sorted<'a> {
        Sorted { values, first: 0, end: 0, sorted: Vec::new(), work: 0 }
    }

    /// The samples in `first..end`, NaN before all others. Neither end may be less than when it was asked
    /// before.
    fn slide(&mut self, first: usize, end: usize) -> &[f64] {
        let kept = self.end.saturating_sub(first);
        let moved = first.abs_diff(self.first) + end.abs_diff(self.end);
        // Taking one out and putting one in moves a part of the rest, which is quick; sorting anew is slow, but
        // does not mind how many have changed.
        if kept == 0 || first < self.first || end < self.end || moved > 32 + (end - first) / 16 {
            self.sorted.clear();
            self.sorted.extend(self.values[first..end].iter().map(|value| first_if_nan(*value)));
            self.sorted.sort_unstable_by(f64::total_cmp);
            self.work += 2 * (end - first) as u64;
        } else {
            let values = self.values;
            for value in &values[self.first..first] {
                if let Ok(place) = self.find(*value) {
                    self.sorted.remove(place);
                }
            }
            for value in &values[self.end..end] {
                let place = self.find(*value).unwrap_or_else(|place| place);
                self.sorted.insert(place, first_if_nan(*value));
            }
            // A sample visited costs about as much as thirty moved.
            self.work += (moved * (4 + (end - first) / 32)) as u64;
        }
        (self.first, self.end) = (first, end);
        &self.sorted
    }

    fn find(&self, value: f64) -> Result<usize, usize> {
        let value = first_if_nan(value);
        self.sorted.binary_search_by(|other| other.total_cmp(&value))
    }
}

/// Every NaN made the one that the total order puts before everything.
fn first_if_nan(value: f64) -> f64 {
    const FIRST: f64 = f64::from_bits(u64::MAX);
    if value.is_nan() { FIRST } else { value }
}
