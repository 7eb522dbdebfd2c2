//! The receivers: integrations of every kind that differ in their options and texts.

use std::fmt::Write as _;

use probity::alerting::alertmanager::Release;

use super::snippets::{DETAILS, FAILING, NEWER, SNIPPETS};

/// What stands instead of a default that Debian's 0.25 lacks.
const COLOUR: &str = "color: '{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}', ";

/// The configuration without its templates; `SINK` is where the sink is.
pub(super) fn config(release: Release) -> String {
    let receivers = receivers(release);
    let routes: Vec<String> = receivers
        .iter()
        .map(|(name, ..)| format!("  - {{receiver: {}, continue: true}}", quoted(name)))
        .collect();
    let texts: Vec<String> =
        receivers.iter().map(|(name, kind, items)| receiver(name, kind, items)).collect();
    format!(
        "route:\n  receiver: hub\n  group_by: [alertname]\n  group_wait: 400ms\n  group_interval: 1s\n  routes:\n{}\nreceivers:\n{}",
        routes.join("\n"),
        texts.join("")
    )
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

fn receiver(name: &str, kind: &str, items: &[String]) -> String {
    let mut text = format!("- name: {}\n  {kind}_configs:\n", quoted(name));
    for (place, item) in items.iter().enumerate() {
        let url = if kind == "slack" { "api_url" } else { "url" };
        let path = name.replace([' ', '.', '/'], "-");
        writeln!(text, "  - {{{url}: 'SINK/{path}/{place}', {item}}}").expect("memory");
    }
    text
}

/// Names, kinds and what stands in each integration besides its address.
fn receivers(release: Release) -> Vec<(&'static str, &'static str, Vec<String>)> {
    let new = release == Release::V0_33;
    let colour = if new { "" } else { COLOUR };
    let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<String>>();
    let snippets = SNIPPETS.iter().chain(NEWER.iter().filter(|_| new)).map(|snippet| {
        let field = format!("{{title: t, value: {}}}", quoted(snippet));
        format!("{colour}channel: '#s', send_resolved: true, fields: [{field}]")
    });
    let failing = FAILING.iter().map(|text| format!("routing_key: key, class: {}", quoted(text)));
    let mut all = vec![
        ("hub", "webhook", owned(&["send_resolved: true"])),
        (
            "web.hooks / (all)",
            "webhook",
            owned(&["max_alerts: 1", "max_alerts: 2", "max_alerts: 99", "send_resolved: false"]),
        ),
        ("slack", "slack", slacks(colour)),
        ("snip.pets", "slack", snippets.collect()),
        ("pages", "pagerduty", pages()),
        ("lost pages", "pagerduty", failing.collect()),
        (
            "lost too",
            "pagerduty",
            owned(&["routing_key: '{{ .CommonLabels.nope }}'", "routing_key: k, details: {x: '{{ .Foo }}'}"]),
        ),
    ];
    if new {
        // What a template that fails leaves of a message.
        let broken = ["title", "text", "footer", "color", "fallback", "username"]
            .map(|key| format!("channel: '#b', {key}: '{{{{ .Foo }}}}', fields: [{{title: t, value: v}}]"));
        all.push(("half", "slack", broken.to_vec()));
        all.push(("message text", "slack", owned(&["channel: '#m', message_text: 'hm {{ .Status }}'"])));
    } else {
        let broken = FAILING.iter().map(|it| format!("channel: '#b', {colour}title: {}", quoted(it)));
        all.push(("lost", "slack", broken.collect()));
    }
    all
}

fn slacks(colour: &str) -> Vec<String> {
    let slacks = [
        "channel: '#plain'",
        "channel: '#{{ .CommonLabels.severity }}', send_resolved: true, title: '{{ template \"own.title\" . }}', text: '{{ range .Alerts }}{{ .Annotations.text }}\n{{ end }}'",
        "channel: '#long', title: '{{ .CommonAnnotations.long }}', text: '{{ .CommonAnnotations.long }}', fallback: '{{ .CommonAnnotations.long }}', pretext: '{{ .CommonAnnotations.long }}'",
        "channel: '', username: '', title: '', title_link: '', fallback: '', color: '', send_resolved: true",
        "channel: '@me', username: 'u {{ .Receiver }}', icon_emoji: ':x:', icon_url: 'http://i/?a&b', link_names: true, callback_id: 'c', footer: 'f', image_url: 'http://m', thumb_url: 'http://t', pretext: p, mrkdwn_in: [text, fields]",
        "channel: '#f', short_fields: true, fields: [{title: t, value: '{{ .Status }}'}, {title: u, value: v, short: false}], send_resolved: true",
        "channel: '#a', actions: [{type: button, text: '{{ .Status }}', url: 'http://x', style: danger}, {type: button, text: b, name: n, value: v, confirm: {title: t, text: '{{ .Receiver }}', ok_text: ok, dismiss_text: no}}]",
    ];
    let all = slacks.iter();
    all.map(|item| format!("{}{item}", if item.contains("color:") { "" } else { colour })).collect()
}

fn pages() -> Vec<String> {
    let details: Vec<String> =
        DETAILS.iter().enumerate().map(|(place, text)| format!("d{place}: {}", quoted(text))).collect();
    vec![
        "routing_key: key".to_owned(),
        "routing_key: '{{ .CommonLabels.severity }}', client: 'me & {{ .Receiver }}', client_url: '', severity: '{{ .CommonLabels.severity }}', class: c, component: co, group: '{{ .GroupLabels.alertname }}'".to_owned(),
        "routing_key: key, description: '{{ .CommonAnnotations.long }}', images: [{src: s, alt: a, href: '{{ .ExternalURL }}'}, {alt: a}], links: [{href: h, text: t}, {text: t}]".to_owned(),
        format!("routing_key: key, details: {{{}}}", details.join(", ")),
        "routing_key: key, details: {big: 'x{{ printf \"%0600000d\" 1 }}', firing: '', resolved: ''}".to_owned(),
        "routing_key: key, send_resolved: false, details: {firing: '{{ len .Alerts }}'}".to_owned(),
    ]
}
