//! Parts a sample line where its series ends, and reads the plain numbers behind it.

use crate::observe::exposition::Format;

/// How many bytes of a line name the series: up to the blank or the value behind name and labels. A line that ends
/// within its labels is all series.
pub(super) fn series_end(line: &str) -> usize {
    let bytes = line.as_bytes();
    let Some(mut at) = bytes.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'{')) else {
        return bytes.len();
    };
    let name = at;
    // The text format allows for blanks between the name and its labels.
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    if bytes.get(at) != Some(&b'{') {
        return name;
    }
    let mut quoted = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'}' if !quoted => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// A value, and a time in milliseconds since 1970 if there is one.
pub(super) type Reading = (f64, Option<i64>);

/// Reads what stands behind the series if it is as plain as almost all lines are; whatever else it may be is left to
/// the strict parser.
pub(super) fn reading(rest: &str, format: Format) -> Option<Reading> {
    let rest = blank(rest, format)?;
    let (value, rest) = rest.split_at(rest.find([' ', '\t']).unwrap_or(rest.len()));
    let value = number(value)?;
    if rest.is_empty() {
        return Some((value, None));
    }
    let token = blank(rest, format)?;
    let token = if format == Format::Text { token.trim_end_matches([' ', '\t']) } else { token };
    if token.is_empty() {
        return Some((value, None));
    }
    Some((value, Some(time(token, format)?)))
}

/// Behind the blanks that separate: one space in OpenMetrics, any in the text format.
fn blank(text: &str, format: Format) -> Option<&str> {
    match format {
        Format::OpenMetrics => text.strip_prefix(' '),
        Format::Text => Some(text.trim_start_matches([' ', '\t'])),
    }
}

/// A time as the format writes it.
pub(super) fn time(token: &str, format: Format) -> Option<i64> {
    match format {
        Format::Text => token.parse().ok(),
        Format::OpenMetrics => {
            let milliseconds = finite(token)? * 1000.0;
            // Cut as Prometheus cuts; 2^63 is the first value that does not fit.
            (milliseconds.abs() < 9_223_372_036_854_775_808.0).then_some(milliseconds as i64)
        }
    }
}

fn number(token: &str) -> Option<f64> {
    match token {
        "NaN" => Some(f64::NAN),
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => finite(token),
    }
}

/// Rust's reader takes words too; without letters but `e` it reads what both formats write.
fn finite(token: &str) -> Option<f64> {
    let bytes = token.as_bytes();
    // Up to 15 digits are a whole number that a float holds.
    if !bytes.is_empty() && bytes.len() <= 15 && bytes.iter().all(u8::is_ascii_digit) {
        let whole = bytes.iter().fold(0_u64, |whole, byte| whole * 10 + u64::from(byte - b'0'));
        return Some(whole as f64);
    }
    let plain =
        bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    token.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}
