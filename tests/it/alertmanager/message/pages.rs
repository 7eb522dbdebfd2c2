//! PagerDuty.

use super::given::{START_MS, alert, notification, one, sent};
use probity::alerting::alertmanager::Release;
use probity::promql::Labels;
use serde_json::Value;

fn details(written: &str, release: Release) -> Value {
    let written = format!("routing_key: k, details: {{firing: '', resolved: '', x: {written}}}");
    let body = sent("pagerduty", &written, &one(), "", release).expect("a message").body;
    let json: Value = serde_json::from_str(&body).expect("JSON");
    json["payload"]["custom_details"]["x"].clone()
}

#[test]
fn the_second_version_names_the_group_by_a_hash() {
    let body = sent("pagerduty", "routing_key: k", &one(), "", Release::V0_25).expect("a message").body;
    let begins = concat!(
        r#"{"routing_key":"k","dedup_key":"DEDUP","event_action":"trigger","payload":{"#,
        r#""summary":"[FIRING:1] Down (a:1 critical)","source":"Alertmanager","severity":"error","#,
        r#""custom_details":{"firing":"Labels:\n - alertname = Down\n"#,
    );
    let dedup = body.split("\"dedup_key\":\"").nth(1).and_then(|rest| rest.get(..64)).expect("64 digits");
    assert!(body.starts_with(&begins.replace("DEDUP", dedup)), "{body}");
}

/// The hash that the real ones sent for this key.
#[test]
fn the_hash_is_sha_256_of_the_group_key() {
    let mut one = one();
    one.group_key = "{}:{alertname=\"A\"}".to_owned();
    let body = sent("pagerduty", "routing_key: k", &one, "", Release::V0_33).expect("a message").body;
    assert!(body.contains("ad4b39d3af6c5f089ddb8504a474cd124febe3ef322f263d58074fb0c51dc572"), "{body}");
}

/// What the real ones sent through a proxy of ours.
#[test]
fn the_first_version_is_what_the_real_ones_sent() {
    let mut firing = notification(vec![alert("", &[("k", "v")], None)]);
    firing.receiver = "r".to_owned();
    firing.group_key = "{}:{alertname=\"A\"}".to_owned();
    firing.alerts[0].labels = Labels::new([("alertname", "A")]);
    firing.group_labels = firing.alerts[0].labels.clone();
    firing.alerts[0].generator_url = String::new();
    let mut resolved = firing.clone();
    resolved.alerts[0].ends_at_ms = Some(START_MS + 2_000);
    let body = |notification, release| {
        sent("pagerduty", "service_key: sk, details: {x: 'yes'}", notification, "", release)
            .expect("a message")
            .body
    };
    let begins = |event: &str| {
        let hash = "ad4b39d3af6c5f089ddb8504a474cd124febe3ef322f263d58074fb0c51dc572";
        format!(r#"{{"service_key":"sk","incident_key":"{hash}","event_type":"{event}","#)
    };
    let trigger = begins("trigger")
        + r#""description":"[FIRING:1] A ","event_action":"","payload":null,"client":"Alertmanager","#
        + r#""client_url":"http://alertmanager:9093/#/alerts?receiver=r","details":"#;
    let resolve =
        begins("resolve") + r#""description":"[RESOLVED] A ","event_action":"","payload":null,"details":"#;
    let list = r#""Labels:\n - alertname = A\nAnnotations:\n - k = v\nSource: \n""#;
    let old = format!(r#"{{"firing":{list},"num_firing":"1","num_resolved":"0","resolved":"","x":"yes"}}}}"#);
    assert_eq!(body(&firing, Release::V0_25), format!("{trigger}{old}\n"));
    let old = format!(r#"{{"firing":"","num_firing":"0","num_resolved":"1","resolved":{list},"x":"yes"}}}}"#);
    assert_eq!(body(&resolved, Release::V0_25), format!("{resolve}{old}\n"));
    let new = concat!(
        r#"{"firing":[],"num_firing":0,"num_resolved":1,"resolved":[{"annotations":{"k":"v"},"#,
        r#""endsAt":"2023-11-14T22:13:22Z","fingerprint":"d2c6efc389df0927","generatorURL":null,"#,
        r#""labels":{"alertname":"A"},"startsAt":"2023-11-14T22:13:20Z","status":"resolved"}],"x":true}}"#,
    );
    assert_eq!(body(&resolved, Release::V0_33), format!("{resolve}{new}\n"));
}

#[test]
fn the_first_version_goes_to_its_own_address() {
    let gone = notification(vec![alert("a:1", &[], Some(START_MS + 1_000))]);
    for (notification, event) in [(one(), "trigger"), (gone, "resolve")] {
        let message =
            sent("pagerduty", "service_key: s", &notification, "", Release::V0_25).expect("a message");
        assert_eq!(message.url, "https://events.pagerduty.com/generic/2010-04-15/create_event.json");
        let json: Value = serde_json::from_str(&message.body).expect("JSON");
        assert_eq!(json["service_key"], "s");
        assert_eq!(json["event_type"], event);
        assert_eq!(json.get("client").is_some(), event == "trigger");
    }
}

/// The real 0.33.1 does so: details are meant for `toJson`.
#[test]
fn newer_details_are_yaml_and_expanded_until_nothing_changes() {
    for (written, value) in [
        ("'yes'", "true"),
        ("'0x1F'", "31"),
        ("'1.50'", "1.5"),
        ("'a: b'", r#"{"a":"b"}"#),
        ("'a: b: c'", r#""a: b: c""#),
        ("'[1, \"2\", ~, {x: \"{{ .Status }}\"}]'", r#"[1,2,null,{"x":"firing"}]"#),
        ("'2026-01-02'", r#""2026-01-02""#),
        ("'# nothing'", "null"),
        ("' lead'", r#"" lead""#),
        ("'\"quoted\"'", r#""\"quoted\"""#),
        ("'{1: a, b: c}'", r#"{"b":"c"}"#),
        ("'{a: 1, a: 2}'", r#"{"a":2}"#),
        ("'{<<: {p: q}, r: s}'", r#"{"p":"q","r":"s"}"#),
    ] {
        let json: Value = serde_json::from_str(value).expect("JSON");
        assert_eq!(details(written, Release::V0_33), json, "{written}");
        assert!(details(written, Release::V0_25).is_string(), "{written}: a text in 0.25");
    }
}

/// The real one runs until its stack is full.
#[test]
fn details_that_never_come_to_an_end_are_refused() {
    let mut one = one();
    let turn = "[\"{{ (index .Alerts 0).Annotations.turn }}\"]";
    one.alerts[0].annotations.insert("turn".to_owned(), turn.to_owned());
    let written =
        "routing_key: k, details: {x: '{{ (index .Alerts 0).Annotations.turn }}', firing: '', resolved: ''}";
    let lost = sent("pagerduty", written, &one, "", Release::V0_33).expect_err("it has no end");
    assert!(lost.contains("nested"), "{lost}");
}

#[test]
fn what_fails_is_told_in_the_words_of_each_release() {
    let told =
        |written: &str, release| sent("pagerduty", written, &one(), "", release).expect_err("it fails");
    let inner = r#"template: :1:3: executing "" at <.Foo>: can't evaluate field Foo in type *template.Data"#;
    for release in [Release::V0_25, Release::V0_33] {
        let why = told("routing_key: k, class: '{{ .Foo }}'", release);
        assert_eq!(why, format!("failed to template PagerDuty v2 message: {inner}"));
        assert_eq!(told("routing_key: '{{ .CommonLabels.nope }}'", release), "routing key cannot be empty");
    }
    let details = "routing_key: k, details: {x: '{{ .Foo }}'}";
    let old = told(details, Release::V0_25);
    assert_eq!(old, format!("\"x\": failed to template \"{{{{ .Foo }}}}\": {inner}"));
    assert_eq!(told(details, Release::V0_33), format!("failed to render details: {inner}"));
}

#[test]
fn details_that_are_too_large_make_way() {
    let mut one = one();
    one.alerts[0].annotations.insert("big".to_owned(), "0123456789".repeat(60_000));
    let written = "routing_key: k, details: {x: '{{ .CommonAnnotations.big }}'}";
    let body = sent("pagerduty", written, &one, "", Release::V0_25).expect("a message").body;
    assert!(
        body.contains("\"custom_details\":{\"error\":\"Custom details have been removed"),
        "{:.600}",
        body
    );
}
