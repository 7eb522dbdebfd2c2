//! Files of other programs: every mistake at its place, none that is invented.

mod monitoring;
mod platform;

use std::fs;
use std::path::{Path, PathBuf};

use probity::contract::yaml::{Node, outline};
use probity::prove::schema::{Format, Use, mistakes, promql_of, recognize, undefined};
use proptest::prelude::*;

fn one(text: &str) -> Node {
    let outline = outline(text, "t.yaml");
    assert!(outline.problems.is_empty(), "{text}\n{:?}", outline.problems);
    outline.documents.into_iter().next().expect("it holds something")
}

/// `line:column+length: message`, of one document.
fn said(format: Format, root: &Node, fragment: bool) -> Vec<String> {
    let all = [mistakes(format, root, fragment), undefined(format, root)].concat();
    let said = all.iter().map(|m| format!("{}:{}+{}: {}", m.line, m.column, m.length, m.message));
    said.collect()
}

/// Each text is recognised as the format, and has these mistakes and no others.
fn table(format: Format, fragment: bool, rows: &[(&str, &[&str])]) {
    for (text, expected) in rows {
        let root = one(text);
        assert_eq!(recognize(&root), Some(format), "{text}");
        assert_eq!(said(format, &root, fragment), *expected, "{text}");
    }
}

#[test]
fn what_is_none_of_these_is_not_recognised() {
    let others = [
        "a: b\n",
        "[a, b]\n",
        "text\n",
        "{}\n",
        "prometheus: {prometheusSpec: {retention: 30d}}\nalertmanager: {alertmanagerSpec: {}}\ngrafana: {}\n",
        "services: {a: {image: {repository: b, tag: c}}}\n",
        "groups: [admin, staff]\n",
        "receivers: {otlp: {protocols: {}}}\nservice: {pipelines: {}}\n",
        "server: {}\nclients: []\nscrape_configs: [{job_name: a}]\n",
        "rule_files: [a]\nevaluation_interval: 1m\ntests: []\n",
        "env: {A: b}\njobs: {}\n",
        "{\"level\": \"info\", \"event\": \"x\"}\n",
        "{\"logs\": {\"logs_collected\": {}}}\n",
        "level: info\nglobal: {imageRegistry: a}\n",
    ];
    for text in others {
        assert_eq!(recognize(&one(text)), None, "{text}");
    }
}

#[test]
fn a_part_may_leave_out_what_stands_elsewhere() {
    let parts = [
        (Format::AlertmanagerConfig, "receivers: [{name: a, slack_configs: [{channel: x}]}]\n"),
        (
            Format::AlertmanagerConfig,
            "route: {receiver: a, routes: [{receiver: b, mute_time_intervals: [c]}]}\n",
        ),
        (Format::PrometheusConfig, "scrape_configs: [{job_name: a, scrape_timeout: 2m}]\n"),
        (Format::Compose, "services: {a: {image: x, depends_on: [b]}, c: {ports: [80]}}\n"),
        (
            Format::Kubernetes,
            "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a}]}}}\n",
        ),
    ];
    for (format, text) in parts {
        let root = one(text);
        assert_eq!(said(format, &root, true), [""; 0], "{text}");
    }
}

#[test]
fn expressions_are_found_with_what_they_are_for() {
    let uses = |text: &str| -> Vec<(String, usize, Use)> {
        let root = one(text);
        let format = recognize(&root).expect("it is known");
        let found = promql_of(format, &root);
        found
            .into_iter()
            .map(|(node, of)| (node.text().unwrap_or_default().to_owned(), node.column, of))
            .collect()
    };
    let rules =
        "{groups: [{name: a, rules: [{alert: x, expr: up}, {record: y, expr: down}, {alert: z, expr: }]}]}";
    let expected = vec![
        ("up".to_owned(), 46, Use::Alert("x".to_owned())),
        ("down".to_owned(), 69, Use::Record("y".to_owned())),
    ];
    assert_eq!(uses(rules), expected);
    let manifest = format!("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {rules}");
    assert_eq!(uses(&manifest).len(), 2);
    let dashboard = r#"{"title": "d", "panels": [
        {"title": "p", "type": "stat", "targets": [{"expr": "up"}, {"expr": ""}]},
        {"title": "logs", "type": "logs", "datasource": {"type": "loki"}, "targets": [{"expr": "{a=\"b\"}"}]},
        {"title": "row", "type": "row", "panels": [{"title": "q", "type": "x", "targets": [{"expr": "down"}]}]}],
        "annotations": {"list": [{"name": "n", "expr": "changes(x[1m])"}]}}"#;
    let expected = [
        ("up", Use::Panel("p".to_owned())),
        ("down", Use::Panel("q".to_owned())),
        ("changes(x[1m])", Use::Annotation("n".to_owned())),
    ];
    let found: Vec<(String, Use)> = uses(dashboard).into_iter().map(|(text, _, of)| (text, of)).collect();
    assert_eq!(found, expected.map(|(text, of)| (text.to_owned(), of)));
    let alerts = "groups: [{name: a, rules: [{title: t, data: [{datasourceUid: p, model: {expr: up}}, \
                  {datasourceUid: __expr__, model: {expr: no}}]}]}]";
    assert_eq!(uses(alerts), [("up".to_owned(), 79, Use::GrafanaAlert("t".to_owned()))]);
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("fixtures are shipped") {
        let path = entry.expect("fixtures are shipped").path();
        if path.is_dir() {
            below(&path, found);
        } else if path
            .extension()
            .is_some_and(|ending| ["yml", "yaml", "json"].iter().any(|known| ending == *known))
        {
            found.push(path);
        }
    }
}

#[test]
fn what_is_deployed_has_no_mistake() {
    let mut files = Vec::new();
    below(&fixtures().join("aragora"), &mut files);
    below(&fixtures().join("hive"), &mut files);
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).expect("it is text");
        let outline = outline(&text, "fixture");
        assert!(outline.problems.is_empty(), "{}: {:?}", file.display(), outline.problems);
        // Values of a Helm chart, of which only the chart knows the form.
        if file.ends_with("prometheus-values.yaml") {
            continue;
        }
        for root in &outline.documents {
            let format = recognize(root).unwrap_or_else(|| panic!("{} is not recognised", file.display()));
            assert_eq!(said(format, root, false), [""; 0], "{}", file.display());
        }
    }
}

/// Every block of YAML or JSON, with the number of the line above it.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut open) = (Vec::new(), None);
    for (index, line) in text.lines().enumerate() {
        let fence = line.trim_start();
        match &mut open {
            None if fence.starts_with("```yaml") || fence.starts_with("```json") => {
                open = Some((index + 1, String::new()));
            }
            Some(_) if fence.starts_with("```") => found.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
    }
    found
}

#[test]
fn mistakes_of_the_documents() {
    let expected = [
        ("aragora-monitoring-runbook", vec![]),
        ("aragora-monitoring-setup-guide", vec![]),
        ("aragora-observability-guide", vec![]),
        (
            "aragora-observability-stack",
            vec![
                "131: undefined receiver `slack-default`",
                "207: expected a list, saw nothing",
                "491: missing key `receiver` in the root route",
            ],
        ),
        ("aura-hive-telemetry", vec![]),
    ];
    let mut recognised = 0;
    for (document, expected) in expected {
        let text = fs::read_to_string(fixtures().join("documents").join(format!("{document}.md")))
            .expect("it is shipped");
        let mut found = Vec::new();
        for (above, block) in blocks(&text) {
            for root in &outline(&block, "block").documents {
                let Some(format) = recognize(root) else { continue };
                recognised += 1;
                let all = [mistakes(format, root, true), undefined(format, root)].concat();
                found.extend(
                    all.iter().map(|mistake| format!("{}: {}", above + mistake.line, mistake.message)),
                );
            }
        }
        assert_eq!(found, expected, "{document}");
    }
    assert_eq!(recognised, 23);
}

const FORMATS: [Format; 11] = [
    Format::PrometheusConfig,
    Format::PrometheusRules,
    Format::AlertmanagerConfig,
    Format::GrafanaAlertRules,
    Format::GrafanaDatasources,
    Format::GrafanaDashboardProviders,
    Format::GrafanaDashboard,
    Format::Kubernetes,
    Format::KubernetesFragment,
    Format::Compose,
    Format::Blackbox,
];

/// Trees of the keys that the formats have, with values of every type in any place.
fn tree() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "groups",
        "rules",
        "alert",
        "expr",
        "route",
        "routes",
        "receivers",
        "name",
        "matchers",
        "times",
        "spec",
        "selector",
        "kind",
        "apiVersion",
        "v1",
        "Service",
        "PrometheusRule",
        "monitoring.coreos.com/v1",
        "panels",
        "targets",
        "services",
        "image",
        "ports",
        "volumes",
        "modules",
        "prober",
        "global",
        "scrape_configs",
        "static_configs",
        "relabel_configs",
        "datasources",
        "providers",
        "env",
        "livenessProbe",
        "label",
        "record",
        "time_intervals",
        "weekdays",
        "group_by",
        "metadata",
        "labels",
        "annotations",
        "depends_on",
        "networks",
    ]);
    let scalar = prop_oneof![
        word.clone().prop_map(str::to_owned),
        Just("null".to_owned()),
        Just("''".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|yes| yes.to_string()),
        "[ -~]{0,8}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        "[0-9:$.{}a-z=~!\"/-]{0,10}".prop_map(|text| format!("'{text}'")),
    ];
    scalar.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|entries| {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics_and_every_place_is_in_the_text(text in prop_oneof![tree(), "(\\PC|\n){0,60}".boxed()]) {
        let lines = text.lines().count().max(1);
        for root in &outline(&text, "any").documents {
            let _ = recognize(root);
            for format in FORMATS {
                for fragment in [false, true] {
                    for mistake in [mistakes(format, root, fragment), undefined(format, root)].concat() {
                        prop_assert!((1..=lines).contains(&mistake.line) && mistake.column > 0, "{mistake:?}");
                        prop_assert!(!mistake.message.contains('\n') && !mistake.message.ends_with('.'), "{mistake:?}");
                    }
                }
                let _ = promql_of(format, root);
            }
        }
    }
}
