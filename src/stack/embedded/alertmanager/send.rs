//! One attempt to notify: the message made, sent, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, StatusCode};

use super::{Shared, book};
use crate::alerting::alertmanager::config::{Integration, IntegrationKind};
use crate::alerting::alertmanager::message::{self, Message};
use crate::alerting::alertmanager::{Delivery, Notification, Release};
use crate::parties::NOTIFICATION;

/// Makes an attempt, tells the engine what became of it and records it.
pub(super) async fn send(shared: Arc<Shared>, notification: Notification) {
    let at = shared.clock.now();
    let receiver = shared.plan.config.receiver(&notification.receiver);
    let integration = receiver.and_then(|receiver| receiver.integrations.get(notification.integration));
    let mut forgotten = None;
    let delivery = match integration {
        Some(integration) => attempt(&shared, &notification, integration, &mut forgotten).await,
        None => Delivery::Lost("the configuration has no such integration".to_owned()),
    };
    shared.twin.lock().settle(shared.now_ms(), notification.id, &delivery);
    if let Some(integration) = integration {
        shared.book.lock().keep(book::event(&notification, integration, at, delivery, forgotten));
    }
    shared.stirred.notify_one();
}

async fn attempt(
    shared: &Shared,
    notification: &Notification,
    integration: &Integration,
    forgotten: &mut Option<String>,
) -> Delivery {
    let timeout_ms = match &integration.kind {
        IntegrationKind::Webhook(webhook) => webhook.timeout_ms,
        IntegrationKind::Slack(slack) => slack.timeout_ms,
        IntegrationKind::PagerDuty(pagerduty) => pagerduty.timeout_ms,
        // Nothing says that it would not be taken, and what is lost is told again and again.
        IntegrationKind::Unspoken(_) => return Delivery::Taken,
    };
    let plan = &shared.plan;
    let message = match message::message(notification, integration, &plan.templates, &plan.external_url) {
        Ok(message) => message,
        Err(why) => return Delivery::Lost(why),
    };
    forgotten.clone_from(&message.forgotten);
    let named = (integration.kind.name(), integration.index);
    let place = notification.integration;
    let Some(url) = plan.destinations.of(&notification.receiver, place, named, &message.url) else {
        return Delivery::Lost("no destination is listed for this integration".to_owned());
    };
    let headers = match headers(&message, plan.release, notification.id) {
        Ok(headers) => headers,
        Err(why) => return Delivery::Lost(why),
    };
    let asked = post(shared, &url, headers, message.body);
    let (limit, why) = limit(shared, notification.id, timeout_ms);
    let outcome = match (shared.clock.timeout(limit, asked).await, why) {
        (Ok(outcome), _) => outcome,
        (Err(_), Ends::Attempt) => Err(format!("configured timeout reached ({limit:?})")),
        (Err(_), Ends::Flush) => return Delivery::Lost("context deadline exceeded".to_owned()),
    };
    let outcome = match &outcome {
        Ok((status, body)) => Ok((status.as_u16(), body.as_str())),
        Err(why) => Err(why.as_str()),
    };
    message::delivery(integration, plan.release, outcome)
}

/// What ends an attempt that gets no answer.
#[derive(Clone, Copy)]
enum Ends {
    /// The integration's own limit.
    Attempt,
    /// The flush of the group, and with it every further attempt.
    Flush,
}

/// The longest that an attempt may take, and what ends then.
fn limit(shared: &Shared, id: u64, timeout_ms: i64) -> (Duration, Ends) {
    let ends_ms = shared.twin.lock().gives_up_ms(id);
    let left_ms = ends_ms.map_or(0, |ends_ms| u64::try_from(ends_ms - shared.now_ms()).unwrap_or_default());
    match u64::try_from(timeout_ms) {
        Ok(own_ms) if 0 < own_ms && own_ms <= left_ms => (Duration::from_millis(own_ms), Ends::Attempt),
        _ => (Duration::from_millis(left_ms), Ends::Flush),
    }
}

/// Sends a message; the answer, or why there is none, without ports and hosts, which no record holds.
async fn post(
    shared: &Shared,
    url: &str,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, String), String> {
    match shared.http.send(Method::POST, url, headers, body).await {
        Ok(reply) => Ok((reply.status, String::from_utf8_lossy(&reply.body).into_owned())),
        Err(error) => Err(error.kind.to_string()),
    }
}

fn headers(message: &Message, release: Release, id: u64) -> Result<HeaderMap, String> {
    let agent = match release {
        Release::V0_25 => "Alertmanager/0.25.0",
        Release::V0_33 => "Alertmanager/0.33.1",
    };
    let mut headers = HeaderMap::from_iter([
        (USER_AGENT, HeaderValue::from_static(agent)),
        (HeaderName::from_static(NOTIFICATION), HeaderValue::from(id)),
    ]);
    for (name, value) in &message.headers {
        let header = HeaderName::from_bytes(name.as_bytes());
        let (Ok(header), Ok(value)) = (header, HeaderValue::from_str(value)) else {
            return Err(format!("not a header: {name:?}"));
        };
        headers.insert(header, value);
    }
    Ok(headers)
}
