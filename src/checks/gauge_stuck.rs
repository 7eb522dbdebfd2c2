use std::collections::BTreeMap;

use super::series::{Job, jobs_of};
use super::sources::{SHARED, shared, unframed};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise};
use crate::observe::{Leg, Scrape};

/// A gauge does not come back to where it was before the traffic.
pub(super) struct GaugeStuck;

impl Check for GaugeStuck {
    fn id(&self) -> &'static str {
        "metrics/gauge-stuck"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That a gauge of things under way stands, summed over its labels and over the instances of a job and once all traffic is over, where it stood before.",
            why: "A gauge that is not decremented on some path creeps up for weeks, until the alert on it is muted.",
            needs: "No other traffic; a scrape before ours, one while something is under way, and one after everything has ended.",
            wrong: "Work that outlives the run on purpose is accused; give the scenario a quiet last phase.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Settles(promise) = &clause.promise else { return None };
        if shared(case.seen) {
            return Some(Verdict::vacuous(SHARED));
        }
        let name = promise.metric.as_str();
        let (mut findings, mut moved, mut told) = (Vec::new(), None, false);
        for leg in &case.seen.legs {
            let jobs = jobs_of(leg, name).unwrap_or_default();
            for instances in jobs.chunk_by(|one, next| one.name == next.name) {
                let values = summed(leg, instances, name);
                let (Some(before), Some(after)) = (values.first(), values.last()) else { continue };
                told = true;
                findings.extend(fault(name, instances, &values, *before, *after));
                moved = moved.or_else(|| moves(&values, *before));
            }
        }
        if !findings.is_empty() {
            return Some(Verdict::Fail(findings));
        }
        Some(match (told, moved) {
            (_, Some(evidence)) => Verdict::Pass { evidence },
            (true, None) => {
                Verdict::vacuous("it never moved while it was scraped, so its return proves nothing")
            }
            (false, None) => Verdict::vacuous(unframed(case.seen)),
        })
    }
}

/// The gauge's value in one scrape, summed over its labels. A gauge whose labels come with the first event is not
/// there before it, and may be gone after it: that is zero.
fn value(scrape: &Scrape, name: &str) -> f64 {
    scrape.samples(name).map(|sample| sample.value).fold(0.0, |sum, value| sum + value)
}

/// The gauge's value summed over the instances of a job, anew with each scrape of one of them once all are known. What
/// is under way may end on another instance than it began on: only the sum comes back for certain.
fn summed(leg: &Leg, instances: &[Job<'_>], name: &str) -> Vec<f64> {
    let Some(job) = instances.first() else { return Vec::new() };
    let mut known: BTreeMap<&str, f64> = BTreeMap::new();
    let mut sums = Vec::new();
    let answered =
        leg.scrapes.iter().filter(|scrape| scrape.job == job.name && scrape.exposition().is_some());
    for scrape in answered {
        known.insert(scrape.instance.as_str(), value(scrape, name));
        if known.len() >= instances.len() {
            sums.push(known.values().sum());
        }
    }
    sums
}

/// What each scrape showed, for evidence.
fn by_scrape(instances: &[Job<'_>], name: &str, sums: &[f64]) -> Vec<String> {
    let listing = |values: &[f64]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let own = |job: &Job<'_>| job.answered.iter().map(|scrape| value(scrape, name)).collect::<Vec<_>>();
    match instances {
        [job] if job.instance.is_empty() => vec![format!("by scrape: {}", listing(sums))],
        _ => instances
            .iter()
            .map(|job| format!("by scrape of {}: {}", job.text(), listing(&own(job))))
            .collect(),
    }
}

fn fault(name: &str, instances: &[Job<'_>], values: &[f64], before: f64, after: f64) -> Option<Finding> {
    let finding = |expected: String, observed: String, next: &str| Finding {
        subject: name.to_owned(),
        expected,
        observed,
        evidence: by_scrape(instances, name, values),
        next: next.to_owned(),
    };
    if let Some(odd) = values.iter().find(|value| !value.is_finite()) {
        return Some(finding(
            "a number of things under way in every scrape".to_owned(),
            format!("{odd}"),
            "look at what is added to it and what is subtracted: no such count is infinite or not a number",
        ));
    }
    let next = if after > before {
        "decrement it on every path: errors, time-outs, cancellations; a guard that does it when dropped is safest"
    } else {
        "decrement it once for each increment: look for a path that does it twice"
    };
    (after != before).then(|| {
        finding(
            format!("{before}, as before the traffic"),
            format!("{after} after everything had ended"),
            next,
        )
    })
}

/// Where it went in between, if it went anywhere.
fn moves(values: &[f64], before: f64) -> Option<String> {
    let highest = values.iter().copied().fold(before, f64::max);
    let lowest = values.iter().copied().fold(before, f64::min);
    if highest > before {
        Some(format!("rose to {highest} and came back"))
    } else {
        (lowest < before).then(|| format!("fell to {lowest} and came back"))
    }
}
