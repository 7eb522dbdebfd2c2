//! Functions of one number at a time.
//!
//! What Go's standard library composes of others is composed so here, and where it is wrong by more than the last
//! bits it is so here: its `sinh(709.5)` is infinite. Sines, logarithms and exponentials themselves are the
//! platform's, which may differ from Go's in the last bits.

use std::f64::consts::{FRAC_PI_2, LN_2, LOG2_E, LOG10_E, PI};

use super::{Table, nameless, present};
use crate::promql::Dialect;

/// The function of that name; what is not known changes nothing.
pub(super) fn function(name: &str) -> fn(f64) -> f64 {
    match name {
        "abs" => f64::abs,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "sqrt" => f64::sqrt,
        "sgn" => sign,
        "exp" => exp,
        "ln" => ln,
        "log2" => log2,
        "log10" => |value| ln(value) * LOG10_E,
        "deg" => |value| value * 180.0 / PI,
        "rad" => |value| value * PI / 180.0,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => |value| FRAC_PI_2 - value.asin(),
        "atan" => f64::atan,
        "sinh" => sinh,
        "cosh" => cosh,
        "tanh" => f64::tanh,
        "asinh" => asinh,
        "acosh" => acosh,
        "atanh" => atanh,
        _ => |value| value,
    }
}

/// The function on every value.
pub(super) fn each(mut table: Table, function: fn(f64) -> f64, dialect: Dialect) -> Table {
    for column in &mut table {
        column.labels = nameless(&column.labels, dialect);
        column.values.iter_mut().filter(|value| present(**value)).for_each(|value| *value = function(*value));
    }
    table
}

/// `round`, `clamp` and its like: a function of every value and of numbers, which may differ from step to step.
pub(super) fn with_numbers(name: &str, mut table: Table, numbers: &[Vec<f64>], dialect: Dialect) -> Table {
    let at = |place: usize, step: usize| numbers.get(place).and_then(|all| all.get(step)).copied();
    for column in &mut table {
        column.labels = nameless(&column.labels, dialect);
        for (step, value) in column.values.iter_mut().enumerate().filter(|(_, value)| present(**value)) {
            let first = at(0, step).unwrap_or(1.0);
            *value = match name {
                "round" => round(*value, first),
                "clamp_min" => larger(first, *value),
                "clamp_max" => smaller(first, *value),
                _ => {
                    let most = at(1, step).unwrap_or(f64::NAN);
                    if most < first { super::ABSENT } else { larger(first, smaller(most, *value)) }
                }
            };
        }
    }
    table.retain(|column| column.values.iter().any(|value| present(*value)));
    table
}

/// To a multiple of a number, up where two are as near. The inverse makes for fewer odd last digits.
fn round(value: f64, to_nearest: f64) -> f64 {
    let inverse = 1.0 / to_nearest;
    (value * inverse + 0.5).floor() / inverse
}

/// Go's `math.Max`: infinity wins over NaN, and NaN over all else.
fn larger(one: f64, other: f64) -> f64 {
    if one == f64::INFINITY || other == f64::INFINITY {
        f64::INFINITY
    } else if one.is_nan() || other.is_nan() {
        f64::NAN
    } else if one == 0.0 && other == 0.0 {
        if one.is_sign_negative() { other } else { one }
    } else if one > other {
        one
    } else {
        other
    }
}

/// Go's `math.Min`: minus infinity wins over NaN, and NaN over all else.
fn smaller(one: f64, other: f64) -> f64 {
    -larger(-one, -other)
}

/// NaN and both zeros stay as they are.
fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// Go's overflows where the nearest power of two does, which is half a bit early.
fn exp(value: f64) -> f64 {
    if (value * LOG2_E).round_ties_even() >= 1024.0 { f64::INFINITY } else { value.exp() }
}

/// Go's takes a number below the least normal one for what its bits say with the exponent of that.
fn ln(value: f64) -> f64 {
    if value > 0.0 && value < f64::MIN_POSITIVE {
        let fraction = f64::from_bits(value.to_bits() | 0.5_f64.to_bits());
        return fraction.ln() - 1022.0 * LN_2;
    }
    value.ln()
}

/// Exact for powers of two: the logarithm of the fraction, and the exponent.
fn log2(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value.ln();
    }
    let (fraction, exponent) = parts(value);
    if fraction == 0.5 { exponent - 1.0 } else { fraction.ln() * LOG2_E + exponent }
}

/// A finite number other than zero as a fraction from 0.5 up to 1 and a power of two.
fn parts(value: f64) -> (f64, f64) {
    const EXPONENT: u64 = 0x7ff;
    let small = value.abs() < f64::MIN_POSITIVE;
    // 2^52 makes the least of all numbers a normal one.
    let (normal, shift) = if small { (value * 4_503_599_627_370_496.0, 52.0) } else { (value, 0.0) };
    let bits = normal.to_bits();
    let exponent = (bits >> 52 & EXPONENT) as f64 - 1022.0 - shift;
    (f64::from_bits(bits & !(EXPONENT << 52) | 1022 << 52), exponent)
}

fn sinh(value: f64) -> f64 {
    let size = value.abs();
    if size > 21.0 { (exp(size) * 0.5).copysign(value) } else { value.sinh() }
}

fn cosh(value: f64) -> f64 {
    let size = value.abs();
    let exp = exp(size);
    if size > 21.0 { exp * 0.5 } else { (exp + 1.0 / exp) * 0.5 }
}

/// From here on a square plus one is a square.
const LARGE: f64 = 268_435_456.0;

fn asinh(value: f64) -> f64 {
    let size = value.abs();
    let result = if !size.is_finite() || size < 1.0 / LARGE {
        size
    } else if size > LARGE {
        size.ln() + LN_2
    } else if size > 2.0 {
        (2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size)).ln()
    } else {
        (size + size * size / (1.0 + (1.0 + size * size).sqrt())).ln_1p()
    };
    result.copysign(value)
}

fn acosh(value: f64) -> f64 {
    if value < 1.0 || value.is_nan() {
        f64::NAN
    } else if value == 1.0 {
        0.0
    } else if value >= LARGE {
        value.ln() + LN_2
    } else if value > 2.0 {
        (2.0 * value - 1.0 / (value + (value * value - 1.0).sqrt())).ln()
    } else {
        let over = value - 1.0;
        (over + (2.0 * over + over * over).sqrt()).ln_1p()
    }
}

fn atanh(value: f64) -> f64 {
    let size = value.abs();
    let result = if size > 1.0 || value.is_nan() {
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
    result.copysign(value)
}
