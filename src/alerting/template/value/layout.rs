//! Go's layouts of times: the reference time `Mon Jan 2 15:04:05 MST 2006` spelled as it is to appear.

use super::Time;
use super::named::{MONTHS, WEEKDAYS};
use super::time::Civil;

/// What a layout can contain, longest first where one begins another.
#[derive(Clone, Copy)]
enum Part {
    LongMonth,
    ShortMonth,
    Month,
    ZeroMonth,
    LongWeekday,
    ShortWeekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearday,
    ZeroYearday,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperHalf,
    LowerHalf,
    Zone,
    /// Whether `Z` stands for UTC, whether there is a colon, and how many fields there are.
    Offset(bool, bool, usize),
}

/// In the order in which they are tried at each place.
const PARTS: [(&str, Part); 33] = [
    ("January", Part::LongMonth),
    ("Jan", Part::ShortMonth),
    ("Monday", Part::LongWeekday),
    ("Mon", Part::ShortWeekday),
    ("MST", Part::Zone),
    ("002", Part::ZeroYearday),
    ("01", Part::ZeroMonth),
    ("02", Part::ZeroDay),
    ("03", Part::ZeroHour12),
    ("04", Part::ZeroMinute),
    ("05", Part::ZeroSecond),
    ("06", Part::Year),
    ("15", Part::Hour),
    ("1", Part::Month),
    ("2006", Part::LongYear),
    ("2", Part::Day),
    ("__2", Part::SpaceYearday),
    ("_2", Part::SpaceDay),
    ("3", Part::Hour12),
    ("4", Part::Minute),
    ("5", Part::Second),
    ("PM", Part::UpperHalf),
    ("pm", Part::LowerHalf),
    ("-070000", Part::Offset(false, false, 3)),
    ("-07:00:00", Part::Offset(false, true, 3)),
    ("-0700", Part::Offset(false, false, 2)),
    ("-07:00", Part::Offset(false, true, 2)),
    ("-07", Part::Offset(false, false, 1)),
    ("Z070000", Part::Offset(true, false, 3)),
    ("Z07:00:00", Part::Offset(true, true, 3)),
    ("Z0700", Part::Offset(true, false, 2)),
    ("Z07:00", Part::Offset(true, true, 2)),
    ("Z07", Part::Offset(true, false, 1)),
];

/// A time as a layout shows it.
pub(super) fn format(time: &Time, layout: &str) -> String {
    let civil = time.civil();
    let mut out = String::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = fraction(time, rest, &mut out) {
            rest = after;
        } else if let Some((part, after)) = part_at(rest) {
            write(part, time, &civil, &mut out);
            rest = after;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// The part that a layout begins with.
fn part_at(rest: &str) -> Option<(Part, &str)> {
    // `_2006` is an underscore and a year.
    if rest.starts_with("_2006") {
        return None;
    }
    let (word, part) = PARTS.iter().find(|(word, _)| rest.starts_with(word))?;
    let after = rest.get(word.len()..)?;
    let lower = after.starts_with(|c: char| c.is_ascii_lowercase());
    match part {
        // In a longer word these letters are no month and no weekday.
        Part::ShortMonth | Part::ShortWeekday if lower => None,
        _ => Some((*part, after)),
    }
}

/// `.000` and `,999`: a fraction of the second, if no digit follows.
fn fraction<'l>(time: &Time, rest: &'l str, out: &mut String) -> Option<&'l str> {
    let separator = rest.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let digits = rest.get(1..)?;
    let digit = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let after = digits.trim_start_matches(digit);
    if after.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let all = format!("{:09}", time.nanos());
    let width = (digits.len() - after.len()).min(9);
    let kept = all.get(..width).unwrap_or(&all);
    let kept = if digit == '9' { kept.trim_end_matches('0') } else { kept };
    if !(digit == '9' && kept.is_empty()) {
        out.push(separator);
        out.push_str(kept);
    }
    Some(after)
}

fn write(part: Part, time: &Time, civil: &Civil, out: &mut String) {
    let name = |names: &[&'static str], place: i64| {
        usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or_default()
    };
    let half = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    let text = match part {
        Part::LongMonth => name(&MONTHS, civil.month - 1).to_owned(),
        Part::ShortMonth => name(&MONTHS, civil.month - 1).chars().take(3).collect(),
        Part::Month => civil.month.to_string(),
        Part::ZeroMonth => format!("{:02}", civil.month),
        Part::LongWeekday => name(&WEEKDAYS, civil.weekday).to_owned(),
        Part::ShortWeekday => name(&WEEKDAYS, civil.weekday).chars().take(3).collect(),
        Part::Day => civil.day.to_string(),
        Part::SpaceDay => format!("{:2}", civil.day),
        Part::ZeroDay => format!("{:02}", civil.day),
        Part::SpaceYearday => format!("{:3}", civil.yearday),
        Part::ZeroYearday => format!("{:03}", civil.yearday),
        Part::Hour => format!("{:02}", civil.hour),
        Part::Hour12 => half.to_string(),
        Part::ZeroHour12 => format!("{half:02}"),
        Part::Minute => civil.minute.to_string(),
        Part::ZeroMinute => format!("{:02}", civil.minute),
        Part::Second => civil.second.to_string(),
        Part::ZeroSecond => format!("{:02}", civil.second),
        // The sign comes before the zeros.
        Part::LongYear if civil.year < 0 => format!("-{:04}", civil.year.unsigned_abs()),
        Part::LongYear => format!("{:04}", civil.year),
        Part::Year => format!("{:02}", civil.year.rem_euclid(100)),
        Part::UpperHalf => (if civil.hour >= 12 { "PM" } else { "AM" }).to_owned(),
        Part::LowerHalf => (if civil.hour >= 12 { "pm" } else { "am" }).to_owned(),
        Part::Zone => time.zone().to_owned(),
        Part::Offset(z, colon, fields) => offset(time.offset(), z, colon, fields),
    };
    out.push_str(&text);
}

fn offset(seconds: i32, z: bool, colon: bool, fields: usize) -> String {
    if z && seconds == 0 {
        return "Z".to_owned();
    }
    let size = seconds.unsigned_abs();
    let sign = if seconds < 0 { '-' } else { '+' };
    let all = [size / 3_600, size / 60 % 60, size % 60];
    let shown: Vec<String> = all.iter().take(fields).map(|field| format!("{field:02}")).collect();
    format!("{sign}{}", shown.join(if colon { ":" } else { "" }))
}
