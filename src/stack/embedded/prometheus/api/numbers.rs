//! Numbers, times and durations of parameters, as Go reads them.

use jiff::Timestamp;

use crate::promql::{Dialect, ExprKind, parse_as};

/// The largest time that is taken, in seconds: milliseconds must fit.
const MOST_SECONDS: f64 = 9.2e15;

/// How clients of Go write that a time has no bound.
const BOUNDS: [(&str, i64); 2] =
    [("-292273086-05-16T16:47:06Z", i64::MIN), ("+292277025-08-18T07:12:54.999999999Z", i64::MAX)];

/// Seconds since 1970 or RFC 3339, in milliseconds.
pub(super) fn time(text: &str) -> Option<i64> {
    if let Some(seconds) = float(text) {
        return (seconds.abs() < MOST_SECONDS).then(|| (seconds * 1000.0).round() as i64);
    }
    if let Some((_, bound)) = BOUNDS.iter().find(|(written, _)| *written == text) {
        return Some(*bound);
    }
    if !is_rfc3339(text) {
        return None;
    }
    text.parse::<Timestamp>().ok().map(|at| at.as_millisecond())
}

/// Whether it has the one form that is read: `2020-01-02T03:04:05.678Z`, or with `+02:00` at its end.
fn is_rfc3339(text: &str) -> bool {
    let is = |form: &str, text: &str| {
        form.len() == text.len()
            && form.bytes().zip(text.bytes()).all(|(form, byte)| match form {
                b'0' => byte.is_ascii_digit(),
                form => form == byte,
            })
    };
    let Some((begin, end)) = text.split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let fraction =
        end.strip_prefix(['.', ',']).map(|end| end.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = fraction.unwrap_or(end);
    is("0000-00-00T00:00:00", begin) && (zone == "Z" || is("+00:00", zone) || is("-00:00", zone))
}

/// Seconds or a Prometheus duration, in nanoseconds.
///
/// # Errors
///
/// In Prometheus' words.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let none = || format!("cannot parse {text:?} to a valid duration");
    if let Some(seconds) = float(text) {
        let nanos = seconds * 1e9;
        return if nanos > i64::MAX as f64 || nanos < i64::MIN as f64 {
            Err(none() + ". It overflows int64")
        } else {
            Ok(nanos as i64)
        };
    }
    // `1h30m` is what stands in a range: whatever the parser takes there.
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(none());
    }
    let expr = parse_as(&format!("x[{text}]"), Dialect::V2).map_err(|_| none())?;
    match &expr.kind {
        ExprKind::Matrix(matrix) => matrix.range.millis().checked_mul(1_000_000).ok_or_else(none),
        _ => Err(none()),
    }
}

/// A number as Go's `ParseFloat` takes it, hexadecimal ones left out.
fn float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'_' && !between_digits(at)) {
        return None;
    }
    let number = text.replace('_', "").parse::<f64>().ok()?;
    // Too large a number is none, infinity is one.
    let said = text.to_ascii_lowercase().contains("inf");
    (said || !number.is_infinite()).then_some(number)
}

/// A whole number, read by this function of Go.
///
/// # Errors
///
/// In Go's words.
pub(super) fn integer(text: &str, function: &str) -> Result<i64, String> {
    text.parse::<i64>().map_err(|error| {
        use std::num::IntErrorKind::{NegOverflow, PosOverflow};
        let range = matches!(error.kind(), NegOverflow | PosOverflow);
        let why = if range { "value out of range" } else { "invalid syntax" };
        format!("{function}: parsing {text:?}: {why}")
    })
}
