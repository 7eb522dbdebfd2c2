//! Lengths of time: how they are written, and what they are.

use std::fmt;

/// Nanoseconds of each unit, longest first: the order in which they must be written. A year has 365 days.
const UNITS: [(&str, i128); 7] = [
    ("y", 365 * 24 * 3_600 * 1_000_000_000),
    ("w", 7 * 24 * 3_600 * 1_000_000_000),
    ("d", 24 * 3_600 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

const NANOS_PER_SECOND: f64 = 1e9;

/// A signed length of time. Prometheus counts nanoseconds, so `[0.0000001]` is told from `[0]`; its engine
/// rounds to milliseconds ([`Duration::millis`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Duration {
    nanos: i64,
}

impl Duration {
    /// So many milliseconds; the nearest representable length if that is over 292 years.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Duration {
        Duration { nanos: millis.saturating_mul(1_000_000) }
    }

    /// So many nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Duration {
        Duration { nanos }
    }

    /// Whole milliseconds, rounded towards zero as Prometheus' engine does.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.nanos / 1_000_000
    }

    /// Nanoseconds.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.nanos
    }

    /// Seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        // The whole seconds apart, or a year and a millisecond would lose the millisecond.
        (self.nanos / 1_000_000_000) as f64 + (self.nanos % 1_000_000_000) as f64 / NANOS_PER_SECOND
    }

    /// The other way in time.
    pub(super) const fn negated(self) -> Duration {
        Duration { nanos: self.nanos.saturating_neg() }
    }

    /// A number of seconds as Prometheus 3 reads it in a duration's place. `None` beyond 292 years, and for
    /// NaN.
    pub(super) fn from_seconds(seconds: f64) -> Option<Duration> {
        let nanos = (seconds * NANOS_PER_SECOND).round();
        let limit = i64::MAX as f64 / NANOS_PER_SECOND;
        (seconds.abs() <= limit).then_some(Duration { nanos: nanos as i64 })
    }
}

/// Why a word such as `5m1h` is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong<'a> {
    /// No such unit.
    Unit(&'a str),
    /// Units are written from long to short, each once.
    Order,
    /// More than 292 years.
    TooLong,
}

/// Reads `1h30m` and its like.
pub(super) fn read(text: &str) -> Result<Duration, Wrong<'_>> {
    let mut rest = text;
    let mut nanos: i128 = 0;
    let mut allowed = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let place = UNITS.iter().position(|(name, _)| *name == unit).ok_or(Wrong::Unit(unit))?;
        if place < allowed || count.is_empty() {
            return Err(Wrong::Order);
        }
        allowed = place + 1;
        let count: i64 = count.parse().map_err(|_| Wrong::TooLong)?;
        nanos += i128::from(count) * UNITS[place].1;
        rest = after;
    }
    i64::try_from(nanos).map(|nanos| Duration { nanos }).map_err(|_| Wrong::TooLong)
}

impl fmt::Display for Duration {
    /// As Prometheus prints it: years and weeks only where nothing is left over, since 90d reads better than
    /// 12w6d. What is finer than a millisecond is printed as a number of seconds, which only Prometheus 3
    /// reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = i128::from(self.nanos).abs();
        if self.nanos < 0 {
            f.write_str("-")?;
        }
        if left == 0 {
            return f.write_str("0s");
        }
        if left % 1_000_000 != 0 {
            let (whole, part) = (left / 1_000_000_000, left % 1_000_000_000);
            return f.write_str(format!("{whole}.{part:09}").trim_end_matches('0'));
        }
        for (unit, length) in UNITS {
            let whole_only = unit == "y" || unit == "w";
            if left < length || (whole_only && left % length != 0) {
                continue;
            }
            write!(f, "{}{unit}", left / length)?;
            left %= length;
        }
        Ok(())
    }
}
