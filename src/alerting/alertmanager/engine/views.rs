//! Alerts and groups as the HTTP interface shows them.

use super::super::{Release, routes};
use super::alert::{Alert, by_labels};
use super::{AlertStatus, AlertView, Alertmanager, GroupView};

impl Alertmanager {
    /// Every alert that is not over, in the order of the HTTP interface: by fingerprint.
    #[must_use]
    pub fn alerts(&self, now_ms: i64) -> Vec<AlertView> {
        let firing = self.alerts.values().filter(|alert| !alert.resolved(now_ms));
        let mut views: Vec<AlertView> = firing
            .map(|alert| {
                let routed = routes::routed(&self.config.route, &alert.labels);
                let receivers = routed.iter().map(|matched| matched.route.receiver.clone()).collect();
                self.view(alert, receivers, &[], now_ms)
            })
            .collect();
        views.sort_by(|one, other| one.fingerprint.cmp(&other.fingerprint));
        views
    }

    /// Every group that has alerts, in the order of the HTTP interface: by labels, then by receiver.
    #[must_use]
    pub fn groups(&self, now_ms: i64) -> Vec<GroupView> {
        let mut shown: Vec<(&super::Group, Vec<&Alert>)> = Vec::new();
        let mut receivers = std::collections::BTreeMap::<u64, Vec<String>>::new();
        for id in self.places.values() {
            let Some(group) = self.groups.get(id) else { continue };
            let alerts: Vec<&Alert> =
                group.sorted().into_iter().map(|alert| &**alert).filter(|it| !it.resolved(now_ms)).collect();
            for alert in &alerts {
                receivers
                    .entry(alert.fingerprint)
                    .or_default()
                    .push(self.routes[group.route].receiver.clone());
            }
            if !alerts.is_empty() {
                shown.push((group, alerts));
            }
        }
        receivers.values_mut().for_each(|names| names.sort());
        let mut views: Vec<GroupView> = shown
            .into_iter()
            .map(|(group, alerts)| GroupView {
                labels: group.labels.clone(),
                receiver: self.routes[group.route].receiver.clone(),
                alerts: alerts
                    .into_iter()
                    .map(|alert| {
                        let names = receivers.get(&alert.fingerprint).cloned().unwrap_or_default();
                        self.view(alert, names, &group.muted_by, now_ms)
                    })
                    .collect(),
            })
            .collect();
        views.sort_by(|one, other| {
            by_labels(&one.labels, &other.labels).then_with(|| one.receiver.cmp(&other.receiver))
        });
        views
    }

    fn view(&self, alert: &Alert, receivers: Vec<String>, muted_by: &[String], now_ms: i64) -> AlertView {
        let silenced_by = self.silences.of(&alert.labels, now_ms);
        let inhibited = self.inhibitor.of(&self.config.inhibit_rules, &alert.labels, now_ms);
        let inhibited_by: Vec<String> = inhibited.map(hexadecimal).into_iter().collect();
        let muted_by = if self.settings.release == Release::V0_25 { &[] } else { muted_by };
        let quiet = !(silenced_by.is_empty() && inhibited_by.is_empty() && muted_by.is_empty());
        let state = if quiet { "suppressed" } else { "active" };
        AlertView {
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
            starts_at_ms: alert.starts_at_ms,
            ends_at_ms: alert.ends_at_ms,
            updated_at_ms: alert.updated_at_ms,
            generator_url: alert.generator_url.clone(),
            receivers,
            fingerprint: hexadecimal(alert.fingerprint),
            status: AlertStatus { state, silenced_by, inhibited_by, muted_by: muted_by.to_vec() },
        }
    }
}

fn hexadecimal(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}
