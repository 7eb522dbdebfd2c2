//! Names that are used and not defined, or defined twice.

use std::collections::BTreeMap;

use crate::contract::yaml::{Node, nearest};

use super::{Format, Mistake};

/// Receivers and time intervals that a route names and nobody defines, and groups and jobs that are defined twice.
///
/// A document may show routes without receivers, so an undefined receiver is a mistake only beside a list of
/// receivers, and an undefined time interval only beside a list of those or in what is whole: a route and receivers.
pub fn undefined(format: Format, root: &Node) -> Vec<Mistake> {
    let mut found = match format {
        Format::AlertmanagerConfig => alertmanager(root),
        Format::PrometheusRules => twice(items(root, "groups"), "name", "a rule group"),
        Format::Kubernetes if root.get("kind").and_then(Node::text) == Some("PrometheusRule") => {
            twice(root.at("spec.groups").map(Node::items).unwrap_or_default(), "name", "a rule group")
        }
        Format::PrometheusConfig => {
            let mut found = twice(items(root, "scrape_configs"), "job_name", "a scrape job");
            found.extend(twice(items(root, "remote_write"), "name", "a remote_write"));
            found.extend(twice(items(root, "remote_read"), "name", "a remote_read"));
            found
        }
        Format::GrafanaAlertRules => grafana(root),
        Format::GrafanaDatasources
        | Format::GrafanaDashboardProviders
        | Format::GrafanaDashboard
        | Format::Kubernetes
        | Format::KubernetesFragment
        | Format::Compose
        | Format::Blackbox => Vec::new(),
    };
    found.sort_by_key(|mistake| (mistake.line, mistake.column));
    found
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn twice<'a>(all: impl IntoIterator<Item = &'a Node>, key: &str, what: &str) -> Vec<Mistake> {
    let (mut seen, mut found) = (BTreeMap::new(), Vec::new());
    for name in all.into_iter().filter_map(|item| item.get(key)) {
        let Some(text) = name.text().filter(|text| !text.is_empty() && !name.is_null()) else { continue };
        if let Some(first) = seen.get(text) {
            let message = format!("{what} `{text}` is already defined on line {first}");
            found.push(Mistake::at(name, message));
        } else {
            seen.insert(text, name.line);
        }
    }
    found
}

/// Groups are told apart within their folder, rules by their uid.
fn grafana(root: &Node) -> Vec<Mistake> {
    let groups = items(root, "groups");
    let mut folders: BTreeMap<(&str, &str), Vec<&Node>> = BTreeMap::new();
    let text = |node: &'_ Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let keys: Vec<(String, String)> = groups
        .iter()
        .map(|group| (text(group, "orgId").unwrap_or_default(), text(group, "folder").unwrap_or_default()))
        .collect();
    for (group, (org, folder)) in groups.iter().zip(&keys) {
        folders.entry((org, folder)).or_default().push(group);
    }
    let mut found: Vec<Mistake> =
        folders.into_values().flat_map(|groups| twice(groups, "name", "a rule group")).collect();
    found.extend(twice(groups.iter().flat_map(|group| items(group, "rules")), "uid", "a rule"));
    found
}

fn alertmanager(root: &Node) -> Vec<Mistake> {
    let Some(route) = root.get("route") else { return Vec::new() };
    let names = |key: &str| -> Vec<&str> {
        items(root, key).iter().filter_map(|item| item.get("name")?.text()).collect()
    };
    let receivers = root.get("receivers").is_some().then(|| names("receivers"));
    let mut intervals = names("time_intervals");
    intervals.extend(names("mute_time_intervals"));
    let defines = ["time_intervals", "mute_time_intervals"].iter().any(|key| root.get(key).is_some());
    let intervals = (defines || receivers.is_some()).then_some(intervals);
    let mut found = Vec::new();
    let mut open = vec![route];
    while let Some(route) = open.pop() {
        if let (Some(known), Some(name)) = (&receivers, route.get("receiver")) {
            found.extend(unknown(name, known, "receiver"));
        }
        let times = items(route, "mute_time_intervals").iter().chain(items(route, "active_time_intervals"));
        if let Some(known) = &intervals {
            found.extend(times.filter_map(|name| unknown(name, known, "time interval")));
        }
        open.extend(items(route, "routes"));
    }
    found.extend(twice(
        items(root, "time_intervals").iter().chain(items(root, "mute_time_intervals")),
        "name",
        "a time interval",
    ));
    found
}

fn unknown(name: &Node, known: &[&str], what: &str) -> Option<Mistake> {
    let text = name.text().filter(|text| !text.is_empty() && !name.is_null())?;
    if known.contains(&text) {
        return None;
    }
    let hint = nearest(text, known.iter().copied());
    let hint = hint.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    let accepted = known.iter().map(|&name| name.to_owned()).collect();
    Some(Mistake { accepted, ..Mistake::at(name, format!("undefined {what} `{text}`{hint}")) })
}
