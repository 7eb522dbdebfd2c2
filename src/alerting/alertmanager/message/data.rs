//! What templates and webhooks see of a notification.

use std::collections::BTreeMap;

use super::super::notification::NotifiedAlert;
use super::{Notification, Release};
use crate::alerting::template::Time;
use crate::promql::Labels;

/// Texts by name.
pub(super) type Texts = BTreeMap<String, String>;

/// A notification as Alertmanager hands it to templates.
pub(super) struct Data<'n> {
    pub(super) receiver: String,
    pub(super) status: &'static str,
    pub(super) alerts: &'n [NotifiedAlert],
    pub(super) reason: &'static str,
    pub(super) group_labels: Texts,
    pub(super) common_labels: Texts,
    pub(super) common_annotations: Texts,
    pub(super) external_url: &'n str,
}

impl<'n> Data<'n> {
    /// `alerts` are those of the notification or the first of them.
    pub(super) fn new(
        notification: &Notification,
        alerts: &'n [NotifiedAlert],
        release: Release,
        external_url: &'n str,
    ) -> Data<'n> {
        let labels: Vec<Texts> = alerts.iter().map(|alert| alert.labels.to_map()).collect();
        Data {
            receiver: escaped(&notification.receiver),
            status: status(alerts.iter().any(|alert| !alert.resolved())),
            alerts,
            reason: match release {
                Release::V0_25 => "",
                Release::V0_33 => notification.reason.text(),
            },
            group_labels: notification.group_labels.to_map(),
            common_labels: common(&labels.iter().collect::<Vec<&Texts>>()),
            common_annotations: common(
                &alerts.iter().map(|alert| &alert.annotations).collect::<Vec<&Texts>>(),
            ),
            external_url,
        }
    }
}

/// A notification's or an alert's status.
pub(super) const fn status(firing: bool) -> &'static str {
    if firing { "firing" } else { "resolved" }
}

/// What all have in common. As in Alertmanager, one that is missing is the same as an empty one, but only the first
/// decides what there is.
fn common(all: &[&Texts]) -> Texts {
    let Some((first, others)) = all.split_first() else { return Texts::new() };
    let same = |name: &str, value: &str| {
        others.iter().all(|other| other.get(name).map_or("", String::as_str) == value)
    };
    first.iter().filter(|(name, value)| same(name, value)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// `regexp.QuoteMeta`, since the web interface takes the receiver for a pattern.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The hash that names a set of labels: FNV-1a of names and values, each followed by a byte that UTF-8 never has.
pub(super) fn fingerprint(labels: &Labels) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    for (name, value) in labels.iter() {
        for text in [name, value] {
            text.bytes().for_each(&mut add);
            add(0xff);
        }
    }
    format!("{hash:016x}")
}

/// Milliseconds since 1970; without any, Go's zero time.
pub(super) fn time(ms: Option<i64>) -> Time {
    match ms {
        Some(ms) => {
            let part = u32::try_from(ms.rem_euclid(1_000)).unwrap_or(0) * 1_000_000;
            Time::new(ms.div_euclid(1_000), part)
        }
        None => Time::new(-62_135_596_800, 0),
    }
}
