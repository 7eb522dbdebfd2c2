//! `time.Time`.

use std::fmt;
use std::sync::Arc;

use super::super::functions::{Call, Function, Param, method};
use super::{IntKind, Value, layout};
use crate::promql::Dialect;

/// A moment, and the zone it is shown in; from year -292277022399 on, as Go's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    seconds: i64,
    nanos: u32,
    /// Seconds east of Greenwich.
    offset: i32,
    zone: Arc<str>,
    pointer: bool,
}

/// A date of the proleptic Gregorian calendar with its time of day, in the zone of a [`Time`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) weekday: i64,
    pub(super) yearday: i64,
}

const DAY: i64 = 86_400;

/// Unix seconds of Go's zero time, the start of year 1.
const ZERO: i64 = -62_135_596_800;

impl Time {
    /// Nanoseconds since 1970, shown in UTC.
    #[must_use]
    pub fn from_nanos(nanos: i64) -> Time {
        let part = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0);
        Time::new(nanos.div_euclid(1_000_000_000), part)
    }

    /// Seconds since 1970 and the nanoseconds of the last, shown in UTC.
    #[must_use]
    pub fn new(seconds: i64, nanos: u32) -> Time {
        Time { seconds, nanos, offset: 0, zone: "UTC".into(), pointer: false }
    }

    /// The same moment shown in a zone.
    #[must_use]
    pub fn in_zone(mut self, offset_seconds: i32, name: impl Into<Arc<str>>) -> Time {
        self.offset = offset_seconds;
        self.zone = name.into();
        self
    }

    /// As a `*time.Time`, which only the names of types show.
    #[must_use]
    pub fn into_pointer(mut self) -> Time {
        self.pointer = true;
        self
    }

    pub(super) const fn is_pointer(&self) -> bool {
        self.pointer
    }

    /// What `==` says of two `*time.Time`: whether they are the same pointer. Each time has a copy of its zone's
    /// name that only its clones share.
    pub(in super::super) fn is_same_as(&self, other: &Time) -> bool {
        if self.pointer { Arc::ptr_eq(&self.zone, &other.zone) } else { self == other }
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds of the second.
    #[must_use]
    pub const fn nanos(&self) -> u32 {
        self.nanos
    }

    pub(super) const fn offset(&self) -> i32 {
        self.offset
    }

    pub(super) fn zone(&self) -> &str {
        &self.zone
    }

    /// As Go's layout shows it, such as `2006-01-02 15:04:05`.
    #[must_use]
    pub fn format(&self, layout: &str) -> String {
        layout::format(self, layout)
    }

    pub(super) fn civil(&self) -> Civil {
        let local = self.seconds.saturating_add(i64::from(self.offset));
        let (days, clock) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        // Years that start in March put the leap day last; eras are the 146097 days of 400 years.
        let shifted = days.saturating_add(719_468);
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let leap = i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
        // From March 1st to January 1st of the next year are 306 days.
        let yearday = if month <= 2 { of_year - 305 } else { of_year + 60 + leap };
        Civil {
            year,
            month,
            day,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
            weekday: (days.saturating_add(4)).rem_euclid(7),
            yearday,
        }
    }

    fn add(&self, nanos: i64) -> Time {
        let sum = i64::from(self.nanos).saturating_add(nanos.rem_euclid(1_000_000_000));
        let seconds = self.seconds.saturating_add(nanos.div_euclid(1_000_000_000));
        Time {
            seconds: seconds.saturating_add(sum / 1_000_000_000),
            nanos: u32::try_from(sum % 1_000_000_000).unwrap_or(0),
            pointer: false,
            ..self.clone()
        }
    }

    /// So many years, months and days later, at the same time of day; days over the end of a month run on.
    fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let civil = self.civil();
        let months =
            civil.year.saturating_add(years).saturating_mul(12).saturating_add(civil.month - 1 + months);
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let days = first_of_month(year, month).saturating_add(civil.day - 1).saturating_add(days);
        let clock = civil.hour * 3_600 + civil.minute * 60 + civil.second;
        let seconds = days.saturating_mul(DAY).saturating_add(clock).saturating_sub(i64::from(self.offset));
        Time { seconds, ..self.clone() }
    }

    /// The nearest multiple of a unit since the start of year 1, or the last one.
    fn to_unit(&self, unit: i64, nearest: bool) -> Time {
        if unit <= 0 {
            return self.clone();
        }
        let nanos = (i128::from(self.seconds) - i128::from(ZERO)) * 1_000_000_000 + i128::from(self.nanos);
        let rest = i64::try_from(nanos.rem_euclid(i128::from(unit))).unwrap_or(0);
        let up = nearest && i128::from(rest) * 2 >= i128::from(unit);
        self.add(if up { unit - rest } else { -rest })
    }

    /// Nanoseconds since another time, or the nearest that a duration can hold.
    pub(in super::super) fn since(&self, other: &Time) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(other.seconds);
        let nanos = seconds * 1_000_000_000 + i128::from(self.nanos) - i128::from(other.nanos);
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format("2006-01-02 15:04:05.999999999 -0700 MST"))
    }
}

const OTHER: &[Param] = &[Param::Typed("time.Time")];

pub(super) static METHODS: &[Function] = &[
    method("Add", &[Param::Typed("time.Duration")], |call| match call.args.first() {
        Some(Value::Duration(nanos)) => Ok(Value::Time(time(call).add(*nanos))),
        _ => Ok(Value::Time(time(call))),
    }),
    method("AddDate", &[Param::Int, Param::Int, Param::Int], |call| {
        let of = |place: usize| if let Value::Int(value, _) = call.value(place) { *value } else { 0 };
        Ok(Value::Time(time(call).add_date(of(0), of(1), of(2))))
    }),
    method("After", OTHER, |call| Ok(Value::Bool(time(call).since(&other(call)) > 0))),
    method("Before", OTHER, |call| Ok(Value::Bool(time(call).since(&other(call)) < 0))),
    // Go has it since 1.20.
    Function {
        only: Some(Dialect::V3),
        ..method("Compare", OTHER, |call| Ok(int(time(call).since(&other(call)).signum())))
    },
    method("Day", &[], |call| Ok(int(time(call).civil().day))),
    method("Equal", OTHER, |call| Ok(Value::Bool(time(call).since(&other(call)) == 0))),
    method("Format", &[Param::Text], |call| match call.args.first() {
        Some(Value::Text(layout)) => Ok(time(call).format(layout).into()),
        _ => Ok("".into()),
    }),
    method("Hour", &[], |call| Ok(int(time(call).civil().hour))),
    method("IsZero", &[], |call| {
        let time = time(call);
        Ok(Value::Bool(time.seconds == ZERO && time.nanos == 0))
    }),
    method("Local", &[], |call| Ok(Value::Time(time(call)))),
    method("Minute", &[], |call| Ok(int(time(call).civil().minute))),
    method("Month", &[], |call| Ok(Value::Int(time(call).civil().month, IntKind::Month))),
    method("Nanosecond", &[], |call| Ok(int(i64::from(time(call).nanos)))),
    method("Round", &[Param::Typed("time.Duration")], |call| {
        Ok(Value::Time(time(call).to_unit(unit(call), true)))
    }),
    method("Second", &[], |call| Ok(int(time(call).civil().second))),
    method("String", &[], |call| Ok(time(call).to_string().into())),
    method("Sub", OTHER, |call| Ok(Value::Duration(time(call).since(&other(call))))),
    method("Truncate", &[Param::Typed("time.Duration")], |call| {
        Ok(Value::Time(time(call).to_unit(unit(call), false)))
    }),
    method("UTC", &[], |call| Ok(Value::Time(time(call).in_zone(0, "UTC")))),
    method("Unix", &[], |call| Ok(Value::Int(time(call).seconds, IntKind::Int64))),
    method("UnixMicro", &[], |call| Ok(unix(&time(call), 1_000_000))),
    method("UnixMilli", &[], |call| Ok(unix(&time(call), 1_000))),
    method("UnixNano", &[], |call| Ok(unix(&time(call), 1_000_000_000))),
    method("Weekday", &[], |call| Ok(Value::Int(time(call).civil().weekday, IntKind::Weekday))),
    method("Year", &[], |call| Ok(int(time(call).civil().year))),
    method("YearDay", &[], |call| Ok(int(time(call).civil().yearday))),
];

fn int(value: i64) -> Value {
    Value::Int(value, IntKind::Int)
}

/// The receiver, no longer a pointer.
fn time(call: &Call<'_>) -> Time {
    match call.receiver {
        Value::Time(time) => Time { pointer: false, ..time.clone() },
        _ => Time::new(ZERO, 0),
    }
}

fn other(call: &Call<'_>) -> Time {
    match call.args.first() {
        Some(Value::Time(time)) => time.clone(),
        _ => Time::new(ZERO, 0),
    }
}

/// The duration that is the first argument.
fn unit(call: &Call<'_>) -> i64 {
    match call.args.first() {
        Some(Value::Duration(nanos)) => *nanos,
        _ => 0,
    }
}

/// Days from 1970 to the first of a month; the inverse of what `civil` does.
const fn first_of_month(year: i64, month: i64) -> i64 {
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let shifted_month = (month + 9) % 12;
    let of_year = (153 * shifted_month + 2) / 5;
    era.saturating_mul(146_097) + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn unix(time: &Time, per_second: i64) -> Value {
    let part = i64::from(time.nanos) / (1_000_000_000 / per_second);
    Value::Int(time.seconds.wrapping_mul(per_second).wrapping_add(part), IntKind::Int64)
}
