//! Sums in which nothing is ever rounded.

use super::extremes::Leader;
use super::prefix::Prefix;

/// How many bits a number has.
const DIGITS: i32 = f64::MANTISSA_DIGITS as i32;

/// The exponent of the lowest bit that is set; the highest number for 0, whose bits are all clear.
fn grain(value: f64) -> i32 {
    const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = value.to_bits();
    let (raw, fraction) = ((bits >> FRACTION) as i32 & 0x7ff, bits & ((1 << FRACTION) - 1));
    let significand = if raw == 0 { fraction } else { fraction | (1 << FRACTION) };
    if significand == 0 {
        return i32::MAX;
    }
    raw.max(1) - 1075 + significand.trailing_zeros() as i32
}

/// Sums of windows whose samples are multiples of a power of two so large that every sum on the way is a
/// number without rounding. Then the order of adding does not matter. Whole numbers are, up to 2⁵³ in sum.
pub(super) struct Exact<'a> {
    prefix: Prefix<'a>,
    grains: Vec<i32>,
    finest: Leader,
}

impl<'a> Exact<'a> {
    pub(super) fn new(values: &'a [f64]) -> Exact<'a> {
        let grains = values.iter().map(|value| grain(*value)).collect();
        Exact { prefix: Prefix::new(values), grains, finest: Leader::new() }
    }

    /// How many samples were visited so far.
    pub(super) fn visited(&self) -> u64 {
        self.prefix.visited()
    }

    /// The sum of the samples in `first..end`, if neither it nor any sum on the way is rounded when they are
    /// added to `start`, which itself is a sum of numbers of at least that grain. Neither end may be less than
    /// when it was asked before.
    pub(super) fn sum(&mut self, first: usize, end: usize, start: &[f64]) -> Option<f64> {
        let grains = &self.grains;
        let finest = self.finest.slide(first, end, |_| true, |new, old| grains[new] < grains[old])?;
        let finest = start.iter().map(|value| grain(*value)).fold(grains[finest], i32::min);
        let sum = self.prefix.sum(first, end)?;
        let weight = self.prefix.weight() + start.iter().map(|value| value.abs()).sum::<f64>();
        // A thousandth covers the rounding of the weight itself.
        (weight * 1.001 < 2f64.powi(finest.saturating_add(DIGITS))).then_some(sum)
    }
}
