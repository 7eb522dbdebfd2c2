//! Samples of a leg as checks want them: what grew, by the labels that matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{LabelName, MetricPromise, MetricType};
use crate::observe::exposition::{Family, Labels, Sample};
use crate::observe::{Leg, Observations};

/// The names of the samples that a metric of this type exposes.
pub(super) fn sample_names(name: &str, kind: MetricType) -> Vec<String> {
    match kind {
        MetricType::Histogram => {
            ["_bucket", "_sum", "_count"].iter().map(|suffix| format!("{name}{suffix}")).collect()
        }
        MetricType::Summary => {
            ["", "_sum", "_count"].iter().map(|suffix| format!("{name}{suffix}")).collect()
        }
        MetricType::Counter | MetricType::Gauge | MetricType::Untyped => vec![name.to_owned()],
    }
}

/// The label that a type adds to every sample of its own.
pub(super) fn own_label(kind: MetricType) -> Option<&'static str> {
    match kind {
        MetricType::Histogram => Some("le"),
        MetricType::Summary => Some("quantile"),
        MetricType::Counter | MetricType::Gauge | MetricType::Untyped => None,
    }
}

/// Every family of every scrape.
pub(super) fn families(seen: &Observations) -> impl Iterator<Item = &Family> {
    seen.legs
        .iter()
        .flat_map(|leg| &leg.scrapes)
        .filter_map(|scrape| scrape.exposition())
        .flat_map(|exposition| &exposition.families)
}

/// Families under the name that a user would query.
pub(super) fn families_named<'a>(seen: &'a Observations, name: &'a str) -> impl Iterator<Item = &'a Family> {
    families(seen).filter(move |family| family.queried_name() == name)
}

/// Every sample that a promised metric exposed.
pub(super) fn samples_of<'a>(seen: &'a Observations, metric: &MetricPromise) -> Vec<&'a Sample> {
    let names = sample_names(metric.name.as_str(), metric.kind);
    families(seen).flat_map(|family| &family.samples).filter(|sample| names.contains(&sample.name)).collect()
}

/// By how much the samples of this name grew from the first scrape to the last, summed over all but these labels. A
/// series that was not there at first began at zero.
pub(super) fn growth<'a>(
    leg: &Leg,
    name: &str,
    by: impl Iterator<Item = &'a LabelName> + Clone,
) -> BTreeMap<Labels, f64> {
    let mut grown = BTreeMap::new();
    let (Some(first), Some(last)) = (leg.first_scrape(), leg.last_scrape()) else { return grown };
    let before: BTreeMap<&Labels, f64> =
        first.samples(name).map(|sample| (&sample.labels, sample.value)).collect();
    for sample in last.samples(name) {
        let growth = sample.value - before.get(&sample.labels).copied().unwrap_or(0.0);
        *grown.entry(project(&sample.labels, by.clone())).or_default() += growth;
    }
    grown
}

/// The labels of these names. One that is absent is left out, as Prometheus does.
pub(super) fn project<'a>(labels: &Labels, by: impl Iterator<Item = &'a LabelName>) -> Labels {
    by.filter_map(|name| Some((name.to_string(), labels.get(name.as_str())?.to_owned()))).collect()
}

/// The label names of a sample, less the one that its type adds.
pub(super) fn label_names(sample: &Sample, kind: MetricType) -> BTreeSet<&str> {
    let own = own_label(kind).filter(|_| sample.name.ends_with("_bucket") || kind == MetricType::Summary);
    sample.labels.iter().map(|(name, _)| name).filter(|name| Some(*name) != own).collect()
}

/// When the last scrape was taken, for evidence.
pub(super) fn last_scrape_at(leg: &Leg) -> String {
    leg.last_scrape()
        .map_or_else(|| "no scrape".to_owned(), |scrape| format!("scrape of {} at {}", scrape.job, scrape.at))
}
