//! The templates of users, and the alerts.

use probity::alerting::alertmanager::Release;
use serde_json::{Value, json};

use super::server::{Server, now_ms};

/// A template file of users.
pub(super) const TEMPLATES: &str = r#"
{{ define "own.title" }}{{ .Status | toUpper }}: {{ .CommonLabels.alertname }} ({{ len .Alerts }}){{ end }}
{{ define "own.broken" }}
  {{ .Nothing }}{{ end }}
{{ define "__alertmanager" }}Alertmanager <here>{{ end }}
{{ define "slack.default.footer" }}{{ range .Alerts.Firing }}{{ .Fingerprint }} {{ end }}{{ end }}
{{ define "slack.default.pretext" }}{{ end }}
"#;

/// Posts alerts and waits until the hub was told of all that became of them.
pub(super) fn post(server: &Server, release: Release) {
    let now_ms = now_ms();
    let at = |ms: i64| jiff::Timestamp::from_millisecond(ms).expect("it is in range").to_string();
    let alert = |name: &str, instance: &str, annotations: Value, ends: Option<i64>| {
        let mut alert = json!({
            "labels": {"alertname": name, "severity": "critical", "instance": instance, "é_": "x"},
            "annotations": annotations,
            "startsAt": at(ends.map_or(now_ms, |ends| ends - 1_500)),
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
        });
        alert["labels"].as_object_mut().expect("an object").remove("é_");
        if let Some(ends) = ends {
            alert["endsAt"] = json!(at(ends));
        }
        alert
    };
    let nasty = "it's \"bad\" <b>&amp;</b> \\ \n\ttab \u{7f} é 日本 \u{1f600} \u{2028} {{ .Status }}";
    let yaml = json!({"yaml": "{a: [1, yes], b: '{{ .Status }}'}", "text": nasty, "empty": ""});
    let long = "lang — ".repeat(400);
    server.post(&json!([
        alert("Mixed \"<&>\"", "a:1", yaml.clone(), None),
        alert(
            "Mixed \"<&>\"",
            "b:2",
            json!({"text": nasty, "yaml": yaml["yaml"], "n": "5", "m": "a: b\nc: d"}),
            None
        ),
        alert("Mixed \"<&>\"", "c:3", yaml, Some(now_ms - 100)),
        alert("Long", "a", json!({"long": long}), None),
        alert("Gone", "a", json!({"summary": "s"}), None),
        alert("Gone", "b", json!({"summary": "s", "nul": "null", "hash": "x # y"}), None),
    ]));
    // Each route's group has a timer of its own.
    let all = [
        "/hub/0",
        "/web-hooks---(all)/0",
        "/slack/0",
        "/slack/1",
        "/snip-pets/0",
        "/pages/0",
        "/pages/3",
        "/pages/4",
    ];
    let halves = ["/half/0", "/message-text/0"];
    let paths = || all.iter().chain(halves.iter().filter(|_| release == Release::V0_33));
    paths().for_each(|path| server.wait_for(path, 3));
    let gone = |instance: &str| {
        let mut alert = alert("Gone", instance, json!({"summary": "s"}), Some(now_ms + 20));
        alert["startsAt"] = json!(at(now_ms));
        alert
    };
    server.post(&json!([gone("a"), gone("b")]));
    let resolved =
        ["/hub/0", "/web-hooks---(all)/0", "/slack/1", "/snip-pets/0", "/pages/0", "/pages/3", "/pages/4"];
    resolved.iter().for_each(|path| server.wait_for(path, 4));
    // All of a flush are sent at once, so that the last are soon there.
    (0..3).for_each(|_| super::super::daemon::pause());
}
