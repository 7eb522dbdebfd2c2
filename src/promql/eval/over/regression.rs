//! `deriv` and `predict_linear`: simple linear regression.

use super::kahan::{add, two_sum};
use super::marks::Marks;
use super::oddities::Oddities;
use super::{Frame, Run, set};
use crate::promql::Dialect;

/// Products of a time and numbers up to this, and their sums, overflow nowhere.
const TAME: f64 = 1e140;

/// `deriv`: the slope, with the time counted from the first sample.
pub(super) fn slope(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut line = Lines::of(run);
    let mut before: Option<(&Frame, f64)> = None;
    for (step, frame) in run.steps().filter(|(_, frame)| frame.len() >= 2) {
        let slope = match before {
            Some((last, slope)) if last.repeats(frame) => slope,
            _ => line.through(frame, run.times[frame.first]).0,
        };
        before = Some((frame, slope));
        set(out, step, slope);
    }
    line.work
}

/// `predict_linear`: the value that the line has some seconds after the step, with the time counted from the
/// step.
pub(super) fn predict(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut line = Lines::of(run);
    for (step, frame) in run.steps().filter(|(_, frame)| frame.len() >= 2) {
        let Some(at_ms) = run.at_ms.get(step) else { break };
        let (slope, intercept) = line.through(frame, *at_ms);
        set(out, step, slope * run.arg(0, step) + intercept);
    }
    line.work
}

/// Lines through the samples of frames.
struct Lines<'a> {
    run: &'a Run<'a>,
    changes: Marks,
    oddities: Oddities,
    work: u64,
}

impl<'a> Lines<'a> {
    fn of(run: &'a Run<'a>) -> Lines<'a> {
        let changes = Marks::between(run.values, |before, now| before != now);
        let work = (run.values.len() + run.frames.len()) as u64;
        Lines { run, changes, oddities: Oddities::of(run.values), work }
    }

    /// Slope per second, and value at `origin_ms`. A flat line is exactly that, and none at infinity.
    fn through(&mut self, frame: &Frame, origin_ms: i64) -> (f64, f64) {
        let values = self.run.values_of(frame);
        if self.changes.count(frame.first + 1, frame.end) == 0 {
            let value = values.first().copied().unwrap_or(f64::NAN);
            return if value.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, value) };
        }
        let odd = self.oddities.verdict(frame.first, frame.end);
        if odd.is_some_and(f64::is_nan) {
            return (f64::NAN, f64::NAN);
        }
        if self.work > self.run.most {
            return (f64::NAN, f64::NAN);
        }
        self.work += values.len() as u64;
        let times = self.run.times_of(frame);
        let sums = if odd.is_none() && self.oddities.within(TAME) {
            sums(times, values, origin_ms, |value, sum, lost| {
                let (sum, error) = two_sum(sum, value);
                (sum, lost + error)
            })
        } else {
            match self.run.dialect {
                Dialect::V2 => sums(times, values, origin_ms, add::<false>),
                Dialect::V3 => sums(times, values, origin_ms, add::<true>),
            }
        };
        least_squares(sums, values.len() as f64)
    }
}

/// The sums of x, y, x y and x².
fn sums(
    times: &[i64],
    values: &[f64],
    origin_ms: i64,
    add: impl Fn(f64, f64, f64) -> (f64, f64),
) -> [f64; 4] {
    let (mut sums, mut lost) = ([0.0; 4], [0.0; 4]);
    for (time_ms, y) in times.iter().zip(values) {
        let x = time_ms.wrapping_sub(origin_ms) as f64 / 1000.0;
        let terms = [x, *y, x * y, x * x];
        for place in 0..4 {
            (sums[place], lost[place]) = add(terms[place], sums[place], lost[place]);
        }
    }
    std::array::from_fn(|place| sums[place] + lost[place])
}

/// Slope and intercept.
fn least_squares([x, y, xy, xx]: [f64; 4], count: f64) -> (f64, f64) {
    let covariance = xy - x * y / count;
    let variance = xx - x * x / count;
    let slope = covariance / variance;
    (slope, y / count - slope * x / count)
}
