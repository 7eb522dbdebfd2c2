//! Time intervals: when they hold.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use probity::alerting::alertmanager::Release;
use probity::alerting::alertmanager::config::interval::TimeInterval;
use probity::alerting::alertmanager::config::read;

fn interval(text: &str) -> TimeInterval {
    let file = format!(
        "route: {{receiver: a}}\nreceivers: [{{name: a}}]\ntime_intervals: [{{name: x, time_intervals: [{text}]}}]\n"
    );
    let read = read(&file, "alertmanager.yml", Release::V0_33);
    let config = read.config.unwrap_or_else(|| panic!("{text}: {:?}", read.problems));
    config.intervals["x"][0].clone()
}

/// Whether an interval holds at times of UTC, `2026-11-25T12:00` for instance.
fn holds(text: &str, at: &str) -> bool {
    let at: DateTime = at.parse().expect("it is a time");
    let at = at.to_zoned(TimeZone::UTC).expect("UTC has no gaps").timestamp();
    interval(text).contains(at.as_millisecond())
}

#[test]
fn what_says_nothing_always_holds_and_an_empty_list_never() {
    assert!(holds("{}", "2026-11-25T12:00"));
    assert!(holds("{weekdays: ~}", "2026-11-25T12:00"));
    assert!(!holds("{weekdays: []}", "2026-11-25T12:00"));
}

#[test]
fn times_hold_from_their_start_until_just_before_their_end() {
    let text =
        "{times: [{start_time: '09:00', end_time: '17:00'}, {start_time: '23:30', end_time: '24:00'}]}";
    for (at, expected) in [
        ("08:59:59", false),
        ("09:00", true),
        ("16:59:59", true),
        ("17:00", false),
        ("23:59:59", true),
        ("00:00", false),
    ] {
        assert_eq!(holds(text, &format!("2026-11-25T{at}")), expected, "{at}");
    }
}

#[test]
fn weekdays_months_and_years_are_ranges_with_both_ends() {
    // A Wednesday.
    for (text, expected) in [
        ("{weekdays: ['monday:friday']}", true),
        ("{weekdays: ['Wednesday']}", true),
        ("{weekdays: ['thursday:saturday', sunday]}", false),
        ("{months: ['september:november']}", true),
        ("{months: [11]}", true),
        ("{months: ['1:10', december]}", false),
        ("{months: [13, 0]}", false),
        ("{years: ['2020:2026']}", true),
        ("{years: [2025, 2027]}", false),
        ("{years: [2026], months: [november], weekdays: [sunday]}", false),
    ] {
        assert_eq!(holds(text, "2026-11-25T12:00"), expected, "{text}");
    }
}

#[test]
fn days_count_from_either_end_of_the_month_and_stop_at_its_own() {
    for (text, at, expected) in [
        ("{days_of_month: ['-1']}", "2026-02-28T12:00", true),
        ("{days_of_month: ['-1']}", "2028-02-28T12:00", false),
        ("{days_of_month: ['-3:-1']}", "2026-02-26T12:00", true),
        ("{days_of_month: ['-3:-1']}", "2026-02-25T12:00", false),
        ("{days_of_month: ['25:31']}", "2026-02-28T12:00", true),
        ("{days_of_month: ['30:31']}", "2026-02-28T12:00", false),
        ("{days_of_month: ['20:-3']}", "2026-02-26T12:00", true),
        ("{days_of_month: ['20:-3']}", "2026-02-27T12:00", false),
        // In February these begin before the month does.
        ("{days_of_month: ['-31:-28']}", "2026-02-01T12:00", true),
        ("{days_of_month: ['-31:-28']}", "2026-02-02T12:00", false),
        ("{days_of_month: ['-31:-30']}", "2026-02-01T12:00", false),
    ] {
        assert_eq!(holds(text, at), expected, "{text} at {at}");
    }
}

#[test]
fn a_location_moves_days_and_hours_by_its_own_summer_time() {
    let nine = "times: [{start_time: '09:00', end_time: '10:00'}]";
    assert!(holds(&format!("{{{nine}, location: Europe/Berlin}}"), "2026-11-25T08:30"));
    assert!(holds(&format!("{{{nine}, location: Europe/Berlin}}"), "2026-07-25T07:30"));
    assert!(holds(&format!("{{{nine}, location: Asia/Kolkata}}"), "2026-07-25T03:30"));
    assert!(holds("{weekdays: [thursday], location: Asia/Tokyo}", "2026-11-25T15:00"));
    for location in ["UTC", "''", "Local", "Etc/UTC"] {
        assert!(holds(&format!("{{{nine}, location: {location}}}"), "2026-11-25T09:30"), "{location}");
    }
}
