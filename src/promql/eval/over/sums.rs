//! `sum_over_time`.

use super::kahan::add;
use super::oddities::Oddities;
use super::prefix::Prefix;
use super::{Frame, Run};
use crate::promql::Dialect;

/// Windows shorter than this are added up as they are.
const SHORT: usize = 24;

/// `sum_over_time`.
pub(super) fn sum(run: &Run<'_>, out: &mut [f64]) -> u64 {
    match run.dialect {
        Dialect::V2 => sum_as::<false>(run, out),
        Dialect::V3 => sum_as::<true>(run, out),
    }
}

fn sum_as<const V3: bool>(run: &Run<'_>, out: &mut [f64]) -> u64 {
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
        (neumaier::<V3>(run.values_of(frame)), frame.len() as u64)
    };
    let work = run.each(out, &mut value);
    run.values.len() as u64 + prefix.visited() + work
}

fn neumaier<const V3: bool>(values: &[f64]) -> f64 {
    let (sum, lost) = values.iter().fold((0.0, 0.0), |(sum, lost), value| add::<V3>(*value, sum, lost));
    if sum.is_infinite() { sum } else { sum + lost }
}
