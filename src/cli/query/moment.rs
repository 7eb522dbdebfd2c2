//! Times and lengths of time as the HTTP interface of Prometheus takes them.

use jiff::Timestamp;

/// How times are written.
pub(super) const ACCEPTED: &str = "RFC 3339 (2026-01-31T12:00:00Z) or Unix seconds (1769860800.5)";

/// Milliseconds of each unit, longest first: the order in which they must be written. A year has 365 days.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a time, in milliseconds since 1970.
pub(in crate::cli) fn moment(text: &str) -> Result<i64, String> {
    let read = match text.parse::<f64>() {
        Ok(seconds) => milliseconds(seconds),
        Err(_) => text
            .parse::<Timestamp>()
            .ok()
            .and_then(|time| i64::try_from(time.as_nanosecond().div_euclid(1_000_000)).ok()),
    };
    read.ok_or_else(|| format!("accepted: {ACCEPTED}"))
}

/// Prometheus rounds what is behind the point to milliseconds, goes through nanoseconds, and cuts.
fn milliseconds(seconds: f64) -> Option<i64> {
    let part = (seconds.fract() * 1000.0).round() / 1000.0;
    let nanos = (part * 1e9) as i64;
    // Beyond some hundred thousand years nobody has samples, and sums in milliseconds cannot overflow.
    (seconds.abs() < 1e13).then(|| seconds.trunc() as i64 * 1000 + nanos.div_euclid(1_000_000))
}

/// Reads a step, in milliseconds.
pub(in crate::cli) fn step(text: &str) -> Result<i64, String> {
    lasting(text).map_err(|reason| {
        format!("{reason}accepted: a duration (15s, 1h30m) or seconds (0.5), of 1ms or more")
    })
}

/// Reads a length of time, in milliseconds.
pub(in crate::cli) fn length(text: &str) -> Result<i64, String> {
    lasting(text).map_err(|reason| {
        format!("{reason}accepted: a duration (5m, 1h30m) or seconds (300), of 1ms or more")
    })
}

fn lasting(text: &str) -> Result<i64, &'static str> {
    let read = match text.parse::<f64>() {
        // The range of Prometheus' nanoseconds.
        Ok(seconds) => ((seconds * 1e9).abs() < 9.2e18).then_some((seconds * 1000.0) as i64),
        Err(_) => duration(text),
    };
    match read {
        Some(length) if length > 0 => Ok(length),
        Some(_) => Err("it must be longer than nothing; "),
        None => Err(""),
    }
}

/// `1h30m` and its like, in milliseconds.
fn duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut allowed = &UNITS[..];
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let place = allowed.iter().position(|(unit, _)| *unit == &rest[..letters])?;
        total = total.checked_add(count.checked_mul(allowed[place].1)?)?;
        allowed = &allowed[place + 1..];
        rest = &rest[letters..];
    }
    // 292 years, as many nanoseconds as Prometheus can count.
    (allowed.len() < UNITS.len() && total < 9_223_372_036_854).then_some(total)
}
