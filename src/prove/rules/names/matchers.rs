//! Matchers that no alert satisfies, and severities that a document's own vocabulary lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::alerts::{Config, Match, Named, alerts, configs, matchers};
use super::words::mentions;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Page, Table};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "routing/matches-nothing",
        finds: "Routes and inhibitions for an alert, or for the value of an alert's label, that no rule or list has.",
        why: "The route is never taken; what it was written for goes to somebody else.",
        wrong: "The alert may come from elsewhere; one whose name stands anywhere else in the documents is left alone.",
        find: nothing,
    },
    Rule {
        id: "alerts/severity-unknown",
        finds: "Severities of a document's alerts that the same document's table of severities lacks.",
        why: "Nobody knows how fast to answer them.",
        wrong: "The table may be of another kind of severity.",
        find: vocabulary,
    },
];

/// What of a system's alerts is known.
struct Known<'a> {
    names: BTreeSet<&'a str>,
    /// The values of each label that rules set themselves.
    labels: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

fn nothing(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let alerts = alerts(corpus);
    for config in configs(corpus) {
        let known = known(&alerts, &config.snippet.system);
        // Of one or two alerts, most are elsewhere.
        if known.names.len() < 3 {
            continue;
        }
        for (route, matcher) in all(&config).into_iter().filter(|(_, matcher)| !matcher.negated) {
            let (what, severity) = match matcher.label {
                "alertname" => ("alert", Severity::Error),
                _ => ("value", Severity::Warning),
            };
            let taken = match matcher.label {
                "alertname" => known.names.iter().any(|name| matcher.takes(name)),
                label => known
                    .labels
                    .get(label)
                    .is_none_or(|values| values.iter().any(|value| matcher.takes(value))),
            };
            if taken
                || what == "alert" && spoken_of(corpus, &config, &matcher)
                || external(corpus, matcher.label)
            {
                continue;
            }
            let wanted = matcher.values.join("|");
            let message = match matcher.label {
                "alertname" => format!("no alert is called `{wanted}`: the route matches nothing"),
                label => format!("no alert has the {label} `{wanted}`: the route matches nothing"),
            };
            let noted =
                Noted::new(&config.snippet.node(matcher.node), format!("{}: {wanted}", matcher.label));
            let mut finding = Finding::new("routing/matches-nothing", severity, message, noted);
            finding.places.extend(evidence(&alerts, &config, matcher.label));
            let receiver = route.get("receiver").and_then(Node::text);
            let next = receiver.map_or_else(
                || "name an alert that exists".to_owned(),
                |it| format!("name an alert that exists, or nothing ever reaches `{it}` by this route"),
            );
            findings.push(finding.next(next));
        }
    }
}

/// The first places that name alerts, one a file: what was looked through.
fn evidence(alerts: &[Named], config: &Config<'_>, label: &str) -> Vec<Noted> {
    let mut seen = BTreeSet::new();
    let of_system = alerts.iter().filter(|it| {
        it.system == config.snippet.system
            && (label == "alertname" || it.labels.iter().any(|(key, _)| key == label))
    });
    let firsts = of_system.filter(|it| seen.insert(it.place.file.clone()));
    firsts.map(|it| Noted::new(&it.place, format!("the alerts here begin with `{}`", it.name))).collect()
}

fn known<'a>(alerts: &'a [Named], system: &Arc<str>) -> Known<'a> {
    let mut known = Known { names: BTreeSet::new(), labels: BTreeMap::new() };
    for alert in alerts.iter().filter(|it| it.system == *system) {
        known.names.insert(&alert.name);
        // A label whose value is a template may have any.
        for (label, value) in alert.labels.iter().filter(|(_, value)| !value.contains("{{")) {
            known.labels.entry(label).or_default().insert(value);
        }
    }
    let templated = alerts.iter().flat_map(|it| &it.labels).filter(|(_, value)| value.contains("{{"));
    for (label, _) in templated {
        known.labels.remove(label.as_str());
    }
    known
}

/// Every matcher of a configuration's routes and inhibitions, with what holds it.
fn all<'a>(config: &Config<'a>) -> Vec<(&'a Node, Match<'a>)> {
    let mut found = Vec::new();
    if let Some(route) = config.node.get("route") {
        route.walk(&mut Vec::new(), &mut |_, node| {
            found.extend(matchers(node, "").into_iter().map(|it| (node, it)))
        });
    }
    for rule in config.node.get("inhibit_rules").map(Node::items).unwrap_or_default() {
        for prefix in ["source_", "target_"] {
            found.extend(matchers(rule, prefix).into_iter().map(|it| (rule, it)));
        }
    }
    found
}

/// Whether the name stands anywhere in the system's texts but where routes match it.
fn spoken_of(corpus: &Corpus, config: &Config<'_>, matcher: &Match<'_>) -> bool {
    let system = &config.snippet.system;
    let pages =
        corpus.pages.iter().filter(|(_, of)| of == system).map(|(page, _)| (page.file(), page.text()));
    let files = corpus
        .snippets
        .iter()
        .filter(|it| it.whole && it.system == *system)
        .map(|it| (&it.file, it.text.as_str()));
    let has = |line: &str| {
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
        !line.contains("alertname") && words.any(|word| matcher.values.contains(&word))
    };
    pages.chain(files).any(|(_, text)| text.lines().any(has))
}

/// Whether Prometheus adds the label to everything that it sends.
fn external(corpus: &Corpus, label: &str) -> bool {
    let roots = corpus.snippets.iter().flat_map(|snippet| &snippet.roots);
    roots.into_iter().any(|root| {
        let mut found = false;
        root.node.walk(&mut Vec::new(), &mut |_, node| {
            found |= ["external_labels", "externalLabels"]
                .iter()
                .any(|key| node.get(key).is_some_and(|it| it.get(label).is_some()));
        });
        found
    })
}

fn vocabulary(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let alerts = alerts(corpus);
    for (page, _) in &corpus.pages {
        let Some(table) = page.tables.iter().find(|table| is_vocabulary(page, table)) else { continue };
        let cells = table.rows.iter().filter_map(|row| row.cells.first());
        let known: BTreeSet<String> = cells
            .flat_map(|cell| cell.text.split(['/', '(', ')', ',', ' ']))
            .map(str::to_lowercase)
            .collect();
        let mut lacking: BTreeMap<&str, Vec<&Named>> = BTreeMap::new();
        for alert in alerts.iter().filter(|it| it.rule && it.place.file == *page.file()) {
            let severity =
                alert.labels.iter().find(|(label, _)| label == "severity").map(|(_, value)| value.as_str());
            if let Some(severity) =
                severity.filter(|it| !it.contains("{{") && !known.contains(&it.to_lowercase()))
            {
                lacking.entry(severity).or_default().push(alert);
            }
        }
        for (severity, alerts) in lacking {
            let mut places =
                alerts.iter().map(|it| Noted::new(&it.place, format!("{} is {severity}", it.name)));
            let Some(first) = places.next() else { continue };
            let message = format!("alerts are of severity `{severity}`, which the table of severities lacks");
            let mut finding = Finding::new("alerts/severity-unknown", Severity::Warning, message, first);
            finding.places.extend(places);
            let rows = table.rows.iter().filter_map(|row| row.cells.first());
            finding.places.extend(rows.map(|cell| Noted::new(&cell.place, cell.text.clone())));
            findings
                .push(finding.next("use the words of the table in the rules, or give the severity a row"));
        }
    }
}

/// A table whose rows are severities of alerts, with what to do about them.
fn is_vocabulary(page: &Page, table: &Table) -> bool {
    let first = table.head.first().is_some_and(|head| {
        ["severity", "severity level", "priority", "level"].contains(&head.to_lowercase().as_str())
    });
    let answer =
        ["response", "respond", "escalat", "action", "notif", "page", "sla", "who", "contact", "acknowledge"];
    let of_alerts = page.sections[table.section].path.iter().any(|title| mentions(title, &["alert"]));
    let answers = table.head.iter().skip(1).any(|head| mentions(head, &answer));
    // A log's levels are no severities of alerts.
    let of_logs = mentions(&page.sections[table.section].title, &["log"]);
    first && !of_logs && (answers || of_alerts) && !table.head.iter().any(|head| mentions(head, &["alert"]))
}
