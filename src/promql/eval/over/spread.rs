//! `stddev_over_time` and `stdvar_over_time`: Welford's recurrence, with the losses of both its sums.

use super::kahan::{add, two_sum};
use super::lanes::{Fold, LANES, Queue, copy_repeats};
use super::marks::Marks;
use super::oddities::Oddities;
use super::{Run, set};
use crate::promql::Dialect;

/// Squares of the differences of numbers up to this overflow nowhere.
const TAME: f64 = 1e140;

/// `stddev_over_time`.
pub(super) fn deviation(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let work = variance(run, out);
    for (step, _) in run.steps() {
        if let Some(value) = out.get(step).copied() {
            set(out, step, value.sqrt());
        }
    }
    work
}

/// `stdvar_over_time`.
pub(super) fn variance(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut oddities = Oddities::of(run.values);
    if oddities.within(TAME) {
        return tame(run, out, &mut oddities);
    }
    let direct = match run.dialect {
        Dialect::V2 => direct::<false>,
        Dialect::V3 => direct::<true>,
    };
    run.each(out, |frame| (direct(run.values_of(frame)), frame.len() as u64))
}

/// An infinite value makes the spread NaN, and equal values make it 0.
fn tame(run: &Run<'_>, out: &mut [f64], oddities: &mut Oddities) -> u64 {
    let mut changes = Marks::between(run.values, |before, now| before != now);
    let mut queue = Queue::new();
    let mut before = None;
    for (step, frame) in run.steps() {
        if before.is_some_and(|last| frame.repeats(last)) {
            continue;
        }
        before = Some(frame);
        if oddities.verdict(frame.first, frame.end).is_some() {
            set(out, step, f64::NAN);
        } else if changes.count(frame.first + 1, frame.end) == 0 {
            set(out, step, 0.0);
        } else {
            queue.push::<Welford>(run, out, step, frame);
        }
    }
    let work = queue.finish::<Welford>(run, out);
    copy_repeats(run, out);
    (run.values.len() + run.frames.len()) as u64 + work
}

/// The variance while nothing is infinite.
struct Welford {
    means: [f64; LANES],
    means_lost: [f64; LANES],
    squares: [f64; LANES],
    squares_lost: [f64; LANES],
}

impl Fold for Welford {
    fn start() -> Welford {
        let zeros = [0.0; LANES];
        Welford { means: zeros, means_lost: zeros, squares: zeros, squares_lost: zeros }
    }

    #[inline]
    fn push(&mut self, lane: usize, nth: f64, value: f64) {
        let delta = value - (self.means[lane] + self.means_lost[lane]);
        let (mean, error) = two_sum(self.means[lane], delta / nth);
        self.means[lane] = mean;
        self.means_lost[lane] += error;
        let product = delta * (value - (self.means[lane] + self.means_lost[lane]));
        let (square, error) = two_sum(self.squares[lane], product);
        self.squares[lane] = square;
        self.squares_lost[lane] += error;
    }

    fn finish(&self, lane: usize, count: f64) -> f64 {
        (self.squares[lane] + self.squares_lost[lane]) / count
    }
}

/// The variance, whatever the values.
fn direct<const V3: bool>(values: &[f64]) -> f64 {
    let (mut mean, mut mean_lost, mut squares, mut squares_lost) = (0.0, 0.0, 0.0, 0.0);
    for (place, value) in values.iter().enumerate() {
        let delta = value - (mean + mean_lost);
        (mean, mean_lost) = add::<V3>(delta / (place + 1) as f64, mean, mean_lost);
        (squares, squares_lost) = add::<V3>(delta * (value - (mean + mean_lost)), squares, squares_lost);
    }
    (squares + squares_lost) / values.len() as f64
}
