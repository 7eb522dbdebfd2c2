//! Tests of notifications: the alerts of a test go through Alertmanager's twin, in virtual time.
//!
//! Every message is made, so that a template that fails is a notification that is lost, as in earnest. Whatever is made
//! is taken: who is told is tested here, not whether the line holds.

mod fit;
mod judge;
mod pairing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::file::{InputSilence, Test};
use super::judge::shown;
use super::outcome::CaseOutcome;
use crate::alerting::alertmanager::config::IntegrationKind;
use crate::alerting::alertmanager::message::message;
use crate::alerting::alertmanager::{
    Alertmanager, Delivery, Due, Notification, PostedAlert, Settings, Silence,
};
use crate::alerting::deployed::Told;
use crate::alerting::notifier::{SentAlert, outgoing};
use crate::promql::{Labels, Options};

/// What messages call this Alertmanager.
const EXTERNAL_URL: &str = "http://alertmanager:9093";

/// How much longer than the test whatever lasts that has no end, in milliseconds.
const FOREVER_MS: i64 = 366 * 86_400_000;

/// The most times at which something happens in Alertmanager: each takes microseconds, and a test with more would hardly
/// end.
const MOST_EVENTS: usize = 1_000_000;

/// A notification and what became of it.
#[derive(Debug, Clone)]
struct Notice {
    /// When, in milliseconds from the start of the test.
    at_ms: i64,
    /// What the integration speaks.
    kind: &'static str,
    notification: Notification,
    /// The body of the message, none for a kind that is not spoken here; or why it is lost.
    body: Result<Option<String>, String>,
}

/// Everything that happened in an Alertmanager.
#[derive(Debug, Default)]
struct Log {
    notices: Vec<Notice>,
    /// The labels of every alert that was posted.
    posted: BTreeSet<Labels>,
    /// What it did not take, with the reason.
    refused: Vec<String>,
}

/// What a test's alerts and those that its rules sent come to: the expectations, and what is worth knowing beside them.
pub(super) fn told(
    test: &Test,
    alertmanager: Option<&Told>,
    external_labels: &Labels,
    sent: &BTreeMap<i64, Vec<SentAlert>>,
    options: &Options,
) -> (Vec<CaseOutcome>, Vec<String>) {
    let Some(alertmanager) = alertmanager else {
        let failed = |line| {
            let failures = vec!["there is no configuration of Alertmanager".to_owned()];
            CaseOutcome { title: "somebody is told".to_owned(), line, failures }
        };
        return (vec![failed(test.place.line)], Vec::new());
    };
    let log =
        play(test, alertmanager, posts(test, external_labels, sent), MOST_EVENTS.min(options.max_samples));
    judge::judge(test, &alertmanager.config.route, &log)
}

/// What is posted, by time: first what the rules sent.
fn posts(
    test: &Test,
    external_labels: &Labels,
    sent: &BTreeMap<i64, Vec<SentAlert>>,
) -> BTreeMap<i64, Vec<PostedAlert>> {
    let mut posts: BTreeMap<i64, Vec<PostedAlert>> = BTreeMap::new();
    for (at_ms, alerts) in sent {
        let alerts = outgoing(alerts.clone(), external_labels, &[]).into_iter();
        posts.entry(*at_ms).or_default().extend(alerts.map(|alert| PostedAlert {
            labels: alert.labels,
            annotations: alert.annotations,
            starts_at_ms: Some(alert.starts_at_ms),
            ends_at_ms: Some(alert.ends_at_ms),
            generator_url: alert.generator_url,
        }));
    }
    let end_ms = end_ms(test);
    for alert in &test.input_alerts {
        let from_ms = test.start_ms + alert.from_ms;
        let to_ms = alert.to_ms.map_or(end_ms + FOREVER_MS, |to_ms| test.start_ms + to_ms);
        posts.entry(from_ms).or_default().push(PostedAlert {
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
            starts_at_ms: Some(from_ms),
            ends_at_ms: Some(to_ms),
            generator_url: String::new(),
        });
    }
    posts
}

/// When a test ends, in milliseconds since 1970.
fn end_ms(test: &Test) -> i64 {
    test.start_ms.saturating_add(test.last_ms())
}

/// Moves an Alertmanager through a test, in which no more than so often something may happen.
fn play(test: &Test, with: &Told, mut posts: BTreeMap<i64, Vec<PostedAlert>>, most: usize) -> Log {
    let settings =
        Settings { release: with.templates.release(), started_ms: test.start_ms, ..Settings::default() };
    let mut alertmanager = Alertmanager::new(Arc::clone(&with.config), settings);
    let posted = posts.values().flatten().map(|alert| alert.labels.clone()).collect();
    let mut log = Log { posted, ..Log::default() };
    for silence in &test.silences {
        if let Err(why) = alertmanager.set_silence(test.start_ms, made(silence, test)) {
            log.refused.push(format!("the silence of line {}: {why}", silence.place.line));
        }
    }
    let (mut now_ms, end_ms) = (test.start_ms, end_ms(test));
    for _ in 0..most {
        let posted = posts.first_key_value().map(|(at_ms, _)| *at_ms);
        let next = posted.into_iter().chain(alertmanager.next_due_ms()).min();
        let Some(next) = next.filter(|next| *next <= end_ms) else { return log };
        now_ms = next.max(now_ms);
        if let Some(post) = posts.first_entry().filter(|post| *post.key() <= now_ms) {
            for why in alertmanager.post(now_ms, post.remove()).err().into_iter().flatten() {
                log.refused.push(format!("an alert at {}: {why}", shown(now_ms - test.start_ms)));
            }
        }
        for due in alertmanager.advance(now_ms) {
            let Due::Notify(notification) = due;
            let notice = notice(notification, with, test.start_ms);
            let delivery = match &notice.body {
                Ok(_) => Delivery::Taken,
                Err(why) => Delivery::Lost(why.clone()),
            };
            alertmanager.settle(now_ms, notice.notification.id, &delivery);
            log.notices.push(notice);
        }
    }
    let at = shown(now_ms - test.start_ms);
    log.refused.push(format!("at {at} Alertmanager had been busy {most} times, and the test went on"));
    log
}

/// A notification with its message.
fn notice(notification: Notification, with: &Told, start_ms: i64) -> Notice {
    let receiver = with.config.receiver(&notification.receiver);
    let integration = receiver.and_then(|receiver| receiver.integrations.get(notification.integration));
    let (kind, body) = match integration {
        None => ("", Err("nothing sends it".to_owned())),
        Some(integration) => {
            let body = match &integration.kind {
                IntegrationKind::Unspoken(_) => Ok(None),
                _ => message(&notification, integration, &with.templates, EXTERNAL_URL)
                    .map(|message| Some(message.body)),
            };
            (integration.kind.name(), body)
        }
    };
    Notice { at_ms: notification.at_ms - start_ms, kind, notification, body }
}

/// A silence as somebody makes it when the test starts.
fn made(silence: &InputSilence, test: &Test) -> Silence {
    let end_ms = silence.to_ms.map_or(end_ms(test) + FOREVER_MS, |to_ms| test.start_ms + to_ms);
    Silence {
        id: String::new(),
        matchers: silence.matchers.clone(),
        starts_at_ms: test.start_ms + silence.from_ms,
        ends_at_ms: end_ms,
        updated_at_ms: test.start_ms,
        created_by: "probity".to_owned(),
        comment: "of a test".to_owned(),
    }
}
