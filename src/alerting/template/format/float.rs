//! `strconv.FormatFloat`.

/// No float has more digits than these, before or after the point; what is asked for beyond them is zeros. The
/// standard library's own formatting panics at 65536.
const MOST_DIGITS: usize = 1_100;

/// Decimal digits `d.ddd` times ten to a power, the last of them not zero unless they were asked for.
struct Decimal {
    digits: String,
    exponent: i32,
}

impl Decimal {
    /// The digits of a positive number: the shortest that read back as it, or so many.
    fn new(value: f64, count: Option<usize>) -> Decimal {
        let text = match count {
            None => format!("{value:e}"),
            Some(count) => format!("{value:.*e}", count.saturating_sub(1).min(MOST_DIGITS)),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits = mantissa.replace('.', "");
        digits.push_str(&"0".repeat(count.unwrap_or(0).saturating_sub(MOST_DIGITS + 1)));
        Decimal { digits, exponent: exponent.parse().unwrap_or(0) }
    }

    fn scientific(&self, letter: char) -> String {
        let (first, rest) = self.digits.split_at_checked(1).unwrap_or((&self.digits, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if self.exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}{letter}{sign}{:02}", self.exponent.unsigned_abs())
    }

    /// Without an exponent and without zeros at the end.
    fn positional(&self) -> String {
        let digits = self.digits.trim_end_matches('0');
        let Ok(before) = usize::try_from(self.exponent + 1) else {
            let zeros = usize::try_from(-(self.exponent + 1)).unwrap_or(0);
            return format!("0.{}{digits}", "0".repeat(zeros));
        };
        let mut whole: String = digits.chars().take(before).collect();
        whole.push_str(&"0".repeat(before - whole.len()));
        let part = digits.get(before..).unwrap_or_default();
        let dot = if part.is_empty() { "" } else { "." };
        let zero = if whole.is_empty() { "0" } else { "" };
        format!("{zero}{whole}{dot}{part}")
    }
}

/// A number as one of `e E f F g G x X b` shows it, with the fewest digits that are exact when there is no
/// precision. No sign before positive numbers.
pub(in super::super) fn format(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return (if value < 0.0 { "-Inf" } else { "+Inf" }).to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let size = value.abs();
    let text = match verb {
        'e' | 'E' => Decimal::new(size, precision.map(|count| count.saturating_add(1))).scientific(verb),
        'f' | 'F' => match precision {
            Some(count) => {
                let zeros = "0".repeat(count.saturating_sub(MOST_DIGITS));
                format!("{size:.*}{zeros}", count.min(MOST_DIGITS))
            }
            None if size == 0.0 => "0".to_owned(),
            None => Decimal::new(size, None).positional(),
        },
        'x' | 'X' => hexadecimal(size, verb, precision),
        'b' => binary(size),
        _ => general(size, if verb == 'G' { 'E' } else { 'e' }, precision),
    };
    format!("{sign}{text}")
}

/// `%g`: an exponent where that is shorter.
fn general(size: f64, letter: char, precision: Option<usize>) -> String {
    let mut decimal = Decimal::new(size, precision.map(|count| count.max(1)));
    let kept = decimal.digits.trim_end_matches('0').len().max(1);
    decimal.digits.truncate(kept);
    if size == 0.0 {
        return "0".to_owned();
    }
    let count = i32::try_from(kept).unwrap_or(i32::MAX);
    let limit = match precision {
        None => 6,
        Some(wanted) => {
            let wanted = i32::try_from(wanted.max(1)).unwrap_or(i32::MAX);
            if wanted > count && count > decimal.exponent { count } else { wanted }
        }
    };
    if decimal.exponent < -4 || decimal.exponent >= limit {
        return decimal.scientific(letter);
    }
    decimal.positional()
}

/// Mantissa and exponent of a positive number: value = mantissa * 2^exponent.
fn parts(size: f64) -> (u64, i32) {
    let bits = size.to_bits();
    let stored = i32::try_from(bits >> 52).unwrap_or(0);
    let mantissa = bits & ((1 << 52) - 1);
    if stored == 0 { (mantissa, -1074) } else { (mantissa | 1 << 52, stored - 1075) }
}

/// `%b`: the mantissa as it is stored.
fn binary(size: f64) -> String {
    let (mantissa, exponent) = parts(size);
    format!("{mantissa}p{exponent:+}")
}

/// `%x`: `0x1.8p+01`.
fn hexadecimal(size: f64, verb: char, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(size);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading one at bit 60, fifteen hexadecimal digits after it.
        let shift = mantissa.leading_zeros().saturating_sub(3);
        mantissa <<= shift;
        exponent += 60 - i32::try_from(shift).unwrap_or(0);
    }
    if let Some(count) = precision.filter(|count| *count < 15) {
        let dropped = u32::try_from((15 - count) * 4).unwrap_or(60);
        let (half, rest) = (1u64 << (dropped - 1), mantissa & ((1 << dropped) - 1));
        mantissa >>= dropped;
        if rest > half || (rest == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let shown = match precision {
        None => digits.trim_end_matches('0').to_owned(),
        Some(count) => {
            let kept = digits.get(..count.min(15)).unwrap_or(&digits);
            format!("{kept}{}", "0".repeat(count.saturating_sub(15)))
        }
    };
    let dot = if shown.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("0x{}{dot}{shown}p{sign}{:02}", mantissa >> 60, exponent.unsigned_abs());
    if verb == 'X' { text.to_uppercase() } else { text }
}
