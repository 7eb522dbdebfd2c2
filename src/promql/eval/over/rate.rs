//! `rate`, `increase`, `delta` and their instant kin.

use super::exact::Exact;
use super::marks::Marks;
use super::{Frame, Run, set};
use crate::promql::Dialect;

/// From so many resets in a window on it is worth asking whether they can be summed without visiting each.
const MANY: usize = 32;

/// What becomes of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a gauge: it stays as it is.
    Delta,
    /// Of a counter: what resets took away is added.
    Increase,
    /// Of a counter, per second.
    Rate,
}

/// `rate`, `increase` and `delta`.
pub(super) fn extrapolated(run: &Run<'_>, out: &mut [f64], kind: Kind) -> u64 {
    let mut resets = (kind != Kind::Delta).then(|| Marks::between(run.values, |before, now| now < before));
    let before_resets: Vec<f64> =
        resets.iter().flat_map(Marks::places).map(|place| run.values[place - 1]).collect();
    let mut exact: Option<Exact<'_>> = None;
    let mut work = (run.values.len() + run.frames.len()) as u64;
    let mut before: Option<(&Frame, f64)> = None;
    for (step, frame) in run.steps().filter(|(_, frame)| frame.len() >= 2) {
        let difference = match before {
            Some((last, difference)) if last.repeats(frame) => difference,
            _ => {
                let (first, last) = (run.values[frame.first], run.values[frame.end - 1]);
                let lost = resets.as_mut().map_or(0..0, |resets| resets.span(frame.first + 1, frame.end));
                let exact =
                    (lost.len() >= MANY).then(|| exact.get_or_insert_with(|| Exact::new(&before_resets)));
                match exact.and_then(|exact| exact.sum(lost.start, lost.end, &[last, -first])) {
                    Some(sum) => last - first + sum,
                    None => {
                        work += lost.len() as u64;
                        before_resets[lost].iter().fold(last - first, |sum, value| sum + value)
                    }
                }
            }
        };
        before = Some((frame, difference));
        set(out, step, difference * factor(run, frame, difference, kind));
    }
    work + exact.map_or(0, |exact| exact.visited())
}

/// How much larger the difference would be had the samples covered the whole window.
///
/// A window reaches beyond its samples on either side. If no sample is overdue there, the slope is taken to go
/// on to the window's end, otherwise half the distance of samples; and a counter is never taken to have been
/// below 0. 2.42 sees to that before it asks what is overdue, 3.5 after.
fn factor(run: &Run<'_>, frame: &Frame, difference: f64, kind: Kind) -> f64 {
    let times = run.times_of(frame);
    let (Some(first_ms), Some(last_ms)) = (times.first(), times.last()) else { return f64::NAN };
    let mut to_start = seconds(*first_ms, frame.from_ms);
    let mut to_end = seconds(frame.to_ms, *last_ms);
    let sampled = seconds(*last_ms, *first_ms);
    let average = sampled / (frame.len() - 1) as f64;
    let overdue = average * 1.1;
    let first = run.values[frame.first];
    let to_zero =
        (kind != Kind::Delta && difference > 0.0 && first >= 0.0).then(|| sampled * (first / difference));
    let clamp = |to_start: f64| to_zero.filter(|to_zero| *to_zero < to_start).unwrap_or(to_start);
    if run.dialect == Dialect::V2 {
        to_start = clamp(to_start);
    }
    if to_start >= overdue {
        to_start = average / 2.0;
    }
    if run.dialect == Dialect::V3 {
        to_start = clamp(to_start);
    }
    if to_end >= overdue {
        to_end = average / 2.0;
    }
    let factor = (sampled + to_start + to_end) / sampled;
    if kind == Kind::Rate { factor / run.range_s } else { factor }
}

fn seconds(to_ms: i64, from_ms: i64) -> f64 {
    to_ms.wrapping_sub(from_ms) as f64 / 1000.0
}

/// `irate` and `idelta`: what the last two samples say.
pub(super) fn instant(run: &Run<'_>, out: &mut [f64], kind: Kind) -> u64 {
    for (step, frame) in run.steps().filter(|(_, frame)| frame.len() >= 2) {
        let (before, last) = (run.values[frame.end - 2], run.values[frame.end - 1]);
        let (before_ms, last_ms) = (run.times[frame.end - 2], run.times[frame.end - 1]);
        if before_ms == last_ms {
            continue;
        }
        let reset = kind == Kind::Rate && last < before;
        let difference = if reset { last } else { last - before };
        let per_second = kind == Kind::Rate;
        set(out, step, if per_second { difference / seconds(last_ms, before_ms) } else { difference });
    }
    run.frames.len() as u64
}
