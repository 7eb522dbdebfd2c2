//! Amounts as people write them: `500ms`, `5 minutes`, `99.9%`, `10 GiB`.

use std::ops::Range;

/// What an amount counts, in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Percent,
    Bytes,
    /// A number and nothing behind it.
    Bare,
}

/// An amount in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Amount {
    /// In seconds, per cent, bytes, or as it stands.
    pub(super) value: f64,
    pub(super) unit: Unit,
    pub(super) at: Range<usize>,
}

/// Units by their words; of one letter only those that mean nothing else after a number.
const UNITS: [(&[&str], Unit, f64); 14] = [
    (&["%", "percent"], Unit::Percent, 1.0),
    (&["ms", "msec", "millis", "millisecond", "milliseconds"], Unit::Seconds, 0.001),
    (&["s", "sec", "secs", "second", "seconds"], Unit::Seconds, 1.0),
    (&["m", "min", "mins", "minute", "minutes"], Unit::Seconds, 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], Unit::Seconds, 3600.0),
    (&["d", "day", "days"], Unit::Seconds, 86_400.0),
    (&["w", "week", "weeks"], Unit::Seconds, 604_800.0),
    (&["B", "byte", "bytes"], Unit::Bytes, 1.0),
    (&["KB", "kB"], Unit::Bytes, 1e3),
    (&["MB"], Unit::Bytes, 1e6),
    (&["GB"], Unit::Bytes, 1e9),
    (&["KiB", "Ki"], Unit::Bytes, 1024.0),
    (&["MiB", "Mi"], Unit::Bytes, 1_048_576.0),
    (&["GiB", "Gi"], Unit::Bytes, 1_073_741_824.0),
];

/// Every amount of a text. Digits in names, versions, dates, ports and ratios like `5xx` are none.
pub(super) fn amounts(text: &str) -> Vec<Amount> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = number_end(bytes, at);
        let glued = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'/' | b'-' | b'#')
        };
        let before = at.checked_sub(1).map(|index| bytes[index]);
        if !before.is_some_and(glued) {
            found.extend(amount(text, at, end));
        }
        at = end;
    }
    found
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = start;
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b'_' | b',')) && digit(end + 1) && end > start)
    {
        // A comma is part of a number only before three digits.
        if bytes[end] == b',' && !(digit(end + 2) && digit(end + 3)) {
            break;
        }
        end += 1;
    }
    end
}

fn amount(text: &str, start: usize, end: usize) -> Option<Amount> {
    let value: f64 = text[start..end].replace([',', '_'], "").parse().ok()?;
    let rest = &text[end..];
    let spaced = rest.strip_prefix([' ', '-']).unwrap_or(rest);
    let length = |text: &str| match text.chars().next() {
        Some('%') => 1,
        _ => text.bytes().take_while(u8::is_ascii_alphabetic).count(),
    };
    let word = &spaced[..length(spaced)];
    let (unit, factor) = unit(word).unwrap_or((Unit::Bare, 1.0));
    let glued = spaced.len() == rest.len();
    if unit == Unit::Bare {
        // `5xx`, `3x`, `9090:9090`, `2026-01-13`, `1/2`
        let next = rest.bytes().next();
        let odd =
            next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b':' | b'/' | b'-' | b'_'));
        return (!odd).then_some(Amount { value, unit, at: start..end });
    }
    let stop = end + (rest.len() - spaced.len()) + word.len();
    // `5m3`, and the `s` of `5 s3`.
    let runs_on =
        text[stop..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && unit != Unit::Percent;
    let single = word.len() == 1 && !glued && unit != Unit::Percent && word != "s" && word != "h";
    (!runs_on && !single).then_some(Amount { value: value * factor, unit, at: start..stop })
}

fn unit(word: &str) -> Option<(Unit, f64)> {
    let lower = word.to_lowercase();
    let fits = |listed: &&str| **listed == *word || (word.len() > 2 && **listed == *lower);
    UNITS.iter().find(|(words, ..)| words.iter().any(&fits)).map(|(_, unit, factor)| (*unit, *factor))
}

/// Whether two numbers are the same but for how computers hold them.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-9)
}

/// The only amount of a text.
pub(super) fn only(text: &str) -> Option<Amount> {
    let mut all = amounts(text);
    let first = all.pop()?;
    all.is_empty().then_some(first)
}

/// A duration as Prometheus and Go write it: `90s`, `1m30s`, `1h`.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let word = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
        let (Unit::Seconds, factor) = unit(word)? else { return None };
        sum += value * factor;
        rest = rest[word.len()..].trim_start();
    }
    (!text.trim().is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(f64, Unit)> {
        amounts(text).into_iter().map(|amount| (amount.value, amount.unit)).collect()
    }

    #[test]
    fn amounts_are_numbers_with_what_they_count() {
        assert_eq!(read("<500ms, 5 minutes"), [(0.5, Unit::Seconds), (300.0, Unit::Seconds)]);
        assert_eq!(read("99.9% SLO = ~43 minutes/month"), [(99.9, Unit::Percent), (2580.0, Unit::Seconds)]);
        assert_eq!(
            read("0.1  # Sample 10% of 1,000"),
            [(0.1, Unit::Bare), (10.0, Unit::Percent), (1000.0, Unit::Bare)]
        );
        assert_eq!(read("2GiB"), [(2_147_483_648.0, Unit::Bytes)]);
        assert_eq!(
            (seconds("1m30s"), seconds("15s"), seconds("x"), seconds("")),
            (Some(90.0), Some(15.0), None, None)
        );
    }

    #[test]
    fn names_versions_dates_and_ports_hold_no_amounts() {
        assert_eq!(read("P95 http2 v1.24.0 2026-01-13 9090:9090 :8080 5xx 1.24.0 10.0.0.1 3x"), []);
    }
}
