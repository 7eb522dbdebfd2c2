//! Numbers for people.

use super::super::format;
use super::super::functions::Call;
use super::super::value::Value;
use super::number::to_float;

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];
const BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

/// `%.4g`.
pub(super) fn short(value: f64) -> String {
    format::format_float(value, 'g', Some(4))
}

/// Divides by the step until less than one of it is left.
fn shrink(mut value: f64, step: f64, prefixes: &[&'static str]) -> (f64, &'static str) {
    let mut prefix = "";
    for next in prefixes {
        if value.abs() < step {
            break;
        }
        prefix = next;
        value /= step;
    }
    (value, prefix)
}

/// Multiplies by a thousand until there is a whole one.
fn grow(mut value: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for next in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        prefix = next;
        value *= 1000.0;
    }
    (value, prefix)
}

pub(super) fn humanize(call: &Call<'_>) -> Result<Value, String> {
    let value = to_float(call.value(0))?;
    let (value, prefix) = match value {
        _ if value == 0.0 || !value.is_finite() => (value, ""),
        _ if value.abs() >= 1.0 => shrink(value, 1000.0, &LARGE),
        _ => grow(value),
    };
    Ok(format!("{}{prefix}", short(value)).into())
}

pub(super) fn humanize1024(call: &Call<'_>) -> Result<Value, String> {
    let value = to_float(call.value(0))?;
    let plain = value.abs() <= 1.0 || !value.is_finite();
    let (value, prefix) = if plain { (value, "") } else { shrink(value, 1024.0, &BINARY) };
    Ok(format!("{}{prefix}", short(value)).into())
}

pub(super) fn percentage(call: &Call<'_>) -> Result<Value, String> {
    let value = to_float(call.value(0))?;
    Ok(format!("{}%", short(value * 100.0)).into())
}

pub(in super::super) fn duration(call: &Call<'_>) -> Result<Value, String> {
    let value = to_float(call.value(0))?;
    if !value.is_finite() {
        return Ok(short(value).into());
    }
    if value.abs() < 1.0 {
        let (value, prefix) = if value == 0.0 { (value, "") } else { grow(value) };
        return Ok(format!("{}{prefix}s", short(value)).into());
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    // Go's conversion of what no integer can hold yields the smallest.
    let whole = if size >= 9_223_372_036_854_775_808.0 { i64::MIN } else { size as i64 };
    let (seconds, minutes) = (whole % 60, whole / 60 % 60);
    let (hours, days) = (whole / 3_600 % 24, whole / 86_400);
    let text = match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{}s", short(size)),
        (0, 0, _) => format!("{sign}{minutes}m {seconds}s"),
        (0, ..) => format!("{sign}{hours}h {minutes}m {seconds}s"),
        _ => format!("{sign}{days}d {hours}h {minutes}m {seconds}s"),
    };
    Ok(text.into())
}
