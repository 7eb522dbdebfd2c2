//! How Go reads numbers from text.

/// Why a text is no number, with the words of `strconv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberError {
    Syntax,
    Range,
}

impl NumberError {
    pub(super) const fn text(self) -> &'static str {
        match self {
            NumberError::Syntax => "invalid syntax",
            NumberError::Range => "value out of range",
        }
    }
}

/// `strconv.ParseUint(text, 0, 64)`: a prefix names the base, underscores may stand between digits.
pub(super) fn parse_unsigned(text: &str) -> Option<u64> {
    let (digits, radix) = base(text)?;
    u64::from_str_radix(&digits, radix).ok()
}

/// `strconv.ParseInt(text, 0, 64)`.
pub(super) fn parse_int(text: &str) -> Option<i64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = i128::from(parse_unsigned(rest)?);
    i64::try_from(if negative { -size } else { size }).ok()
}

/// Digits without underscores, and their base.
fn base(text: &str) -> Option<(String, u32)> {
    let lower = text.to_ascii_lowercase();
    let (radix, rest) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    // After a prefix an underscore may come first.
    let spaced = if radix == 10 { rest } else { rest.strip_prefix('_').unwrap_or(rest) };
    let good = spaced.split('_').all(|part| !part.is_empty() && part.chars().all(|c| c.is_digit(radix)));
    good.then(|| (spaced.replace('_', ""), radix))
}

/// `strconv.ParseFloat(text, 64)`.
pub(super) fn parse_float(text: &str) -> Result<f64, NumberError> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = rest.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "infinity" => return Ok(sign * f64::INFINITY),
        "nan" if text.len() == 3 => return Ok(f64::NAN),
        _ => {}
    }
    if let Some(hex) = lower.strip_prefix("0x") {
        return hex_float(hex).map(|value| sign * value);
    }
    let plain = lower.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-' | '_'));
    if !plain || !underscores_fit(&lower) {
        return Err(NumberError::Syntax);
    }
    match lower.replace('_', "").parse::<f64>() {
        Ok(value) if value.is_infinite() => Err(NumberError::Range),
        Ok(value) => Ok(sign * value),
        Err(_) => Err(NumberError::Syntax),
    }
}

/// Whether underscores only part digits.
fn underscores_fit(text: &str) -> bool {
    text.split('_').enumerate().all(|(i, part)| {
        let first = i == 0 || part.starts_with(|c: char| c.is_ascii_hexdigit());
        first && !part.is_empty()
    }) && !text.contains("._")
        && !text.contains("e_")
}

/// `1.8p3`: mantissa in base 16, and a power of two that must be there. Mantissas over 53 bits are rounded
/// once more than in Go.
fn hex_float(text: &str) -> Result<f64, NumberError> {
    let (mantissa, power) = text.split_once('p').ok_or(NumberError::Syntax)?;
    let power: i32 = power.parse().map_err(|_| NumberError::Syntax)?;
    let mantissa = mantissa.replace('_', "");
    let (whole, part) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    let good =
        whole.len() + part.len() > 0 && whole.chars().chain(part.chars()).all(|c| c.is_ascii_hexdigit());
    if !good {
        return Err(NumberError::Syntax);
    }
    let digit = |c: char| f64::from(c.to_digit(16).unwrap_or(0));
    let whole: f64 = whole.chars().fold(0.0, |sum, c| sum * 16.0 + digit(c));
    let part: f64 = part.chars().rev().fold(0.0, |sum, c| (sum + digit(c)) / 16.0);
    let value = (whole + part) * 2f64.powi(power.clamp(-1200, 1200));
    if value.is_infinite() { Err(NumberError::Range) } else { Ok(value) }
}
