//! NaN and infinity, which decide sums and means by being there.

use super::marks::Marks;

/// Where a series is not finite.
pub(super) struct Oddities {
    nan: Marks,
    above: Marks,
    below: Marks,
    largest: f64,
}

impl Oddities {
    /// Looks through a series.
    pub(super) fn of(values: &[f64]) -> Oddities {
        Oddities {
            nan: Marks::of(values, f64::is_nan),
            above: Marks::of(values, |value| value == f64::INFINITY),
            below: Marks::of(values, |value| value == f64::NEG_INFINITY),
            largest: values
                .iter()
                .map(|value| value.abs())
                .filter(|size| size.is_finite())
                .fold(0.0, f64::max),
        }
    }

    /// Whether no finite value is larger than that, whatever its sign.
    pub(super) fn within(&self, limit: f64) -> bool {
        self.largest <= limit
    }

    /// What the sum, and the mean, of the samples in `first..end` is if one of them is not finite, provided
    /// that no sum of finite ones overflows. Neither end may be less than when it was asked before.
    pub(super) fn verdict(&mut self, first: usize, end: usize) -> Option<f64> {
        let nan = self.nan.count(first, end) > 0;
        let above = self.above.count(first, end) > 0;
        let below = self.below.count(first, end) > 0;
        match (nan, above, below) {
            (false, false, false) => None,
            (false, true, false) => Some(f64::INFINITY),
            (false, false, true) => Some(f64::NEG_INFINITY),
            _ => Some(f64::NAN),
        }
    }
}
