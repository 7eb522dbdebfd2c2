//! The angle of a point, as Go computes it: Cephes' arctangent, which is not always the nearest float.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// What `FRAC_PI_2` lacks of π/2.
const REST: f64 = 6.123_233_995_736_766e-17;

/// The tangent of 3π/8.
const TAN_3_PI_8: f64 = 2.414_213_562_373_095;

/// Numerator and denominator of Cephes' `atan.c`, highest power first.
const ABOVE: [f64; 5] = [
    -0.875_060_860_003_190_4,
    -16.157_537_187_333_652,
    -75.008_557_923_147_05,
    -122.886_668_449_013_61,
    -64.850_219_049_420_25,
];
const BELOW: [f64; 6] = [
    1.0,
    24.858_464_901_423_062,
    165.027_009_831_698_85,
    432.881_060_491_290_27,
    485.390_399_635_913_7,
    194.550_657_148_261_4,
];

/// The angle between the positive half of the x axis and a point, in radians from -π to π.
pub(in crate::promql::eval) fn atan2(y: f64, x: f64) -> f64 {
    if y.is_nan() || x.is_nan() {
        return f64::NAN;
    }
    if y == 0.0 {
        let along = if x.is_sign_negative() { PI } else { 0.0 };
        return along.copysign(y);
    }
    if x == 0.0 {
        return FRAC_PI_2.copysign(y);
    }
    if x.is_infinite() {
        let angle = match (x > 0.0, y.is_infinite()) {
            (true, true) => FRAC_PI_4,
            (true, false) => 0.0,
            (false, true) => 3.0 * FRAC_PI_4,
            (false, false) => PI,
        };
        return angle.copysign(y);
    }
    if y.is_infinite() {
        return FRAC_PI_2.copysign(y);
    }
    let angle = arctangent(y / x);
    match (x < 0.0, angle <= 0.0) {
        (false, _) => angle,
        (true, true) => angle + PI,
        (true, false) => angle - PI,
    }
}

/// The angle whose tangent this is.
pub(in crate::promql::eval) fn arctangent(x: f64) -> f64 {
    if x == 0.0 {
        x
    } else if x > 0.0 {
        of_positive(x)
    } else {
        -of_positive(-x)
    }
}

/// [`arctangent`] for positive numbers.
pub(super) fn of_positive(x: f64) -> f64 {
    if x <= 0.66 {
        of_small(x)
    } else if x > TAN_3_PI_8 {
        FRAC_PI_2 - of_small(1.0 / x) + REST
    } else {
        FRAC_PI_4 + of_small((x - 1.0) / (x + 1.0)) + 0.5 * REST
    }
}

/// For arguments up to 0.66.
fn of_small(x: f64) -> f64 {
    let square = x * x;
    let polynomial = |of: &[f64]| of.iter().fold(0.0, |sum, part| sum * square + part);
    let ratio = square * polynomial(&ABOVE) / polynomial(&BELOW);
    x * ratio + x
}
