//! Ranges of days, months and years: `monday:friday`, `1:5`, `-3:-1`.

use std::ops::RangeInclusive;

/// Of what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unit {
    Weekday,
    DayOfMonth,
    Month,
    Year,
}

const WEEKDAYS: &[&str] = &["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Unit {
    /// The key that holds such ranges.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Unit::Weekday => "weekdays",
            Unit::DayOfMonth => "days_of_month",
            Unit::Month => "months",
            Unit::Year => "years",
        }
    }

    /// What is accepted.
    pub(super) const fn accepted(self) -> &'static [&'static str] {
        match self {
            Unit::Weekday => &["monday", "monday:friday"],
            Unit::DayOfMonth => &["1", "1:15", "-1", "-7:-1"],
            Unit::Month => &["may", "may:august", "1:3"],
            Unit::Year => &["2026", "2026:2028"],
        }
    }

    /// A range, or what is wrong.
    pub(super) fn range(self, text: &str) -> Result<RangeInclusive<i64>, String> {
        let text = text.to_lowercase();
        let mut ends = text.split(':');
        let (begin, end) = match (ends.next(), ends.next(), ends.next()) {
            (Some(one), None, _) => (self.member(one)?, self.member(one)?),
            (Some(begin), Some(end), None) => (self.member(begin)?, self.member(end)?),
            _ => return Err("has too many colons".to_owned()),
        };
        // Where a day counts from the end of the month, Alertmanager has it that months end after day 28 less one.
        let from_start = |day: i64| if self == Unit::DayOfMonth && day < 0 { 28 + day } else { day };
        if self == Unit::DayOfMonth && begin < 0 && end > 0 {
            return Err(
                "ends with a day from the start of the month, but begins with one from its end".to_owned()
            );
        }
        if from_start(begin) > from_start(end) {
            return Err("ends before it begins".to_owned());
        }
        Ok(begin..=end)
    }

    fn member(self, text: &str) -> Result<i64, String> {
        let wrong = |what: &str| Err(format!("holds `{text}`, which is no {what}"));
        match self {
            Unit::Weekday => match WEEKDAYS.iter().position(|day| *day == text) {
                Some(day) => Ok(day as i64),
                None => wrong("day of the week"),
            },
            // Numbers that no month has are taken, and hold never.
            Unit::Month => match MONTHS.iter().position(|month| *month == text) {
                Some(month) => Ok(month as i64 + 1),
                None => number(text).map_or_else(|| wrong("month"), Ok),
            },
            Unit::DayOfMonth => match number(text) {
                Some(day @ (-31..=-1 | 1..=31)) => Ok(day),
                _ => wrong("day of a month"),
            },
            Unit::Year => number(text).map_or_else(|| wrong("year"), Ok),
        }
    }
}

/// A whole number as Go's `strconv.Atoi` reads it.
fn number(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Minutes of a day, `24:00` being its end; `None` if it is no time.
pub(super) fn minutes(text: &str) -> Option<i64> {
    if text == "24:00" {
        return Some(24 * 60);
    }
    let (hour, minute) = text.split_once(':')?;
    let part = |text: &str, most: i64| {
        let sound = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        sound.then(|| number(text)).flatten().filter(|value| *value <= most)
    };
    Some(part(hour, 23)? * 60 + part(minute, 59)?)
}
