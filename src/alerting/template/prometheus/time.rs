//! Timestamps and durations.

use super::super::format;
use super::super::functions::Call;
use super::super::value::{Time, Value};
use super::humanize::short;
use super::number::to_float;
use crate::promql::Dialect;

/// Milliseconds of each unit, longest first: the order in which they must be written.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// A number of seconds as a time, in whole milliseconds as Prometheus counts them.
fn from_seconds(seconds: f64) -> Result<Time, String> {
    let nanos = seconds * 1e9;
    if !(-9_223_372_036_854_775_808.0..=9_223_372_036_854_775_808.0).contains(&nanos) {
        let shown = format::format_float(seconds, 'g', None);
        return Err(format!(
            "{shown} cannot be represented as a nanoseconds timestamp since it overflows int64"
        ));
    }
    // The upper end itself passes Go's check, and its conversion yields the smallest.
    let nanos = if nanos >= 9_223_372_036_854_775_808.0 { i64::MIN } else { nanos as i64 };
    let millis = nanos / 1_000_000;
    let part = u32::try_from(millis.rem_euclid(1_000)).unwrap_or(0) * 1_000_000;
    Ok(Time::new(millis.div_euclid(1_000), part))
}

pub(super) fn humanize(call: &Call<'_>) -> Result<Value, String> {
    let value = to_float(call.value(0))?;
    if !value.is_finite() {
        return Ok(short(value).into());
    }
    Ok(from_seconds(value)?.to_string().into())
}

pub(super) fn to_time(call: &Call<'_>) -> Result<Value, String> {
    let value = to_float(call.value(0))?;
    if !value.is_finite() {
        return Err("value is NaN or Inf".to_owned());
    }
    Ok(Value::Time(from_seconds(value)?.into_pointer()))
}

/// A duration of Prometheus as seconds.
pub(super) fn parse_duration(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0);
    match text {
        "" => return Err("empty duration string".to_owned()),
        "0" => return Ok(Value::Float(0.0)),
        _ => {}
    }
    let millis = read(text, call.dialect)?;
    // Go divides nanoseconds.
    Ok(Value::Float(millis as f64 * 1e6 / 1e9))
}

fn read(text: &str, dialect: Dialect) -> Result<u64, String> {
    let wrong = || format!("not a valid duration string: {}", format::quote(text));
    // What 2^63 nanoseconds are in milliseconds; Prometheus counts the former.
    const MOST: u64 = 9_223_372_036_854;
    let new = dialect == Dialect::V3;
    let (mut rest, mut sum, mut allowed) = (text, 0u64, 0);
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        // 3.5 reads by hand and says more than 2.42, which has a regular expression.
        let unreadable = count.is_empty() || unit.is_empty() || (new && count.parse::<u64>().is_err());
        let Some(place) = UNITS.iter().position(|(name, _)| *name == unit).filter(|_| !unreadable) else {
            if new && !unreadable {
                let (unit, text) = (format::quote(unit), format::quote(text));
                return Err(format!("unknown unit {unit} in duration {text}"));
            }
            return Err(wrong());
        };
        if place < allowed {
            return Err(wrong());
        }
        allowed = place + 1;
        let size = UNITS.get(place).map_or(1, |(_, size)| *size);
        let product = count.parse::<u64>().ok().and_then(|count| count.checked_mul(size));
        sum = match product.and_then(|product| sum.checked_add(product)) {
            Some(sum) if sum <= MOST => sum,
            _ => return Err("duration out of range".to_owned()),
        };
        rest = after;
    }
    Ok(sum)
}
