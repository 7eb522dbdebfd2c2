//! Sines, cosines and tangents as Go computes them: Cephes' polynomials, after an angle is brought into an octant.
//!
//! Near multiples of π this is off by more than a few units in the last place, and so is Prometheus.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::angle::of_positive;

/// π/4 in three parts, each with room for the bits of an octant's number: Cephes' `sin.c`.
const FRAC_PI_4_PARTS: [f64; 3] =
    [0.785_398_125_648_498_5, 3.774_894_707_930_798e-8, 2.695_151_429_079_059_5e-15];

/// From here on the three parts are not enough.
const LARGE: f64 = 536_870_912.0;

/// The binary digits of 4/π, 64 at a time, the first of them before the point.
const FOUR_BY_PI: [u64; 20] = [
    0x0000_0000_0000_0001,
    0x45f3_06dc_9c88_2a53,
    0xf84e_afa3_ea69_bb81,
    0xb6c5_2b32_7887_2083,
    0xfca2_c757_bd77_8ac3,
    0x6e48_dc74_849b_a5c0,
    0x0c92_5dd4_13a3_2439,
    0xfc3b_d639_6253_4e7d,
    0xd104_6bea_5d76_8909,
    0xd338_e04d_68be_fc82,
    0x7323_ac73_06a6_73e9,
    0x3908_bf17_7bf2_5076,
    0x3ff1_2fff_bc0b_301f,
    0xde5e_2316_b414_da3e,
    0xda6c_fd9e_4f96_136e,
    0x9e8c_7ecd_3cbf_d45a,
    0xea4f_758f_d7cb_e2f6,
    0x7a0e_73ef_14a5_25d4,
    0xd7f6_bf62_3f1a_ba10,
    0xac06_608d_f8f6_d757,
];

/// The coefficients of Cephes' `sin.c` and `tan.c`, highest power first.
const SINE: [f64; 6] = [
    1.589_623_015_765_465_6e-10,
    -2.505_074_776_285_780_7e-8,
    2.755_731_362_138_572_2e-6,
    -0.000_198_412_698_295_895_4,
    0.008_333_333_333_322_118,
    -0.166_666_666_666_666_3,
];
const COSINE: [f64; 6] = [
    -1.135_853_652_138_768_2e-11,
    2.087_570_084_197_473e-9,
    -2.755_731_417_929_674e-7,
    2.480_158_728_885_170_4e-5,
    -0.001_388_888_888_887_305_6,
    0.041_666_666_666_666_595,
];
const TANGENT_ABOVE: [f64; 3] = [-13_093.693_918_138_373, 1_153_516.648_385_874_2, -17_956_525.197_648_488];
const TANGENT_BELOW: [f64; 5] =
    [1.0, 13_681.296_347_069_296, -1_320_892.344_402_109_7, 25_008_380.182_335_79, -53_869_575.592_945_464];

/// The sine of an angle in radians.
pub(in crate::promql::eval) fn sin(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() {
        return x;
    }
    let Some((octant, rest)) = reduced(x.abs()) else { return f64::NAN };
    let negative = x.is_sign_negative() != (octant > 3);
    let value = if matches!(octant % 4, 1 | 2) { cosine(rest) } else { sine(rest) };
    if negative { -value } else { value }
}

/// The cosine of an angle in radians.
pub(in crate::promql::eval) fn cos(x: f64) -> f64 {
    let Some((octant, rest)) = reduced(x.abs()) else { return f64::NAN };
    let negative = (octant > 3) != (octant % 4 > 1);
    let value = if matches!(octant % 4, 1 | 2) { sine(rest) } else { cosine(rest) };
    if negative { -value } else { value }
}

/// The tangent of an angle in radians.
pub(in crate::promql::eval) fn tan(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() {
        return x;
    }
    let Some((octant, rest)) = reduced(x.abs()) else { return f64::NAN };
    let square = rest * rest;
    let mut value = rest;
    if square > 1e-14 {
        let ratio = square * polynomial(&TANGENT_ABOVE, square) / polynomial(&TANGENT_BELOW, square);
        value = rest + rest * ratio;
    }
    if octant & 2 == 2 {
        value = -1.0 / value;
    }
    if x < 0.0 { -value } else { value }
}

/// The angle whose sine this is.
pub(in crate::promql::eval) fn asin(x: f64) -> f64 {
    let size = x.abs();
    if x == 0.0 {
        return x;
    }
    if x.is_nan() || size > 1.0 {
        return f64::NAN;
    }
    let other = (1.0 - size * size).sqrt();
    let angle = if size > 0.7 { FRAC_PI_2 - of_positive(other / size) } else { of_positive(size / other) };
    angle.copysign(x)
}

/// The angle whose cosine this is.
pub(in crate::promql::eval) fn acos(x: f64) -> f64 {
    FRAC_PI_2 - asin(x)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().skip(1).fold(coefficients[0], |sum, part| sum * x + part)
}

fn sine(x: f64) -> f64 {
    let square = x * x;
    x + x * square * polynomial(&SINE, square)
}

fn cosine(x: f64) -> f64 {
    let square = x * x;
    1.0 - 0.5 * square + square * square * polynomial(&COSINE, square)
}

/// The even octant whose start is nearest, from 0 to 7, and what is left of a positive angle; none for infinity.
fn reduced(x: f64) -> Option<(u64, f64)> {
    if !x.is_finite() {
        return None;
    }
    if x >= LARGE {
        return Some(reduced_large(x));
    }
    let mut octant = (x * (4.0 / PI)) as u64;
    octant += octant & 1;
    let turns = octant as f64;
    let [first, second, third] = FRAC_PI_4_PARTS;
    Some((octant & 7, ((x - turns * first) - turns * second) - turns * third))
}

/// Payne and Hanek's reduction: only those digits of 4/π are multiplied that matter for the fraction of a turn.
fn reduced_large(x: f64) -> (u64, f64) {
    let bits = x.to_bits();
    let exponent = (bits >> 52) as usize - 1023 - 52;
    let fraction = bits & ((1 << 52) - 1) | 1 << 52;
    let (digit, shift) = ((exponent + 61) / 64, ((exponent + 61) % 64) as u32);
    let digits = |place: usize| {
        let pair = |at: usize| u128::from(FOUR_BY_PI.get(at).copied().unwrap_or_default());
        ((pair(place) << 64 | pair(place + 1)) << shift >> 64) as u64
    };
    let product = |digits: u64| u128::from(digits) * u128::from(fraction);
    let low = (product(digits(digit + 2)) >> 64) + product(digits(digit + 1));
    let whole = low.wrapping_add(product(digits(digit)) << 64);
    let octant = (whole >> 125) as u64;
    let (high, low) = ((whole >> 61) as u64, (whole << 3) as u64);
    let zeros = high.leading_zeros();
    let kept = ((u128::from(high) << 64 | u128::from(low)) << zeros << 1 >> 64) as u64;
    let part = f64::from_bits((1023 - u64::from(zeros) - 1) << 52 | kept >> 12);
    if octant & 1 == 1 { ((octant + 1) & 7, (part - 1.0) * FRAC_PI_4) } else { (octant, part * FRAC_PI_4) }
}
