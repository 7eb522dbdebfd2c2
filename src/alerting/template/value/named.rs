//! `time.Month` and `time.Weekday`.

use super::super::functions::{Function, method};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) static METHODS: &[Function] =
    &[method("String", &[], |call| Ok(call.receiver.stringer().unwrap_or_default().into()))];

/// The name of a month from 1.
pub(super) fn month(number: i64) -> String {
    let name = usize::try_from(number.wrapping_sub(1)).ok().and_then(|place| MONTHS.get(place));
    name.map_or_else(|| format!("%!Month({number})"), |name| (*name).to_owned())
}

/// The name of a day of the week, Sunday being 0.
pub(super) fn weekday(number: i64) -> String {
    let name = usize::try_from(number).ok().and_then(|place| WEEKDAYS.get(place));
    name.map_or_else(|| format!("%!Weekday({number})"), |name| (*name).to_owned())
}
