//! Alerts, silences and the notifications that must come of them.

use std::collections::BTreeMap;

use super::super::{Place, Problem, Written};
use crate::alerting::alertmanager::config::Config;
use crate::alerting::matchers::Matchers;
use crate::promql::Labels;

/// An alert that somebody other than the rules reports. Times are in milliseconds from the start of the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputAlert {
    /// Its labels, at least one.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Since when it fires.
    pub from_ms: i64,
    /// When it is resolved, after `from_ms`; none if it fires until the test ends.
    pub to_ms: Option<i64>,
    /// Where it starts.
    pub place: Place,
}

/// A silence. Times are in milliseconds from the start of the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSilence {
    /// What an alert must have to be silenced; never empty.
    pub matchers: Matchers,
    /// From when on.
    pub from_ms: i64,
    /// Until when, after `from_ms`; none if it holds until the test ends.
    pub to_ms: Option<i64>,
    /// Where it starts.
    pub place: Place,
}

/// An item of `notification_test`: what a receiver gets. Times are in milliseconds from the start of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct NotificationTest {
    /// The receiver.
    pub receiver: Written,
    /// From when on its notifications are looked at.
    pub from_ms: i64,
    /// Until when, this time included; none if until the last time that the test names.
    pub to_ms: Option<i64>,
    /// All of its notifications in that time, in their order.
    pub exp_notifications: Vec<ExpectedNotification>,
    /// Where it starts.
    pub place: Place,
}

/// A notification that a receiver must get, or that must be lost.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedNotification {
    /// When: the first and the last millisecond; any time if none.
    pub between_ms: Option<(i64, i64)>,
    /// Whether it is to be firing (else resolved); either if none.
    pub firing: Option<bool>,
    /// All the labels that make its group; any if none.
    pub group_labels: Option<BTreeMap<String, String>>,
    /// All its alerts, in any order; any if none.
    pub alerts: Option<Vec<ExpectedNotified>>,
    /// Texts that its body must have.
    pub contains: Vec<String>,
    /// Texts that its body must not have.
    pub lacks: Vec<String>,
    /// What the integration speaks that sends it; anything if none.
    pub kind: Option<Written>,
    /// What the reason must have for which it is lost; it must not be lost if none.
    pub lost: Option<String>,
    /// Where it starts.
    pub place: Place,
}

/// An alert in a notification. It may have more labels and annotations than are given; what is given as empty it must
/// not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedNotified {
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Whether it fires (else it is resolved); either if none.
    pub firing: Option<bool>,
    /// Where it starts.
    pub place: Place,
}

impl NotificationTest {
    /// The last time that it names, in milliseconds from the start of the test.
    pub(in crate::alerting) fn last_ms(&self) -> i64 {
        let expected = self.exp_notifications.iter().filter_map(|it| it.between_ms.map(|(_, to_ms)| to_ms));
        expected.chain(self.to_ms).fold(self.from_ms, i64::max)
    }

    /// The names of the alerts that it expects.
    pub(in crate::alerting) fn alerts(&self) -> impl Iterator<Item = &str> {
        let expected = self.exp_notifications.iter();
        let labels = expected.flat_map(|one| {
            let alerts = one.alerts.iter().flatten().map(|alert| &alert.labels);
            alerts.chain(&one.group_labels)
        });
        labels.filter_map(|labels| labels.get("alertname").map(String::as_str))
    }

    /// What it says that does not go with a configuration of Alertmanager; `file` is what problems call the file of the
    /// test.
    #[must_use]
    pub fn problems(&self, file: &str, config: &Config) -> Vec<Problem> {
        let Some(receiver) = config.receiver(&self.receiver) else {
            let names: Vec<&str> = config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
            let message = format!("Alertmanager's configuration has no receiver `{}`", self.receiver);
            return vec![Problem::new(file, self.receiver.place, message).accepted(&names)];
        };
        let mut kinds: Vec<&str> = receiver.integrations.iter().map(|one| one.kind.name()).collect();
        kinds.dedup();
        let unknown = |kind: &&Written| !kinds.contains(&kind.text.as_str());
        let named = self.exp_notifications.iter().filter_map(|expected| expected.kind.as_ref());
        named
            .filter(unknown)
            .map(|kind| {
                let message = format!("the receiver `{}` does not speak `{kind}`", self.receiver);
                Problem::new(file, kind.place, message).accepted(&kinds)
            })
            .collect()
    }
}
