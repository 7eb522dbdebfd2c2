//! The alerts of a corpus, wherever they are named: rules, tables, lists, contracts. And how alerts are routed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::words::{mentions, set};
use crate::contract::Promise;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::place::Place;
use crate::prove::snippet::Snippet;

/// A place that names an alert.
pub(super) struct Named {
    pub(super) system: Arc<str>,
    pub(super) name: String,
    /// Its labels, where a rule gives them; a table's severities are `severity`, in small letters.
    pub(super) labels: Vec<(String, String)>,
    pub(super) place: Place,
    /// Whether a rule says so.
    pub(super) rule: bool,
    /// Whether the rule has a runbook; always for what is no rule.
    pub(super) runbook: bool,
    /// Whether it stands in a file of its own.
    pub(super) whole: bool,
}

/// Every alert, in the order of the corpus.
pub(super) fn alerts(corpus: &Corpus) -> Vec<Named> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |_, node| found.extend(of_rule(snippet, node)));
        }
    }
    for (page, system) in &corpus.pages {
        let mut keep = |name: &str, labels: Vec<(String, String)>, place: &Place| {
            let (system, name, place) = (system.clone(), name.to_owned(), place.clone());
            found.push(Named { system, name, labels, place, rule: false, runbook: true, whole: false });
        };
        for table in &page.tables {
            let Some(column) = table.head.iter().position(|head| set(head).contains("alert")) else {
                continue;
            };
            let severity = table.head.iter().position(|head| set(head).contains("severity"));
            for row in &table.rows {
                let cell = severity.and_then(|at| row.cells.get(at)).map_or("", |cell| &cell.text);
                let labels: Vec<(String, String)> = cell
                    .split(['/', ','])
                    .map(|word| ("severity".to_owned(), word.trim().to_lowercase()))
                    .filter(|(_, word)| !word.is_empty())
                    .collect();
                let Some(cell) = row.cells.get(column) else { continue };
                let plain = std::slice::from_ref(&cell.text);
                let names = if cell.codes.is_empty() { plain } else { cell.codes.as_slice() };
                names.iter().for_each(|name| keep(name, labels.clone(), &cell.place));
            }
        }
        for item in page.items.iter().filter(|item| item.leads_with_code) {
            let about = format!("{} {}", page.sections[item.section].title, item.label);
            if let Some(name) = item.codes.first().filter(|_| mentions(&about, &["alert"])) {
                keep(name, Vec::new(), &item.place);
            }
        }
    }
    found.extend(promised(corpus));
    found
}

fn of_rule(snippet: &Snippet, node: &Node) -> Option<Named> {
    let name = node.get("alert").filter(|_| node.get("expr").is_some())?;
    let pairs = |key: &str| -> Vec<(String, String)> {
        let entries = node.get(key).map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())))
            .collect()
    };
    let runbook =
        pairs("annotations").iter().any(|(key, value)| key.contains("runbook") && !value.is_empty());
    Some(Named {
        system: snippet.system.clone(),
        name: name.text()?.to_owned(),
        labels: pairs("labels"),
        place: snippet.node(name),
        rule: true,
        runbook,
        whole: snippet.whole,
    })
}

fn promised(corpus: &Corpus) -> Vec<Named> {
    let mut found = Vec::new();
    for spoken in &corpus.contracts {
        let Some((system, _)) = spoken.contract.name.split_once('/') else { continue };
        let place = Place { file: spoken.file.as_str().into(), line: 1, column: 1, length: 0 };
        for clause in &spoken.contract.clauses {
            let (name, severities) = match &clause.promise {
                Promise::Alert(alert) => (&alert.name, alert.severity.as_slice()),
                Promise::GrafanaAlert(alert) => (&alert.uid, [].as_slice()),
                _ => continue,
            };
            let labels = severities.iter().map(|word| ("severity".to_owned(), word.to_lowercase())).collect();
            let (system, name, place) = (system.into(), name.clone(), place.clone());
            found.push(Named { system, name, labels, place, rule: false, runbook: true, whole: false });
        }
    }
    found
}

/// A matcher of a route or an inhibition, with every value that it takes.
#[derive(Clone)]
pub(super) struct Match<'a> {
    pub(super) label: &'a str,
    /// The alternatives; of a pattern, those between its bars.
    pub(super) values: Vec<&'a str>,
    /// Whether the values are patterns.
    pub(super) regex: bool,
    /// Whether it takes what the values are not.
    pub(super) negated: bool,
    pub(super) node: &'a Node,
}

impl Match<'_> {
    /// Whether it takes a value; of patterns that are more than words and `.*`, always.
    pub(super) fn takes(&self, value: &str) -> bool {
        let one = |pattern: &str| {
            if !self.regex {
                return pattern == value;
            }
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            match (
                pattern.strip_prefix(".*"),
                pattern.strip_suffix(".*").or_else(|| pattern.strip_suffix(".+")),
            ) {
                _ if pattern == ".*" || pattern == ".+" => true,
                (Some(end), None) if plain(end) => value.ends_with(end),
                (None, Some(begin)) if plain(begin) => value.starts_with(begin),
                (Some(_), Some(_)) => {
                    let middle =
                        pattern.trim_start_matches(".*").trim_end_matches(".*").trim_end_matches(".+");
                    !plain(middle) || value.contains(middle)
                }
                _ => !plain(pattern) || pattern == value,
            }
        };
        self.values.iter().any(|pattern| one(pattern)) != self.negated
    }
}

fn plain(pattern: &str) -> bool {
    pattern.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | ':'))
}

/// The matchers that a mapping holds under keys such as `match`, `match_re`, `matchers`, `source_matchers`.
pub(super) fn matchers<'a>(node: &'a Node, prefix: &str) -> Vec<Match<'a>> {
    let mut found = Vec::new();
    let get = |key: &str| node.get(&format!("{prefix}{key}"));
    for (key, regex) in [("match", false), ("match_re", true)] {
        for (label, value) in get(key).map(Node::entries).unwrap_or_default() {
            if let (Some(label), Some(text)) = (label.text(), value.text()) {
                found.push(Match {
                    label,
                    values: alternatives(text, regex),
                    regex,
                    negated: false,
                    node: value,
                });
            }
        }
    }
    for item in get("matchers").map(Node::items).unwrap_or_default() {
        found.extend(item.text().map_or_else(|| of_object(item), |text| of_text(text, item)));
    }
    found
}

fn alternatives(text: &str, regex: bool) -> Vec<&str> {
    if !regex {
        return vec![text];
    }
    let inner = text
        .strip_prefix("^(?:")
        .or_else(|| text.strip_prefix('('))
        .map_or(text, |rest| rest.trim_end_matches([')', '$']));
    inner.split('|').collect()
}

/// `severity=~"critical|page"`
fn of_text<'a>(text: &'a str, node: &'a Node) -> Option<Match<'a>> {
    let at = text.find(['=', '!'])?;
    let operator = ["=~", "!~", "!=", "="].into_iter().find(|operator| text[at..].starts_with(operator))?;
    let value = text[at + operator.len()..].trim().trim_matches(['"', '\'']);
    let regex = operator.ends_with('~');
    let label = text[..at].trim().trim_start_matches('{');
    Some(Match { label, values: alternatives(value, regex), regex, negated: operator.starts_with('!'), node })
}

/// The form of the Prometheus operator: `name`, `value`, `matchType`.
fn of_object(node: &Node) -> Option<Match<'_>> {
    let (label, value) = (node.get("name")?.text()?, node.get("value")?);
    let operator = node.get("matchType").and_then(Node::text).unwrap_or("=");
    let regex = operator.ends_with('~') || node.get("regex").and_then(Node::text) == Some("true");
    let values = alternatives(value.text()?, regex);
    Some(Match { label, values, regex, negated: operator.starts_with('!'), node: value })
}

/// A configuration of Alertmanager: what has a route or receivers.
pub(super) struct Config<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) node: &'a Node,
}

/// The configurations, in whatever holds them: a file, the values of a Helm chart, an object of the operator.
pub(super) fn configs(corpus: &Corpus) -> Vec<Config<'_>> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                let route = node
                    .get("route")
                    .is_some_and(|it| it.get("receiver").is_some() || it.get("routes").is_some());
                let receivers = node
                    .get("receivers")
                    .is_some_and(|it| it.items().iter().any(|one| one.get("name").is_some()));
                let inside = path
                    .iter()
                    .all(|key| ["alertmanager", "config", "spec", "alertmanagerConfig"].contains(key));
                if inside && (route || receivers) {
                    found.push(Config { snippet, node });
                }
            });
        }
    }
    found
}

/// A route with what leads to it.
pub(super) struct Route<'a> {
    /// Its receiver, or that of the route above it.
    pub(super) receiver: Option<&'a Node>,
    /// Its matchers and those of the routes above it.
    pub(super) matchers: Vec<Match<'a>>,
    /// Whether routes after it see what it took.
    pub(super) goes_on: bool,
    /// Whether it is the root, which takes what no other does.
    pub(super) root: bool,
}

/// The routes of a configuration, the root first.
pub(super) fn routes<'a>(config: &Config<'a>) -> Vec<Route<'a>> {
    let mut found = Vec::new();
    if let Some(root) = config.node.get("route") {
        route(root, None, &[], true, &mut found);
    }
    found
}

fn route<'a>(
    node: &'a Node,
    above: Option<&'a Node>,
    matched: &[Match<'a>],
    root: bool,
    found: &mut Vec<Route<'a>>,
) {
    let receiver = node.get("receiver").or(above);
    let mut all = matched.to_vec();
    all.extend(matchers(node, ""));
    let goes_on = node.get("continue").and_then(Node::text) == Some("true");
    found.push(Route { receiver, matchers: all.clone(), goes_on, root });
    for inner in node.get("routes").map(Node::items).unwrap_or_default() {
        route(inner, receiver, &all, false, found);
    }
}

/// The receivers of a configuration by name, each with its name's node.
pub(super) fn receivers<'a>(config: &Config<'a>) -> BTreeMap<&'a str, (&'a Node, &'a Node)> {
    let all = config.node.get("receivers").map(Node::items).unwrap_or_default();
    all.iter()
        .filter_map(|receiver| {
            let name = receiver.get("name")?;
            Some((name.text()?, (name, receiver)))
        })
        .collect()
}
