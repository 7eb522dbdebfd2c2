use super::series::{Job, jobs_of};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise};
use crate::observe::Scrape;

/// A gauge does not come back to where it was before the traffic.
pub(super) struct GaugeStuck;

impl Check for GaugeStuck {
    fn id(&self) -> &'static str {
        "metrics/gauge-stuck"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That a gauge of things under way stands, summed over its labels and once all traffic is over, where it stood before.",
            why: "A gauge that is not decremented on some path creeps up for weeks, until the alert on it is muted.",
            needs: "A scrape before the traffic, one while something is under way, and one after everything has ended.",
            wrong: "Work that outlives the run on purpose is accused; give the scenario a quiet last phase.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Settles(promise) = &clause.promise else { return None };
        let name = promise.metric.as_str();
        let (mut findings, mut moved, mut told) = (Vec::new(), None, false);
        for leg in &case.seen.legs {
            for job in jobs_of(leg, name).unwrap_or_default() {
                let values = values(&job, name);
                let (Some(before), Some(after)) = (values.first(), values.last()) else { continue };
                told = true;
                findings.extend(fault(name, &values, *before, *after));
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
            (false, None) => Verdict::vacuous("no job was scraped both before the traffic and after it"),
        })
    }
}

/// The gauge's value in every scrape, summed over its labels. A gauge whose labels come with the first event is not
/// there before it, and may be gone after it: that is zero.
fn values(job: &Job<'_>, name: &str) -> Vec<f64> {
    let value = |scrape: &&Scrape| {
        scrape.samples(name).map(|sample| sample.value).fold(0.0, |sum, value| sum + value)
    };
    job.answered.iter().map(value).collect()
}

fn fault(name: &str, values: &[f64], before: f64, after: f64) -> Option<Finding> {
    let finding = |expected: String, observed: String, next: &str| Finding {
        subject: name.to_owned(),
        expected,
        observed,
        evidence: vec![format!("by scrape: {}", listing(values))],
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

fn listing(values: &[f64]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
