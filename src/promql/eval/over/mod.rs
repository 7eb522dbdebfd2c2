//! Functions of a range vector, over one series at all steps of a query.
//!
//! The windows of a range query overlap, so whatever can be carried from one to the next is: the cost follows
//! the samples and the steps, not their product. Every value is still the one that Prometheus computes, to
//! the last bit: a shortcut is taken only where it is proven to yield it, and the window is computed as
//! written otherwise.
//!
//! # Decisions
//!
//! * `avg_over_time` of fractions, `stddev_over_time`, `stdvar_over_time`, `deriv`, `predict_linear` and
//!   `holt_winters` depend on the path of rounding and have no such shortcut: they visit every sample of
//!   every window, several windows at a time. Revisit when Prometheus sums exactly.

mod averages;
mod counts;
mod exact;
mod extremes;
mod kahan;
mod lanes;
mod marks;
mod oddities;
mod prefix;
mod quantile;
mod rate;
mod regression;
mod smoothing;
mod spread;
mod sums;

use super::table::ABSENT;
use crate::promql::Dialect;

/// What one step sees of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// The first sample within the window.
    pub(super) first: usize,
    /// The first sample after it.
    pub(super) end: usize,
    /// Where the window begins, in milliseconds since 1970.
    pub(super) from_ms: i64,
    /// Where it ends, in milliseconds since 1970.
    pub(super) to_ms: i64,
}

impl Frame {
    /// How many samples there are.
    fn len(&self) -> usize {
        self.end.saturating_sub(self.first)
    }

    /// Whether both hold the same samples.
    fn repeats(&self, other: &Frame) -> bool {
        self.first == other.first && self.end == other.end
    }
}

/// A series and the windows that a function is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    /// When the samples are from, in milliseconds since 1970, rising.
    pub(super) times: &'a [i64],
    /// The value at each of the times, no staleness markers among them.
    pub(super) values: &'a [f64],
    /// One for each step; neither end of them ever falls.
    pub(super) frames: &'a [Frame],
    /// How long the windows are, in seconds.
    pub(super) range_s: f64,
    /// The time of each step, in milliseconds since 1970.
    pub(super) at_ms: &'a [i64],
    /// The function's scalar arguments in order, the range vector left out: a number for each step.
    pub(super) args: &'a [Vec<f64>],
    /// Whose rules.
    pub(super) dialect: Dialect,
    /// Where work ends, in samples visited: what is filled in after more than that is of no use.
    pub(super) most: u64,
}

impl<'a> Run<'a> {
    /// The values that a frame holds.
    fn values_of(&self, frame: &Frame) -> &'a [f64] {
        self.values.get(frame.first..frame.end).unwrap_or(&[])
    }

    /// The times that a frame holds.
    fn times_of(&self, frame: &Frame) -> &'a [i64] {
        self.times.get(frame.first..frame.end).unwrap_or(&[])
    }

    /// A scalar argument at a step.
    fn arg(&self, place: usize, step: usize) -> f64 {
        self.args.get(place).and_then(|numbers| numbers.get(step)).copied().unwrap_or(f64::NAN)
    }

    /// The steps that have samples.
    fn steps(&self) -> impl Iterator<Item = (usize, &'a Frame)> + use<'a> {
        let samples = self.values.len().min(self.times.len());
        let within = move |frame: &Frame| frame.first < frame.end && frame.end <= samples;
        self.frames.iter().enumerate().filter(move |(_, frame)| within(frame))
    }

    /// Sets each step that has samples; `value` is not asked again where the samples are those of the step
    /// before. Yields the sum of the work.
    fn each(&self, out: &mut [f64], mut value: impl FnMut(&Frame) -> (f64, u64)) -> u64 {
        let mut work = 0;
        let mut before: Option<(&Frame, f64)> = None;
        for (step, frame) in self.steps() {
            let answer = match before {
                Some((last, answer)) if last.repeats(frame) => answer,
                _ => {
                    let (answer, more) = value(frame);
                    work += more;
                    if work > self.most {
                        break;
                    }
                    answer
                }
            };
            before = Some((frame, answer));
            set(out, step, answer);
        }
        work
    }
}

/// Puts down what a step yields. A sample may be a NaN with any bits, those that stand for no value included.
fn set(out: &mut [f64], step: usize, value: f64) {
    if let Some(place) = out.get_mut(step) {
        *place = if value.to_bits() == ABSENT.to_bits() { f64::NAN } else { value };
    }
}

/// Why a function cannot be asked with these arguments, as Prometheus words it. Only `holt_winters` ever
/// refuses, and only where it meets samples.
pub(super) fn refusal(function: &str, run: &Run<'_>) -> Option<String> {
    (function == "holt_winters").then(|| smoothing::refusal(run)).flatten()
}

/// Fills `out`, one value for each step, where the function yields one, and leaves the others as they are.
/// Yields the work done, in samples visited.
pub(super) fn column(function: &str, run: &Run<'_>, out: &mut [f64]) -> u64 {
    match function {
        "avg_over_time" => averages::average(run, out),
        "changes" => counts::changes(run, out),
        "count_over_time" => counts::count(run, out),
        "delta" => rate::extrapolated(run, out, rate::Kind::Delta),
        "deriv" => regression::slope(run, out),
        "holt_winters" => smoothing::smooth(run, out),
        "idelta" => rate::instant(run, out, rate::Kind::Delta),
        "increase" => rate::extrapolated(run, out, rate::Kind::Increase),
        "irate" => rate::instant(run, out, rate::Kind::Rate),
        "last_over_time" => counts::last(run, out),
        "max_over_time" => extremes::highest(run, out),
        "min_over_time" => extremes::lowest(run, out),
        "predict_linear" => regression::predict(run, out),
        "present_over_time" => counts::present(run, out),
        "quantile_over_time" => quantile::quantile(run, out),
        "rate" => rate::extrapolated(run, out, rate::Kind::Rate),
        "resets" => counts::resets(run, out),
        "stddev_over_time" => spread::deviation(run, out),
        "stdvar_over_time" => spread::variance(run, out),
        "sum_over_time" => sums::sum(run, out),
        _ => 0,
    }
}
