//! Powers, as Go computes them: by repeated squaring, with an exponential for what is left of the exponent.
//!
//! The last bits often differ from those of a C library, and rules compare for equality.

use std::f64::consts::{FRAC_1_SQRT_2, LOG2_E};

/// Bits of a float's fraction, and the exponent of 1 as it is written.
const FRACTION_BITS: u32 = 52;
const BIAS: i64 = 1023;
const EXPONENT_MASK: u64 = 0x7ff;

/// ln 2 in two parts, for `ln`: FreeBSD's `e_log.c`.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// The coefficients of `ln`, odd and even places, highest power first: FreeBSD's `e_log.c`.
const LN_ODD: [f64; 4] =
    [0.147_981_986_051_165_86, 0.181_835_721_616_180_5, 0.285_714_287_436_623_9, 0.666_666_666_666_673_5];
const LN_EVEN: [f64; 3] = [0.153_138_376_992_093_73, 0.222_221_984_321_497_84, 0.399_999_999_994_094_2];

/// ln 2 in two parts, for `exp`: Shibata's SLEEF.
const EXP_LN_2_HIGH: f64 = 0.693_147_180_559_663;
const EXP_LN_2_LOW: f64 = 2.823_529_056_303_157_7e-13;

/// The inverse factorials of 8 to 1: the exponential's Taylor series.
const EXP_SERIES: [f64; 8] = [
    2.480_158_730_158_73e-5,
    0.000_198_412_698_412_698_4,
    0.001_388_888_888_888_889,
    0.008_333_333_333_333_333,
    0.041_666_666_666_666_664,
    0.166_666_666_666_666_66,
    0.5,
    1.0,
];

/// `x` to the power of `y`.
pub(in crate::promql::eval) fn pow(x: f64, y: f64) -> f64 {
    if let Some(special) = special(x, y) {
        return special;
    }
    let (mut whole, mut part) = (y.abs().trunc(), y.abs().fract());
    if part != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 9_223_372_036_854_775_808.0 {
        return beyond(x, y > 0.0);
    }
    // The result is scale · 2^exponent.
    let (mut scale, mut exponent) = (1.0, 0_i64);
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        scale = exp(part * ln(x));
    }
    let (mut base, mut base_exponent) = split(x);
    let mut bits = whole as i64;
    while bits != 0 {
        // Far beyond any float, and before the doubling overflows.
        if base_exponent.abs() > 1 << 12 {
            exponent += base_exponent;
            break;
        }
        if bits & 1 == 1 {
            scale *= base;
            exponent += base_exponent;
        }
        base *= base;
        base_exponent *= 2;
        if base < 0.5 {
            base += base;
            base_exponent -= 1;
        }
        bits >>= 1;
    }
    if y < 0.0 {
        scale = 1.0 / scale;
        exponent = -exponent;
    }
    join(scale, exponent)
}

/// What needs no computation.
fn special(x: f64, y: f64) -> Option<f64> {
    Some(if y == 0.0 || x == 1.0 {
        1.0
    } else if y == 1.0 {
        x
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == 0.0 {
        match (y < 0.0, is_odd(y)) {
            (true, true) => f64::INFINITY.copysign(x),
            (true, false) => f64::INFINITY,
            (false, true) => x,
            (false, false) => 0.0,
        }
    } else if y.is_infinite() {
        beyond(x, y > 0.0)
    } else if x.is_infinite() {
        if x < 0.0 {
            return special(-0.0, -y);
        }
        if y < 0.0 { 0.0 } else { f64::INFINITY }
    } else if y == 0.5 {
        x.sqrt()
    } else if y == -0.5 {
        1.0 / x.sqrt()
    } else {
        return None;
    })
}

/// For exponents so large that only the base's side of 1 counts.
fn beyond(x: f64, positive: bool) -> f64 {
    if x == -1.0 {
        1.0
    } else if (x.abs() < 1.0) == positive {
        0.0
    } else {
        f64::INFINITY
    }
}

/// Floats from 2^53 on are all even.
fn is_odd(x: f64) -> bool {
    x.abs() < 9_007_199_254_740_992.0 && x.fract() == 0.0 && (x as i64) & 1 == 1
}

/// A finite number other than zero as a fraction from 0.5 to 1 and a power of two.
fn split(x: f64) -> (f64, i64) {
    if x.abs() < f64::MIN_POSITIVE {
        let (fraction, exponent) = split_bits(x * (1_u64 << FRACTION_BITS) as f64);
        (fraction, exponent - i64::from(FRACTION_BITS))
    } else {
        split_bits(x)
    }
}

/// [`split`] for numbers that are not subnormal.
fn split_bits(x: f64) -> (f64, i64) {
    let bits = x.to_bits();
    let exponent = ((bits >> FRACTION_BITS) & EXPONENT_MASK) as i64 - BIAS + 1;
    let half = (BIAS as u64 - 1) << FRACTION_BITS;
    (f64::from_bits((bits & !(EXPONENT_MASK << FRACTION_BITS)) | half), exponent)
}

/// The inverse of [`split`], for any number and exponent.
fn join(fraction: f64, exponent: i64) -> f64 {
    if fraction == 0.0 || !fraction.is_finite() {
        return fraction;
    }
    let (part, shift) = split(fraction);
    // As if the fraction were from 1 to 2.
    let mut exponent = exponent.saturating_add(shift - 1);
    if exponent < -1075 {
        return 0.0_f64.copysign(fraction);
    }
    if exponent > BIAS {
        return f64::INFINITY.copysign(fraction);
    }
    let mut last = 1.0;
    if exponent < -1022 {
        exponent += 53;
        last = 1.0 / (1_u64 << 53) as f64;
    }
    let written = ((exponent + BIAS) as u64) << FRACTION_BITS;
    last * f64::from_bits((part.to_bits() & !(EXPONENT_MASK << FRACTION_BITS)) | written)
}

/// The natural logarithm; of a subnormal number something else, since Go's assembler takes its bits for those of a normal
/// one.
pub(in crate::promql::eval) fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x.is_infinite() {
        return x;
    }
    let (mut fraction, mut exponent) = split_bits(x);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let (f, k) = (fraction - 1.0, exponent as f64);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let polynomial = |of: &[f64]| of.iter().fold(0.0, |sum, part| sum * s4 + part);
    let rest = s2 * polynomial(&LN_ODD) + s4 * polynomial(&LN_EVEN);
    let half_square = 0.5 * f * f;
    k * LN_2_HIGH - ((half_square - (s * (half_square + rest) + k * LN_2_LOW)) - f)
}

/// Exact for powers of two: the logarithm of the fraction, and the exponent.
pub(in crate::promql::eval) fn log2(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() || x < 0.0 {
        return ln(x);
    }
    let (fraction, exponent) = split(x);
    if fraction == 0.5 { (exponent - 1) as f64 } else { ln(fraction) * LOG2_E + exponent as f64 }
}

/// e to the power of a number, with fused multiplication as processors with FMA do it. It overflows where the nearest
/// power of two does, which is half a bit early.
pub(in crate::promql::eval) fn exp(x: f64) -> f64 {
    let k = (x * LOG2_E).round_ties_even();
    if x.is_nan() || k <= -1021.0 {
        // Numbers that are not normal are rounded once, which costs more than the last bit is worth.
        return x.exp();
    }
    if k >= 1024.0 {
        return f64::INFINITY;
    }
    let reduced = (-k).mul_add(EXP_LN_2_LOW, (-k).mul_add(EXP_LN_2_HIGH, x)) * 0.0625;
    let series = EXP_SERIES.iter().skip(1).fold(EXP_SERIES[0], |sum, part| sum.mul_add(reduced, *part));
    // e^r - 1, squared up four times.
    let mut less_one = reduced * series;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    join(less_one.mul_add(less_one + 2.0, 1.0), k as i64)
}
