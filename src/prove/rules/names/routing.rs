//! Routing: receivers whose names say another severity than they get, and where alerts of a severity go.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::alerts::{Config, Match, Route, configs, receivers, routes};
use super::words::{mentions, set, words};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Page, Row, Table};
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "routing/name-contradicts",
        finds: "A receiver or channel named after one severity that is given alerts of another.",
        why: "Warnings in the channel that wakes people up wear them out; the critical ones go elsewhere.",
        wrong: "The name may be history.",
        find: names,
    },
    Rule {
        id: "routing/destination",
        finds: "Alerts of one severity that two places send to different channels or integrations.",
        why: "Somebody watches the channel where nothing arrives.",
        wrong: "There may be an Alertmanager for each environment.",
        find: destination,
    },
    Rule {
        id: "routing/channel-promise",
        finds: "A table that promises a channel alerts which no route sends there.",
        why: "Whoever reads only that channel never hears of them.",
        wrong: "The table may be of another tool than Alertmanager.",
        find: promise,
    },
];

/// Words for severities, each with its other names. `high` and `low` are words of too many other things.
const SEVERITIES: [&[&str]; 9] = [
    &["critical", "crit"],
    &["warning", "warn"],
    &["info", "information", "informational"],
    &["emergency"],
    &["major"],
    &["minor"],
    &["p1", "sev1"],
    &["p2", "sev2"],
    &["p3", "sev3"],
];

fn severity_in(name: &str) -> BTreeSet<&'static str> {
    let words = words(name);
    let known =
        SEVERITIES.iter().filter(|names| names.iter().any(|name| words.iter().any(|word| word == name)));
    known.map(|names| names[0]).collect()
}

/// Labels that tell how bad it is.
fn is_severity(label: &str) -> bool {
    ["severity", "priority", "level", "urgency"].contains(&label)
}

/// The matcher by which a route takes alerts of some severities.
fn of_severity<'a, 'b>(route: &'b Route<'a>) -> Option<&'b Match<'a>> {
    route.matchers.iter().rev().find(|it| is_severity(it.label) && !it.negated)
}

/// The channels of a receiver: `#name` of Slack and its kin.
fn channels(receiver: &Node) -> Vec<&Node> {
    let configs = receiver.entries().iter().flat_map(|(_, configs)| configs.items());
    configs
        .filter_map(|config| config.get("channel"))
        .filter(|it| it.text().is_some_and(|text| !text.is_empty()))
        .collect()
}

/// What a receiver notifies: `slack`, `pagerduty`.
fn integrations(receiver: &Node) -> BTreeSet<String> {
    let configs = receiver.entries().iter().filter(|(_, configs)| !configs.items().is_empty());
    let names = configs.filter_map(|(key, _)| key.text()).filter_map(|key| {
        let plain = key.strip_suffix("_configs").or_else(|| key.strip_suffix("Configs"))?;
        Some(plain.to_lowercase())
    });
    names.collect()
}

fn names(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for config in configs(corpus) {
        let (routes, receivers) = (routes(&config), receivers(&config));
        for route in routes.iter().filter(|route| !route.root) {
            let (Some(matcher), Some(receiver)) = (of_severity(route), route.receiver) else { continue };
            let Some(name) = receiver.text() else { continue };
            let given: BTreeSet<&str> = matcher.values.iter().flat_map(|value| severity_in(value)).collect();
            let whole = receivers.get(name);
            let channels = whole.map(|(_, receiver)| channels(receiver)).unwrap_or_default();
            let contradicts = |name: &str| {
                let said = severity_in(name);
                !said.is_empty() && !given.is_empty() && said.is_disjoint(&given)
            };
            let wrong: Vec<&Node> =
                channels.into_iter().filter(|node| node.text().is_some_and(contradicts)).collect();
            if !contradicts(name) && wrong.is_empty() {
                continue;
            }
            let message = format!(
                "`{name}` is given alerts of severity {}, which its name or channel denies",
                matcher.values.join(" and ")
            );
            let at = |node: &Node, says: &str| Noted::new(&config.snippet.node(node), says);
            let first = at(matcher.node, &format!("{}: {}", matcher.label, matcher.values.join("|")));
            let mut finding = Finding::new("routing/name-contradicts", Severity::Error, message, first);
            finding.places.push(at(receiver, &format!("receiver: {name}")));
            finding.places.extend(whole.map(|(node, _)| at(node, name)));
            finding.places.extend(wrong.iter().map(|node| at(node, node.text().unwrap_or_default())));
            finding.places.extend(instead(&config, &routes, name, &wrong));
            findings.push(finding.next("route the severity that it is named after to it, or rename it"));
        }
    }
}

/// Where the severity goes that a receiver is named after.
fn instead(config: &Config<'_>, routes: &[Route<'_>], name: &str, channels: &[&Node]) -> Option<Noted> {
    let mut said = severity_in(name);
    said.extend(channels.iter().filter_map(|node| node.text()).flat_map(severity_in));
    let route = routes.iter().find(|route| {
        of_severity(route)
            .is_some_and(|it| it.values.iter().any(|value| !severity_in(value).is_disjoint(&said)))
    })?;
    let receiver = route.receiver?;
    let severity = of_severity(route)?.values.join("|");
    Some(Noted::new(&config.snippet.node(receiver), format!("{severity} goes to `{}`", receiver.text()?)))
}

/// A statement for each severity that a route takes whole, and each channel or integration that it reaches.
fn destination(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut said = Vec::new();
    for config in configs(corpus) {
        let receivers = receivers(&config);
        for route in routes(&config) {
            let Some((_, receiver)) =
                route.receiver.and_then(Node::text).and_then(|name| receivers.get(name))
            else {
                continue;
            };
            // With another matcher the route is for some alerts of that severity only.
            let Some(matcher) = of_severity(&route).filter(|_| route.matchers.len() == 1 && !route.goes_on)
            else {
                continue;
            };
            let mut state = |severity: &str, aspect: &str, value: String, node: &Node| {
                said.push(Said {
                    system: config.snippet.system.clone(),
                    subject: format!("alerts of severity `{severity}`"),
                    aspect: aspect.to_owned(),
                    shown: value.clone(),
                    value,
                    place: config.snippet.node(node),
                    path: config.snippet.path.clone(),
                });
            };
            for severity in &matcher.values {
                let kinds = integrations(receiver).into_iter().collect::<Vec<_>>().join(" and ");
                // A webhook is often a stand-in, for a test or a relay.
                if !kinds.is_empty() && !kinds.contains("webhook") {
                    state(severity, "integration", kinds, matcher.node);
                }
                // Of several channels, one place may name the one and another the other.
                if let [channel] = channels(receiver).as_slice() {
                    state(severity, "channel", channel.text().unwrap_or_default().to_owned(), channel);
                }
            }
        }
    }
    let severities: BTreeSet<(std::sync::Arc<str>, String)> = said
        .iter()
        .filter(|it| it.aspect == "channel")
        .map(|it| (it.system.clone(), it.subject.clone()))
        .collect();
    for (page, system) in &corpus.pages {
        for (table, row, channel) in promises(page) {
            for (_, subject) in
                severities.iter().filter(|(of, subject)| of == system && covers(table, row, subject))
            {
                said.push(Said {
                    system: system.clone(),
                    subject: subject.clone(),
                    aspect: "channel".to_owned(),
                    value: channel.clone(),
                    shown: channel.clone(),
                    place: row.cells[0].place.clone(),
                    path: page.sections[table.section].path.clone(),
                });
            }
        }
    }
    let next = "decide where they go, or say which environment each is for";
    findings.extend(disagreements("routing/destination", Severity::Error, said, next));
}

/// Rows of tables of channels, with the channel that they name: `Slack #alerts`.
fn promises(page: &Page) -> impl Iterator<Item = (&Table, &Row, String)> {
    let tables = page.tables.iter().filter(|table| {
        let column = |words: &[&str]| table.head.iter().any(|head| mentions(head, words));
        column(&["channel", "notif", "receiver", "destination", "route"])
            && column(&["use", "severity", "for", "when", "alert", "incident", "channel", "priority"])
    });
    tables.flat_map(|table| table.rows.iter().map(move |row| (table, row))).filter_map(|(table, row)| {
        let text = row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ");
        let channel = text.split_whitespace().find(|word| {
            word.len() > 1 && word.starts_with('#') && !word[1..].starts_with(char::is_numeric)
        })?;
        Some((table, row, channel.trim_end_matches([',', '.', ';', ')']).to_owned()))
    })
}

/// Whether a row speaks of all alerts, or of those of a severity.
fn covers(table: &Table, row: &Row, subject: &str) -> bool {
    let channel =
        table.head.iter().position(|head| mentions(head, &["channel", "notif", "receiver", "destination"]));
    let others = row.cells.iter().enumerate().filter(|(column, _)| Some(*column) != channel);
    let text = others.map(|(_, cell)| cell.text.as_str()).collect::<Vec<_>>().join(" ");
    let severity = subject.split('`').nth(1).unwrap_or_default();
    let all = set(&text);
    let says_all = (all.contains("all") || all.contains("every")) && severity_in(&text).is_empty();
    says_all
        || severity_in(&text).iter().any(|word| severity_in(severity).contains(word))
        || all.contains(severity)
}

fn promise(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let configs = configs(corpus);
    for (page, system) in &corpus.pages {
        for (table, row, channel) in promises(page) {
            let mut missed: BTreeMap<&str, Vec<Noted>> = BTreeMap::new();
            for config in configs.iter().filter(|config| config.snippet.system == *system) {
                let receivers = receivers(config);
                let all = routes(config);
                for (at, route) in all.iter().enumerate().filter(|(_, route)| !route.root && !route.goes_on) {
                    let Some(matcher) = of_severity(route).filter(|_| route.matchers.len() == 1) else {
                        continue;
                    };
                    let Some((_, receiver)) =
                        route.receiver.and_then(Node::text).and_then(|name| receivers.get(name))
                    else {
                        continue;
                    };
                    // Where there is another channel, the two disagree; that is another rule's finding.
                    let earlier = all[..at].iter().any(|route| !route.root && route.goes_on);
                    let silent = channels(receiver).is_empty() && !integrations(receiver).is_empty();
                    for severity in matcher.values.iter().filter(|_| silent && !earlier) {
                        if covers(table, row, &format!("`{severity}`")) {
                            let to = route.receiver.and_then(Node::text).unwrap_or_default();
                            let noted = Noted::new(
                                &config.snippet.node(matcher.node),
                                format!("{severity} goes to `{to}` only"),
                            );
                            missed.entry(severity).or_default().push(noted);
                        }
                    }
                }
            }
            for (severity, places) in missed {
                let cell = &row.cells[0];
                let row: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                let message = format!(
                    "`{channel}` is promised alerts of severity `{severity}`, and the routes send them elsewhere"
                );
                let mut finding = Finding::new(
                    "routing/channel-promise",
                    Severity::Warning,
                    message,
                    Noted::new(&cell.place, row.join(" | ")),
                );
                finding.places.extend(places);
                findings
                    .push(finding.next("add a route with `continue: true` to the channel, or promise less"));
            }
        }
    }
}
