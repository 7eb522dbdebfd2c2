//! What an unquoted word means to Go's YAML libraries.

use super::Library;

/// The types that anything here asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::alerting) enum Kind {
    /// Nothing at all, `~` or `null`.
    Null,
    /// `true` or `false`; to version 2 `yes`, `on` and their like too.
    Bool(bool),
    /// A whole number from the lowest of 64 bits with a sign to the highest without.
    Int(i128),
    /// Any other number, `.inf` and `.nan` included.
    Float(f64),
    /// Everything else.
    Text,
}

/// The kind of an unquoted word.
pub(super) fn resolve(text: &str, library: Library) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if library == Library::V2 => {
            return Kind::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if library == Library::V2 => {
            return Kind::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Kind::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Kind::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Kind::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {}
        _ => return Kind::Text,
    }
    if text.starts_with('.') {
        return fraction(text).map_or(Kind::Text, Kind::Float);
    }
    let plain = text.replace('_', "");
    whole(&plain).map(Kind::Int).or_else(|| fraction(&plain).map(Kind::Float)).unwrap_or(Kind::Text)
}

/// As Go's `strconv` reads a whole number with base 0: `0x1f`, `017`, `0o17`, `0b11`.
fn whole(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let prefixed = |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (radix, digits) = if let Some(rest) = prefixed(["0x", "0X"]) {
        (16, rest)
    } else if let Some(rest) = prefixed(["0b", "0B"]) {
        (2, rest)
    } else if let Some(rest) = prefixed(["0o", "0O"]) {
        (8, rest)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, &digits[1..])
    } else {
        (10, digits)
    };
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, if 64 bits hold it.
fn fraction(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some = !before.is_empty() || !after.is_empty();
    let exponent = exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    let sound = some && digits(before) && digits(after) && exponent;
    sound.then(|| text.parse().ok()).flatten().filter(|value: &f64| value.is_finite())
}
