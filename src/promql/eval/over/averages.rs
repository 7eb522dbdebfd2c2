//! `avg_over_time`.
//!
//! 3.5 divides Neumaier's sum and its loss by the count, one by one, and goes over to a running mean when the
//! sum overflows; 2.42 always keeps a running mean.

use super::exact::Exact;
use super::kahan::{add, two_sum};
use super::lanes::{Fold, LANES, Queue, copy_repeats};
use super::marks::Marks;
use super::oddities::Oddities;
use super::{Frame, Run, set};
use crate::promql::Dialect;

/// Sums and means of numbers up to this overflow nowhere.
const TAME: f64 = 1e290;

/// `avg_over_time`.
pub(super) fn average(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut oddities = Oddities::of(run.values);
    if !oddities.within(TAME) {
        return match run.dialect {
            Dialect::V2 => run.each(out, |frame| direct(run, frame, running_mean)),
            Dialect::V3 => run.each(out, |frame| direct(run, frame, mean_of_sum)),
        };
    }
    match run.dialect {
        Dialect::V2 => tame_v2(run, out, &mut oddities),
        Dialect::V3 => tame_v3(run, out, &mut oddities),
    }
}

fn direct(run: &Run<'_>, frame: &Frame, mean: impl Fn(&[f64]) -> f64) -> (f64, u64) {
    (mean(run.values_of(frame)), frame.len() as u64)
}

/// A sum that was never rounded has lost nothing.
fn tame_v3(run: &Run<'_>, out: &mut [f64], oddities: &mut Oddities) -> u64 {
    let mut exact = Exact::new(run.values);
    let work = tame::<SumAndLoss>(run, out, |frame| {
        let verdict = oddities.verdict(frame.first, frame.end);
        verdict.or_else(|| Some(exact.sum(frame.first, frame.end, &[])? / frame.len() as f64))
    });
    work + exact.visited()
}

/// The running mean of equal values is that value.
fn tame_v2(run: &Run<'_>, out: &mut [f64], oddities: &mut Oddities) -> u64 {
    let mut changes = Marks::between(run.values, |before, now| before != now);
    tame::<RunningMean>(run, out, |frame| {
        let verdict = oddities.verdict(frame.first, frame.end);
        let constant = changes.count(frame.first + 1, frame.end) == 0;
        verdict.or_else(|| constant.then(|| run.values[frame.first] + 0.0))
    })
}

fn tame<F: Fold>(run: &Run<'_>, out: &mut [f64], mut short_cut: impl FnMut(&Frame) -> Option<f64>) -> u64 {
    let mut queue = Queue::new();
    let mut before: Option<&Frame> = None;
    for (step, frame) in run.steps() {
        if before.is_some_and(|last| last.repeats(frame)) {
            continue;
        }
        before = Some(frame);
        match short_cut(frame) {
            Some(value) => set(out, step, value),
            None => queue.push::<F>(run, out, step, frame),
        }
    }
    let work = queue.finish::<F>(run, out);
    copy_repeats(run, out);
    (run.values.len() + run.frames.len()) as u64 + work
}

/// The mean as 3.5 takes it, while no sum overflows.
struct SumAndLoss {
    sums: [f64; LANES],
    lost: [f64; LANES],
}

impl Fold for SumAndLoss {
    fn start() -> SumAndLoss {
        // -0 and a number make that number, -0 included.
        SumAndLoss { sums: [-0.0; LANES], lost: [0.0; LANES] }
    }

    #[inline]
    fn push(&mut self, lane: usize, _: f64, value: f64) {
        let (sum, error) = two_sum(self.sums[lane], value);
        self.sums[lane] = sum;
        self.lost[lane] += error;
    }

    fn finish(&self, lane: usize, count: f64) -> f64 {
        self.sums[lane] / count + self.lost[lane] / count
    }
}

/// The mean as 2.42 takes it, while nothing is infinite.
struct RunningMean {
    means: [f64; LANES],
    lost: [f64; LANES],
}

impl Fold for RunningMean {
    fn start() -> RunningMean {
        RunningMean { means: [0.0; LANES], lost: [0.0; LANES] }
    }

    #[inline]
    fn push(&mut self, lane: usize, nth: f64, value: f64) {
        let (mean, error) = two_sum(self.means[lane], value / nth - self.means[lane] / nth);
        self.means[lane] = mean;
        self.lost[lane] += error;
    }

    fn finish(&self, lane: usize, _: f64) -> f64 {
        self.means[lane] + self.lost[lane]
    }
}

/// As 3.5 does it, whatever the values.
fn mean_of_sum(values: &[f64]) -> f64 {
    let Some((first, others)) = values.split_first() else { return f64::NAN };
    let (mut sum, mut mean, mut lost, mut running) = (*first, 0.0, 0.0, false);
    for (place, value) in others.iter().enumerate() {
        let count = (place + 2) as f64;
        if !running {
            let (next, next_lost) = add::<true>(*value, sum, lost);
            if !next.is_infinite() {
                (sum, lost) = (next, next_lost);
                continue;
            }
            running = true;
            mean = sum / (count - 1.0);
            lost /= count - 1.0;
        }
        let share = (count - 1.0) / count;
        (mean, lost) = add::<true>(*value / count, share * mean, share * lost);
    }
    let count = values.len() as f64;
    if running { mean + lost } else { sum / count + lost / count }
}

/// As 2.42 does it, whatever the values: an infinite mean only heeds NaN and the opposite infinity.
fn running_mean(values: &[f64]) -> f64 {
    let (mut mean, mut lost) = (0.0f64, 0.0);
    for (place, value) in values.iter().enumerate() {
        let count = (place + 1) as f64;
        if mean.is_infinite() && (value.is_finite() || *value == mean) {
            continue;
        }
        (mean, lost) = add::<false>(value / count - mean / count, mean, lost);
    }
    if mean.is_infinite() { mean } else { mean + lost }
}
