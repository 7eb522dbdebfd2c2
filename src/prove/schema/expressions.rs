//! Where PromQL stands, and what for.

use crate::contract::yaml::Node;

use super::Format;
use super::grafana::panels;

/// What an expression is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// The alert of that name.
    Alert(String),
    /// The recording of that name.
    Record(String),
    /// The panel of that title.
    Panel(String),
    /// The annotation of that name on a dashboard.
    Annotation(String),
    /// The alert of that title, judged by Grafana.
    GrafanaAlert(String),
}

/// Every PromQL expression, in the order of the file.
pub fn promql_of(format: Format, root: &Node) -> Vec<(&Node, Use)> {
    match format {
        Format::PrometheusRules => rules(root.get("groups")),
        Format::Kubernetes if root.get("kind").and_then(Node::text) == Some("PrometheusRule") => {
            rules(root.at("spec.groups"))
        }
        Format::GrafanaAlertRules => grafana(root),
        Format::GrafanaDashboard => dashboard(root),
        Format::PrometheusConfig
        | Format::AlertmanagerConfig
        | Format::GrafanaDatasources
        | Format::GrafanaDashboardProviders
        | Format::Kubernetes
        | Format::KubernetesFragment
        | Format::Compose
        | Format::Blackbox => Vec::new(),
    }
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn name(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::text).unwrap_or_default().to_owned()
}

fn expression(node: &Node) -> Option<&Node> {
    node.get("expr").filter(|expr| expr.text().is_some_and(|text| !text.trim().is_empty()) && !expr.is_null())
}

fn rules(groups: Option<&Node>) -> Vec<(&Node, Use)> {
    let groups = groups.map(Node::items).unwrap_or_default();
    let rules = groups.iter().flat_map(|group| items(group, "rules"));
    let used = rules.filter_map(|rule| {
        let record = rule.get("record").is_some_and(|record| !record.is_null());
        let of = if record { Use::Record(name(rule, "record")) } else { Use::Alert(name(rule, "alert")) };
        Some((expression(rule)?, of))
    });
    used.collect()
}

fn grafana(root: &Node) -> Vec<(&Node, Use)> {
    let mut found = Vec::new();
    for rule in items(root, "groups").iter().flat_map(|group| items(group, "rules")) {
        for query in items(rule, "data") {
            // Grafana's own expressions are no queries; `-100` is their older name.
            let own = query.get("datasourceUid").and_then(Node::text);
            let own = own.is_some_and(|uid| matches!(uid, "__expr__" | "-100"));
            let Some(model) = query.get("model").filter(|model| !own && asks_prometheus(model)) else {
                continue;
            };
            found.extend(expression(model).map(|expr| (expr, Use::GrafanaAlert(name(rule, "title")))));
        }
    }
    found
}

fn dashboard(root: &Node) -> Vec<(&Node, Use)> {
    let mut found = Vec::new();
    for annotation in root.at("annotations.list").map(Node::items).unwrap_or_default() {
        if asks_prometheus(annotation) {
            found
                .extend(expression(annotation).map(|expr| (expr, Use::Annotation(name(annotation, "name")))));
        }
    }
    for panel in panels(root) {
        for target in items(panel, "targets") {
            // A query may name a data source of its own, where the panel's is mixed.
            let source =
                if target.get("datasource").is_some_and(|own| !own.is_null()) { target } else { panel };
            if asks_prometheus(source) {
                found.extend(expression(target).map(|expr| (expr, Use::Panel(name(panel, "title")))));
            }
        }
    }
    found.sort_by_key(|(node, _)| (node.line, node.column));
    found
}

/// Whether a data source is Prometheus, as far as it says what it is: LogQL stands under the same key.
fn asks_prometheus(node: &Node) -> bool {
    let Some(source) = node.get("datasource") else { return true };
    let kind = source.get("type").and_then(Node::text);
    let kind = kind.or(source.text()).unwrap_or_default().to_ascii_lowercase();
    !["loki", "tempo", "elasticsearch", "influxdb", "cloudwatch", "graphite", "__expr__"]
        .iter()
        .any(|other| kind.contains(other))
}
