//! PagerDuty's Events API: version 1 with a service key, version 2 with a routing key.

use std::collections::BTreeMap;

use super::super::config::PagerDuty;
use super::details::{self, Details};
use super::json::{Object, text as json_text};
use super::texts::Texts;
use super::{Message, Notification, Release, hash, limit};

/// Where version 1 goes to, whatever `url` says.
const V1: &str = "https://events.pagerduty.com/generic/2010-04-15/create_event.json";

/// The longest description, in characters.
const MOST_DESCRIPTION: usize = 1024;

/// The longest message, in bytes; one over it loses its details.
const MOST_BYTES: usize = 512_000;

/// What stands instead of details that were too long.
const TOO_LONG: &str =
    "Custom details have been removed because the original event exceeds the maximum size of 512KB";

/// The message.
pub(super) fn message(
    notification: &Notification,
    pagerduty: &PagerDuty,
    texts: &mut Texts<'_>,
) -> Result<Message, String> {
    if pagerduty.key_file.is_some() && pagerduty.routing_key.is_none() && pagerduty.service_key.is_none() {
        return Err("the key is in a file, which is not read here".to_owned());
    }
    let details = details::details(&pagerduty.details, texts)?;
    let second = pagerduty.routing_key.is_some();
    let write = |details: &Details, texts: &mut Texts<'_>| {
        if second {
            v2(notification, pagerduty, details, texts)
        } else {
            v1(notification, pagerduty, details, texts)
        }
    };
    let mut body = write(&details, texts)?;
    if body.len() > MOST_BYTES {
        let instead = Details::from([("error".to_owned(), json_text(texts.templates().release, TOO_LONG))]);
        body = write(&instead, texts)?;
    }
    Ok(Message::json(if second { &pagerduty.url } else { V1 }, body))
}

fn text(pagerduty: &PagerDuty, texts: &mut Texts<'_>, key: &str) -> String {
    pagerduty.texts.get(key).map_or(String::new(), |text| texts.expand(text))
}

fn v1(
    notification: &Notification,
    pagerduty: &PagerDuty,
    details: &Details,
    texts: &mut Texts<'_>,
) -> Result<String, String> {
    let release = texts.templates().release;
    let firing = notification.firing();
    let description = limit::in_chars(text(pagerduty, texts, "description"), MOST_DESCRIPTION);
    let key = texts.expand(pagerduty.service_key.as_deref().unwrap_or_default());
    let mut object = Object::new(release)
        .text_or_none("service_key", &key)
        .text("incident_key", &hash::sha256(&notification.group_key))
        .text("event_type", if firing { "trigger" } else { "resolve" })
        .text_or_none("description", &description)
        .text("event_action", "")
        .json("payload", "null");
    if firing {
        object = object
            .text_or_none("client", &text(pagerduty, texts, "client"))
            .text_or_none("client_url", &text(pagerduty, texts, "client_url"));
    }
    texts.finish().map_err(|error| format!("failed to template PagerDuty v1 message: {error}"))?;
    if key.is_empty() {
        return Err("service key cannot be empty".to_owned());
    }
    if !details.is_empty() {
        object = object.object("details", details);
    }
    Ok(object.finish_line())
}

fn v2(
    notification: &Notification,
    pagerduty: &PagerDuty,
    details: &Details,
    texts: &mut Texts<'_>,
) -> Result<String, String> {
    let release = texts.templates().release;
    let summary = limit::in_chars(text(pagerduty, texts, "description"), MOST_DESCRIPTION);
    let client = text(pagerduty, texts, "client");
    let client_url = text(pagerduty, texts, "client_url");
    let key = texts.expand(pagerduty.routing_key.as_deref().unwrap_or_default());
    let source = match release {
        Release::V0_25 => client.clone(),
        Release::V0_33 => text(pagerduty, texts, "source"),
    };
    let severity = match pagerduty.texts.get("severity").map(String::as_str) {
        None | Some("") => "error".to_owned(),
        Some(severity) => texts.expand(severity),
    };
    let [class, component, group] = ["class", "component", "group"].map(|key| text(pagerduty, texts, key));
    let mut payload = Object::new(release)
        .text("summary", &summary)
        .text("source", &source)
        .text("severity", &severity)
        .text_or_none("class", &class)
        .text_or_none("component", &component)
        .text_or_none("group", &group);
    if !details.is_empty() {
        payload = payload.object("custom_details", details);
    }
    let images = items(&pagerduty.images, &["src", "alt", "href"], "src", texts);
    let links = items(&pagerduty.links, &["href", "text"], "href", texts);
    texts.finish().map_err(|error| format!("failed to template PagerDuty v2 message: {error}"))?;
    if key.is_empty() {
        return Err("routing key cannot be empty".to_owned());
    }
    Ok(Object::new(release)
        .text("routing_key", &key)
        .text("dedup_key", &hash::sha256(&notification.group_key))
        .text("event_action", if notification.firing() { "trigger" } else { "resolve" })
        .json("payload", &payload.finish())
        .text_or_none("client", &client)
        .text_or_none("client_url", &client_url)
        .items_or_none("images", &images)
        .items_or_none("links", &links)
        .finish_line())
}

/// Images or links; those without what makes them one are left out.
fn items(
    all: &[BTreeMap<&'static str, String>],
    keys: &[&'static str],
    needed: &str,
    texts: &mut Texts<'_>,
) -> Vec<String> {
    let release = texts.templates().release;
    let mut kept = Vec::new();
    for item in all {
        let mut expand = |key: &str| item.get(key).map_or(String::new(), |text| texts.expand(text));
        let expanded: Vec<(&str, String)> = keys.iter().map(|key| (*key, expand(key))).collect();
        if expanded.iter().any(|(key, text)| *key == needed && !text.is_empty()) {
            let object =
                expanded.iter().fold(Object::new(release), |object, (key, text)| object.text(key, text));
            kept.push(object.finish());
        }
    }
    kept
}
