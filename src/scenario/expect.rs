//! What a scenario expects of alerts.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Phase;
use super::alerting::{Alerting, ExpectFile};
use super::resolve::Resolver;
use crate::alerting::alertmanager::config::{IntegrationKind, Route};
use crate::alerting::deployed::Told;
use crate::alerting::rules::file::RuleKind;
use crate::contract::yaml::Located;
use crate::contract::{Contracts, Glob, HumanDuration, Promise};

/// How long after the alert somebody is told at the latest, unless the scenario says: Alertmanager's own `group_interval`
/// and `group_wait`, and a second on the way. Never what the judged configuration has: it would always agree.
const TOLD_WITHIN: Duration = Duration::from_secs(5 * 60 + 30 + 1);

/// An alert that is expected, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedFile {
    /// Its name.
    pub(super) alert: Located<String>,
    /// Labels that it has, among others.
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    /// When it starts to fire. Default: it must not.
    #[serde(default)]
    pub(super) fires: Option<MomentFile>,
    /// When it is resolved. Default: nothing is said of it.
    #[serde(default)]
    pub(super) resolves: Option<MomentFile>,
    /// Who is told, and nobody else; an empty list is nobody. Default: nothing is said of it.
    #[serde(default)]
    pub(super) notifies: Option<Vec<NoticeFile>>,
}

/// A moment relative to phases, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MomentFile {
    /// The phase from whose start on it is counted; a pattern such as `incident-*` means each phase that it matches.
    #[serde(rename = "in")]
    pub(super) phase: Located<String>,
    /// How long after that start at the earliest. Default: at once.
    #[serde(default)]
    pub(super) after: Option<HumanDuration>,
    /// How much later at the latest.
    pub(super) within: HumanDuration,
}

/// Somebody who is told, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeFile {
    /// The receiver.
    pub(super) receiver: Located<String>,
    /// How long after the alert starts to fire at the earliest. Default: at once.
    #[serde(default)]
    pub(super) after: Option<HumanDuration>,
    /// How much later at the latest. Default: 5m 31s, which is Alertmanager's own `group_interval` and `group_wait`, and a
    /// second.
    #[serde(default)]
    pub(super) within: Option<HumanDuration>,
    /// Whether the end is told as well. Default: it is, where the alert `resolves`.
    #[serde(default)]
    pub(super) resolved: Option<bool>,
    /// How long after the alert is resolved at the latest. Default: 5m 31s.
    #[serde(default)]
    pub(super) resolved_within: Option<Located<HumanDuration>>,
    /// Texts that the body of each message has.
    #[serde(default)]
    pub(super) contains: Vec<String>,
}

/// An alert that is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Its name.
    pub alert: String,
    /// Labels that it has, among others.
    pub labels: BTreeMap<String, String>,
    /// When it starts to fire; never where there is none.
    pub fires: Option<Moment>,
    /// When it is resolved.
    pub resolves: Option<Moment>,
    /// Who is told: nobody where it is empty; none where nothing is said of it.
    pub notifies: Option<Vec<Notice>>,
}

/// A moment relative to phases.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Which phases.
    pub phases: Glob,
    /// How long after the start of each at the earliest.
    pub after: Duration,
    /// How much later at the latest.
    pub within: Duration,
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The receiver.
    pub receiver: String,
    /// How long after the alert starts to fire at the earliest.
    pub after: Duration,
    /// How much later at the latest.
    pub within: Duration,
    /// How long after the alert is resolved at the latest; none where nothing is said of it.
    pub resolved_within: Option<Duration>,
    /// Texts that the body of each message has.
    pub contains: Vec<String>,
}

impl Resolver<'_> {
    /// The alerts that are expected, and those that are tolerated.
    pub(super) fn expect(
        &mut self,
        typed: Option<Located<ExpectFile>>,
        alerting: Option<&Alerting>,
        (contracts, scope): (&Contracts, &[Glob]),
        phases: &[Phase],
    ) -> (Vec<Expected>, Vec<String>) {
        let Some(Located { value: typed, line, column }) = typed else { return Default::default() };
        let Some(alerting) = alerting else {
            if self.clean && self.invalid.problems.is_empty() {
                let message = "`expect` needs `alerting`: without rules there are no alerts".to_owned();
                self.report(line, column, message, &[]);
            }
            return Default::default();
        };
        let names = alerts(alerting);
        let named = typed.alerts.iter().map(|expected| &expected.alert).chain(&typed.tolerated);
        for name in named.filter(|name| !names.contains(&name.value.as_str())) {
            let accepted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            self.report(name.line, name.column, format!("no rule has the alert `{name}`"), &accepted);
        }
        let promised = contracts.clauses().filter_map(|(_, clause)| match &clause.promise {
            Promise::Alert(alert) if scope.iter().any(|glob| glob.matches(clause.id.as_str())) => {
                Some(alert.name.as_str())
            }
            _ => None,
        });
        let promised: Vec<&str> = promised.collect();
        for expected in &typed.alerts {
            let name = &expected.alert;
            if !promised.contains(&name.value.as_str()) && names.contains(&name.value.as_str()) {
                let message =
                    format!("no clause in `scope` promises the alert `{name}`, so nothing judges it");
                let accepted: Vec<String> = promised.iter().map(|name| (*name).to_owned()).collect();
                self.report(name.line, name.column, message, &accepted);
            }
        }
        let expected = typed.alerts.into_iter().map(|expected| self.expected(expected, alerting, phases));
        (expected.flatten().collect(), typed.tolerated.into_iter().map(|name| name.value).collect())
    }

    fn expected(&mut self, typed: ExpectedFile, alerting: &Alerting, phases: &[Phase]) -> Option<Expected> {
        let before = self.invalid.problems.len();
        let fires = typed.fires.and_then(|moment| self.moment(moment, phases));
        let resolves = typed.resolves.and_then(|moment| self.moment(moment, phases));
        let told = alerting.deployed.alertmanager.as_ref();
        let notifies = typed.notifies.map(|all| {
            let mut notices: Vec<Notice> = Vec::new();
            for typed in all {
                let receiver = typed.receiver.clone();
                let Some(notice) = self.notice(typed, told, resolves.is_some()) else { continue };
                if notices.iter().any(|other| other.receiver == notice.receiver) {
                    let message = format!("receiver `{receiver}` is there twice");
                    self.report(receiver.line, receiver.column, message, &[]);
                }
                self.in_time(&receiver, &notice, (fires.as_ref(), resolves.as_ref()), phases);
                notices.push(notice);
            }
            notices
        });
        let expected = Expected { alert: typed.alert.value, labels: typed.labels, fires, resolves, notifies };
        (self.invalid.problems.len() == before).then_some(expected)
    }

    fn moment(&mut self, typed: MomentFile, phases: &[Phase]) -> Option<Moment> {
        let of = self.phases_of(&typed.phase, phases)?;
        let moment = Moment { phases: of, after: typed.after.unwrap_or_default().0, within: typed.within.0 };
        self.before_the_end(&typed.phase, &moment, phases, Duration::ZERO, "");
        Some(moment)
    }

    /// Whether each window ends before the run does: what comes after the run nobody sees, so nothing would be judged.
    fn before_the_end(
        &mut self,
        place: &Located<String>,
        moment: &Moment,
        phases: &[Phase],
        later: Duration,
        how: &str,
    ) {
        let mut start = Duration::ZERO;
        let mut latest = Duration::ZERO;
        for phase in phases {
            if moment.phases.matches(&phase.name) {
                latest = latest.max(start + moment.after + moment.within + later);
            }
            start += phase.load.lasts;
        }
        if latest > start {
            let [latest, end] = [latest, start].map(HumanDuration);
            let message = format!("the window ends {latest} after the start, and the run ends at {end}{how}");
            let accepted = ["a longer last phase".to_owned(), "a shorter window".to_owned()];
            self.report(place.line, place.column, message, &accepted);
        }
    }

    fn in_time(
        &mut self,
        receiver: &Located<String>,
        notice: &Notice,
        (fires, resolves): (Option<&Moment>, Option<&Moment>),
        phases: &[Phase],
    ) {
        if let Some(fires) = fires {
            let later = notice.after + notice.within;
            self.before_the_end(receiver, fires, phases, later, " (`within`)");
        }
        if let (Some(resolves), Some(within)) = (resolves, notice.resolved_within) {
            self.before_the_end(receiver, resolves, phases, within, " (`resolved_within`)");
        }
    }

    fn notice(&mut self, typed: NoticeFile, rules: Option<&Told>, resolves: bool) -> Option<Notice> {
        let receiver = typed.receiver;
        let (line, column) = (receiver.line, receiver.column);
        let Some(rules) = rules else {
            let message = "`notifies` needs `alerting.alertmanager`: without it nobody is told".to_owned();
            self.report(line, column, message, &[]);
            return None;
        };
        let Some(known) = rules.config.receiver(&receiver.value) else {
            let accepted: Vec<String> =
                rules.config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
            self.report(line, column, format!("no receiver is named `{receiver}`"), &accepted);
            return None;
        };
        if known.integrations.iter().all(|it| matches!(it.kind, IntegrationKind::Unspoken(_))) {
            let kinds: Vec<&str> = known.integrations.iter().map(|it| it.kind.name()).collect();
            let kinds = if kinds.is_empty() { "no integration".to_owned() } else { kinds.join(", ") };
            let message = format!("receiver `{receiver}` has {kinds}, of which nothing can be seen here");
            let accepted = ["webhook", "slack", "pagerduty"].map(str::to_owned);
            self.report(line, column, message, &accepted);
            return None;
        }
        let ends = resolves && typed.resolved != Some(false);
        if let Some(within) = typed.resolved_within.as_ref().filter(|_| !ends) {
            let message =
                format!("`resolved_within: {within}` needs `resolves` of its alert, and `resolved`");
            self.report(within.line, within.column, message, &[]);
        }
        let resolved_within = typed.resolved_within.map_or(TOLD_WITHIN, |within| within.value.0);
        Some(Notice {
            after: typed.after.unwrap_or_default().0,
            within: typed.within.map_or(TOLD_WITHIN, |within| within.0),
            resolved_within: ends.then_some(resolved_within),
            contains: typed.contains,
            receiver: receiver.value,
        })
    }
}

/// The names of all alerts.
fn alerts(alerting: &Alerting) -> Vec<&str> {
    let rules =
        alerting.deployed.rules.iter().flat_map(|(_, file)| &file.groups).flat_map(|group| &group.rules);
    rules.filter(|rule| matches!(rule.kind, RuleKind::Alert { .. })).map(|rule| rule.name()).collect()
}

/// Every route to a receiver.
pub(super) fn routes_to<'a>(root: &'a Route, receiver: &str) -> Vec<&'a Route> {
    let own = (root.receiver == receiver).then_some(root);
    own.into_iter().chain(root.routes.iter().flat_map(|route| routes_to(route, receiver))).collect()
}

impl Alerting {
    /// The shortest repeat interval of the routes to each receiver, in milliseconds.
    #[must_use]
    pub fn repeats_ms(&self) -> BTreeMap<String, i64> {
        let Some(rules) = &self.deployed.alertmanager else { return BTreeMap::new() };
        let shortest = |name: &str| {
            routes_to(&rules.config.route, name).iter().map(|route| route.repeat_interval_ms).min()
        };
        let receivers = rules.config.receivers.iter();
        receivers.filter_map(|receiver| Some((receiver.name.clone(), shortest(&receiver.name)?))).collect()
    }
}
