//! What the interface shows, with the fields in Alertmanager's order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::instant;
use super::written::{Html, write};
use crate::alerting::alertmanager::{AlertView, Release, Silence, SilenceState};
use crate::alerting::matchers::Op;
use crate::promql::Labels;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert<'a> {
    annotations: &'a BTreeMap<String, String>,
    ends_at: String,
    fingerprint: &'a str,
    receivers: Vec<Receiver<'a>>,
    starts_at: String,
    status: Status<'a>,
    updated_at: String,
    #[serde(rename = "generatorURL", skip_serializing_if = "str::is_empty")]
    generator_url: &'a str,
    labels: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    inhibited_by: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_by: Option<&'a [String]>,
    silenced_by: &'a [String],
    state: &'a str,
}

/// A receiver by name; 0.33 has labels, of which the name is the only one.
#[derive(Serialize)]
pub(super) struct Receiver<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<BTreeMap<&'static str, &'a str>>,
    name: &'a str,
}

impl<'a> Receiver<'a> {
    /// As other answers mention it.
    pub(super) const fn named(name: &'a str) -> Receiver<'a> {
        Receiver { labels: None, name }
    }

    /// As the list of receivers has it.
    pub(super) fn listed(name: &'a str, release: Release) -> Receiver<'a> {
        let labels = (release == Release::V0_33).then(|| BTreeMap::from([("name", name)]));
        Receiver { labels, name }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SilenceShown<'a> {
    id: &'a str,
    status: SilenceStatus,
    updated_at: String,
    comment: &'a str,
    created_by: &'a str,
    ends_at: String,
    matchers: Vec<MatcherShown<'a>>,
    starts_at: String,
}

#[derive(Serialize)]
struct SilenceStatus {
    state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatcherShown<'a> {
    is_equal: bool,
    is_regex: bool,
    name: &'a str,
    value: &'a str,
}

/// An alert.
pub(super) fn alert(view: &AlertView, receivers: &[String], release: Release) -> String {
    let shown = Alert {
        annotations: &view.annotations,
        ends_at: instant::show(view.ends_at_ms),
        fingerprint: &view.fingerprint,
        receivers: receivers.iter().map(|name| Receiver::named(name)).collect(),
        starts_at: instant::show(view.starts_at_ms),
        status: Status {
            inhibited_by: &view.status.inhibited_by,
            muted_by: (release == Release::V0_33).then_some(&*view.status.muted_by),
            silenced_by: &view.status.silenced_by,
            state: view.status.state,
        },
        updated_at: instant::show(view.updated_at_ms),
        generator_url: &view.generator_url,
        labels: view.labels.iter().collect(),
    };
    write(&shown, Html::Escaped, release)
}

/// A group whose alerts are shown already.
pub(super) fn group(labels: &Labels, receiver: &str, alerts: &[String], release: Release) -> String {
    let labels: BTreeMap<&str, &str> = labels.iter().collect();
    let labels = write(&labels, Html::Plain, release);
    let receiver = write(&Receiver::named(receiver), Html::Plain, release);
    format!("{{\"alerts\":{},\"labels\":{labels},\"receiver\":{receiver}}}", list(alerts))
}

/// A list of what is shown already.
pub(super) fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

/// A silence.
pub(super) fn silence((silence, state): &(Silence, SilenceState), release: Release) -> String {
    let matchers = silence.matchers.0.iter().map(|matcher| MatcherShown {
        is_equal: matches!(matcher.op, Op::Equal | Op::Regex),
        is_regex: matches!(matcher.op, Op::Regex | Op::NotRegex),
        name: &matcher.name,
        value: &matcher.value,
    });
    let shown = SilenceShown {
        id: &silence.id,
        status: SilenceStatus { state: word(*state) },
        updated_at: instant::show(silence.updated_at_ms),
        comment: &silence.comment,
        created_by: &silence.created_by,
        ends_at: instant::show(silence.ends_at_ms),
        matchers: matchers.collect(),
        starts_at: instant::show(silence.starts_at_ms),
    };
    write(&shown, Html::Escaped, release)
}

pub(super) const fn word(state: SilenceState) -> &'static str {
    match state {
        SilenceState::Pending => "pending",
        SilenceState::Active => "active",
        SilenceState::Expired => "expired",
    }
}
