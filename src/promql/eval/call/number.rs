//! Numbers in labels, as Go's `strconv.ParseFloat` reads them.

/// The number that a text is; `None` also for what is too large, unless it says that it is infinite.
pub(super) fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    if lower == "nan" {
        return (unsigned.len() == text.len()).then_some(f64::NAN);
    }
    let size = if lower == "inf" || lower == "infinity" {
        f64::INFINITY
    } else {
        let digits = without_underscores(&lower)?;
        let size =
            if let Some(hex) = digits.strip_prefix("0x") { hexadecimal(hex)? } else { decimal(&digits)? };
        if size.is_infinite() {
            return None;
        }
        size
    };
    Some(if text.starts_with('-') { -size } else { size })
}

fn decimal(digits: &str) -> Option<f64> {
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.').then(|| digits.parse().ok()).flatten()
}

/// Underscores may stand between two digits, and between the prefix `0x` and a digit.
fn without_underscores(text: &str) -> Option<String> {
    let hex = text.starts_with("0x");
    let bytes = text.as_bytes();
    let digit = |place: usize| {
        let byte = bytes.get(place).copied().unwrap_or_default();
        if hex { byte.is_ascii_hexdigit() || place == 1 } else { byte.is_ascii_digit() }
    };
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').map(|(place, _)| place);
    places.all(|place| place > 0 && digit(place - 1) && digit(place + 1)).then(|| text.replace('_', ""))
}

/// `1.8p3` is 12: hexadecimal digits and a power of two, which must be there.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut exponent =
        exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { -100_000 } else { 100_000 });
    exponent = exponent.clamp(-100_000, 100_000);
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + part.len() == 0 {
        return None;
    }
    let mut bits: u64 = 0;
    for (place, c) in whole.chars().chain(part.chars()).enumerate() {
        let digit = u64::from(c.to_digit(16)?);
        let behind_point = place >= whole.len();
        if bits >> 59 == 0 {
            bits = bits << 4 | digit;
            exponent -= if behind_point { 4 } else { 0 };
        } else {
            // Beyond what a number holds: only whether there is anything matters, for rounding.
            bits |= u64::from(digit != 0);
            exponent += if behind_point { 0 } else { 4 };
        }
    }
    Some(scaled(bits, exponent))
}

/// A number of at most 63 bits times a power of two, rounded once.
fn scaled(bits: u64, exponent: i64) -> f64 {
    let length = i64::from(u64::BITS - bits.leading_zeros());
    // The last bit that can be held: 2^-1074, or 52 below the first.
    let surplus = (length - 53).max(-1074 - exponent);
    if bits == 0 || surplus > length {
        return 0.0;
    }
    let (kept, exponent) = if surplus <= 0 {
        (bits, exponent)
    } else {
        let (kept, rest) =
            if surplus > 63 { (0, bits) } else { (bits >> surplus, bits & ((1 << surplus) - 1)) };
        let half = 1_u64 << (surplus - 1).min(63);
        let up = rest > half || (rest == half && kept & 1 == 1);
        (kept + u64::from(up), exponent + surplus)
    };
    let mut value = kept as f64;
    // In steps that neither overflow nor round before the end.
    let mut left = exponent.clamp(-5000, 5000);
    while left != 0 {
        let step = left.clamp(-500, 500);
        value *= f64::from_bits(((1023 + step) as u64) << 52);
        left -= step;
    }
    value
}
