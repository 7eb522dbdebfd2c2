//! What is sent to Alertmanager. That it is what servers send is for tests/daemons to say.

use std::collections::BTreeMap;

use probity::alerting::notifier::{SentAlert, body, generator_url, outgoing};
use probity::alerting::prometheus::read;
use probity::promql::{Dialect, Labels};

fn alert(labels: &[(&str, &str)]) -> SentAlert {
    SentAlert {
        labels: Labels::new(labels.iter().copied()),
        annotations: BTreeMap::new(),
        starts_at_ms: 1_767_225_600_000,
        ends_at_ms: 1_767_225_840_120,
        generator_url: generator_url("http://prometheus:9090", "sum(up) > 1"),
    }
}

#[test]
fn external_labels_are_added_and_may_be_relabelled() {
    let text = "global: {external_labels: {zone: eu, team: all}}\nalerting: {alert_relabel_configs: [{action: labeldrop, regex: zone}, {action: drop, source_labels: [severity], regex: info}]}";
    let config = read(text, "prometheus.yml", Dialect::V3).config.expect("it is good");
    let alerts =
        vec![alert(&[("alertname", "A"), ("team", "own")]), alert(&[("severity", "info")]), alert(&[])];
    let sent = outgoing(alerts, &config.external_labels, &config.alert_relabel);
    let labels: Vec<String> = sent.iter().map(|alert| alert.labels.to_string()).collect();
    assert_eq!(labels, [r#"{alertname="A", team="own"}"#, r#"{team="all"}"#]);
}

#[test]
fn the_body_is_go_s_json() {
    assert_eq!(
        body(&[alert(&[("alertname", "<A>")]), alert(&[])]),
        concat!(
            r#"[{"endsAt":"2026-01-01T00:04:00.120Z","startsAt":"2026-01-01T00:00:00.000Z","#,
            r#""generatorURL":"http://prometheus:9090/graph?g0.expr=sum%28up%29+%3E+1\u0026g0.tab=1","#,
            r#""labels":{"alertname":"\u003cA\u003e"}},"#,
            r#"{"endsAt":"2026-01-01T00:04:00.120Z","startsAt":"2026-01-01T00:00:00.000Z","#,
            r#""generatorURL":"http://prometheus:9090/graph?g0.expr=sum%28up%29+%3E+1\u0026g0.tab=1","labels":{}}]"#,
        )
    );
    assert_eq!(body(&[]), "[]");
}
