//! Which format a value is of, by what it holds.

use crate::contract::yaml::{Node, Value};

use super::Format;
use super::kubernetes::CONTAINER;

/// The format of a value; `None` for anything that is not surely one of them.
pub fn recognize(root: &Node) -> Option<Format> {
    let Value::Map(entries) = &root.value else { return None };
    if entries.is_empty() {
        return None;
    }
    let has = |key: &str| root.get(key).is_some();
    if root.get("kind").is_some_and(|kind| kind.text().is_some()) && has("apiVersion") {
        return Some(Format::Kubernetes);
    }
    compose(root)
        .or_else(|| groups(root))
        .or_else(|| grafana(root))
        .or_else(|| blackbox(root))
        .or_else(|| prometheus(root))
        .or_else(|| alertmanager(root))
        .or_else(|| container(root))
}

fn any_key(node: &Node, keys: &[&str]) -> bool {
    keys.iter().any(|key| node.get(key).is_some())
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

fn is_list(node: &Node) -> bool {
    matches!(node.value, Value::Seq(_))
}

/// Services that are made of an image, which Helm values write as a mapping.
fn compose(root: &Node) -> Option<Format> {
    let services = root.get("services")?.entries();
    let runs = |service: &Node| {
        service.get("image").is_some_and(|image| image.text().is_some()) || service.get("build").is_some()
    };
    services.iter().any(|(_, service)| runs(service)).then_some(Format::Compose)
}

/// Prometheus and Grafana both keep rules in groups.
fn groups(root: &Node) -> Option<Format> {
    let groups = root.get("groups")?;
    let only = root.entries().len() == 1;
    if groups.is_null() || (is_list(groups) && groups.items().is_empty()) {
        return only.then_some(Format::PrometheusRules);
    }
    // A group in place of the list is a mistake that people make.
    let all: Vec<&Node> = if is_map(groups) { vec![groups] } else { groups.items().iter().collect() };
    let rules = all.iter().filter_map(|group| group.get("rules"));
    let rules: Vec<&Node> = rules
        .flat_map(|rules| if is_map(rules) { vec![rules] } else { rules.items().iter().collect() })
        .collect();
    if rules.iter().any(|rule| any_key(rule, &["alert", "record"])) {
        return Some(Format::PrometheusRules);
    }
    if rules.iter().any(|rule| any_key(rule, &["uid", "title", "data", "condition"])) {
        return Some(Format::GrafanaAlertRules);
    }
    if rules.iter().any(|rule| any_key(rule, &["expr"])) {
        return Some(Format::PrometheusRules);
    }
    if all.iter().any(|group| any_key(group, &["folder", "orgId"])) {
        return Some(Format::GrafanaAlertRules);
    }
    let named = |group: &&Node| group.get("name").is_some() && group.get("rules").is_some();
    (only && all.iter().any(named)).then_some(Format::PrometheusRules)
}

fn grafana(root: &Node) -> Option<Format> {
    let version = root.get("apiVersion").is_some_and(Node::is_number);
    let items = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
    let alerting = ["contactPoints", "policies", "muteTimes", "deleteRules", "resetPolicies", "templates"];
    if version && any_key(root, &alerting) {
        return Some(Format::GrafanaAlertRules);
    }
    let source =
        |item: &Node| any_key(item, &["type"]) && any_key(item, &["url", "access", "uid", "jsonData"]);
    if any_key(root, &["datasources", "deleteDatasources"])
        && (version || items("datasources").iter().any(source))
    {
        return Some(Format::GrafanaDatasources);
    }
    let provider = |item: &Node| item.at("options.path").is_some();
    if any_key(root, &["providers"]) && (version || items("providers").iter().any(provider)) {
        return Some(Format::GrafanaDashboardProviders);
    }
    let panel = |item: &Node| any_key(item, &["type", "targets", "gridPos", "panels"]);
    let panels = items("panels").iter().chain(items("rows")).any(panel);
    let empty = any_key(root, &["panels"]) && any_key(root, &["schemaVersion"]);
    (panels || empty).then_some(Format::GrafanaDashboard)
}

fn blackbox(root: &Node) -> Option<Format> {
    let modules = root.get("modules")?.entries();
    modules.iter().any(|(_, module)| any_key(module, &["prober"])).then_some(Format::Blackbox)
}

/// Agents that ship logs have scrape jobs too, and promtool's tests name rule files.
fn prometheus(root: &Node) -> Option<Format> {
    if any_key(root, &["clients", "positions", "server", "target_config", "tests"]) {
        return None;
    }
    let global = root.get("global").is_some_and(|global| {
        any_key(global, &["scrape_interval", "evaluation_interval", "external_labels", "scrape_timeout"])
    });
    let own = ["scrape_configs", "rule_files", "remote_write", "remote_read", "scrape_config_files"];
    let list = |key: &&str| root.get(key).is_some_and(|value| !matches!(value.value, Value::Scalar { .. }));
    let alerting = root.at("alerting.alertmanagers").is_some();
    (global || alerting || own.iter().any(list)).then_some(Format::PrometheusConfig)
}

/// Collectors have receivers too, but in a mapping.
fn alertmanager(root: &Node) -> Option<Format> {
    let route = root.get("route").is_some_and(|route| {
        any_key(route, &["receiver", "routes", "group_by", "group_wait", "group_interval", "repeat_interval"])
    });
    let receiver = |item: &Node| item.entries().iter().any(|(key, _)| ends(key, "_configs"));
    let receivers = root.get("receivers").map(Node::items).unwrap_or_default();
    let told = receivers.iter().any(receiver)
        || (!receivers.is_empty() && receivers.iter().all(|item| item.get("name").is_some()));
    let global = root.get("global").is_some_and(|global| {
        any_key(global, &["resolve_timeout", "slack_api_url", "smtp_smarthost", "smtp_from", "pagerduty_url"])
    });
    let inhibits = root.get("inhibit_rules").is_some_and(is_list);
    let times =
        ["time_intervals", "mute_time_intervals"].iter().any(|key| root.get(key).is_some_and(is_list));
    (route || told || global || inhibits || times).then_some(Format::AlertmanagerConfig)
}

fn ends(key: &Node, ending: &str) -> bool {
    key.text().is_some_and(|text| text.ends_with(ending))
}

/// Probes or variables, and nothing that a container has not.
fn container(root: &Node) -> Option<Format> {
    let known = |key: &Node| CONTAINER.known().any(|known| key.text() == Some(known.name));
    if !root.entries().iter().all(|(key, _)| known(key)) {
        return None;
    }
    let probe = ["livenessProbe", "readinessProbe", "startupProbe"]
        .iter()
        .any(|key| root.get(key).is_some_and(is_map));
    let variables = root.get("env").map(Node::items).unwrap_or_default();
    let named = !variables.is_empty() && variables.iter().all(|item| item.get("name").is_some());
    (probe || named).then_some(Format::KubernetesFragment)
}
