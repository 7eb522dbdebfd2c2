//! Time intervals out of a file.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::TimeInterval;
use super::range::{Unit, minutes};
use crate::alerting::alertmanager::config::{Node, Reader};
use crate::alerting::template::zone_rule;

const KEYS: &[&str] = &["times", "weekdays", "days_of_month", "months", "years", "location"];

impl<'a> Reader<'a> {
    /// The intervals of `mute_time_intervals` or `time_intervals`, added to those that there are.
    pub(in crate::alerting::alertmanager::config) fn intervals(
        &mut self,
        node: &Node<'a>,
        key: &str,
        found: &mut BTreeMap<String, Vec<TimeInterval>>,
    ) {
        for item in self.decoder.items(node, &format_args!("`{key}`")) {
            let what = format!("an item of `{key}`");
            let fields = self.decoder.fields(item, &what, &["name", "time_intervals"]);
            let name = fields.get("name").and_then(|it| self.decoder.text(it, &"`name`")).unwrap_or_default();
            let place = fields.get("name").map_or(item.target_place(), Node::target_place);
            if name.is_empty() {
                let problem = self.decoder.problem(place, format!("{what} needs `name`"));
                self.decoder.report(problem.accepted(&["name: a name for routes to refer to"]));
            }
            let inner = fields.get("time_intervals");
            let inner = inner.map(|it| self.decoder.items(it, &"`time_intervals`")).unwrap_or_default();
            let intervals = inner.into_iter().map(|it| self.interval(it)).collect();
            if found.insert(name.to_owned(), intervals).is_some() {
                self.decoder.complain(place, format!("the interval `{name}` is there twice"));
            }
        }
    }

    fn interval(&mut self, node: &Node<'a>) -> TimeInterval {
        let fields = self.decoder.fields(node, &"a time interval", KEYS);
        let mut ranges = |unit: Unit| {
            let node = fields.get(unit.key())?;
            let items = self.texts(node, &format!("`{}`", unit.key()));
            let mut found = Vec::new();
            for (text, place) in items {
                match unit.range(&text) {
                    Ok(range) => found.push(range),
                    Err(message) => {
                        let problem =
                            self.decoder.problem(place, format!("`{text}` in `{}` {message}", unit.key()));
                        self.decoder.report(problem.accepted(unit.accepted()));
                    }
                }
            }
            Some(found)
        };
        let [weekdays, days_of_month, months, years] =
            [Unit::Weekday, Unit::DayOfMonth, Unit::Month, Unit::Year].map(&mut ranges);
        let times = fields.get("times").map(|it| self.times(it));
        let zone = fields.get("location").map_or(TimeZone::UTC, |it| self.location(it));
        TimeInterval { times, weekdays, days_of_month, months, years, zone }
    }

    fn times(&mut self, node: &Node<'a>) -> Vec<(i64, i64)> {
        let mut times = Vec::new();
        for item in self.decoder.items(node, &"`times`") {
            let fields = self.decoder.fields(item, &"an item of `times`", &["start_time", "end_time"]);
            let before = self.decoder.count();
            let [start, end] = ["start_time", "end_time"].map(|key| {
                let node = fields.get(key);
                let text =
                    node.and_then(|it| self.decoder.text(it, &format_args!("`{key}`"))).unwrap_or_default();
                let at = minutes(text);
                if at.is_none() {
                    let place = node.map_or(item.target_place(), Node::target_place);
                    let message = if text.is_empty() {
                        format!("an item of `times` needs `{key}`")
                    } else {
                        format!("`{text}` at `{key}` is no time of day")
                    };
                    let problem = self.decoder.problem(place, message);
                    self.decoder.report(problem.accepted(&["'00:00' to '24:00'"]).help("quote it"));
                }
                at.unwrap_or_default()
            });
            if self.decoder.count() == before && start >= end {
                let place = fields.get("end_time").map_or(item.target_place(), Node::target_place);
                let problem = self.decoder.problem(place, "`end_time` is not after `start_time`");
                self.decoder.report(problem.help("give two items for what goes beyond midnight"));
            }
            times.push((start, end));
        }
        times
    }

    fn location(&mut self, node: &Node<'a>) -> TimeZone {
        let name = self.decoder.text(node, &"`location`").unwrap_or_default();
        let zone = match name {
            "" | "UTC" | "Local" => Some(TimeZone::UTC),
            _ => zone_rule(name).and_then(|rule| TimeZone::posix(rule).ok()),
        };
        if zone.is_none() {
            let message = format!("the location `{name}` is not known here");
            let problem = self.decoder.problem(node.target_place(), message);
            self.decoder
                .report(problem.accepted(&["UTC", "a name of the time zone database: Europe/Berlin"]));
        }
        zone.unwrap_or(TimeZone::UTC)
    }
}
