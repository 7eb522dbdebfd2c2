//! Functions of one number at a time.
//!
//! What Go's standard library composes of others is composed so here, and where it is wrong by more than the last
//! bits it is so here: its `sinh(709.5)` is infinite.

use std::f64::consts::{LOG10_E, PI};

use super::{Table, nameless, present};
use crate::promql::Dialect;
use crate::promql::eval::numeric;

/// The function of that name; what is not known changes nothing.
pub(super) fn function(name: &str) -> fn(f64) -> f64 {
    match name {
        "abs" => f64::abs,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "sqrt" => f64::sqrt,
        "sgn" => sign,
        "exp" => numeric::exp,
        "ln" => numeric::ln,
        "log2" => numeric::log2,
        "log10" => |value| numeric::ln(value) * LOG10_E,
        "deg" => |value| value * 180.0 / PI,
        "rad" => |value| value * PI / 180.0,
        "sin" => numeric::sin,
        "cos" => numeric::cos,
        "tan" => numeric::tan,
        "asin" => numeric::asin,
        "acos" => numeric::acos,
        "atan" => numeric::atan,
        "sinh" => numeric::sinh,
        "cosh" => numeric::cosh,
        "tanh" => numeric::tanh,
        "asinh" => numeric::asinh,
        "acosh" => numeric::acosh,
        "atanh" => numeric::atanh,
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
