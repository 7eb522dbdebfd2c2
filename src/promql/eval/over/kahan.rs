//! Sums that carry what rounding lost, after Neumaier.

/// Adds a value to a sum and to what the sum has lost so far.
///
/// `V3` forgets the loss when the sum becomes infinite; 2.42 keeps it, which makes it NaN.
#[inline]
pub(super) fn add<const V3: bool>(value: f64, sum: f64, lost: f64) -> (f64, f64) {
    let total = sum + value;
    if V3 && total.is_infinite() {
        return (total, 0.0);
    }
    let error = if sum.abs() >= value.abs() { (sum - total) + value } else { (value - total) + sum };
    (total, lost + error)
}

/// The rounded sum of two numbers and its error, which is exact unless the sum overflows.
///
/// For finite sums [`add`] finds the same error; this has no branch, so that several sums go side by side.
#[inline]
pub(super) fn two_sum(one: f64, other: f64) -> (f64, f64) {
    let total = one + other;
    let rest = total - one;
    (total, (one - (total - rest)) + (other - rest))
}
