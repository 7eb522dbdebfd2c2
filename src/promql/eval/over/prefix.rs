//! Sums of any window from sums of beginnings, with proof.

use super::kahan::two_sum;

/// The square of the unit roundoff, 2⁻⁵³.
const ROUNDOFF_SQUARED: f64 = f64::EPSILON * f64::EPSILON / 4.0;

/// Sums of the samples from a base on, each as a number and the error of that number.
///
/// The base follows the windows, so that what has left them, however large, blurs nothing for long.
pub(super) struct Prefix<'a> {
    values: &'a [f64],
    base: usize,
    /// The sum of the first 0, 1, 2 … samples from the base.
    heads: Vec<(f64, f64)>,
    /// The sum of their sizes.
    weight: f64,
    visited: u64,
}

impl<'a> Prefix<'a> {
    pub(super) fn new(values: &'a [f64]) -> Prefix<'a> {
        Prefix { values, base: 0, heads: vec![(0.0, 0.0)], weight: 0.0, visited: 0 }
    }

    /// How many samples were added so far.
    pub(super) fn visited(&self) -> u64 {
        self.visited
    }

    /// Not less than the sum of the sizes of all samples in the window that was last asked about, but for
    /// rounding.
    pub(super) fn weight(&self) -> f64 {
        self.weight
    }

    /// The sum of the samples in `first..end`, if it is certain that Neumaier's sum is the same: both are the
    /// exact sum, rounded once. Neither end may be less than when it was asked before.
    pub(super) fn sum(&mut self, first: usize, end: usize) -> Option<f64> {
        let len = end - first;
        let known = self.base + self.heads.len() - 1;
        // Four windows of travel pay for adding up one anew.
        if first < self.base || first > known || first - self.base > 4 * len + 64 {
            self.restart(first);
        }
        self.extend(end);
        let sum = self.certain(first, end);
        if sum.is_some() || first == self.base {
            return sum;
        }
        self.restart(first);
        self.extend(end);
        self.certain(first, end)
    }

    fn restart(&mut self, base: usize) {
        self.base = base;
        self.heads.truncate(1);
        self.weight = 0.0;
    }

    fn extend(&mut self, end: usize) {
        let known = self.base + self.heads.len() - 1;
        let (mut sum, mut rest) = self.heads[self.heads.len() - 1];
        for value in &self.values[known.min(end)..end] {
            let (total, error) = two_sum(sum, *value);
            let error = error + rest;
            sum = total + error;
            rest = error - (sum - total);
            self.heads.push((sum, rest));
            self.weight += value.abs();
        }
        self.visited += end.saturating_sub(known) as u64;
    }

    /// With `u` the roundoff, `w` the weight, `m` the length of the prefix and `n` that of the window: either
    /// head is wrong by less than `3 m u² w`, their difference by less than `10 u² w` more, and Neumaier's sum
    /// before its last rounding by less than `1.1 n² u² w`. If both ends of the interval thus spanned round to
    /// the same number, so does everything between. NaN and infinity satisfy no comparison here.
    fn certain(&self, first: usize, end: usize) -> Option<f64> {
        let (before, before_rest) = self.heads[first - self.base];
        let (after, after_rest) = self.heads[end - self.base];
        let (difference, error) = two_sum(after, -before);
        let rest = error + (after_rest - before_rest);
        let (whole, part) = (self.heads.len() as f64, (end - first) as f64);
        let doubt = self.weight * (8.0 * whole + 16.0 + 2.0 * part * part) * ROUNDOFF_SQUARED;
        let (low, high) = (difference + (rest - doubt), difference + (rest + doubt));
        // 1e300 is far enough below infinity for every sum on the way.
        (low == high && self.weight < 1e300).then_some(low + 0.0)
    }
}
