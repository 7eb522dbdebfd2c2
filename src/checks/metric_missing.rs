use super::series::{families_named, label_names, samples_of};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, MetricPromise, Promise};
use crate::observe::Observations;

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

fn judge(metric: &MetricPromise, contracts: &crate::contract::Contracts, seen: &Observations) -> Verdict {
    let name = metric.name.as_str();
    let samples = samples_of(seen, metric);
    if samples.is_empty() {
        let scrapes =
            seen.legs.iter().flat_map(|leg| &leg.scrapes).filter(|s| s.exposition().is_some()).count();
        if scrapes == 0 {
            return Verdict::vacuous("nothing was scraped");
        }
        if seen.legs.iter().all(|leg| leg.ledger.request_count() == 0) {
            return Verdict::vacuous("there was no traffic that could have been counted");
        }
        return Verdict::Fail(vec![absent(metric, contracts, seen, scrapes)]);
    }
    let lacking: Vec<Finding> = metric
        .labels
        .iter()
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
        let series: std::collections::BTreeSet<_> = samples.iter().map(|s| (&s.name, &s.labels)).collect();
        format!("{} series", series.len())
    })
}

fn absent(
    metric: &MetricPromise,
    contracts: &crate::contract::Contracts,
    seen: &Observations,
    scrapes: usize,
) -> Finding {
    let name = metric.name.as_str();
    let declared = families_named(seen, name).next().is_some();
    let near = nearest(name, contracts, seen);
    let mut evidence = vec![format!("{scrapes} scrapes")];
    evidence.extend(near.iter().map(|near| format!("exposed and promised by nobody: {near}")));
    Finding {
        subject: name.to_owned(),
        expected: format!("the {} {name} is exposed", metric.kind),
        observed: if declared { "declared, but without a sample" } else { "in no scrape" }.to_owned(),
        evidence,
        next: match near {
            Some(near) => format!("was it renamed to {near}? expose it as {name}, or correct the document"),
            None => format!("find out where {name} should be recorded; anything built on it is blind"),
        },
    }
}

/// The exposed metric that nobody promises and whose name is most like this one.
fn nearest(name: &str, contracts: &crate::contract::Contracts, seen: &Observations) -> Option<String> {
    let unpromised = super::series::families(seen)
        .map(|family| family.queried_name())
        .filter(|exposed| !contracts.promises_metric(exposed) && !contracts.allows(exposed));
    let words = |name: &str| name.split('_').map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let wanted = words(name);
    unpromised
        .map(|exposed| (words(&exposed).intersection(&wanted).count(), exposed))
        // Two words in common: the service's own prefix is always one.
        .filter(|(common, _)| *common >= 2)
        .max()
        .map(|(_, exposed)| exposed)
}
