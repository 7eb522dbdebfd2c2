//! Durations as labels carry them.

use std::fmt::Write as _;

/// Milliseconds of each unit, longest first, and whether only whole numbers of it are written with it.
const UNITS: [(&str, i64, bool); 7] = [
    ("y", 365 * 24 * 3_600_000, true),
    ("w", 7 * 24 * 3_600_000, true),
    ("d", 24 * 3_600_000, true),
    ("h", 3_600_000, false),
    ("m", 60_000, false),
    ("s", 1_000, false),
    ("ms", 1, false),
];

/// The most that Go's durations hold.
const MOST_MS: i64 = i64::MAX / 1_000_000;

/// As Prometheus writes a duration: `1m30s`.
pub(super) fn text(mut ms: i64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, length, exact) in UNITS {
        if exact && ms % length != 0 {
            continue;
        }
        if ms >= length {
            // Writing to a text cannot fail.
            _ = write!(text, "{}{unit}", ms / length);
            ms %= length;
        }
    }
    text
}

/// Milliseconds, or what is wrong in Prometheus' words.
pub(super) fn read(text: &str) -> Result<i64, String> {
    match text {
        "0" => return Ok(0),
        "" => return Err("empty duration string".to_owned()),
        _ => {}
    }
    let unsound = || format!("not a valid duration string: {text:?}");
    let (mut rest, mut sum, mut allowed) = (text, 0_i64, 0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (count, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let place = UNITS.iter().position(|(name, ..)| *name == unit).ok_or_else(unsound)?;
        if count.is_empty() || place < allowed {
            return Err(unsound());
        }
        allowed = place + 1;
        let count: i64 = count.parse().map_err(|_| "duration out of range".to_owned())?;
        let more = count.checked_mul(UNITS[place].1).and_then(|more| sum.checked_add(more));
        sum = more.filter(|sum| *sum <= MOST_MS).ok_or("duration out of range")?;
        rest = after;
    }
    Ok(sum)
}
