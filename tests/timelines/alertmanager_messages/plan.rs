//! Receivers, templates and alerts.

use std::fmt::Write as _;

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

/// Templates that both releases expand, each in a field of one Slack message.
const SNIPPETS: &[&str] = &[
    r#"{{ template "own.title" . }}"#,
    "{{ . }}",
    r#"{{ printf "%v %T" . . }}"#,
    r#"{{ printf "%+v" .Alerts }}"#,
    r#"{{ printf "%T %T %T %T" .Alerts .Alerts.Firing .CommonLabels .CommonLabels.SortedPairs }}"#,
    "{{ .CommonLabels }} {{ .GroupLabels.SortedPairs }} {{ .CommonAnnotations }}",
    r#"{{ .CommonLabels.Names | join ", " }}|{{ .CommonLabels.Values | join ", " }}"#,
    r#"{{ .CommonLabels.Remove (stringSlice "severity" "nope") }}"#,
    r#"{{ (.CommonLabels.Remove .GroupLabels.Names).Values | join " " }}"#,
    r#"{{ .CommonLabels.severity }}|{{ .CommonLabels.nope }}|{{ index .CommonLabels "severity" }}"#,
    "{{ len .Alerts }} {{ len .Alerts.Firing }} {{ .Alerts.Resolved | len }}",
    "{{ range .Alerts }}{{ .Status }} {{ .Labels.instance }} {{ .StartsAt }} {{ .EndsAt }} {{ .GeneratorURL }};{{ end }}",
    "{{ range .Alerts.Resolved }}{{ .EndsAt.Sub .StartsAt }} {{ .StartsAt.Before .EndsAt }}{{ end }}",
    r#"{{ range .Alerts }}{{ .StartsAt.Format "2006-01-02T15:04:05.000Z07:00" }} {{ .StartsAt.Unix }} {{ .EndsAt.IsZero }};{{ end }}"#,
    r#"{{ range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{{ $a.Labels.instance }}{{ end }}"#,
    "{{ range $name, $value := .CommonLabels }}{{ $name }}={{ $value }};{{ end }}",
    r#"{{ range .Alerts }}{{ range .Annotations.SortedPairs }}{{ .Name }}:{{ .Value }}|{{ end }}{{ end }}"#,
    r#"{{ (index .Alerts 0).Labels.alertname | toUpper }} {{ title "hello wORLD foo-bar" }} {{ "ÀB" | toLower }}"#,
    r#"{{ match "^M.*" .CommonLabels.alertname }} {{ reReplaceAll "(.*):(.*)" "$2-$1" "a:b" }}"#,
    r#"{{ safeHtml "<b>" }} {{ "<&>'" | html }} {{ "a'b" | js }} {{ "a b&c" | urlquery }}"#,
    r#"{{ template "__subject" . }}|{{ template "__alertmanagerURL" . }}|{{ template "__description" . }}"#,
    r#"{{ template "__text_alert_list" .Alerts }}"#,
    r#"{{ template "slack.default.fallback" . }}|{{ template "pagerduty.default.instances" .Alerts.Firing }}"#,
    r#"{{ template "opsgenie.default.description" . }}|{{ template "pushover.default.message" . }}"#,
    r#"{{ template "wechat.default.message" . }}|{{ template "telegram.default.message" . }}"#,
    r#"{{ template "webex.default.message" . }}|{{ template "discord.default.title" . }}"#,
    r#"{{ template "victorops.default.state_message" . }}|{{ template "sns.default.message" . }}"#,
    r#"{{ define "slack.default.title" }}mine{{ end }}{{ template "slack.default.title" . }}"#,
    r#"{{ define "slack.default.title" }}{{ end }}{{ template "slack.default.title" . }}"#,
    r#"{{ define "own.only" }}only{{ end }}"#,
    r#"{{ if eq .Status "firing" }}:fire:{{ else if eq .Status "resolved" }}ok{{ end }}"#,
    "{{ lt (len .GroupLabels) (len .CommonLabels) }} {{ and .Status .Receiver }} {{ or .CommonLabels.nope 5 }}",
    "{{ .ExternalURL }} {{ .Receiver }} {{ .Status | title }}",
    r#"{{- with .CommonAnnotations.nope -}} a {{- else -}} b {{- end -}} {{/* c */}} d"#,
    r#"{{ $x := .Status }}{{ with .CommonLabels }}{{ $x }} {{ $.Receiver }} {{ .alertname }}{{ end }}"#,
    r#"{{ printf "%s %q %d %v %5.2f|%-5s|%x" "a" "b" 3 true 1.5 "c" "hi" }}"#,
    "{{ html .Alerts.Firing }} {{ (index .Alerts 0).StartsAt.Weekday }}",
    "plain {text} }} <b>\"quoted\"</b> \\ é 日本 \t end",
];

/// Templates that only 0.33 expands.
const NEWER: &[&str] = &[
    "{{ .NotificationReason }} {{ .CommonLabels.String }}",
    r#"{{ trimSpace "  a b  " }}|{{ (index .Alerts 0).StartsAt | date "2006-01-02 15:04:05.000" }}"#,
    r#"{{ (index .Alerts 0).StartsAt | tz "Europe/Paris" | date "15:04 MST -0700" }}"#,
    r#"{{ (index .Alerts 0).StartsAt | tz "Asia/Kolkata" }} {{ (index .Alerts 0).StartsAt | tz "America/New_York" }}"#,
    r#"{{ humanizeDuration 90061.5 }} {{ humanizeDuration "0.005" }}"#,
    "{{ range .Alerts.Resolved }}{{ humanizeDuration (.EndsAt.Sub .StartsAt) }}{{ end }}",
    "{{ toJson .Alerts }}",
    "{{ toJson . }}",
    r#"{{ toJson (dict "a" (list 1 2.5 "<&>\u2028\b" nil true)) }} {{ toJson 1e21 }} {{ toJson 1e-7 }}"#,
    r#"{{ list 1 "a" nil true }} {{ dict "a" 1 "b" (list 2) }} {{ append (list 1) 2 3 }}"#,
    r#"{{ (dict "a" (dict "b" "c")).a.b }} {{ (dict "a" 1).x }} {{ index (list 1 2) 1 }}"#,
    r#"{{ safeUrl "http://x/?a=b c" }} {{ printf "%T" (safeUrl "x") }} {{ urlUnescape "a%20b+c%C3%A9" }}"#,
    r#"{{ template "__text_alert_list_markdown" .Alerts }}|{{ template "msteams.default.text" . }}"#,
    r#"{{ template "jira.default.priority" . }}|{{ template "mattermost.default.fallback" . }}"#,
    "{{ range 3 }}{{ . }}{{ end }}",
    r#"{{ title "don't STOP ÉCOLE ΟΔΟΣ o_x 3d" }}"#,
];

/// Templates that fail.
const FAILING: &[&str] = &[
    r#"{{ template "slack.title" . }}"#,
    r#"{{ template "own.broken" . }}"#,
    "{{ .Foo }}",
    "two\nlines {{ .Alerts.Foo }}",
    "{{ (index .Alerts 0).Foo }}",
    "{{ .CommonLabels.severity.foo }}",
    "{{ nofunc 1 }}",
    "{{ .Status ",
    "{{ end }}",
    "{{ toUpper 1 }}",
    r#"{{ join "," "a" }}"#,
    r#"{{ (index .Alerts 9).Status }}"#,
    r#"{{ define "x" }}{{ .Nope }}{{ end }}{{ template "x" . }}"#,
];

/// Texts that PagerDuty's details are; 0.33 takes them for YAML.
const DETAILS: &[&str] = &[
    "yes",
    "1.50",
    "0x1F",
    "{{ .CommonAnnotations.yaml }}",
    "a: b",
    r#"[1, "2", three, null, ~, {x: "{{ .Status }}"}]"#,
    "2026-01-02",
    "1e3",
    "017",
    "- x: 1",
    "{1: a, b: c}",
    "\"quoted\"",
    "a: b: c",
    "# comment",
    " lead",
    "[unclosed",
    "&x y",
    "*x",
    "{a: 1, a: 2}",
    "12345678901234567890",
    "multi\nline: x\n",
    "{<<: {p: q}, r: s}",
    "100000000000000000000000.0",
    "@at",
    "{{ .CommonLabels.Values | join \" \" }}",
];

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

/// The configuration without its templates; `SINK` is where the sink is.
pub(super) fn config(release: Release) -> String {
    let new = release == Release::V0_33;
    let mut receivers = Vec::new();
    let mut add = |name: &str, kind: &str, items: &[String]| {
        let mut text = format!("- name: {}\n  {kind}_configs:\n", quoted(name));
        for (place, item) in items.iter().enumerate() {
            let url = if kind == "slack" { "api_url" } else { "url" };
            let path = name.replace([' ', '.', '/'], "-");
            writeln!(text, "  - {{{url}: 'SINK/{path}/{place}', {item}}}").expect("memory");
        }
        receivers.push((name.to_owned(), text));
    };
    add("hub", "webhook", &["send_resolved: true".to_owned()]);
    let webhooks = ["max_alerts: 1", "max_alerts: 2", "max_alerts: 99", "send_resolved: false"];
    add("web.hooks / (all)", "webhook", &webhooks.map(str::to_owned));
    let red = if new { "" } else { "color: '{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}', " };
    let slacks = [
        "channel: '#plain'",
        "channel: '#{{ .CommonLabels.severity }}', send_resolved: true, title: '{{ template \"own.title\" . }}', text: '{{ range .Alerts }}{{ .Annotations.text }}\n{{ end }}'",
        "channel: '#long', title: '{{ .CommonAnnotations.long }}', text: '{{ .CommonAnnotations.long }}', fallback: '{{ .CommonAnnotations.long }}', pretext: '{{ .CommonAnnotations.long }}'",
        "channel: '', username: '', title: '', title_link: '', fallback: '', color: '', send_resolved: true",
        "channel: '@me', username: 'u {{ .Receiver }}', icon_emoji: ':x:', icon_url: 'http://i/?a&b', link_names: true, callback_id: 'c', footer: 'f', image_url: 'http://m', thumb_url: 'http://t', pretext: p, mrkdwn_in: [text, fields]",
        "channel: '#f', short_fields: true, fields: [{title: t, value: '{{ .Status }}'}, {title: u, value: v, short: false}], send_resolved: true",
        "channel: '#a', actions: [{type: button, text: '{{ .Status }}', url: 'http://x', style: danger}, {type: button, text: b, name: n, value: v, confirm: {title: t, text: '{{ .Receiver }}', ok_text: ok, dismiss_text: no}}]",
    ];
    add("slack", "slack", &slacks.map(|item| format!("{}{item}", if item.contains("color:") { "" } else { red })));
    let snippets: Vec<String> = SNIPPETS
        .iter()
        .chain(NEWER.iter().filter(|_| new))
        .map(|snippet| format!("{red}channel: '#s', send_resolved: true, fields: [{{title: t, value: {}}}]", quoted(snippet)))
        .collect();
    add("snip.pets", "slack", &snippets);
    if new {
        // What a template that fails leaves of a message.
        let broken = ["title", "text", "footer", "color", "fallback", "username"]
            .map(|key| format!("channel: '#b', {key}: '{{{{ .Foo }}}}', fields: [{{title: t, value: v}}]"));
        add("half", "slack", &broken);
        add("message text", "slack", &["channel: '#m', message_text: 'hm {{ .Status }}'".to_owned()]);
    } else {
        let broken = FAILING.iter().map(|it| format!("channel: '#b', {red}title: {}", quoted(it)));
        add("lost", "slack", &broken.collect::<Vec<String>>());
    }
    let details: Vec<String> =
        DETAILS.iter().enumerate().map(|(place, text)| format!("d{place}: {}", quoted(text))).collect();
    let pages = [
        "routing_key: key".to_owned(),
        "routing_key: '{{ .CommonLabels.severity }}', client: 'me & {{ .Receiver }}', client_url: '', severity: '{{ .CommonLabels.severity }}', class: c, component: co, group: '{{ .GroupLabels.alertname }}'".to_owned(),
        "routing_key: key, description: '{{ .CommonAnnotations.long }}', images: [{src: s, alt: a, href: '{{ .ExternalURL }}'}, {alt: a}], links: [{href: h, text: t}, {text: t}]".to_owned(),
        format!("routing_key: key, details: {{{}}}", details.join(", ")),
        "routing_key: key, details: {big: 'x{{ printf \"%0600000d\" 1 }}', firing: '', resolved: ''}".to_owned(),
        "routing_key: key, send_resolved: false, details: {firing: '{{ len .Alerts }}'}".to_owned(),
    ];
    add("pages", "pagerduty", &pages);
    let failing: Vec<String> = FAILING.iter().map(|it| format!("routing_key: key, class: {}", quoted(it))).collect();
    add("lost pages", "pagerduty", &failing);
    let others =
        ["routing_key: '{{ .CommonLabels.nope }}'".to_owned(), "routing_key: k, details: {x: '{{ .Foo }}'}".to_owned()];
    add("lost too", "pagerduty", &others);
    let routes: Vec<String> =
        receivers.iter().map(|(name, _)| format!("  - {{receiver: {}, continue: true}}", quoted(name))).collect();
    let texts: Vec<&str> = receivers.iter().map(|(_, text)| text.as_str()).collect();
    format!(
        "route:\n  receiver: hub\n  group_by: [alertname]\n  group_wait: 400ms\n  group_interval: 1s\n  routes:\n{}\nreceivers:\n{}",
        routes.join("\n"),
        texts.join("")
    )
}

/// Posts alerts and waits until the hub was told of all that became of them.
pub(super) fn post(server: &Server) {
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
        alert("Mixed \"<&>\"", "b:2", json!({"text": nasty, "yaml": yaml["yaml"], "n": "5", "m": "a: b\nc: d"}), None),
        alert("Mixed \"<&>\"", "c:3", yaml, Some(now_ms - 100)),
        alert("Long", "a", json!({"long": long}), None),
        alert("Gone", "a", json!({"summary": "s"}), None),
        alert("Gone", "b", json!({"summary": "s", "nul": "null", "hash": "x # y"}), None),
    ]));
    server.wait_for("/hub/0", 3);
    let gone = |instance: &str| {
        let mut alert = alert("Gone", instance, json!({"summary": "s"}), Some(now_ms + 20));
        alert["startsAt"] = json!(at(now_ms));
        alert
    };
    server.post(&json!([gone("a"), gone("b")]));
    // Each route's group has a timer of its own.
    for path in ["/hub/0", "/web-hooks---(all)/0", "/slack/1", "/snip-pets/0", "/pages/0", "/pages/3"] {
        server.wait_for(path, 4);
    }
    (0..3).for_each(|_| super::super::daemon::pause());
}
