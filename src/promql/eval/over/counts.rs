//! Functions that count samples, or take one as it is.

use super::marks::Marks;
use super::{Run, set};

/// `count_over_time`.
pub(super) fn count(run: &Run<'_>, out: &mut [f64]) -> u64 {
    each(run, out, |first, end| (end - first) as f64)
}

/// `present_over_time`.
pub(super) fn present(run: &Run<'_>, out: &mut [f64]) -> u64 {
    each(run, out, |_, _| 1.0)
}

/// `last_over_time`.
pub(super) fn last(run: &Run<'_>, out: &mut [f64]) -> u64 {
    each(run, out, |_, end| run.values[end - 1])
}

/// `changes`: NaN after NaN is none.
pub(super) fn changes(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut changes =
        Marks::between(run.values, |before, now| before != now && !(before.is_nan() && now.is_nan()));
    run.values.len() as u64 + each(run, out, |first, end| changes.count(first + 1, end) as f64)
}

/// `resets`.
pub(super) fn resets(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut resets = Marks::between(run.values, |before, now| now < before);
    run.values.len() as u64 + each(run, out, |first, end| resets.count(first + 1, end) as f64)
}

fn each(run: &Run<'_>, out: &mut [f64], mut value: impl FnMut(usize, usize) -> f64) -> u64 {
    for (step, frame) in run.steps() {
        set(out, step, value(frame.first, frame.end));
    }
    run.frames.len() as u64
}
