//! Instants as Alertmanager reads them: RFC 3339 and the shorter forms that its library takes.

use jiff::civil::{Date, Time};

use crate::alerting::alertmanager::Release;

/// An instant in milliseconds since 1970. No text at all is 1970, to both releases.
///
/// # Errors
///
/// It has none of the forms; in the words of the last form that is tried.
pub(super) fn read(text: &str, release: Release) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    forms(text, release).ok_or_else(|| complaint(text, release))
}

/// As it is shown: UTC, with milliseconds.
pub(super) fn show(at_ms: i64) -> String {
    let at = super::super::timestamp(at_ms);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn forms(text: &str, release: Release) -> Option<i64> {
    let (date, rest) = date(text)?;
    let Some(separator) = rest.chars().next() else {
        return (release == Release::V0_33).then(|| since(date, Time::midnight(), 0, 0));
    };
    let (hour, rest) = hour(rest.get(1..)?)?;
    let (minute, rest) = two(rest.strip_prefix(':')?)?;
    let Some(rest) = rest.strip_prefix(':') else {
        let ends = separator == 'T' && (rest.is_empty() || rest == "Z");
        let time = Time::new(hour, minute, 0, 0).ok()?;
        return ends.then(|| since(date, time, 0, 0));
    };
    let (second, rest) = two(rest)?;
    let time = Time::new(hour, minute, second, 0).ok().filter(|_| second < 60)?;
    let (digits, fraction_ms, rest) = fraction(rest);
    let offset_s = match (separator, rest) {
        ('T' | ' ', "") => 0,
        ('T', rest) => zone(rest, digits)?,
        _ => return None,
    };
    Some(since(date, time, fraction_ms, offset_s))
}

fn since(date: Date, time: Time, fraction_ms: i64, offset_s: i64) -> i64 {
    let seconds =
        date.to_datetime(time).duration_since(Date::constant(1970, 1, 1).to_datetime(Time::midnight()));
    (seconds.as_secs() - offset_s) * 1000 + fraction_ms
}

fn date(text: &str) -> Option<(Date, &str)> {
    let (century, rest) = two(text)?;
    let (year, rest) = two(rest)?;
    let (month, rest) = two(rest.strip_prefix('-')?)?;
    let (day, rest) = two(rest.strip_prefix('-')?)?;
    let year = i16::from(century) * 100 + i16::from(year);
    Date::new(year, month, day).ok().map(|date| (date, rest))
}

fn two(text: &str) -> Option<(i8, &str)> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((digits.parse().ok()?, &text[2..]))
}

/// One digit is enough, which is Go's doing.
fn hour(text: &str) -> Option<(i8, &str)> {
    two(text).or_else(|| {
        let digit = text.get(..1).filter(|digit| digit.as_bytes()[0].is_ascii_digit())?;
        Some((digit.parse().ok()?, &text[1..]))
    })
}

/// How many digits a fraction of a second has, and the milliseconds that it is.
fn fraction(text: &str) -> (usize, i64, &str) {
    let Some(rest) = text.strip_prefix(['.', ',']) else { return (0, 0, text) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return (0, 0, text);
    }
    let ms =
        rest[..digits].bytes().chain(*b"000").take(3).fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
    (digits, ms, &rest[digits..])
}

/// A zone in seconds. Without a colon it is read only after three or six digits.
fn zone(text: &str, digits: usize) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, rest) = two(rest)?;
    let (minutes, rest) = match rest.strip_prefix(':') {
        Some(rest) => two(rest)?,
        None => two(rest).filter(|_| digits == 3 || digits == 6)?,
    };
    let sound = rest.is_empty() && hours <= 24 && minutes < 60;
    sound.then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// What Go says against the last form: `2006-01-02 15:04:05` to 0.25, `2006-01-02` to 0.33.
fn complaint(text: &str, release: Release) -> String {
    let whole = quote(text);
    let layout = match release {
        Release::V0_25 => "2006-01-02 15:04:05",
        Release::V0_33 => "2006-01-02",
    };
    let cannot = |rest: &str, element: &str| {
        format!(
            "parsing time {whole} as {}: cannot parse {} as {}",
            quote(layout),
            quote(rest),
            quote(element)
        )
    };
    let out = |what: &str| format!("parsing time {whole}: {what} out of range");
    let mut rest = text;
    for element in ["2006", "-", "01", "-", "02", " ", "15", ":", "04", ":", "05"] {
        if rest.is_empty() && element == " " && release == Release::V0_25 {
            continue;
        }
        if element == " " && release == Release::V0_33 {
            break;
        }
        let digits = element.parse::<u32>().map_or(0, |_| element.len());
        if digits == 0 {
            match rest.strip_prefix(element) {
                Some(after) => rest = after,
                None => return cannot(rest, element),
            }
            continue;
        }
        let read = match element {
            "15" => hour(rest),
            "2006" => two(rest).and_then(|(_, after)| two(after)),
            "02" => two(rest.strip_prefix(' ').unwrap_or(rest)).or_else(|| hour(rest)),
            _ => two(rest),
        };
        let Some((number, after)) = read else { return cannot(rest, element) };
        match element {
            "01" if !(1..=12).contains(&number) => return out("month"),
            "15" if number >= 24 => return out("hour"),
            "04" if number >= 60 => return out("minute"),
            "05" if number >= 60 => return out("second"),
            _ => rest = after,
        }
    }
    if rest.is_empty() { out("day") } else { format!("parsing time {whole}: extra text: {}", quote(rest)) }
}

/// As Go's package `time` quotes: whatever is not printable ASCII by its bytes.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(byte));
            }
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted + "\""
}
