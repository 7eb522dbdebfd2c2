//! The routing tree.

use std::collections::BTreeMap;

use super::interval::TimeInterval;
use super::{Node, Reader, Receiver, Route, schema};
use crate::alerting::Place;
use crate::alerting::matchers::Matchers;
use crate::alerting::yaml::Fields;

/// `group_by` of this groups by every label.
const ALL: &str = "...";

/// What routes may name.
#[derive(Clone, Copy)]
struct Known<'k> {
    receivers: &'k [Receiver],
    intervals: &'k BTreeMap<String, Vec<TimeInterval>>,
}

impl<'a> Reader<'a> {
    /// The root, on which everything else falls back.
    pub(super) fn root_route(
        &mut self,
        node: &Node<'a>,
        receivers: &[Receiver],
        intervals: &BTreeMap<String, Vec<TimeInterval>>,
    ) -> Route {
        // What Alertmanager's routes have where nothing is said.
        let defaults = Route {
            receiver: String::new(),
            group_by: Vec::new(),
            group_by_all: false,
            matchers: Matchers::default(),
            goes_on: false,
            group_wait_ms: 30_000,
            group_interval_ms: 5 * 60_000,
            repeat_interval_ms: 4 * 3_600_000,
            mute: Vec::new(),
            active: Vec::new(),
            routes: Vec::new(),
            place: Place::default(),
        };
        let root = self.route(node, &defaults, Known { receivers, intervals });
        let place = node.target_place();
        let at = |key: &str| node.get(key).map_or(place, Node::target_place);
        if root.receiver.is_empty() {
            let names = names(receivers);
            let problem = self.decoder.problem(place, "the root route needs `receiver`");
            self.decoder.report(problem.accepted(&names));
        }
        if !root.matchers.0.is_empty() {
            let keys = ["match", "match_re", "matchers"];
            let key = keys.into_iter().find(|key| node.get(key).is_some()).unwrap_or("matchers");
            self.decoder
                .complain(at(key), format!("the root route takes every alert: `{key}` may not stand there"));
        }
        let not_there = [
            ("continue", root.goes_on),
            ("mute_time_intervals", !root.mute.is_empty()),
            ("active_time_intervals", !root.active.is_empty()),
        ];
        for (key, there) in not_there {
            if there {
                self.decoder.complain(at(key), format!("`{key}` may not stand in the root route"));
            }
        }
        root
    }

    fn route(&mut self, node: &Node<'a>, parent: &Route, known: Known<'_>) -> Route {
        let place = node.target_place();
        let fields = self.table(node, &schema::ROUTE);
        let receiver = self.receiver_name(&fields, parent, known);
        let group_by = fields.get("group_by").map(|it| self.group_by(it));
        let says_nothing = group_by.as_ref().is_none_or(|(names, all)| names.is_empty() && !all);
        let (group_by, group_by_all) = match group_by {
            // An empty list overrides the parent's from 0.31 on.
            Some(own) if !says_nothing || self.release == super::Release::V0_33 => own,
            _ => (parent.group_by.clone(), parent.group_by_all),
        };
        let mut duration = |key: &str, positive: bool| {
            let node = fields.get_even_null(key)?;
            let found = self.decoder.duration(node, &format_args!("`{key}`"))?;
            if positive && found == 0 {
                self.decoder.complain(node.target_place(), format!("`{key}` must be longer than 0"));
            }
            Some(found)
        };
        let group_wait_ms = duration("group_wait", false).unwrap_or(parent.group_wait_ms);
        let group_interval_ms = duration("group_interval", true).unwrap_or(parent.group_interval_ms);
        let repeat_interval_ms = duration("repeat_interval", true).unwrap_or(parent.repeat_interval_ms);
        let goes_on = fields.get("continue").and_then(|it| self.decoder.boolean(it, &"`continue`"));
        let mut route = Route {
            receiver,
            group_by,
            group_by_all,
            matchers: self.conditions(&fields, ["match", "match_re", "matchers"]),
            goes_on: goes_on.unwrap_or(false),
            group_wait_ms,
            group_interval_ms,
            repeat_interval_ms,
            mute: self.interval_names(&fields, "mute_time_intervals", known),
            active: self.interval_names(&fields, "active_time_intervals", known),
            routes: Vec::new(),
            place,
        };
        let children = fields.get("routes").map(|it| self.decoder.items(it, &"`routes`")).unwrap_or_default();
        for child in children {
            if self.is_there(child, "a route") {
                let child = self.route(child, &route, known);
                route.routes.push(child);
            }
        }
        route
    }

    /// Complains of an item that is null: Alertmanager crashes on some.
    pub(super) fn is_there(&mut self, item: &Node<'a>, what: &str) -> bool {
        let null = item.is_null(crate::alerting::yaml::Library::V2);
        if null {
            self.decoder.complain(item.target_place(), format!("{what} must not be empty"));
        }
        !null
    }

    fn receiver_name(&mut self, fields: &Fields<'_, 'a>, parent: &Route, known: Known<'_>) -> String {
        let name = self.said(fields, "receiver");
        if name.is_empty() {
            return parent.receiver.clone();
        }
        if !known.receivers.iter().any(|receiver| receiver.name == name)
            && let Some(node) = fields.get("receiver")
        {
            let names = names(known.receivers);
            let problem = self.decoder.problem(node.target_place(), format!("there is no receiver `{name}`"));
            self.decoder.report(problem.accepted(&names));
        }
        name
    }

    /// The labels of `group_by`, sorted, and whether it groups by all.
    fn group_by(&mut self, node: &Node<'a>) -> (Vec<String>, bool) {
        let (mut names, mut all) = (Vec::new(), false);
        let mut last = node.target_place();
        for (name, place) in self.texts(node, "`group_by`") {
            last = place;
            if name == ALL {
                all = true;
                continue;
            }
            self.label_name(&name, place, "`group_by`", self.release);
            if names.contains(&name) {
                self.decoder.complain(place, format!("`{name}` stands twice in `group_by`"));
            }
            names.push(name);
        }
        if all && !names.is_empty() {
            self.decoder
                .complain(last, "`...` groups by all labels: no other stands beside it in `group_by`");
        }
        names.sort();
        (names, all)
    }

    fn interval_names(&mut self, fields: &Fields<'_, 'a>, key: &str, known: Known<'_>) -> Vec<String> {
        let names = fields.get(key).map(|it| self.texts(it, &format!("`{key}`"))).unwrap_or_default();
        for (name, place) in &names {
            if !known.intervals.contains_key(name) {
                let accepted: Vec<&str> = known.intervals.keys().map(String::as_str).collect();
                let problem = self.decoder.problem(*place, format!("there is no time interval `{name}`"));
                self.decoder.report(problem.accepted(&accepted));
            }
        }
        names.into_iter().map(|(name, _)| name).collect()
    }
}

/// What the receivers are called, each once.
fn names(receivers: &[Receiver]) -> Vec<&str> {
    let mut names: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
