//! Which alerts keep others quiet.
//!
//! # Decisions
//!
//! * 0.25 looks through all sources of a rule in an order left to chance and names the first that fits; here it is the
//!   one with the lowest fingerprint.
//! * 0.33 remembers one source for each set of `equal` values, the one that ends last when it was reported, and looks at
//!   that one alone. Once it is over, or if it may not inhibit because it is source and target at once, a target is not
//!   inhibited although another source fires, until that one is reported again. The same happens when any source with the
//!   same values that is over is forgotten, every 15 minutes. Seen with 0.33.1, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::Release;
use super::alert::Alert;
use super::ticks::Ticks;
use crate::alerting::alertmanager::config::InhibitRule;
use crate::promql::Labels;

/// The sources of each rule.
#[derive(Debug)]
pub(super) struct Inhibitor {
    release: Release,
    /// When sources that are over are forgotten.
    maintenance: Ticks,
    rules: Vec<Sources>,
}

/// The sources of one rule.
#[derive(Debug, Default)]
struct Sources {
    /// By fingerprint.
    alerts: BTreeMap<u64, Arc<Alert>>,
    /// By the values of the rule's `equal` labels.
    same: BTreeMap<Vec<String>, Same>,
}

/// The sources with the same values of `equal` labels.
#[derive(Debug, Default)]
struct Same {
    all: BTreeSet<u64>,
    /// The one that 0.33 looks at.
    looked_at: Option<u64>,
}

impl Inhibitor {
    pub(super) fn new(rules: &[InhibitRule], release: Release, maintenance: Ticks) -> Inhibitor {
        Inhibitor { release, maintenance, rules: rules.iter().map(|_| Sources::default()).collect() }
    }

    /// Takes note of a report.
    pub(super) fn take(&mut self, rules: &[InhibitRule], alert: &Arc<Alert>) {
        for (rule, sources) in rules.iter().zip(&mut self.rules) {
            if rule.source.matches(&alert.labels) {
                sources.take(rule, alert);
            }
        }
    }

    /// Forgets what maintenance has removed by now.
    pub(super) fn forget(&mut self, rules: &[InhibitRule], now_ms: i64) {
        let maintenance = self.maintenance;
        for (rule, sources) in rules.iter().zip(&mut self.rules) {
            sources.forget(rule, |alert| maintenance.since(alert.ends_at_ms, now_ms));
        }
    }

    /// The fingerprint of the alert that keeps labels quiet, if one does.
    pub(super) fn of(&self, rules: &[InhibitRule], labels: &Labels, now_ms: i64) -> Option<u64> {
        rules.iter().zip(&self.rules).find_map(|(rule, sources)| {
            if !rule.target.matches(labels) {
                return None;
            }
            // What is both source and target of a rule is not kept quiet by another that is both: each would silence
            // the other.
            let both = rule.source.matches(labels);
            let inhibits = |source: &Alert| {
                let both = both && rule.target.matches(&source.labels);
                !both && !source.resolved(now_ms)
            };
            let same = sources.same.get(&equal(rule, labels))?;
            let source = match self.release {
                Release::V0_25 => sources.of(&same.all).find(|source| inhibits(source)),
                Release::V0_33 => {
                    let forgotten = |source: &Arc<Alert>| self.maintenance.since(source.ends_at_ms, now_ms);
                    let looked_at = sources.of(&same.looked_at).find(|source| inhibits(source));
                    looked_at.filter(|_| !sources.of(&same.all).any(forgotten))
                }
            };
            source.map(|source| source.fingerprint)
        })
    }
}

impl Sources {
    fn of<'a>(&'a self, which: impl IntoIterator<Item = &'a u64>) -> impl Iterator<Item = &'a Arc<Alert>> {
        which.into_iter().filter_map(|fingerprint| self.alerts.get(fingerprint))
    }

    fn take(&mut self, rule: &InhibitRule, alert: &Arc<Alert>) {
        self.alerts.insert(alert.fingerprint, Arc::clone(alert));
        let same = self.same.entry(equal(rule, &alert.labels)).or_default();
        same.all.insert(alert.fingerprint);
        let known = same.looked_at.and_then(|fingerprint| self.alerts.get(&fingerprint));
        if known.is_none_or(|known| known.ends_at_ms <= alert.ends_at_ms) {
            same.looked_at = Some(alert.fingerprint);
        }
    }

    fn forget(&mut self, rule: &InhibitRule, over: impl Fn(&Alert) -> bool) {
        let same = &mut self.same;
        self.alerts.retain(|fingerprint, alert| {
            let over = over(alert);
            if over {
                let values = equal(rule, &alert.labels);
                let empty = same.get_mut(&values).is_some_and(|same| {
                    same.looked_at = None;
                    same.all.remove(fingerprint) && same.all.is_empty()
                });
                if empty {
                    same.remove(&values);
                }
            }
            !over
        });
    }
}

/// The values that a source and its targets must share; an absent label is empty.
fn equal(rule: &InhibitRule, labels: &Labels) -> Vec<String> {
    rule.equal.iter().map(|name| labels.value(name).to_owned()).collect()
}
