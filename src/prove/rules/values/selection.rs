//! Selectors that do not select what they are written for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::charts::{Chart, charts};
use super::deployment::{Object, labels, objects};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::snippet::Snippet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "kubernetes/not-selected",
        finds: "A ServiceMonitor, PodMonitor, Probe or PrometheusRule that the Prometheus beside it does not select.",
        why: "The operator ignores it without a word: no target, no alert.",
        wrong: "Another Prometheus in the cluster may select it.",
        find: not_selected,
    },
    Rule {
        id: "kubernetes/selects-nothing",
        finds: "A ServiceMonitor whose Service has other labels or no such port, a Service whose pods have other labels.",
        why: "It selects nothing, and nothing says so.",
        wrong: "The object that it selects may be one that is not shown.",
        find: selects_nothing,
    },
];

/// What selects and what is selected, by the key of the selector.
const SELECTORS: [(&str, &str); 5] = [
    ("serviceMonitorSelector", "ServiceMonitor"),
    ("podMonitorSelector", "PodMonitor"),
    ("ruleSelector", "PrometheusRule"),
    ("probeSelector", "Probe"),
    ("scrapeConfigSelector", "ScrapeConfig"),
];

fn not_selected(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let (objects, charts) = (objects(corpus), charts(corpus));
    for (key, kind) in SELECTORS {
        let systems: BTreeSet<&Arc<str>> = corpus.snippets.iter().map(|snippet| &snippet.system).collect();
        for system in systems {
            let selectors = selectors(corpus, system, key);
            let of_kind =
                objects.iter().filter(|object| object.snippet.system == *system && object.kind == kind);
            for object in of_kind {
                let own = object.node.at("metadata.labels").map(labels).unwrap_or_default();
                let fits = |node: &Node| {
                    let wanted = node.get("matchLabels").map(labels).unwrap_or_default();
                    node.get("matchExpressions").is_some()
                        || wanted.iter().all(|(key, value)| own.get(key) == Some(value))
                };
                match selectors.first() {
                    Some((snippet, node)) if !selectors.iter().any(|(_, node)| fits(node)) => {
                        findings.push(ignored(object, key, snippet, node));
                    }
                    Some(_) => {}
                    None => findings.extend(ignored_by_default(corpus, &charts, object, key)),
                }
            }
        }
    }
}

/// The selectors of a system's Prometheus, in its own manifest or in a chart's values.
fn selectors<'a>(corpus: &'a Corpus, system: &str, key: &str) -> Vec<(&'a Snippet, &'a Node)> {
    let mut found = Vec::new();
    for snippet in corpus.snippets.iter().filter(|snippet| *snippet.system == *system) {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                if path.last() == Some(&key) {
                    found.push((snippet, node));
                }
            });
        }
    }
    found
}

/// The label to look at: the first, else the object's name.
fn labelled(object: &Object<'_>) -> Noted {
    let first = object.node.at("metadata.labels").and_then(|node| node.entries().first());
    match first {
        Some((key, value)) => {
            let shown = format!("{}: {}", key.text().unwrap_or_default(), value.text().unwrap_or_default());
            Noted::new(&object.snippet.node(key), shown)
        }
        None => {
            let node = object.node.at("metadata.name").unwrap_or(object.node);
            Noted::new(&object.snippet.node(node), format!("{} has no labels", object.name))
        }
    }
}

fn ignored(object: &Object<'_>, key: &str, snippet: &Snippet, selector: &Node) -> Finding {
    let pair = selector.get("matchLabels").and_then(|node| node.entries().first());
    let wanted = selector.get("matchLabels").map(labels).unwrap_or_default();
    let wanted: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let wanted = wanted.join(", ");
    let place = snippet.node(pair.map_or(selector, |(key, _)| key));
    let message =
        format!("no Prometheus picks up {} `{}`: `{key}` wants `{wanted}`", object.kind, object.name);
    Finding::new("kubernetes/not-selected", Severity::Error, message, labelled(object))
        .also(Noted::new(&place, format!("{key}: {wanted}")))
        .next("give the object the labels that are selected")
}

/// kube-prometheus-stack selects by the label `release` where its values select nothing themselves.
fn ignored_by_default(corpus: &Corpus, charts: &[Chart], object: &Object<'_>, key: &str) -> Option<Finding> {
    if key == "scrapeConfigSelector" {
        return None;
    }
    let ours = |chart: &&Chart| {
        chart.system == object.snippet.system && chart.name.ends_with("kube-prometheus-stack")
    };
    let chart = charts.iter().find(ours)?;
    let switch = format!("{key}NilUsesHelmValues");
    let switched = |text: &str| text.contains(&switch) || text.contains(key);
    let snippets = corpus.snippets.iter().filter(|snippet| snippet.system == object.snippet.system);
    let set = snippets.into_iter().any(|snippet| switched(&snippet.text));
    let own = object.node.at("metadata.labels").map(labels).unwrap_or_default();
    if set || own.get("release").is_some_and(|release| *release == chart.release) {
        return None;
    }
    let message = format!(
        "nothing picks up {} `{}`: unless its values say otherwise, the chart selects `release: {}`",
        object.kind, object.name, chart.release
    );
    let chart =
        Noted::new(&chart.place, format!("installs {} as `{}`, without `{key}`", chart.name, chart.release));
    Some(
        Finding::new("kubernetes/not-selected", Severity::Warning, message, labelled(object))
            .also(chart)
            .next(format!("add the label, or set `{switch}: false`")),
    )
}

fn selects_nothing(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let objects = objects(corpus);
    for object in &objects {
        let (wanted, of, at): (_, &[&str], _) = match object.kind {
            "ServiceMonitor" => {
                (object.node.at("spec.selector.matchLabels"), &["Service"], "metadata.labels")
            }
            "Service" => (
                object.node.at("spec.selector"),
                &["Deployment", "StatefulSet", "DaemonSet"],
                "spec.template.metadata.labels",
            ),
            _ => continue,
        };
        // Only what stands in the same document, or is deployed beside it, and has the same name.
        let beside = |other: &&Object<'_>| {
            let near =
                other.snippet.file == object.snippet.file || (other.snippet.whole && object.snippet.whole);
            near && other.snippet.system == object.snippet.system
                && other.name == object.name
                && of.contains(&other.kind)
        };
        let (Some(wanted), Some(other)) = (wanted, objects.iter().find(beside)) else { continue };
        let Some(found) = other.node.at(at) else { continue };
        let (selected, own) = (labels(wanted), labels(found));
        if let Some((key, value)) = selected.iter().find(|(key, value)| own.get(*key) != Some(value)) {
            let message = format!(
                "{} `{}` selects `{key}: {value}`, which its {} has not",
                object.kind, object.name, other.kind
            );
            let first = wanted
                .entries()
                .iter()
                .find(|(name, _)| name.text() == Some(key))
                .map_or(wanted, |(name, _)| name);
            let shown =
                own.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ");
            let there = found.entries().first().map_or(found, |(key, _)| key);
            let finding = Finding::new(
                "kubernetes/selects-nothing",
                Severity::Error,
                message,
                Noted::new(&object.snippet.node(first), format!("{key}: {value}")),
            );
            findings.push(
                finding
                    .also(Noted::new(&other.snippet.node(there), shown))
                    .next("select a label that is there"),
            );
        }
        findings.extend(no_such_port(object, other));
    }
}

fn no_such_port(monitor: &Object<'_>, service: &Object<'_>) -> Option<Finding> {
    let wanted = monitor.node.at("spec.endpoints").map(Node::items).unwrap_or_default();
    let ports = service.node.at("spec.ports").filter(|_| monitor.kind == "ServiceMonitor")?;
    let names: Vec<&str> = ports.items().iter().filter_map(|port| port.get("name")?.text()).collect();
    let port = wanted
        .iter()
        .filter_map(|endpoint| endpoint.get("port"))
        .find(|port| port.text().is_some_and(|name| !names.contains(&name)))?;
    let name = port.text().unwrap_or_default();
    let message = format!(
        "ServiceMonitor `{}` scrapes the port `{name}`, which the Service does not have",
        monitor.name
    );
    let there = Noted::new(&service.snippet.node(ports), names.join(", "));
    let finding = Finding::new(
        "kubernetes/selects-nothing",
        Severity::Error,
        message,
        Noted::new(&monitor.snippet.node(port), name),
    );
    Some(finding.also(there).next("name a port of the Service"))
}
