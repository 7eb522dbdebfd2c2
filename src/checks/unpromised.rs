use std::collections::{BTreeMap, BTreeSet};

use super::series::{families, is_of, label_names, queried_name, samples_of};
use super::sources::unscraped;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, ClosedWorld, Promise};
use crate::observe::exposition::Family;

/// A metric or a label arrived that no contract of the run promises.
pub(super) struct Unpromised;

impl Check for Unpromised {
    fn id(&self) -> &'static str {
        "metrics/unpromised"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every exposed metric, and every label on it, is promised by some contract of the run or allowed by the closed world of one.",
            why: "What nobody documented is what nobody maintains: a typo in a name, a label whose values never end, a secret.",
            needs: "A scrape.",
            wrong: "A client library's own metrics (process_*, go_*) are accused unless they are allowed in the contract.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::ClosedWorld(world) = &clause.promise else { return None };
        let mut seen: BTreeMap<String, &Family> = BTreeMap::new();
        // A family that is declared and has no sample exposes nothing yet.
        for family in families(case.seen).filter(|family| !family.samples.is_empty()) {
            let name = queried_name(family);
            if world.metrics.matches(&name) {
                seen.entry(name).or_insert(family);
            }
        }
        if seen.is_empty() {
            let nothing = || format!("no metric that `{}` speaks of was scraped", world.metrics);
            return Some(Verdict::Vacuous(unscraped(case.seen).unwrap_or_else(nothing)));
        }
        let mut findings = unknown_metrics(&seen, case);
        findings.extend(unknown_labels(world, case));
        Some(Verdict::from_findings(findings, || format!("{} metrics, each promised or allowed", seen.len())))
    }
}

fn unknown_metrics(seen: &BTreeMap<String, &Family>, case: &Case<'_>) -> Vec<Finding> {
    seen.iter()
        // Without a TYPE line the samples of a promised histogram stand under names of their own.
        .filter(|(name, _)| {
            !case.contracts.metrics().any(|metric| metric.name.as_str() == *name || is_of(metric, name))
        })
        .filter(|(name, _)| !case.contracts.allows(name))
        .map(|(name, family)| Finding {
            subject: name.clone(),
            expected: "only metrics that a document promises".to_owned(),
            observed: format!("{} {name}, promised by none", family.kind),
            evidence: family
                .samples
                .iter()
                .take(3)
                .map(|s| format!("{}{} {}", s.name, s.labels, s.value))
                .collect(),
            next: format!("document {name}, stop exposing it, or allow it in the contract"),
        })
        .collect()
}

fn unknown_labels(world: &ClosedWorld, case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut judged = BTreeSet::new();
    for metric in case.contracts.metrics() {
        let name = metric.name.as_str();
        if !world.metrics.matches(name) || !judged.insert(name) {
            continue;
        }
        let promised: BTreeSet<&str> =
            case.contracts.labels_of(name).into_iter().map(|label| label.as_str()).collect();
        let mut unknown = BTreeMap::new();
        for sample in samples_of(case.seen, metric) {
            for label in label_names(sample, metric.kind).difference(&promised) {
                unknown.entry((*label).to_owned()).or_insert(sample);
            }
        }
        findings.extend(unknown.into_iter().map(|(label, sample)| Finding {
            subject: format!("label `{label}` of {name}"),
            expected: match promised.len() {
                0 => "no labels".to_owned(),
                _ => format!("only the labels {}", promised.iter().copied().collect::<Vec<_>>().join(", ")),
            },
            observed: format!("the label `{label}` as well"),
            evidence: vec![format!("{}{}", sample.name, sample.labels)],
            next: format!("document the label `{label}`, or remove it before its values multiply the series"),
        }));
    }
    findings
}
