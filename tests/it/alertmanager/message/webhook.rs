//! Webhooks.

use super::given::{BOTH, START_MS, alert, notification, one, sent};
use probity::alerting::alertmanager::Release;

#[test]
fn the_body_has_the_fields_of_its_release_in_their_order() {
    let body =
        |release| sent("webhook", "url: 'http://hook/x'", &one(), "", release).expect("a message").body;
    let shown = concat!(
        r#"{"receiver":"team\\.x","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Down","#,
        r#""instance":"a:1","severity":"critical"},"annotations":{"summary":"It is \u003cdown\u003e"},"#,
        r#""startsAt":"2023-11-14T22:13:20Z","endsAt":"0001-01-01T00:00:00Z","#,
        r#""generatorURL":"http://prometheus:9090/graph?g0.expr=up\u0026g0.tab=1","fingerprint":"FINGERPRINT"}],"#,
        r#"REASON"groupLabels":{"alertname":"Down"},"commonLabels":{"alertname":"Down","instance":"a:1","#,
        r#""severity":"critical"},"commonAnnotations":{"summary":"It is \u003cdown\u003e"},"#,
        r#""externalURL":"http://alertmanager:9093","version":"4","groupKey":"{}:{alertname=\"Down\"}","#,
        r#""truncatedAlerts":0}"#,
        "\n",
    );
    for (release, reason) in
        [(Release::V0_25, ""), (Release::V0_33, r#""notification_reason":"first notification","#)]
    {
        let body = body(release);
        let fingerprint =
            body.split("\"fingerprint\":\"").nth(1).and_then(|rest| rest.get(..16)).expect("one");
        assert_eq!(body, shown.replace("REASON", reason).replace("FINGERPRINT", fingerprint));
    }
}

#[test]
fn newer_addresses_are_templates() {
    let url = |url: &str, release| {
        sent("webhook", &format!("url: '{url}'"), &one(), "", release).map(|message| message.url)
    };
    let template = "http://hook/{{ .CommonLabels.severity }}";
    assert_eq!(url(template, Release::V0_33).as_deref(), Ok("http://hook/critical"));
    assert_eq!(
        url("http://hook/{{ .Foo }}", Release::V0_33),
        Err("failed to template webhook URL: template: :1:15: executing \"\" at <.Foo>: \
             can't evaluate field Foo in type *template.Data"
            .to_owned())
    );
    let empty = url("{{ .CommonLabels.nope }}", Release::V0_33);
    assert_eq!(empty, Err("webhook URL is empty after templating".to_owned()));
}

#[test]
fn fingerprints_are_those_of_the_real_one() {
    let mut one = one();
    one.alerts[0].labels = probity::promql::Labels::new([("alertname", "A"), ("severity", "crit")]);
    let body = sent("webhook", "url: 'http://hook/x'", &one, "", Release::V0_33).expect("a message").body;
    assert!(body.contains("\"fingerprint\":\"1e1fcaf9a71401d6\""), "{body}");
}

#[test]
fn what_is_cut_off_counts_neither_for_the_status_nor_for_what_is_common() {
    let alerts = vec![
        alert("gone:1", &[("summary", "s"), ("empty", "")], Some(START_MS + 500)),
        alert("b:2", &[("summary", "s")], None),
        alert("c:3", &[("summary", "other")], None),
    ];
    for release in BOTH {
        let written = "url: 'http://hook/x', max_alerts: 1";
        let body =
            sent("webhook", written, &notification(alerts.clone()), "", release).expect("a message").body;
        assert!(body.starts_with(r#"{"receiver":"team\\.x","status":"resolved","#), "{body}");
        assert!(body.contains(r#""commonAnnotations":{"empty":"","summary":"s"}"#), "{body}");
        assert!(body.ends_with("\"truncatedAlerts\":2}\n"), "{body}");
    }
}

#[test]
fn an_annotation_that_others_lack_is_common_if_it_is_empty() {
    let alerts = vec![alert("a:1", &[("empty", ""), ("k", "v")], None), alert("b:2", &[("k", "v")], None)];
    let body = |alerts| {
        sent("webhook", "url: 'http://hook/x'", &notification(alerts), "", Release::V0_33)
            .expect("a message")
            .body
    };
    assert!(body(alerts.clone()).contains(r#""commonAnnotations":{"empty":"","k":"v"}"#));
    let turned = alerts.into_iter().rev().collect();
    assert!(
        body(turned).contains(r#""commonAnnotations":{"k":"v"}"#),
        "only the first decides what there is"
    );
}
