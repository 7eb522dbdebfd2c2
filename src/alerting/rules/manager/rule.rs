//! A rule of a group, and what it has come to.

use std::collections::BTreeMap;

use super::view::{AlertView, RuleView};
use super::{Evaluation, Transition};
use crate::alerting::rules::evaluate::one_step;
use crate::alerting::rules::file::{Group, Rule, RuleKind};
use crate::alerting::rules::write::{Writer, write};
use crate::alerting::rules::{Alert, AlertState, Compiled, Expander, Pace, Standing, Timeline};
use crate::promql::{Dialect, Labels, SeriesId, Storage};

/// A rule that is evaluated time after time.
#[derive(Debug)]
pub(super) struct RunningRule {
    compiled: Compiled,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    standing: Standing,
    writer: Writer,
    /// Where each sample of the last evaluation went, by its place.
    places: Vec<(Labels, SeriesId)>,
    evaluated_ms: Option<i64>,
    error: Option<String>,
}

impl RunningRule {
    pub(super) fn new(rule: &Rule, group: &Group, dialect: Dialect) -> Result<RunningRule, String> {
        let mut labels = group.labels.clone();
        labels.extend(rule.labels.clone());
        let annotations = match &rule.kind {
            RuleKind::Alert { annotations, .. } => annotations.clone(),
            RuleKind::Record { .. } => BTreeMap::new(),
        };
        Ok(RunningRule {
            compiled: Compiled::new(rule, group, dialect)?,
            labels,
            annotations,
            standing: Standing::default(),
            writer: Writer::default(),
            places: Vec::new(),
            evaluated_ms: None,
            error: None,
        })
    }

    pub(super) fn has_active_alerts(&self) -> bool {
        self.standing.alerts().iter().any(|alert| alert.state != AlertState::Resolved)
    }

    /// Evaluates it at the only step. `restored` says whether alerts are written down.
    pub(super) fn evaluate(
        &mut self,
        group: &str,
        timeline: &Timeline<'_>,
        (pace, restored): (Pace, bool),
        storage: &mut Storage,
        evaluation: &mut Evaluation,
    ) {
        let at_ms = timeline.steps[0];
        let before: Vec<Alert> = self.standing.alerts().iter().cloned().collect();
        let results = one_step(&self.compiled, storage, timeline.options, at_ms);
        let expander = Expander { timeline, storage, at_ms };
        let stepped =
            results.and_then(|results| self.standing.step(&self.compiled, results, &expander, true));
        if !before.is_empty() || !self.standing.alerts().is_empty() {
            self.transitions(group, &before, &expander, &mut evaluation.transitions);
            // After the transitions, which may tell of alerts that are forgotten.
            self.standing.prune();
        }
        self.evaluated_ms = Some(at_ms);
        self.error = match stepped {
            Ok(samples) => {
                evaluation.sent.extend(self.standing.send(&self.compiled, pace, &expander));
                let told = restored || !self.compiled.is_alert();
                let samples = self.writer.step(if told { samples } else { Vec::new() });
                self.store(samples, at_ms, storage)
            }
            Err(why) => Some(why),
        };
        if let Some(why) = &self.error {
            evaluation.errors.push((group.to_owned(), self.compiled.name().to_owned(), why.clone()));
        }
    }

    /// Writes samples down; why the last one was refused that was, if any.
    fn store(&mut self, samples: Vec<(Labels, f64)>, at_ms: i64, storage: &mut Storage) -> Option<String> {
        let sample_time = self.compiled.sample_time(at_ms);
        let mut refused = None;
        for (place, (labels, value)) in samples.into_iter().enumerate() {
            let known = self.places.get(place).filter(|(known, _)| *known == labels).map(|(_, id)| *id);
            let id = known.unwrap_or_else(|| storage.series(&labels));
            if let Err(refusal) = write(storage, id, (sample_time, at_ms), value) {
                refused = Some(refusal.to_owned());
            }
            match self.places.get_mut(place) {
                Some(held) if known.is_none() => *held = (labels, id),
                Some(_) => {}
                None => self.places.push((labels, id)),
            }
        }
        refused
    }

    /// Tells what became of each alert since before the evaluation.
    fn transitions(
        &self,
        group: &str,
        before: &[Alert],
        expander: &Expander<'_>,
        transitions: &mut Vec<Transition>,
    ) {
        let mut tell = |alert: Alert, before: Option<AlertState>, dropped: bool| {
            let annotations = self.standing.annotations(&self.compiled, &alert, expander);
            let at_ms = expander.at_ms;
            transitions.push(Transition {
                at_ms,
                group: group.to_owned(),
                alert,
                before,
                dropped,
                annotations,
            });
        };
        let mut before = before.iter().peekable();
        let mut now = self.standing.alerts().iter().peekable();
        // Both come in the order of their labels.
        loop {
            let gone = match (before.peek(), now.peek()) {
                (None, None) => return,
                (Some(old), Some(new)) => old.labels < new.labels,
                (Some(_), None) => true,
                (None, Some(_)) => false,
            };
            if gone {
                let Some(old) = before.next() else { return };
                match old.state {
                    AlertState::Pending => tell(old.clone(), Some(old.state), true),
                    AlertState::Firing => {
                        let resolved_at_ms = Some(expander.at_ms);
                        let ended = Alert { state: AlertState::Resolved, resolved_at_ms, ..old.clone() };
                        tell(ended, Some(old.state), false);
                    }
                    AlertState::Resolved => {}
                }
                continue;
            }
            let Some(new) = now.next() else { return };
            let old = before.next_if(|old| old.labels == new.labels).map(|old| old.state);
            if old != Some(new.state) {
                tell(new.clone(), old, false);
            }
        }
    }

    pub(super) fn view(&self, timeline: &Timeline<'_>, storage: &Storage) -> RuleView {
        let timing = self.compiled.timing();
        let at_ms = timeline.steps[0];
        let expander = Expander { timeline, storage, at_ms };
        let active = self.standing.alerts().iter().filter(|alert| alert.state != AlertState::Resolved);
        let alerts: Vec<AlertView> = active
            .map(|alert| AlertView {
                labels: alert.labels.clone(),
                annotations: self.standing.annotations(&self.compiled, alert, &expander),
                state: alert.state.name(),
                active_at_ms: alert.active_at_ms,
                value: alert.seen.value,
                keep_firing_since_ms: alert.kept_since_ms,
            })
            .collect();
        let any = |state: AlertState| alerts.iter().any(|alert| alert.state == state.name());
        let furthest = [AlertState::Firing, AlertState::Pending].into_iter().find(|state| any(*state));
        RuleView {
            alert: self.compiled.is_alert(),
            name: self.compiled.name().to_owned(),
            query: self.compiled.expression(),
            for_ms: timing.for_ms,
            keep_firing_for_ms: timing.keep_firing_for_ms,
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            state: furthest.unwrap_or(AlertState::Resolved).name(),
            alerts,
            health: match (self.evaluated_ms, &self.error) {
                (None, _) => "unknown",
                (_, Some(_)) => "err",
                (_, None) => "ok",
            },
            last_error: self.error.clone().unwrap_or_default(),
            last_evaluation_ms: self.evaluated_ms,
            evaluation_s: 0.0,
        }
    }
}
