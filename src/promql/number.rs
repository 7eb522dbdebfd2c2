//! Numbers and times as Prometheus prints them.

/// Shown with an exponent from here on, and below [`SMALL`]: as JavaScript does.
const LARGE: f64 = 1e21;

const SMALL: f64 = 1e-6;

/// A number in the fewest digits that read back as it, never with an exponent; `NaN`, `+Inf`, `-Inf`. Labels of
/// `count_values`, values of templates and scalar results are printed so.
#[must_use]
pub fn format_float(value: f64) -> String {
    special(value).unwrap_or_else(|| plain(value))
}

/// A sample's value as the HTTP interface prints it, without its quotes: as [`format_float`], but with an exponent
/// of at least two digits where the number is tiny or huge.
#[must_use]
pub fn json_float(value: f64) -> String {
    if let Some(text) = special(value) {
        return text;
    }
    let size = value.abs();
    if size == 0.0 || (SMALL..LARGE).contains(&size) {
        return plain(value);
    }
    let text = shortest(value);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A time in milliseconds since 1970 as the HTTP interface prints those of samples: seconds, and three decimals
/// unless they are all zero.
#[must_use]
pub fn json_time(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let (seconds, part) = (ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000);
    if part == 0 { format!("{sign}{seconds}") } else { format!("{sign}{seconds}.{part:03}") }
}

/// The fewest digits that read back as the number, with an exponent. Where two are equally near, Go takes the even last
/// digit and Rust the greater.
fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    let digits = text.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
    let even = format!("{value:.*e}", digits.saturating_sub(1));
    if even != text && even.parse() == Ok(value) { even } else { text }
}

/// [`shortest`] written out.
fn plain(value: f64) -> String {
    let text = value.to_string();
    // Only numbers with all the digits that a float has can be that near to two.
    if text.len() < 16 {
        return text;
    }
    let exact = shortest(value);
    if exact == format!("{value:e}") {
        return text;
    }
    let (digits, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits = digits.replace('.', "");
    match usize::try_from(exponent) {
        Ok(exponent) if exponent + 1 >= digits.len() => {
            format!("{sign}{digits:0<width$}", width = exponent + 1)
        }
        Ok(exponent) => format!("{sign}{}.{}", &digits[..=exponent], &digits[exponent + 1..]),
        Err(_) => {
            let zeros = exponent.unsigned_abs() as usize - 1;
            format!("{sign}0.{}{digits}", "0".repeat(zeros))
        }
    }
}

fn special(value: f64) -> Option<String> {
    let text = match value {
        _ if value.is_nan() => "NaN",
        f64::INFINITY => "+Inf",
        f64::NEG_INFINITY => "-Inf",
        _ => return None,
    };
    Some(text.to_owned())
}

/// A number as Go's `%g` writes it with as few digits as it needs: with an exponent from a
/// million on and below a ten-thousandth.
#[must_use]
pub fn format_general(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return format_float(value);
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let size: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&size) {
        return format_float(value);
    }
    let sign = if size < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", size.abs())
}
