//! What a scenario expects of alerts.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Phase;
use super::alerting::{Alerting, ExpectFile};
use super::resolve::Resolver;
use crate::alerting::alertmanager::config::Route;
use crate::alerting::deployed::Told;
use crate::alerting::rules::file::RuleKind;
use crate::contract::yaml::Located;
use crate::contract::{Contracts, Glob, HumanDuration, Promise};

/// How much later than by the timers alone a message may come: the time that it takes to be sent.
const ON_THE_WAY: Duration = Duration::from_secs(1);

/// An alert that is expected, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedFile {
    /// Its name.
    pub(super) alert: Located<String>,
    /// Labels that it has, among others.
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    /// When it starts to fire.
    pub(super) fires: MomentFile,
    /// When it is resolved. Default: nothing is said of it.
    #[serde(default)]
    pub(super) resolves: Option<MomentFile>,
    /// Who is told, and nobody else. Default: nothing is said of it.
    #[serde(default)]
    pub(super) notifies: Vec<NoticeFile>,
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
    /// How long after the alert starts to fire at the latest. Default: the longest `group_wait` of the routes to the
    /// receiver, and a second.
    #[serde(default)]
    pub(super) within: Option<HumanDuration>,
    /// How long after the alert is resolved at the latest. Default: the longest `group_interval` of the routes to the
    /// receiver, and a second; nothing is said of it for a receiver that is not told.
    #[serde(default)]
    pub(super) resolved_within: Option<HumanDuration>,
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
    /// When it starts to fire.
    pub fires: Moment,
    /// When it is resolved.
    pub resolves: Option<Moment>,
    /// Who is told.
    pub notifies: Vec<Notice>,
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
    /// How long after the alert starts to fire at the latest.
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
        contracts: &Contracts,
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
            Promise::Alert(alert) => Some(alert.name.as_str()),
            _ => None,
        });
        let promised: Vec<&str> = promised.collect();
        for expected in &typed.alerts {
            let name = &expected.alert;
            if !promised.contains(&name.value.as_str()) && names.contains(&name.value.as_str()) {
                let message =
                    format!("no clause of the contracts promises the alert `{name}`, so nothing judges it");
                let accepted: Vec<String> = promised.iter().map(|name| (*name).to_owned()).collect();
                self.report(name.line, name.column, message, &accepted);
            }
        }
        let expected = typed.alerts.into_iter().map(|expected| self.expected(expected, alerting, phases));
        (expected.flatten().collect(), typed.tolerated.into_iter().map(|name| name.value).collect())
    }

    fn expected(&mut self, typed: ExpectedFile, alerting: &Alerting, phases: &[Phase]) -> Option<Expected> {
        let fires = self.moment(typed.fires, phases);
        let resolves = typed.resolves.and_then(|moment| self.moment(moment, phases));
        let notifies = typed.notifies.into_iter();
        let notifies = notifies.filter_map(|notice| {
            self.notice(notice, alerting.deployed.alertmanager.as_ref(), resolves.is_some())
        });
        let notifies = notifies.collect();
        Some(Expected { alert: typed.alert.value, labels: typed.labels, fires: fires?, resolves, notifies })
    }

    fn moment(&mut self, typed: MomentFile, phases: &[Phase]) -> Option<Moment> {
        let phases = self.phases_of(&typed.phase, phases);
        let after = typed.after.unwrap_or_default().0;
        phases.map(|phases| Moment { phases, after, within: typed.within.0 })
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
        let routes = routes_to(&rules.config.route, &receiver.value);
        let longest = |of: fn(&Route) -> i64| {
            let longest = routes.iter().map(|route| of(route)).max().unwrap_or(0);
            Duration::from_millis(u64::try_from(longest).unwrap_or(0)) + ON_THE_WAY
        };
        let told = known.integrations.iter().any(|integration| integration.send_resolved);
        if let Some(within) = typed.resolved_within.filter(|_| !told || !resolves) {
            let message = if told {
                format!("`resolved_within: {within}` needs `resolves` of its alert")
            } else {
                format!(
                    "receiver `{receiver}` is not told when an alert is resolved (`send_resolved: false`)"
                )
            };
            self.report(line, column, message, &[]);
        }
        let resolved = (told && resolves).then(|| longest(|route| route.group_interval_ms));
        Some(Notice {
            after: typed.after.unwrap_or_default().0,
            within: typed.within.map_or_else(|| longest(|route| route.group_wait_ms), |within| within.0),
            resolved_within: typed.resolved_within.map(|within| within.0).or(resolved),
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
