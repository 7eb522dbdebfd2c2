use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::series::{answered, families, label_names, queried_name, samples_of};
use super::sources::unscraped;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Contracts, MetricPromise, Promise};
use crate::observe::exposition::{Family, Kind};
use crate::observe::{Leg, Observations};

/// A promised metric is not exposed, or lacks a promised label.
pub(super) struct MetricMissing;

impl Check for MetricMissing {
    fn id(&self) -> &'static str {
        "metrics/missing"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every promised metric was exposed in at least one scrape, with every promised label on each of its samples.",
            why: "An alert or a panel on a metric that is not there, or on a label that is not there, never fires and never shows anything.",
            needs: "A scrape, and traffic: a series with labels appears only once something is counted.",
            wrong: "A metric that appears only under conditions that the scenario never creates is accused; leave its clause out of the scope, or create them.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Metric(metric) = &clause.promise else { return None };
        Some(judge(metric, case.contracts, case.seen))
    }
}

fn judge(metric: &MetricPromise, contracts: &Contracts, seen: &Observations) -> Verdict {
    let name = metric.name.as_str();
    let samples = samples_of(seen, metric);
    if samples.is_empty() {
        if let Some(reason) = unscraped(seen) {
            return Verdict::Vacuous(reason);
        }
        let scrapes =
            seen.legs.iter().flat_map(|leg| &leg.scrapes).filter(|s| s.exposition().is_some()).count();
        if !seen.legs.iter().any(answered) {
            return Verdict::vacuous("there was no traffic that could have been counted");
        }
        if !seen.legs.iter().any(scraped_since_traffic) {
            return Verdict::vacuous("no scrape was answered once the traffic had begun");
        }
        return Verdict::Fail(vec![absent(metric, contracts, seen, scrapes)]);
    }
    let lacking: Vec<Finding> = metric
        .labels
        .iter()
        // A document may list `le`, which the type puts on the buckets and nowhere else.
        .filter(|label| Some(label.as_str()) != metric.kind.own_label())
        .filter_map(|label| {
            let without: Vec<_> = samples
                .iter()
                .filter(|sample| !label_names(sample, metric.kind).contains(label.as_str()))
                .collect();
            let example = without.first()?;
            Some(Finding {
                subject: format!("label `{label}` of {name}"),
                expected: format!("every sample of {name} has the label `{label}`"),
                observed: format!("{} of {} samples lack it", without.len(), samples.len()),
                evidence: vec![format!("{}{}", example.name, example.labels)],
                next: format!("add the label `{label}` where {name} is recorded, or correct the document"),
            })
        })
        .collect();
    Verdict::from_findings(lacking, || {
        let series: BTreeSet<_> = samples.iter().map(|s| (&s.name, &s.labels)).collect();
        format!("{} series", series.len())
    })
}

/// Whether a scrape was answered after the first request had been. Without notes on single requests nobody can tell.
fn scraped_since_traffic(leg: &Leg) -> bool {
    let answers = leg.ledger.traces.iter().filter(|note| note.status_code.is_some());
    let Some(first) = answers.map(|note| note.done).min() else { return true };
    leg.last_scrape().is_some_and(|scrape| scrape.at >= first)
}

fn absent(metric: &MetricPromise, contracts: &Contracts, seen: &Observations, scrapes: usize) -> Finding {
    let name = metric.name.as_str();
    let near = nearest(name, contracts, seen);
    let mut evidence = vec![format!("{scrapes} scrapes")];
    evidence.extend(near.iter().map(|near| format!("exposed and promised by nobody: {near}")));
    Finding {
        subject: name.to_owned(),
        expected: format!("the {} {name} is exposed", metric.kind),
        observed: instead(name, seen),
        evidence,
        next: match near {
            Some(near) => format!("was it renamed to {near}? expose it as {name}, or correct the document"),
            None => format!("find out where {name} should be recorded; anything built on it is blind"),
        },
    }
}

/// What is there under the name, when the samples that the promise speaks of are not.
fn instead(name: &str, seen: &Observations) -> String {
    // Without a sample nothing tells that an OpenMetrics counter `x` is queried as `x_total`.
    let total = |family: &Family| family.kind == Kind::Counter && format!("{}_total", family.name) == name;
    let declares = |family: &&Family| queried_name(family) == name || total(family);
    match families(seen).filter(declares).max_by_key(|family| !family.samples.is_empty()) {
        Some(family) if family.samples.is_empty() => "declared, but without a sample".to_owned(),
        Some(family) => format!("only samples of the {} {}", family.kind, family.name),
        None => "in no scrape".to_owned(),
    }
}

/// Words that many names end with and that tell nothing of what is measured.
const UNTELLING: [&str; 7] = ["total", "seconds", "bytes", "ratio", "count", "sum", "info"];

/// The exposed metric that nobody promises and whose name is most like this one.
fn nearest(name: &str, contracts: &Contracts, seen: &Observations) -> Option<String> {
    let unpromised = families(seen)
        .filter(|family| !family.samples.is_empty())
        .map(queried_name)
        .filter(|exposed| !contracts.promises_metric(exposed) && !contracts.allows(exposed));
    let words = |name: &str| name.split('_').map(str::to_owned).collect::<BTreeSet<_>>();
    let wanted = words(name);
    let prefix = name.split('_').next();
    unpromised
        .map(|exposed| {
            let same_prefix = prefix.filter(|prefix| exposed.split('_').next() == Some(prefix));
            let (tells, others): (Vec<_>, Vec<_>) = words(&exposed)
                .into_iter()
                .filter(|word| Some(word.as_str()) != same_prefix && !UNTELLING.contains(&word.as_str()))
                .partition(|word| wanted.contains(word));
            // Of two with as much in common the one that says less else; then the first by name.
            (tells.len(), Reverse(others.len()), Reverse(exposed))
        })
        .filter(|(common, _, _)| *common >= 1)
        .max()
        .map(|(_, _, Reverse(exposed))| exposed)
}
