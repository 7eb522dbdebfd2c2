//! Alertmanager's own JSON, version 4.

use super::super::config::Webhook;
use super::super::notification::NotifiedAlert;
use super::data::{self, Data};
use super::json::{Object, list};
use super::texts::Texts;
use super::{Message, Notification, Release, Templates};

/// The message; with `max_alerts` it speaks of the first alerts only, also where it says what is common.
pub(super) fn message(
    notification: &Notification,
    webhook: &Webhook,
    templates: &Templates,
    external_url: &str,
) -> Result<Message, String> {
    let release = templates.release;
    let all = notification.alerts.len();
    let most = match usize::try_from(webhook.max_alerts) {
        Ok(0) | Err(_) => all,
        Ok(most) => most.min(all),
    };
    let alerts = notification.alerts.get(..most).unwrap_or_default();
    let data = Data::new(notification, alerts, release, external_url);
    let shown: Vec<String> = alerts.iter().map(|one| alert(one, release)).collect();
    let mut object = Object::new(release)
        .text("receiver", &data.receiver)
        .text("status", data.status)
        .json("alerts", &list(&shown));
    if release == Release::V0_33 {
        object = object.text("notification_reason", data.reason);
    }
    let body = object
        .map("groupLabels", &data.group_labels)
        .map("commonLabels", &data.common_labels)
        .map("commonAnnotations", &data.common_annotations)
        .text("externalURL", external_url)
        .text("version", "4")
        .text("groupKey", &notification.group_key)
        .json("truncatedAlerts", &(all - alerts.len()).to_string())
        .finish_line();
    let told = Notification { alerts: alerts.to_vec(), ..notification.clone() };
    Ok(Message::json(&url(webhook, &mut Texts::new(&told, templates, external_url))?, body))
}

/// Where to; since 0.33 a template.
fn url(webhook: &Webhook, texts: &mut Texts<'_>) -> Result<String, String> {
    if texts.templates().release == Release::V0_25 || webhook.url_file.is_some() {
        return Ok(webhook.url.clone());
    }
    let url = texts.expand(&webhook.url);
    texts.finish().map_err(|error| format!("failed to template webhook URL: {error}"))?;
    if url.is_empty() { Err("webhook URL is empty after templating".to_owned()) } else { Ok(url) }
}

fn alert(alert: &NotifiedAlert, release: Release) -> String {
    let moment = |ms| data::time(ms).format("2006-01-02T15:04:05.999999999Z07:00");
    Object::new(release)
        .text("status", data::status(!alert.resolved()))
        .map("labels", &alert.labels.to_map())
        .map("annotations", &alert.annotations)
        .text("startsAt", &moment(Some(alert.starts_at_ms)))
        .text("endsAt", &moment(alert.ends_at_ms))
        .text("generatorURL", &alert.generator_url)
        .text("fingerprint", &data::fingerprint(&alert.labels))
        .finish()
}
