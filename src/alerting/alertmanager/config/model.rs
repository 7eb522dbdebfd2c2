//! What a configuration of Alertmanager says, with everything inherited filled in.

use std::collections::BTreeMap;

use super::interval::TimeInterval;
use crate::alerting::Place;
use crate::alerting::matchers::Matchers;

/// A configuration that an Alertmanager would load.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long an alert that came without an end is taken to last, in milliseconds.
    pub resolve_timeout_ms: i64,
    /// The root of the routing tree.
    pub route: Route,
    /// Which alerts silence which others.
    pub inhibit_rules: Vec<InhibitRule>,
    /// By name, in the order of the file.
    pub receivers: Vec<Receiver>,
    /// `time_intervals` and `mute_time_intervals` by name.
    pub intervals: BTreeMap<String, Vec<TimeInterval>>,
    /// Names of template files with `*`, `?` and `[a-z]`, relative to the file, as written.
    pub templates: Vec<TemplateGlob>,
}

impl Config {
    /// The receiver of a name.
    #[must_use]
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.iter().find(|receiver| receiver.name == name)
    }
}

/// One entry of `templates`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateGlob {
    /// The pattern.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// A node of the routing tree. Whatever it does not say itself is its parent's.
#[derive(Debug, Clone)]
pub struct Route {
    /// Who is notified.
    pub receiver: String,
    /// The labels whose values make a group, sorted.
    pub group_by: Vec<String>,
    /// `...` stands in `group_by`: every alert is a group of its own labels.
    pub group_by_all: bool,
    /// What an alert must have; those of the parents not included. `match` and `match_re` are among them.
    pub matchers: Matchers,
    /// Whether the routes after it are tried too.
    pub goes_on: bool,
    /// How long a new group waits for more alerts, in milliseconds.
    pub group_wait_ms: i64,
    /// How long until a changed group is notified again, in milliseconds.
    pub group_interval_ms: i64,
    /// How long until an unchanged group is notified again, in milliseconds.
    pub repeat_interval_ms: i64,
    /// Names of the intervals in which it is mute; never inherited.
    pub mute: Vec<String>,
    /// Names of the intervals outside which it is mute; never inherited.
    pub active: Vec<String>,
    /// Its children, in the order in which they are tried.
    pub routes: Vec<Route>,
    /// Where it starts.
    pub place: Place,
}

/// While an alert fires that matches `source`, others that match `target` are mute.
#[derive(Debug, Clone)]
pub struct InhibitRule {
    /// Its name (0.33), empty if it has none.
    pub name: String,
    /// What the alert that inhibits must have.
    pub source: Matchers,
    /// What the alert that is inhibited must have.
    pub target: Matchers,
    /// The labels that both must have the same values of; absent and empty are the same.
    pub equal: Vec<String>,
    /// Where it starts.
    pub place: Place,
}

/// Who is notified.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// Its integrations in the order in which Alertmanager numbers them: by kind, then as they stand.
    pub integrations: Vec<Integration>,
    /// Where it starts.
    pub place: Place,
}

/// One way in which a receiver is notified.
#[derive(Debug, Clone, PartialEq)]
pub struct Integration {
    /// Which of its kind in the receiver, from 0.
    pub index: usize,
    /// Whether resolved alerts are sent.
    pub send_resolved: bool,
    /// What it speaks, and whatever only that kind has.
    pub kind: IntegrationKind,
    /// Where it starts.
    pub place: Place,
}

/// What an integration speaks.
#[derive(Debug, Clone, PartialEq)]
pub enum IntegrationKind {
    /// Alertmanager's own JSON.
    Webhook(Webhook),
    /// Slack's incoming webhooks.
    Slack(Box<Slack>),
    /// PagerDuty's Events API, version 1 with a `service_key`, version 2 with a `routing_key`.
    PagerDuty(Box<PagerDuty>),
    /// A kind that Alertmanager has and this twin does not speak, by its name in messages (`email`, `opsgenie`): its
    /// notifications are made and never sent, and say so.
    Unspoken(&'static str),
}

impl IntegrationKind {
    /// As Alertmanager's metrics and logs have it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            IntegrationKind::Webhook(_) => "webhook",
            IntegrationKind::Slack(_) => "slack",
            IntegrationKind::PagerDuty(_) => "pagerduty",
            IntegrationKind::Unspoken(name) => name,
        }
    }
}

/// `webhook_configs`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Webhook {
    /// Where to; a template in newer releases.
    pub url: String,
    /// The file that holds the URL, where it does.
    pub url_file: Option<String>,
    /// The most alerts in one message, any number if 0.
    pub max_alerts: u64,
    /// The longest that one request may take, in milliseconds; any time if 0.
    pub timeout_ms: i64,
}

/// `slack_configs`. Texts are templates; what is not given has Alertmanager's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slack {
    /// Where to, its own or the global one.
    pub api_url: String,
    /// The file that holds the URL, where it does.
    pub api_url_file: Option<String>,
    /// `#channel` or a user.
    pub channel: String,
    /// Further texts by key: `username`, `color`, `title`, `title_link`, `pretext`, `text`, `footer`, `fallback`,
    /// `callback_id`, `icon_emoji`, `icon_url`, `image_url`, `thumb_url`.
    pub texts: BTreeMap<&'static str, String>,
    /// `short_fields`.
    pub short_fields: bool,
    /// `link_names`.
    pub link_names: bool,
    /// `mrkdwn_in`.
    pub mrkdwn_in: Vec<String>,
    /// `fields`.
    pub fields: Vec<SlackField>,
    /// `actions`.
    pub actions: Vec<SlackAction>,
    /// The longest that one request may take, in milliseconds; any time if 0.
    pub timeout_ms: i64,
}

/// An entry of `fields`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlackField {
    /// `title`
    pub title: String,
    /// `value`
    pub value: String,
    /// `short`
    pub short: Option<bool>,
}

/// An entry of `actions`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlackAction {
    /// By key: `type`, `text`, `url`, `style`, `name`, `value`.
    pub texts: BTreeMap<&'static str, String>,
    /// `confirm` by key: `title`, `text`, `ok_text`, `dismiss_text`.
    pub confirm: Option<BTreeMap<&'static str, String>>,
}

/// `pagerduty_configs`. Texts are templates; what is not given has Alertmanager's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PagerDuty {
    /// Version 1.
    pub service_key: Option<String>,
    /// Version 2.
    pub routing_key: Option<String>,
    /// Files that hold the keys, where they do.
    pub key_file: Option<String>,
    /// Where version 2 goes to, its own or the global one.
    pub url: String,
    /// Further texts by key: `client`, `client_url`, `description`, `severity`, `class`, `component`, `group`, `source`.
    pub texts: BTreeMap<&'static str, String>,
    /// `details`, those that are always sent included (`firing`, `resolved`, `num_firing`, `num_resolved`).
    pub details: BTreeMap<String, String>,
    /// `images` by key: `src`, `alt`, `href`.
    pub images: Vec<BTreeMap<&'static str, String>>,
    /// `links` by key: `href`, `text`.
    pub links: Vec<BTreeMap<&'static str, String>>,
    /// The longest that one request may take, in milliseconds; any time if 0.
    pub timeout_ms: i64,
}
