//! Parts of dates: seconds since 1970 in UTC, by the Gregorian calendar at all times.

use super::{Column, Labels, Steps, Table, nameless, present};

/// Go counts from the start of the year -292277022399, which begins a cycle of 400 years, modulo 2^64.
const FIRST_YEAR: i64 = -292_277_022_399;

/// From there to 1970.
const SECONDS_BEFORE_1970: u64 = 9_223_372_028_715_321_600;

const DAY: u64 = 24 * 3600;

/// Days before each month in a year without a leap day, and in all of it.
const DAYS_BEFORE: [u64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/// A moment, taken apart.
pub(super) struct Date {
    year: i64,
    /// From 0.
    month: usize,
    /// From 0.
    day_of_month: u64,
    /// From 0.
    day_of_year: u64,
    /// From 0, a Sunday.
    day_of_week: u64,
    days_in_month: u64,
    hour: u64,
    minute: u64,
}

impl Date {
    fn at(seconds: i64) -> Date {
        // The cast keeps the bits.
        let seconds = (seconds as u64).wrapping_add(SECONDS_BEFORE_1970);
        let (days, of_day) = (seconds / DAY, seconds % DAY);
        let (cycles, rest) = (days / 146_097, days % 146_097);
        // The last century of a cycle and the last year of four are a day longer.
        let centuries = (rest / 36_524).min(3);
        let rest = rest - centuries * 36_524;
        let (fours, rest) = (rest / 1_461, rest % 1_461);
        let years = (rest / 365).min(3);
        let day_of_year = rest - years * 365;
        let since = cycles * 400 + centuries * 100 + fours * 4 + years;
        let leap = years == 3 && (fours < 24 || centuries == 3);
        let before = |month: usize| DAYS_BEFORE[month] + u64::from(leap && month > 1);
        let month = (1..12).rev().find(|month| before(*month) <= day_of_year).unwrap_or(0);
        Date {
            year: FIRST_YEAR.saturating_add_unsigned(since),
            month,
            day_of_month: day_of_year - before(month),
            day_of_year,
            // The first day of all was a Monday.
            day_of_week: (days + 1) % 7,
            days_in_month: before(month + 1) - before(month),
            hour: of_day / 3600,
            minute: of_day % 3600 / 60,
        }
    }
}

/// A part of a date as a number.
pub(super) type Part = fn(&Date) -> f64;

/// The part that a function is named after.
pub(super) fn part(function: &str) -> Option<Part> {
    Some(match function {
        "minute" => |date| date.minute as f64,
        "hour" => |date| date.hour as f64,
        "day_of_week" => |date| date.day_of_week as f64,
        "day_of_month" => |date| (date.day_of_month + 1) as f64,
        "day_of_year" => |date| (date.day_of_year + 1) as f64,
        "days_in_month" => |date| date.days_in_month as f64,
        "month" => |date| (date.month + 1) as f64,
        "year" => |date| date.year as f64,
        _ => return None,
    })
}

/// That part of every value, or of the time of evaluation where there is no table.
pub(super) fn column(part: Part, table: Option<Table>, steps: &Steps<'_>) -> Table {
    let Some(mut table) = table else {
        let values = steps.at_ms.iter().map(|at| part(&Date::at(at / 1000))).collect();
        return vec![Column { labels: Labels::empty(), values }];
    };
    for column in &mut table {
        column.labels = nameless(&column.labels, steps.dialect);
        for value in column.values.iter_mut().filter(|value| present(**value)) {
            *value = part(&Date::at(whole(*value)));
        }
    }
    table
}

/// Towards zero; what does not fit, and NaN, is the least number, as on the processors that Go is built for most.
fn whole(value: f64) -> i64 {
    // 2^63 is the first number that does not fit.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}
