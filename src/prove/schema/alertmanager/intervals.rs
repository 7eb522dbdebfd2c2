//! Times of the week and the year.

use super::super::checker::Checker;
use super::super::form::fits;
use super::super::shape::Shape::{Form as Formed, List, Map, Text};
use super::super::shape::{Form, Mapping, Shape, mapping, opt, req};
use crate::contract::yaml::Node;

/// Times that have a name.
pub(super) static NAMED: Mapping =
    mapping("a time interval", &[req("name", Text), opt("time_intervals", List(&Map(&INTERVAL)))]);

static INTERVAL: Mapping = mapping(
    "a time interval",
    &[
        opt("times", List(&Map(&TIMES))),
        opt("weekdays", List(&WEEKDAYS)),
        opt("days_of_month", List(&DAYS)),
        opt("months", List(&MONTHS)),
        opt("years", List(&YEARS)),
        opt("location", LOCATION),
    ],
);

static TIMES: Mapping =
    mapping("a time of the day", &[req("start_time", TIME), req("end_time", TIME)]).ruled(in_order);

/// As far as it can be told without the list of all places, which machines keep in different versions.
const LOCATION: Shape = Formed(&Form {
    what: "a time zone such as Europe/Berlin, UTC or Local",
    fits: |text| {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
        let place = text.contains('/') && text.chars().all(word) && !text.ends_with('/');
        fits(place || ZONES.contains(&text))
    },
});

/// Zones whose names have no slash.
const ZONES: &[&str] = &[
    "",
    "UTC",
    "Local",
    "GMT",
    "UCT",
    "Zulu",
    "Universal",
    "CET",
    "EET",
    "MET",
    "WET",
    "EST",
    "MST",
    "HST",
    "EST5EDT",
    "CST6CDT",
    "MST7MDT",
    "PST8PDT",
    "Cuba",
    "Egypt",
    "Eire",
    "GB",
    "GB-Eire",
    "Greenwich",
    "Hongkong",
    "Iceland",
    "Iran",
    "Israel",
    "Jamaica",
    "Japan",
    "Kwajalein",
    "Libya",
    "NZ",
    "NZ-CHAT",
    "Navajo",
    "PRC",
    "Poland",
    "Portugal",
    "ROC",
    "ROK",
    "Singapore",
    "Turkey",
    "W-SU",
    "GMT0",
    "GMT+0",
    "GMT-0",
];

const TIME: Shape = Formed(&Form {
    what: "a time of the day such as 09:00, up to 24:00",
    fits: |text| fits(minutes(text).is_some()),
});

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60 || (hours, minutes) == (24, 0)).then_some(hours * 60 + minutes)
}

fn in_order(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let time = |key: &str| node.get(key).and_then(Node::text).and_then(minutes);
    if let (Some(start), Some(end), Some(at)) = (time("start_time"), time("end_time"), node.get("end_time"))
        && start >= end
    {
        checker.report(at, "`end_time` must be after `start_time`; night takes two intervals");
    }
}

const WEEK: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const YEAR: [&str; 12] = [
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

const WEEKDAYS: Shape = Formed(&Form {
    what: "a weekday or a range of them such as monday:friday",
    fits: |text| range(text, |day| position(&WEEK, day)),
});

const MONTHS: Shape = Formed(&Form {
    what: "a month or a range of them such as january:march or 1:3",
    fits: |text| {
        range(text, |month| position(&YEAR, month).map(|index| index + 1).or_else(|| within(month, 1..=12)))
    },
});

const DAYS: Shape = Formed(&Form {
    what: "a day of the month or a range of them such as 1:5 or -3:-1",
    fits: |text| {
        let day = |day: &str| within(day, 1..=31).or_else(|| within(day, -31..=-1));
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        match (day(first), day(last)) {
            // A range from the front to the end is in order in some months at least.
            (Some(first), Some(last)) if first > 0 && last < 0 => Ok(()),
            (Some(first), Some(last)) if first < 0 && last > 0 => Err("it runs backwards"),
            (Some(first), Some(last)) if first > last => Err("it runs backwards"),
            (Some(_), Some(_)) => Ok(()),
            _ => Err(""),
        }
    },
});

const YEARS: Shape = Formed(&Form {
    what: "a year or a range of them such as 2026:2028",
    fits: |text| range(text, |year| within(year, 0..=i64::MAX)),
});

fn position(words: &[&str], word: &str) -> Option<i64> {
    let index = words.iter().position(|known| known.eq_ignore_ascii_case(word))?;
    i64::try_from(index).ok()
}

fn within(text: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
    text.parse().ok().filter(|number| bounds.contains(number))
}

fn range(text: &str, one: impl Fn(&str) -> Option<i64>) -> Result<(), &'static str> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    match (one(first), one(last)) {
        (Some(first), Some(last)) if first > last => Err("it runs backwards"),
        (Some(_), Some(_)) => Ok(()),
        _ => Err(""),
    }
}
