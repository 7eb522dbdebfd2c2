//! The alert chain as the judges of alerts and notifications read it: who fired when, and who was told.
//!
//! # Decisions
//! - Windows are instants of the run, so that any leg may keep one; notifications are joined by id within a leg.
//! - A start that is the first after a missed window is that window's, late; any other outside all windows is spurious.
//!   So one fault is found by one judge.
//! - What an alert's own delay explains is not held against its notifications.
//! - A window that ends after the last thing that was seen proves nothing when it stays empty.

mod episodes;
mod messages;
mod notices;
mod starts;
mod times;

use std::collections::BTreeMap;

use super::{Case, Verdict};
use crate::contract::{Clause, Contract, Promise};
use crate::observe::{AlertChain, AlertPlan, ExpectedAlert};

pub(super) use self::episodes::Episode;
use self::episodes::state_lines;
pub(super) use self::messages::{Message, Sent, fate_text, firing, integration, told_line};
pub(super) use self::notices::{First, Got, Status, Told};
pub(super) use self::starts::in_order;
pub(super) use self::starts::{Met, meant, met};
pub(super) use self::times::{Times, between};

/// What to do where no rules were evaluated.
pub(super) const NO_CHAIN: &str = "no alert rules were evaluated: have the scenario start Prometheus and Alertmanager with the rules that are deployed, and say under `expect:` which alerts should fire";

/// What to do where nothing is expected of any alert.
const NO_PLAN: &str = "the scenario does not say which alerts should fire: say so under `expect:`";

/// How many alerts or messages a finding's evidence names.
pub(super) const NAMED: usize = 6;

/// Everything that was seen of alerts.
pub(super) struct Chain<'a> {
    /// What is expected; none where the scenario says nothing.
    pub(super) plan: Option<&'a AlertPlan>,
    /// The chain of each leg that has one.
    pub(super) legs: Vec<&'a AlertChain>,
    /// How to write instants.
    pub(super) times: Times<'a>,
    /// Every time that an alert was pending or fired, in order of time.
    pub(super) episodes: Vec<Episode<'a>>,
}

impl<'a> Chain<'a> {
    /// The chain of the run, or that there is none.
    pub(super) fn of(case: &Case<'a>) -> Result<Self, Verdict> {
        let legs: Vec<&AlertChain> = case.seen.legs.iter().filter_map(|leg| leg.chain.as_ref()).collect();
        if legs.is_empty() {
            return Err(Verdict::vacuous(NO_CHAIN));
        }
        let episodes = episodes::all(&legs);
        Ok(Self { plan: case.seen.plan.alerts.as_ref(), legs, times: Times::of(case.seen), episodes })
    }

    /// The same where nothing can be judged without knowing what is expected.
    pub(super) fn planned(case: &Case<'a>) -> Result<(Self, &'a AlertPlan), Verdict> {
        let chain = Self::of(case)?;
        let plan = chain.plan.ok_or_else(|| Verdict::vacuous(NO_PLAN))?;
        Ok((chain, plan))
    }

    /// What is expected of the alerts of this name.
    pub(super) fn expected(&self, name: &str) -> Vec<&'a ExpectedAlert> {
        let plan = self.plan.into_iter();
        plan.flat_map(|plan| &plan.expected).filter(|expected| expected.alert == name).collect()
    }

    /// Every episode of the alerts of this name.
    pub(super) fn episodes_of<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Episode<'a>> {
        self.episodes.iter().filter(move |episode| episode.alert == name)
    }

    /// How alerts of this name stood, for evidence.
    pub(super) fn states(&self, name: &str) -> Vec<String> {
        self.states_with(name, &BTreeMap::new())
    }

    /// How alerts of this name and with these labels, among others, stood.
    pub(super) fn states_with(&self, name: &str, labels: &BTreeMap<String, String>) -> Vec<String> {
        let all = self.legs.iter().flat_map(|leg| &leg.alerts);
        let events = all.filter(|event| event.alert == name && has(&event.labels, labels));
        state_lines(&events.collect::<Vec<_>>(), &self.times)
    }
}

/// Why nothing can be said of an alert of which nothing is expected.
pub(super) fn unexpected(name: &str) -> Verdict {
    Verdict::vacuous(format!("nothing is expected of `{name}`: say under `expect:` when it should fire"))
}

/// The contract that a clause stands in.
pub(super) fn contract_of<'a>(clause: &Clause, case: &Case<'a>) -> Option<&'a Contract> {
    case.contracts.all.iter().find(|one| one.clauses.iter().any(|other| std::ptr::eq(other, clause)))
}

/// The alert that a clause promises.
pub(super) fn alert_of(clause: &Clause) -> Option<&str> {
    match &clause.promise {
        Promise::Alert(promise) => Some(promise.name.as_str()),
        _ => None,
    }
}

/// The name of an alert, by its labels.
pub(super) fn name_of(labels: &BTreeMap<String, String>) -> &str {
    labels.get("alertname").map_or("", String::as_str)
}

/// Whether an alert's labels are, among others, these.
pub(super) fn has(labels: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(name, value)| labels.get(name) == Some(value))
}

/// Labels as Prometheus prints them, without the alert's name.
pub(super) fn text(labels: &BTreeMap<String, String>) -> String {
    let others = labels.iter().filter(|(name, _)| name.as_str() != "alertname");
    let pairs: Vec<String> = others.map(|(name, value)| format!("{name}={value:?}")).collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(", ")) }
}

/// An alert by its name and labels.
pub(super) fn subject(name: &str, labels: &BTreeMap<String, String>) -> String {
    format!("alert `{name}{}`", text(labels))
}

/// The first lines, and how many more there are.
pub(super) fn few(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if let Some(more) = lines.len().checked_sub(most).filter(|more| *more > 0) {
        lines.truncate(most);
        lines.push(format!("and {more} more"));
    }
    lines
}
