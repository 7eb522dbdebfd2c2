//! What notifications say, as each integration sends it.
//!
//! # Decisions
//!
//! * `default.tmpl` is written anew, without what `email` sends as HTML: nothing here speaks it.
//! * The time that templates may ask for is when the group's timer fired, so that the same notification says the same.
//!   `now` has no monotonic reading (`m=+0.1`), which only printing it whole would show.
//! * Alerts' times are in UTC and whole milliseconds; Alertmanager keeps the zone and the nanoseconds that were posted.

mod data;
mod defaults;
mod delivery;
mod details;
mod hash;
mod json;
mod limit;
mod pagerduty;
mod seen;
mod slack;
mod texts;
mod webhook;

pub use delivery::delivery;

use super::config::{Integration, IntegrationKind};
use super::{Notification, Release};
use crate::alerting::template::{ALERTMANAGER, Functions, Library, TemplateError};
use crate::promql::Dialect;

/// The templates of a configuration, Alertmanager's own included.
#[derive(Debug, Clone)]
pub struct Templates {
    release: Release,
    library: Library,
}

/// A request that an integration sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where to; empty where a file holds it.
    pub url: String,
    /// Headers besides those of every client, `Content-Type` included.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// A template that failed and was forgotten, in Alertmanager's words: what it was to say is empty.
    pub forgotten: Option<String>,
}

impl Message {
    /// A JSON message.
    fn json(url: &str, body: String) -> Message {
        Message {
            url: url.to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body,
            forgotten: None,
        }
    }
}

impl Templates {
    /// Reads template files, given by name and text in the order in which Alertmanager would.
    ///
    /// # Errors
    ///
    /// The name of the file that is no template, and why.
    pub fn new(release: Release, files: &[(String, String)]) -> Result<Templates, (String, TemplateError)> {
        let mut library = Library::new(Functions::new(dialect(release), &[ALERTMANAGER]));
        for text in defaults::texts(release) {
            library.add("", text).map_err(|error| ("default.tmpl".to_owned(), error))?;
        }
        for (name, text) in files {
            let base = name.rsplit('/').next().unwrap_or(name);
            library.add(base, text).map_err(|error| (name.clone(), error))?;
        }
        Ok(Templates { release, library })
    }

    /// Whose templates they are.
    #[must_use]
    pub const fn release(&self) -> Release {
        self.release
    }

    /// Names of everything that `template` can call, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.library.names()
    }
}

/// The language of the Go that a release was built with.
const fn dialect(release: Release) -> Dialect {
    match release {
        Release::V0_25 => Dialect::V2,
        Release::V0_33 => Dialect::V3,
    }
}

/// The request for a notification. `external_url` is where users reach this Alertmanager.
///
/// # Errors
///
/// A template that fails, in Alertmanager's words: the notification is lost. Also that a kind is not spoken here. 0.33
/// sends what it has when a template of Slack's fails: there is no error then.
pub fn message(
    notification: &Notification,
    integration: &Integration,
    templates: &Templates,
    external_url: &str,
) -> Result<Message, String> {
    let mut texts = texts::Texts::new(notification, templates, external_url);
    match &integration.kind {
        IntegrationKind::Webhook(webhook) => webhook::message(notification, webhook, templates, external_url),
        IntegrationKind::Slack(slack) => slack::message(slack, &mut texts),
        IntegrationKind::PagerDuty(pagerduty) => pagerduty::message(notification, pagerduty, &mut texts),
        IntegrationKind::Unspoken(name) => Err(format!("{name} is not spoken here")),
    }
}

/// The text that a template becomes for a notification, for whoever wants to look at one.
///
/// # Errors
///
/// Why there is none, in Alertmanager's words.
pub fn expand(
    text: &str,
    notification: &Notification,
    templates: &Templates,
    external_url: &str,
) -> Result<String, String> {
    let mut texts = texts::Texts::new(notification, templates, external_url);
    let expanded = texts.expand(text);
    texts.finish().map(|()| expanded)
}
