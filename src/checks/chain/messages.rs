//! Notifications as they were tried, and messages as they arrived.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::{Chain, Times, name_of, text};
use crate::observe::{AlertChain, Delivered, Fate, NotificationEvent, ToldAlert};

/// The kinds of integration that a sink can stand for; of any other nobody knows what arrived.
const SINKS: [&str; 3] = ["webhook", "slack", "pagerduty"];

/// A notification, with every attempt at it and everything that arrived of it.
pub(crate) struct Sent<'a> {
    /// In which leg, counted over those with a chain.
    pub(crate) leg: usize,
    /// The attempts, in order of time; there is always one.
    pub(crate) attempts: Vec<&'a NotificationEvent>,
    /// The last attempt, or the one that was taken.
    pub(crate) last: &'a NotificationEvent,
    /// What arrived of it, in order of time.
    pub(crate) arrived: Vec<&'a Delivered>,
}

impl<'a> Sent<'a> {
    /// Whether somebody here stands for its kind of integration.
    pub(crate) fn has_sink(&self) -> bool {
        SINKS.contains(&self.last.kind.as_str())
    }

    /// Who was to get it.
    pub(crate) fn integration(&self) -> (&'a str, &'a str, usize) {
        (&self.last.receiver, &self.last.kind, self.last.index)
    }

    /// When it was first tried.
    pub(crate) fn first_tried(&self) -> Timestamp {
        self.attempts.iter().map(|attempt| attempt.at).min().unwrap_or(self.last.at)
    }

    /// The first time that a sink got it and said so.
    fn taken(&self) -> Option<&'a Delivered> {
        self.arrived.iter().find(|delivery| accepted(delivery)).copied()
    }

    /// Whether a sink got it and said so.
    pub(crate) fn accepted(&self) -> bool {
        self.taken().is_some()
    }

    /// Whether it tells of an alert of this name.
    pub(crate) fn tells_of(&self, name: &str) -> bool {
        self.last.alerts.iter().any(|told| name_of(&told.labels) == name)
    }
}

fn accepted(delivery: &Delivered) -> bool {
    (200..300).contains(&delivery.answered)
}

/// Something that a sink got and took, and what it tells of.
pub(crate) struct Message<'a> {
    /// As it came.
    pub(crate) delivery: &'a Delivered,
    /// Of what it tells; none where nobody can say.
    pub(crate) alerts: Option<Cow<'a, [ToldAlert]>>,
}

impl<'a> Chain<'a> {
    /// The template errors that Alertmanager passed over when it made these, each once.
    pub(crate) fn forgotten(&self, seen: &[&Delivered]) -> BTreeSet<&'a str> {
        let ids: BTreeSet<u64> = seen.iter().filter_map(|delivery| delivery.notification).collect();
        let events = self.legs.iter().flat_map(|leg| &leg.notifications);
        events
            .filter(|event| ids.contains(&event.id))
            .filter_map(|event| event.forgotten.as_deref())
            .collect()
    }

    /// Every notification, leg by leg, in order of its first attempt.
    pub(crate) fn sent(&self) -> Vec<Sent<'a>> {
        self.legs.iter().enumerate().flat_map(|(number, leg)| sent(number, leg)).collect()
    }

    /// Whether this integration's sink got something of which nobody can say what notification it is.
    pub(crate) fn strangers(&self, (receiver, kind, index): (&str, &str, usize)) -> bool {
        let mut all = self.legs.iter().flat_map(|leg| &leg.deliveries);
        all.any(|one| {
            one.notification.is_none() && one.receiver == receiver && one.kind == kind && one.index == index
        })
    }

    /// Everything that was taken by a sink, in order of time.
    pub(crate) fn messages(&self) -> Vec<Message<'a>> {
        let mut all = Vec::new();
        for leg in &self.legs {
            let mut by_id: BTreeMap<u64, &NotificationEvent> = BTreeMap::new();
            for event in &leg.notifications {
                by_id.insert(event.id, event);
            }
            for delivery in leg.deliveries.iter().filter(|delivery| accepted(delivery)) {
                let known = delivery.notification.and_then(|id| by_id.get(&id));
                let alerts = match known {
                    Some(event) => Some(Cow::Borrowed(event.alerts.as_slice())),
                    None => from_webhook(delivery).map(Cow::Owned),
                };
                all.push(Message { delivery, alerts });
            }
        }
        all.sort_by_key(|message| message.delivery.at);
        all
    }
}

fn sent(number: usize, leg: &AlertChain) -> Vec<Sent<'_>> {
    let mut order = Vec::new();
    let mut by_id: BTreeMap<u64, Sent<'_>> = BTreeMap::new();
    for event in &leg.notifications {
        let sent = by_id.entry(event.id).or_insert_with(|| {
            order.push(event.id);
            Sent { leg: number, attempts: Vec::new(), last: event, arrived: Vec::new() }
        });
        sent.attempts.push(event);
        if sent.last.fate != Fate::Taken {
            sent.last = event;
        }
    }
    for delivery in &leg.deliveries {
        if let Some(sent) = delivery.notification.and_then(|id| by_id.get_mut(&id)) {
            sent.arrived.push(delivery);
        }
    }
    order.into_iter().filter_map(|id| by_id.remove(&id)).collect()
}

/// What a webhook of an Alertmanager tells of that does not say which notification it is.
fn from_webhook(delivery: &Delivered) -> Option<Vec<ToldAlert>> {
    let body: Value = serde_json::from_str(&delivery.body).ok().filter(|_| delivery.kind == "webhook")?;
    let told = |alert: &Value| {
        let pairs = |field: &str| serde_json::from_value(alert.get(field)?.clone()).ok();
        let resolved = alert.get("status")?.as_str()? == "resolved";
        let instant = |field: &str| alert.get(field)?.as_str()?.parse::<Timestamp>().ok();
        Some(ToldAlert {
            labels: pairs("labels")?,
            annotations: pairs("annotations").unwrap_or_default(),
            starts_at: instant("startsAt")?,
            ends_at: if resolved { Some(instant("endsAt")?) } else { None },
        })
    };
    body.get("alerts")?.as_array()?.iter().map(told).collect()
}

/// Whether the alert is told of as one that fires.
pub(crate) fn firing(told: &ToldAlert) -> bool {
    told.ends_at.is_none()
}

/// What became of an attempt, in words.
pub(crate) fn fate_text(fate: &Fate) -> String {
    match fate {
        Fate::Taken => "taken".to_owned(),
        Fate::Retried(why) => format!("not taken: {why}"),
        Fate::Lost(why) => format!("given up: {why}"),
    }
}

/// A notification in one line.
pub(crate) fn told_line(sent: &Sent<'_>, times: &Times<'_>) -> String {
    let event = sent.last;
    let fate = match (&event.fate, sent.taken().or_else(|| sent.arrived.first().copied())) {
        (Fate::Taken, Some(arrived)) => format!("arrived at {}", times.text(arrived.at)),
        (Fate::Taken, None) => "taken, and arrived nowhere".to_owned(),
        (fate, _) => fate_text(fate),
    };
    let tries = match sent.attempts.len() {
        1 => String::new(),
        count => format!(", tried {count} times"),
    };
    let alert = |told: &ToldAlert| {
        let status = if firing(told) { "firing" } else { "resolved" };
        format!("`{}{}` {status}", name_of(&told.labels), text(&told.labels))
    };
    let alerts = super::few(event.alerts.iter().map(alert).collect(), 3).join(", ");
    format!(
        "{}: notification {} ({}) to {} of group {}: {alerts}{tries}; {fate}",
        times.text(sent.first_tried()),
        event.id,
        event.reason,
        integration(event.receiver.as_str(), &event.kind, event.index),
        event.group_key,
    )
}

/// An integration of a receiver.
pub(crate) fn integration(receiver: &str, kind: &str, index: usize) -> String {
    if index == 0 { format!("`{receiver}` ({kind})") } else { format!("`{receiver}` ({kind} {index})") }
}
