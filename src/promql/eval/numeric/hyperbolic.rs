//! Hyperbolic functions and what undoes them, as Go computes them.

use std::f64::consts::LN_2;

use super::power::{exp, ln};

/// From here on a square plus one is a square.
const LARGE: f64 = 268_435_456.0;

/// Hart and Cheney's 2029, lowest power first; the highest of the denominator is 1.
const SINH_ABOVE: [f64; 4] =
    [-630_767.364_049_771_7, -89_912.720_220_395_09, -2_894.211_355_989_564, -26.305_632_133_974_97];
const SINH_BELOW: [f64; 3] = [-630_767.364_049_771_7, 15_215.173_787_900_19, -173.678_953_558_233_7];

/// Cephes' `tanh.c`, highest power first.
const TANH_ABOVE: [f64; 3] = [-0.964_399_179_425_052_3, -99.287_723_100_191_85, -1_614.687_684_417_084_5];
const TANH_BELOW: [f64; 3] = [112.811_678_491_632_93, 2_235.488_390_601_004_5, 4_844.063_053_251_255];

/// Half the logarithm of the largest float, in Cephes' arithmetic: beyond it a tangent is 1.
const HALF_LARGEST: f64 = 0.5 * 88.029_691_931_113_05;

pub(in crate::promql::eval) fn sinh(x: f64) -> f64 {
    let size = x.abs();
    let value = if size > 21.0 {
        exp(size) * 0.5
    } else if size > 0.5 {
        let power = exp(size);
        (power - 1.0 / power) * 0.5
    } else {
        let square = size * size;
        let [p0, p1, p2, p3] = SINH_ABOVE;
        let [q0, q1, q2] = SINH_BELOW;
        (((p3 * square + p2) * square + p1) * square + p0) * size
            / (((square + q2) * square + q1) * square + q0)
    };
    if x.is_nan() { x } else { value.copysign(x) }
}

pub(in crate::promql::eval) fn cosh(x: f64) -> f64 {
    let size = x.abs();
    let power = exp(size);
    if size > 21.0 { power * 0.5 } else { (power + 1.0 / power) * 0.5 }
}

pub(in crate::promql::eval) fn tanh(x: f64) -> f64 {
    let size = x.abs();
    if size > HALF_LARGEST {
        1.0_f64.copysign(x)
    } else if size >= 0.625 {
        (1.0 - 2.0 / (exp(2.0 * size) + 1.0)).copysign(x)
    } else if x == 0.0 {
        x
    } else {
        let square = x * x;
        let [p0, p1, p2] = TANH_ABOVE;
        let [q0, q1, q2] = TANH_BELOW;
        x + x * square * ((p0 * square + p1) * square + p2) / (((square + q0) * square + q1) * square + q2)
    }
}

pub(in crate::promql::eval) fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let value = if !size.is_finite() || size < 1.0 / LARGE {
        size
    } else if size > LARGE {
        ln(size) + LN_2
    } else if size > 2.0 {
        ln(2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size))
    } else {
        (size + size * size / (1.0 + (1.0 + size * size).sqrt())).ln_1p()
    };
    value.copysign(x)
}

pub(in crate::promql::eval) fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        f64::NAN
    } else if x == 1.0 {
        0.0
    } else if x >= LARGE {
        ln(x) + LN_2
    } else if x > 2.0 {
        ln(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()))
    } else {
        let over = x - 1.0;
        (over + (2.0 * over + over * over).sqrt()).ln_1p()
    }
}

pub(in crate::promql::eval) fn atanh(x: f64) -> f64 {
    let size = x.abs();
    let value = if size > 1.0 || x.is_nan() {
        f64::NAN
    } else if size == 1.0 {
        f64::INFINITY
    } else if size < 1.0 / LARGE {
        size
    } else if size < 0.5 {
        let twice = size + size;
        0.5 * (twice + twice * size / (1.0 - size)).ln_1p()
    } else {
        0.5 * ((size + size) / (1.0 - size)).ln_1p()
    };
    value.copysign(x)
}
