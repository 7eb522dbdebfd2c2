//! What an answer means to Alertmanager.

use super::super::Delivery;
use super::super::config::{Integration, IntegrationKind};
use super::Release;

/// What became of a notification that was answered with a status and a body, or not at all, for the given reason.
///
/// What Slack answers to 0.33 with a status of success is judged by its body: `ok`, or JSON that says so. Alertmanager
/// tells the two apart by the type that the answer says it has; here it is JSON if it begins like an object.
#[must_use]
pub fn delivery(integration: &Integration, release: Release, outcome: Result<(u16, &str), &str>) -> Delivery {
    let kind = &integration.kind;
    let (status, body) = match outcome {
        Ok(answer) => answer,
        Err(error) if matches!(kind, IntegrationKind::PagerDuty(_)) => {
            return Delivery::Retry(format!("failed to post message to PagerDuty: {error}"));
        }
        Err(error) => return Delivery::Retry(error.to_owned()),
    };
    if status / 100 == 2 {
        return match kind {
            IntegrationKind::Slack(slack) if release == Release::V0_33 => slack_answer(&slack.channel, body),
            _ => Delivery::Taken,
        };
    }
    let message = refusal(kind, release, status, body);
    let again = status / 100 == 5 || (status == 429 && matches!(kind, IntegrationKind::PagerDuty(_)));
    if again { Delivery::Retry(message) } else { Delivery::Lost(message) }
}

/// What the log says of a status.
fn refusal(kind: &IntegrationKind, release: Release, status: u16, body: &str) -> String {
    let code = format!("unexpected status code {status}");
    let with = |body: &str| if body.is_empty() { code.clone() } else { format!("{code}: {body}") };
    match kind {
        IntegrationKind::Webhook(webhook) if release == Release::V0_25 => {
            format!("{code}: {}: {body}", webhook.url)
        }
        IntegrationKind::Webhook(_) | IntegrationKind::Unspoken(_) => with(body),
        IntegrationKind::Slack(slack) => in_channel(&slack.channel, &with(body)),
        IntegrationKind::PagerDuty(_) if status == 400 => with(&reasons(body)),
        IntegrationKind::PagerDuty(_) => code,
    }
}

fn in_channel(channel: &str, message: &str) -> String {
    format!("channel {}: {message}", crate::alerting::template::quote(channel))
}

/// What Slack says while the status says success.
fn slack_answer(channel: &str, body: &str) -> Delivery {
    if body == "ok" {
        return Delivery::Taken;
    }
    if !body.starts_with('{') {
        return Delivery::Lost(in_channel(
            channel,
            &format!("received an error response from Slack: {body}"),
        ));
    }
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(answer) if answer.get("ok").and_then(serde_json::Value::as_bool) == Some(true) => Delivery::Taken,
        Ok(answer) => {
            let error = answer.get("error").and_then(serde_json::Value::as_str).unwrap_or_default();
            Delivery::Lost(in_channel(channel, &format!("error response from Slack: {error}")))
        }
        Err(error) => {
            let shown = crate::alerting::template::quote(body);
            Delivery::Retry(in_channel(
                channel,
                &format!("could not unmarshal JSON response {shown}: {error}"),
            ))
        }
    }
}

/// What PagerDuty has against a message.
fn reasons(body: &str) -> String {
    let Ok(answer) = serde_json::from_str::<serde_json::Value>(body) else { return String::new() };
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let message = answer.get("message").map(text).unwrap_or_default();
    let errors = answer.get("errors").and_then(serde_json::Value::as_array);
    let errors: Vec<String> = errors.into_iter().flatten().map(text).collect();
    format!("{message}: {}", errors.join(","))
}
