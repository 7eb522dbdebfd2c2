//! Durations as files spell them: `1h30m`.

/// What is accepted where a duration stands.
pub(super) const ACCEPTED: &str =
    "whole numbers with the units y, w, d, h, m, s and ms from long to short, as in 1h30m";

/// Nanoseconds of each unit, longest first: the order in which they must be written. A year has 365 days.
const UNITS: [(&str, u128); 7] = [
    ("y", 365 * 24 * 3_600 * 1_000_000_000),
    ("w", 7 * 24 * 3_600 * 1_000_000_000),
    ("d", 24 * 3_600 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// Milliseconds, or what is wrong. `0` is the only number that needs no unit.
pub(super) fn read(text: &str) -> Result<i64, String> {
    if text == "0" {
        return Ok(0);
    }
    if text.is_empty() {
        return Err("a duration must not be empty".to_owned());
    }
    let unsound = || format!("`{text}` is no duration");
    let (mut rest, mut nanos, mut allowed) = (text, 0_u128, 0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (count, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let place = UNITS.iter().position(|(name, _)| *name == unit).ok_or_else(unsound)?;
        if count.is_empty() || place < allowed {
            return Err(unsound());
        }
        allowed = place + 1;
        let too_long = || format!("`{text}` is over 292 years");
        let count: u64 = count.parse().map_err(|_| too_long())?;
        nanos += u128::from(count) * UNITS[place].1;
        if nanos > i64::MAX as u128 {
            return Err(too_long());
        }
        rest = after;
    }
    Ok(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}
