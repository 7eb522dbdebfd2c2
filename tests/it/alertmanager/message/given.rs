//! Notifications and integrations that the tests here speak of.

use probity::alerting::alertmanager::config::{Integration, read};
use probity::alerting::alertmanager::message::{Message, Templates, message};
use probity::alerting::alertmanager::{Notification, NotifiedAlert, Reason, Release};
use probity::promql::Labels;

pub(super) const BOTH: [Release; 2] = [Release::V0_25, Release::V0_33];

/// 2023-11-14T22:13:20Z
pub(super) const START_MS: i64 = 1_700_000_000_000;

pub(super) fn alert(instance: &str, annotations: &[(&str, &str)], ends_at_ms: Option<i64>) -> NotifiedAlert {
    NotifiedAlert {
        labels: Labels::new([("alertname", "Down"), ("instance", instance), ("severity", "critical")]),
        annotations: annotations
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
        starts_at_ms: START_MS,
        ends_at_ms,
        generator_url: "http://prometheus:9090/graph?g0.expr=up&g0.tab=1".to_owned(),
    }
}

pub(super) fn notification(alerts: Vec<NotifiedAlert>) -> Notification {
    Notification {
        id: 1,
        at_ms: START_MS + 60_000,
        receiver: "team.x".to_owned(),
        integration: 0,
        group_key: "{}:{alertname=\"Down\"}".to_owned(),
        group_labels: Labels::new([("alertname", "Down")]),
        alerts,
        retries: 0,
        reason: Reason::FirstNotification,
    }
}

/// The integration of a kind, with what stands in its flow mapping.
pub(super) fn integration(kind: &str, written: &str, release: Release) -> Integration {
    let text =
        format!("route: {{receiver: r}}\nreceivers:\n- name: r\n  {kind}_configs:\n  - {{{written}}}\n");
    let read = read(&text, "alertmanager.yml", release);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let config = read.config.expect("no problems");
    config.receivers[0].integrations[0].clone()
}

/// The message of an integration about one notification, with a user's template file.
pub(super) fn sent(
    kind: &str,
    written: &str,
    notification: &Notification,
    file: &str,
    release: Release,
) -> Result<Message, String> {
    let files = [("templates/slack.tmpl".to_owned(), file.to_owned())];
    let templates = Templates::new(release, &files).expect("they are templates");
    message(notification, &integration(kind, written, release), &templates, "http://alertmanager:9093")
}

pub(super) fn one() -> Notification {
    notification(vec![alert("a:1", &[("summary", "It is <down>")], None)])
}
