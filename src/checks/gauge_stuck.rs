use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise};
use crate::observe::Leg;
use crate::observe::exposition::Labels;

/// A gauge does not come back to where it was before the traffic.
pub(super) struct GaugeStuck;

impl Check for GaugeStuck {
    fn id(&self) -> &'static str {
        "metrics/gauge-stuck"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That a gauge of things under way stands, once all traffic is over, where it stood before.",
            why: "A gauge that is not decremented on some path creeps up for weeks, until the alert on it is muted.",
            needs: "A scrape before the traffic, one while something is under way, and one after everything has ended.",
            wrong: "Work that outlives the run on purpose is accused; give the scenario a quiet last phase.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Settles(promise) = &clause.promise else { return None };
        let name = promise.metric.as_str();
        let (mut findings, mut peak) = (Vec::new(), None);
        for leg in &case.seen.legs {
            let Some(values) = values(leg, name) else { continue };
            let (before, after) = (values[0], values[values.len() - 1]);
            let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if highest > before {
                peak = Some(peak.map_or(highest, |peak: f64| peak.max(highest)));
            }
            if after != before {
                findings.push(Finding {
                    subject: name.to_owned(),
                    expected: format!("{before}, as before the traffic"),
                    observed: format!("{after} after everything had ended"),
                    evidence: vec![format!("by scrape: {}", listing(&values))],
                    next: "decrement it on every path: errors, time-outs, cancellations; a guard that does it when dropped is safest".to_owned(),
                });
            }
        }
        if findings.is_empty() && peak.is_none() {
            return Some(Verdict::vacuous(
                "it never rose while it was scraped, so its return proves nothing",
            ));
        }
        Some(Verdict::from_findings(findings, || {
            format!("rose to {} and came back", peak.unwrap_or_default())
        }))
    }
}

/// The gauge's value in every scrape that has it, summed over its labels.
fn values(leg: &Leg, name: &str) -> Option<Vec<f64>> {
    let values: Vec<f64> = leg
        .scrapes
        .iter()
        .filter_map(|scrape| {
            let mut samples = scrape.samples(name).map(|sample| (&sample.labels, sample.value)).peekable();
            samples.peek()?;
            Some(samples.map(|(_, value): (&Labels, f64)| value).sum())
        })
        .collect();
    (values.len() >= 2).then_some(values)
}

fn listing(values: &[f64]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
