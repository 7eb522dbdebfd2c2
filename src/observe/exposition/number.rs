//! Values and timestamps as the formats write them.

/// Reads a value. Both formats take decimal and exponent notation, and `NaN` and `Inf` in any case.
///
/// Rust's own reader is wider (`-nan`) and narrower than Go's `ParseFloat`, which the text format refers to
/// and of which Prometheus refuses hexadecimal and underscores, so the shape is checked first.
///
/// # Errors
/// The reason, to follow "saw `token`".
pub(super) fn value(token: &str) -> Result<f64, &'static str> {
    let unsigned = token.strip_prefix(['+', '-']).unwrap_or(token);
    if token.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    }
    if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        return Ok(if token.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    real(token)
}

/// Reads an OpenMetrics timestamp in seconds.
///
/// # Errors
/// The reason, to follow "saw `token`".
pub(super) fn seconds(token: &str) -> Result<(f64, i64), &'static str> {
    let seconds = real(token)?;
    let timestamp_ms = (seconds * 1000.0).round();
    // 2^63 is the first value beyond `i64` and, unlike `i64::MAX`, exact as a float.
    if timestamp_ms.abs() >= 9_223_372_036_854_775_808.0 {
        return Err(", which is out of range");
    }
    Ok((seconds, timestamp_ms as i64))
}

/// Reads a text format timestamp in milliseconds.
///
/// # Errors
/// The reason, to follow "saw `token`".
pub(super) fn milliseconds(token: &str) -> Result<i64, &'static str> {
    let digits = token.strip_prefix(['+', '-']).unwrap_or(token);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("");
    }
    token.parse().map_err(|_| ", which is out of range")
}

/// `[sign] digits [. digits] [e [sign] digits]` with a digit on at least one side of the point.
fn real(token: &str) -> Result<f64, &'static str> {
    let unsigned = token.strip_prefix(['+', '-']).unwrap_or(token);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if !well_formed {
        return Err("");
    }
    match token.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(", which does not fit a 64-bit float"),
    }
}

/// A value as an exposition would write it; [`value`] reads back the very same number.
pub(super) fn shown(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else if number != 0.0 && !(1e-6..1e16).contains(&number.abs()) {
        // Plain notation would print up to 300 digits.
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

/// Records hold values as text, as the Prometheus HTTP API does: JSON has no `NaN` or infinities, and its
/// readers may lose the last bit of a number, while a verdict from the record must equal the live one.
pub(super) mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    // By reference, since serde calls it so.
    pub(in super::super) fn serialize<S: Serializer>(number: &f64, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&super::shown(*number))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        let text = String::deserialize(from)?;
        super::value(&text).map_err(|_| D::Error::custom(format!("`{text}` is not a sample value")))
    }
}
