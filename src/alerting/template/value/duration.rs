//! `time.Duration`.

use super::super::functions::{Call, Function, Param, method};
use super::{IntKind, Value};

const MICRO: i64 = 1_000;
const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// As Go prints it: `1h2m3.5s`, `1.5ms`, `0s`.
pub(super) fn text(nanos: i64) -> String {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let fraction = |size: u64, unit: u64, width: usize| {
        let part = format!("{:0width$}", size % unit);
        let part = part.trim_end_matches('0');
        let dot = if part.is_empty() { "" } else { "." };
        format!("{}{dot}{part}", size / unit)
    };
    match size {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", fraction(size, 1_000, 3)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", fraction(size, 1_000_000, 6)),
        _ => {
            let (minutes, rest) = (size / 60_000_000_000, size % 60_000_000_000);
            let seconds = fraction(rest, 1_000_000_000, 9);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

pub(super) static METHODS: &[Function] = &[
    method("Abs", &[], |call| Ok(Value::Duration(nanos(call).saturating_abs()))),
    method("Hours", &[], |call| Ok(float(call, HOUR))),
    method("Microseconds", &[], |call| Ok(whole(call, MICRO))),
    method("Milliseconds", &[], |call| Ok(whole(call, MILLI))),
    method("Minutes", &[], |call| Ok(float(call, MINUTE))),
    method("Nanoseconds", &[], |call| Ok(whole(call, 1))),
    method("Round", &[Param::Typed("time.Duration")], |call| Ok(Value::Duration(round(nanos(call), call)))),
    method("Seconds", &[], |call| Ok(float(call, SECOND))),
    method("String", &[], |call| Ok(text(nanos(call)).into())),
    method("Truncate", &[Param::Typed("time.Duration")], |call| {
        let (value, unit) = (nanos(call), unit(call));
        Ok(Value::Duration(if unit <= 0 { value } else { value - value % unit }))
    }),
];

fn nanos(call: &Call<'_>) -> i64 {
    if let Value::Duration(nanos) = call.receiver { *nanos } else { 0 }
}

fn unit(call: &Call<'_>) -> i64 {
    match call.args.first() {
        Some(Value::Duration(unit) | Value::Int(unit, _)) => *unit,
        _ => 0,
    }
}

fn whole(call: &Call<'_>, unit: i64) -> Value {
    Value::Int(nanos(call) / unit, IntKind::Int64)
}

fn float(call: &Call<'_>, unit: i64) -> Value {
    let nanos = nanos(call);
    Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64)
}

/// Half away from zero; the nearest end where that overflows.
fn round(nanos: i64, call: &Call<'_>) -> i64 {
    let unit = unit(call);
    if unit <= 0 {
        return nanos;
    }
    let rest = nanos % unit;
    if i128::from(rest.unsigned_abs()) * 2 < i128::from(unit) {
        return nanos - rest;
    }
    let step = if nanos < 0 { -unit } else { unit };
    (nanos - rest).saturating_add(step)
}
