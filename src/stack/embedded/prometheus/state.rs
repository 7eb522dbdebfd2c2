//! Everything that the embedded Prometheus knows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::intake::Intake;
use super::view::{Health, Metadata, TargetView};
use crate::alerting::notifier::{SentAlert, outgoing};
use crate::alerting::relabel::Relabel;
use crate::alerting::rules::{AlertState, Manager, Transition};
use crate::observe::series::Bodies;
use crate::observe::{AlertEvent, AlertPhase, Scrape};
use crate::promql::{Labels, Storage, format_float};

/// What became of the alerts that were to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posts {
    /// Alerts that an Alertmanager took, once for each Alertmanager.
    pub sent: usize,
    /// Alerts that could not be sent, once for each Alertmanager.
    pub failed: usize,
    /// Why, once for each Alertmanager and reason: the URL as configured, and the reason.
    pub failures: BTreeSet<(String, String)>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) storage: Storage,
    /// The time of the newest scraped sample, in milliseconds since 1970.
    newest_ms: i64,
    /// What is older is forgotten; nothing if none.
    retention_ms: Option<i64>,
    /// When that was done last.
    forgot_ms: i64,
    pub(super) manager: Manager,
    pub(super) targets: Vec<TargetView>,
    intakes: Vec<Intake>,
    /// By target, then by metric.
    pub(super) told: Vec<BTreeMap<String, Metadata>>,
    pub(super) metadata: BTreeMap<String, Vec<Metadata>>,
    pub(super) started_ms: i64,
    pub(super) events: Vec<AlertEvent>,
    pub(super) rule_errors: Vec<String>,
    pub(super) posts: Posts,
}

impl State {
    pub(super) fn new(
        manager: Manager,
        targets: Vec<(TargetView, Intake)>,
        started_ms: i64,
        retention_ms: Option<i64>,
    ) -> State {
        let (targets, intakes): (Vec<TargetView>, Vec<Intake>) = targets.into_iter().unzip();
        State {
            storage: Storage::new(),
            newest_ms: i64::MIN,
            retention_ms,
            forgot_ms: started_ms,
            manager,
            told: vec![BTreeMap::new(); targets.len()],
            targets,
            intakes,
            metadata: BTreeMap::new(),
            started_ms,
            events: Vec::new(),
            rule_errors: Vec::new(),
            posts: Posts::default(),
        }
    }

    /// The rules start now.
    pub(super) fn start(&mut self, started_ms: i64) {
        self.started_ms = started_ms;
        self.manager.start(started_ms);
    }

    /// Takes in what came of a scrape of a target.
    pub(super) fn scraped(&mut self, target: usize, scrape: &Scrape, took: Duration) {
        let (Some(intake), Some(view)) = (self.intakes.get_mut(target), self.targets.get_mut(target)) else {
            return;
        };
        let taken = intake.take(&mut self.storage, &mut self.newest_ms, scrape, took.as_secs_f64());
        view.health = if taken.failed.is_none() { Health::Up } else { Health::Down };
        view.last_error = taken.failed.unwrap_or_default();
        view.last_scrape_ms = Some(scrape.at.as_millisecond());
        view.last_duration_s = took.as_secs_f64();
        if taken.remarked {
            tell(&mut self.told[target], intake.bodies());
            self.metadata = merged(&self.told);
        }
    }

    /// Evaluates the rules that are due, and gives the alerts that are to be sent.
    pub(super) fn evaluate(
        &mut self,
        now: Timestamp,
        external_labels: &Labels,
        alert_relabel: &[Relabel],
    ) -> Vec<SentAlert> {
        let now_ms = now.as_millisecond();
        let evaluation = self.manager.evaluate(now_ms, &mut self.storage);
        self.events.extend(evaluation.transitions.iter().filter_map(event));
        for (group, rule, why) in evaluation.errors {
            let told = format!("group {group:?}, rule {rule:?}: {why}");
            if !self.rule_errors.contains(&told) {
                self.rule_errors.push(told);
            }
        }
        self.forget(now_ms);
        outgoing(evaluation.sent, external_labels, alert_relabel)
    }

    /// Forgets what is too old, now and then.
    fn forget(&mut self, now_ms: i64) {
        let Some(retention_ms) = self.retention_ms else { return };
        if now_ms.saturating_sub(self.forgot_ms) > retention_ms / 10 {
            self.forgot_ms = now_ms;
            self.storage.forget_before(now_ms.saturating_sub(retention_ms));
        }
    }

    /// Counts alerts that were posted to an Alertmanager, and why that failed if it did.
    pub(super) fn posted(&mut self, url: &str, alerts: usize, failed: Option<String>) {
        match failed {
            None => self.posts.sent += alerts,
            Some(why) => {
                self.posts.failed += alerts;
                self.posts.failures.insert((url.to_owned(), why));
            }
        }
    }
}

/// A transition as it is recorded; none outside the times that can be written.
fn event(transition: &Transition) -> Option<AlertEvent> {
    let alert = &transition.alert;
    let phase = match alert.state {
        _ if transition.dropped => AlertPhase::Dropped,
        AlertState::Pending => AlertPhase::Pending,
        AlertState::Firing => AlertPhase::Firing,
        AlertState::Resolved => AlertPhase::Resolved,
    };
    Some(AlertEvent {
        at: Timestamp::from_millisecond(transition.at_ms).ok()?,
        group: transition.group.clone(),
        alert: alert.labels.value("alertname").to_owned(),
        labels: alert.labels.to_map(),
        phase,
        active_at: Timestamp::from_millisecond(alert.active_at_ms).ok()?,
        value: format_float(alert.seen.value),
        annotations: transition.annotations.clone(),
    })
}

/// Puts down what a body says of its metrics; what it does not say stays.
fn tell(told: &mut BTreeMap<String, Metadata>, bodies: &Bodies) {
    for line in bodies.metadata() {
        let unknown = || Metadata { kind: "unknown".to_owned(), ..Metadata::default() };
        let metric = told.entry(line.metric.to_owned()).or_insert_with(unknown);
        match line.what {
            "TYPE" if line.text == "untyped" => metric.kind = "unknown".to_owned(),
            "TYPE" => metric.kind = line.text.to_owned(),
            "UNIT" => metric.unit = line.text.to_owned(),
            _ => metric.help = line.text.replace("\\n", "\n").replace("\\\\", "\\"),
        }
    }
}

/// What all targets say, each thing once.
fn merged(told: &[BTreeMap<String, Metadata>]) -> BTreeMap<String, Vec<Metadata>> {
    let mut all: BTreeMap<String, Vec<Metadata>> = BTreeMap::new();
    for (metric, metadata) in told.iter().flatten() {
        let known = all.entry(metric.clone()).or_default();
        if !known.contains(metadata) {
            known.push(metadata.clone());
        }
    }
    all
}
