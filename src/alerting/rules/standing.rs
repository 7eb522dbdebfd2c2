//! What a rule has brought about so far, which its next evaluation goes on from.

use std::collections::BTreeMap;

use super::columns::Recent;
use super::{Alert, AlertState, Alerts, Compiled, Expander, Pace, Seen, Sending};
use crate::alerting::notifier::{SentAlert, generator_url};
use crate::promql::{Labels, Sample};

/// The alerts of a rule, and what was made of them.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    alerts: Alerts,
    sending: Sending,
    /// The labels of alerts by those of results.
    named: Recent<Labels, Labels>,
    /// The series that tell of alerts.
    told: Recent<(Labels, AlertState), [Labels; 2]>,
    /// What the templates yielded that ask queries: later the answers may be others.
    annotated: BTreeMap<Labels, BTreeMap<String, String>>,
    fired: bool,
}

impl Standing {
    /// Its alerts.
    pub(crate) fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    /// Whether any alert ever fired.
    pub(crate) fn has_fired(&self) -> bool {
        self.fired
    }

    /// One evaluation with what the expression yielded; what is to be written of it. `annotate` says whether anybody will
    /// ask for annotations.
    ///
    /// # Errors
    ///
    /// Two results are of one series, or there are more than the limit of the group.
    pub(crate) fn step(
        &mut self,
        rule: &Compiled,
        results: Vec<Sample>,
        expander: &Expander<'_>,
        annotate: bool,
    ) -> Result<Vec<(Labels, f64)>, String> {
        if !rule.is_alert() {
            return rule.recorded(results);
        }
        if results.is_empty() && self.alerts.is_empty() {
            return Ok(Vec::new());
        }
        let (at_ms, named, plain) = (expander.at_ms, &mut self.named, rule.labels_are_plain());
        let found = results.into_iter().enumerate().map(|(place, sample)| {
            let seen = Seen { labels: sample.labels, value: sample.value, at_ms };
            let labels = || rule.alert_labels(&seen, expander);
            (if plain { named.get(place, seen.labels.clone(), labels) } else { labels() }, seen)
        });
        let found: Vec<(Labels, Seen)> = found.collect();
        if annotate && rule.asks() {
            let annotated =
                found.iter().map(|(labels, seen)| (labels.clone(), rule.annotations(seen, expander)));
            self.annotated.extend(annotated);
        }
        let active = self.alerts.step(at_ms, rule.timing(), found)?;
        let mut samples = Vec::with_capacity(2 * active.len());
        for (place, alert) in active.into_iter().enumerate() {
            self.fired |= alert.fired_at_ms.is_some();
            let key = (alert.labels.clone(), alert.state);
            let [alerts, for_state] = self.told.get(place, key, || rule.alert_series(alert));
            samples.push((alerts, 1.0));
            samples.push((for_state, (alert.active_at_ms.div_euclid(1000)) as f64));
        }
        Ok(samples)
    }

    /// The annotations of one of its alerts, as they were when its condition was seen last.
    pub(crate) fn annotations(
        &self,
        rule: &Compiled,
        alert: &Alert,
        expander: &Expander<'_>,
    ) -> BTreeMap<String, String> {
        match self.annotated.get(&alert.labels) {
            Some(annotations) => annotations.clone(),
            None => rule.annotations(&alert.seen, expander),
        }
    }

    /// What is to be sent after an evaluation that did not fail. It counts as sent.
    pub(crate) fn send(&mut self, rule: &Compiled, pace: Pace, expander: &Expander<'_>) -> Vec<SentAlert> {
        if !rule.is_alert() || self.alerts.is_empty() {
            return Vec::new();
        }
        let mut sending = std::mem::take(&mut self.sending);
        let due = sending.due(expander.at_ms, &self.alerts, pace);
        let sent = due.into_iter().map(|(alert, ends_at_ms)| SentAlert {
            labels: alert.labels.clone(),
            annotations: self.annotations(rule, alert, expander),
            starts_at_ms: alert.fired_at_ms.unwrap_or(expander.at_ms),
            ends_at_ms,
            generator_url: generator_url(expander.timeline.external_url, &rule.expression()),
        });
        let sent = sent.collect();
        self.sending = sending;
        sent
    }

    /// Forgets what belongs to alerts that are forgotten.
    pub(crate) fn prune(&mut self) {
        let alerts = &self.alerts;
        if self.annotated.len() > alerts.iter().count() {
            self.annotated.retain(|labels, _| alerts.iter().any(|alert| alert.labels == *labels));
        }
    }
}
