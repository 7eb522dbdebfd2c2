//! A group that is evaluated time after time.

use super::rule::RunningRule;
use super::view::GroupView;
use super::{Evaluation, Settings};
use crate::alerting::rules::file::Group;
use crate::alerting::rules::{Pace, Timeline};
use crate::promql::Storage;

/// How many evaluations a server that was just started waits until it writes down how alerts stand.
const BEFORE_RESTORED: u64 = 2;

/// A group, and how far it is.
#[derive(Debug)]
pub(super) struct RunningGroup {
    name: String,
    file: String,
    interval_ms: i64,
    limit: usize,
    started_ms: i64,
    rules: Vec<RunningRule>,
    evaluations: u64,
    due_ms: i64,
}

impl RunningGroup {
    pub(super) fn new(file: &str, group: Group, settings: &Settings) -> Result<RunningGroup, Vec<String>> {
        let given = group.interval_ms.filter(|interval_ms| *interval_ms > 0);
        let interval_ms = given.unwrap_or(settings.evaluation_interval_ms).max(1);
        let group = Group {
            query_offset_ms: Some(group.query_offset_ms.unwrap_or(settings.query_offset_ms)),
            ..group
        };
        let (mut rules, mut errors) = (Vec::with_capacity(group.rules.len()), Vec::new());
        for rule in &group.rules {
            match RunningRule::new(rule, &group, settings.options.dialect) {
                Ok(rule) => rules.push(rule),
                Err(why) => errors.push(format!("{file}:{}: {}: {why}", rule.place.line, rule.name())),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(RunningGroup {
            name: group.name,
            file: file.to_owned(),
            interval_ms,
            limit: group.limit,
            started_ms: settings.started_ms,
            rules,
            evaluations: 0,
            due_ms: settings.started_ms.saturating_add(interval_ms),
        })
    }

    /// Begins anew at a time, in milliseconds since 1970.
    pub(super) fn start(&mut self, started_ms: i64) {
        self.started_ms = started_ms;
        self.due_ms = started_ms.saturating_add(self.interval_ms);
    }

    /// When it is evaluated next, in milliseconds since 1970.
    pub(super) fn due_ms(&self) -> i64 {
        self.due_ms
    }

    pub(super) fn has_active_alerts(&self) -> bool {
        self.rules.iter().any(RunningRule::has_active_alerts)
    }

    /// Evaluates it at the time at which it is due.
    pub(super) fn evaluate(
        &mut self,
        settings: &Settings,
        storage: &mut Storage,
        evaluation: &mut Evaluation,
    ) {
        let at_ms = self.due_ms;
        let steps = [at_ms];
        let timeline = timeline(&steps, settings);
        let pace = Pace { interval_ms: self.interval_ms, resend_delay_ms: settings.resend_delay_ms };
        let restored = self.evaluations >= BEFORE_RESTORED;
        for rule in &mut self.rules {
            rule.evaluate(&self.name, &timeline, (pace, restored), storage, evaluation);
        }
        self.evaluations += 1;
        self.due_ms = at_ms.saturating_add(self.interval_ms);
    }

    pub(super) fn view(&self, settings: &Settings, storage: &Storage) -> GroupView {
        let last_ms = (self.evaluations > 0).then(|| self.due_ms - self.interval_ms);
        let steps = [last_ms.unwrap_or(self.started_ms)];
        let timeline = timeline(&steps, settings);
        GroupView {
            name: self.name.clone(),
            file: self.file.clone(),
            interval_ms: self.interval_ms,
            limit: self.limit,
            last_evaluation_ms: last_ms,
            evaluation_s: 0.0,
            rules: self.rules.iter().map(|rule| rule.view(&timeline, storage)).collect(),
        }
    }
}

fn timeline<'a>(steps: &'a [i64], settings: &'a Settings) -> Timeline<'a> {
    Timeline {
        steps,
        options: &settings.options,
        external_labels: &settings.external_labels,
        external_url: &settings.external_url,
    }
}
