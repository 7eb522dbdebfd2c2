//! Time intervals: `time_intervals` and `mute_time_intervals`.
//!
//! # Decisions
//!
//! * A place's clock is UTC, or follows the rule that its tzdata ends with; what was in force in the past is not known.
//!   Runs are in virtual time of these years. Revisit when a run is to be set before a change of somebody's rule.
//! * `Local` is UTC: what a file means must not depend on the machine that reads it.

mod range;
mod read;

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// An entry of `time_intervals` or `mute_time_intervals`: it holds when all that is given of it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeInterval {
    /// Minutes of the day; the last of each is not in it.
    times: Option<Vec<(i64, i64)>>,
    /// From 0 for Sunday.
    weekdays: Option<Vec<RangeInclusive<i64>>>,
    /// From 1; negative ones count from the end of the month, -1 being its last day.
    days_of_month: Option<Vec<RangeInclusive<i64>>>,
    /// From 1.
    months: Option<Vec<RangeInclusive<i64>>>,
    years: Option<Vec<RangeInclusive<i64>>>,
    zone: TimeZone,
}

impl TimeInterval {
    /// Whether an instant (milliseconds since 1970) lies in it.
    #[must_use]
    pub fn contains(&self, at_ms: i64) -> bool {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else { return false };
        let at = at.to_zoned(self.zone.clone());
        let minute = i64::from(at.hour()) * 60 + i64::from(at.minute());
        let day = i64::from(at.day());
        let last = i64::from(at.days_in_month());
        let within = |ranges: &Option<Vec<RangeInclusive<i64>>>, value: i64| {
            ranges.as_ref().is_none_or(|ranges| ranges.iter().any(|range| range.contains(&value)))
        };
        let times = self.times.as_ref();
        times.is_none_or(|times| times.iter().any(|(start, end)| (*start..*end).contains(&minute)))
            && self.days_of_month.as_ref().is_none_or(|days| days.iter().any(|days| is_day(days, day, last)))
            && within(&self.months, i64::from(at.month()))
            && within(&self.weekdays, i64::from(at.weekday().to_sunday_zero_offset()))
            && within(&self.years, i64::from(at.year()))
    }
}

/// Whether a day of a month with so many days is among these.
fn is_day(days: &RangeInclusive<i64>, day: i64, last: i64) -> bool {
    let from_start = |day: i64| if day < 0 { last + day + 1 } else { day };
    let (begin, end) = (from_start(*days.start()), from_start(*days.end()));
    // A month may be too short for the whole range, or for its end or start.
    begin <= last && (begin.max(-last)..=end.clamp(-last, last)).contains(&day)
}
