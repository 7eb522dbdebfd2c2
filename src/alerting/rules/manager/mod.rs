//! Rule groups as time goes on: what Prometheus' rule manager does, with the time as a value.
//!
//! `group` evaluates the rules of a group one after the other, `rule` keeps what one of them has come to, `view` is what
//! the HTTP interface shows of them.
//!
//! # Decisions
//!
//! * A group starts on a full interval after the start, not at a place that its name's hash decides: nobody could foresee
//!   it, and no rule may depend on it.
//! * As in a server that was just started, `ALERTS` and `ALERTS_FOR_STATE` are written from the third evaluation of a
//!   group on: in the first two it waits for the state that it had before it stopped. Alerts are sent all the same.
//! * An alert that is forgotten because its rule exceeded the limit counts as resolved, or as dropped if it was pending.
//!   Alertmanager hears nothing of it and takes it for resolved when it was last said to end.

mod group;
mod rule;
mod view;

pub use view::{AlertView, GroupView, RuleView};

use self::group::RunningGroup;
use crate::alerting::notifier::SentAlert;
use crate::alerting::rules::file::RuleFile;
use crate::alerting::rules::{Alert, AlertState};
use crate::promql::{Labels, Options, Storage};

/// How rules are evaluated.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How queries are evaluated.
    pub options: Options,
    /// How often groups are evaluated that do not say so themselves, in milliseconds.
    pub evaluation_interval_ms: i64,
    /// How far before the evaluation groups look that do not say so themselves, in milliseconds (3.5).
    pub query_offset_ms: i64,
    /// What templates see.
    pub external_labels: Labels,
    /// Where users reach this Prometheus.
    pub external_url: String,
    /// How soon a firing alert is sent again, in milliseconds; Prometheus' default is a minute.
    pub resend_delay_ms: i64,
    /// When the groups start, in milliseconds since 1970: each is evaluated one interval later for the first time, and
    /// then every interval.
    pub started_ms: i64,
}

/// An alert that came into another state.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// When.
    pub at_ms: i64,
    /// The group.
    pub group: String,
    /// The alert as it is now.
    pub alert: Alert,
    /// The state before; none if it was not there.
    pub before: Option<AlertState>,
    /// Whether a pending alert's condition is gone, so that it is forgotten without having fired.
    pub dropped: bool,
    /// Its annotations.
    pub annotations: std::collections::BTreeMap<String, String>,
}

/// What an evaluation came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    /// Alerts that came into another state, in the order of the rules, then of labels.
    pub transitions: Vec<Transition>,
    /// What is to be sent to Alertmanager, before external labels and relabelling.
    pub sent: Vec<SentAlert>,
    /// The rules that could not be evaluated: group, rule, and why.
    pub errors: Vec<(String, String, String)>,
}

/// Every rule group of a server.
#[derive(Debug)]
pub struct Manager {
    settings: Settings,
    /// In the order of the files, then of each file.
    groups: Vec<RunningGroup>,
}

impl Manager {
    /// Groups of files that were read without problems, each with the file's name.
    ///
    /// # Errors
    ///
    /// A rule that cannot be made ready, with its file and line.
    pub fn new(files: Vec<(String, RuleFile)>, settings: Settings) -> Result<Manager, Vec<String>> {
        let (mut groups, mut errors) = (Vec::new(), Vec::new());
        for (file, rules) in files {
            for group in rules.groups {
                match RunningGroup::new(&file, group, &settings) {
                    Ok(group) => groups.push(group),
                    Err(more) => errors.extend(more),
                }
            }
        }
        if errors.is_empty() { Ok(Manager { settings, groups }) } else { Err(errors) }
    }

    /// Starts the groups at another time than was said, before any of them was evaluated.
    pub fn start(&mut self, started_ms: i64) {
        self.settings.started_ms = started_ms;
        self.groups.iter_mut().for_each(|group| group.start(started_ms));
    }

    /// When a group is to be evaluated next; none without groups.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<i64> {
        self.groups.iter().map(RunningGroup::due_ms).min()
    }

    /// Evaluates every group that is due by now, each at the time at which it is due, of one time in the order of the
    /// files; what rules record goes into the storage.
    pub fn evaluate(&mut self, now_ms: i64, storage: &mut Storage) -> Evaluation {
        let mut evaluation = Evaluation::default();
        while let Some(due_ms) = self.next_due_ms().filter(|due_ms| *due_ms <= now_ms) {
            for group in self.groups.iter_mut().filter(|group| group.due_ms() == due_ms) {
                group.evaluate(&self.settings, storage, &mut evaluation);
            }
        }
        evaluation
    }

    /// Whether any of the groups could still be waiting for an alert to go on: an alert is pending or firing.
    #[must_use]
    pub fn has_active_alerts(&self) -> bool {
        self.groups.iter().any(RunningGroup::has_active_alerts)
    }

    /// What the HTTP interface shows of the groups. Annotations whose templates ask nothing are expanded now.
    #[must_use]
    pub fn groups(&self, storage: &Storage) -> Vec<GroupView> {
        self.groups.iter().map(|group| group.view(&self.settings, storage)).collect()
    }
}
