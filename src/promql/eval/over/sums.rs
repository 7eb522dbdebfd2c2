//! `sum_over_time`.

use super::kahan::add;
use super::oddities::Oddities;
use super::prefix::Prefix;
use super::{Frame, Run};

/// Windows shorter than this are added up as they are.
const SHORT: usize = 24;

/// `sum_over_time`.
pub(super) fn sum(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut oddities = Oddities::of(run.values);
    // No sum of fewer than 10¹⁸ such numbers overflows.
    let tame = oddities.within(1e290);
    let mut prefix = Prefix::new(run.values);
    let mut value = |frame: &Frame| {
        if tame && let Some(verdict) = oddities.verdict(frame.first, frame.end) {
            return (verdict, 1);
        }
        if frame.len() >= SHORT
            && let Some(sum) = prefix.sum(frame.first, frame.end)
        {
            return (sum, 1);
        }
        (neumaier(run.values_of(frame)), frame.len() as u64)
    };
    let work = run.each(out, &mut value);
    run.values.len() as u64 + prefix.visited() + work
}

/// What is lost counts only where no sum was infinite on the way, and then the releases agree.
fn neumaier(values: &[f64]) -> f64 {
    let (sum, lost) = values.iter().fold((0.0, 0.0), |(sum, lost), value| add::<true>(*value, sum, lost));
    if sum.is_infinite() { sum } else { sum + lost }
}
