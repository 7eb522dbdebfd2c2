//! Samples of a leg as checks want them: what grew, by the labels that matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{LabelName, Mapping, MetricPromise, MetricType};
use crate::observe::exposition::{Family, Kind, Labels, Sample};
use crate::observe::{Leg, Observations, Origin, Scrape};

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

/// Every family of every scrape.
pub(super) fn families(seen: &Observations) -> impl Iterator<Item = &Family> {
    seen.legs
        .iter()
        .flat_map(|leg| &leg.scrapes)
        .filter_map(|scrape| scrape.exposition())
        .flat_map(|exposition| &exposition.families)
}

/// The name that a user would query. An OpenMetrics info `shop_build` has its one sample as `shop_build_info`.
pub(super) fn queried_name(family: &Family) -> String {
    let info = format!("{}_info", family.name);
    let renamed = family.kind == Kind::Info && family.samples.iter().any(|sample| sample.name == info);
    if renamed { info } else { family.queried_name() }
}

/// Whether a sample of this name is one that the metric is promised to expose.
pub(super) fn is_of(metric: &MetricPromise, sample: &str) -> bool {
    sample_names(metric.name.as_str(), metric.kind).iter().any(|name| name == sample)
}

/// Every sample that a promised metric exposed.
pub(super) fn samples_of<'a>(seen: &'a Observations, metric: &MetricPromise) -> Vec<&'a Sample> {
    let names = sample_names(metric.name.as_str(), metric.kind);
    families(seen).flat_map(|family| &family.samples).filter(|sample| names.contains(&sample.name)).collect()
}

/// Whether any request was answered: what nobody answered may never have arrived.
pub(super) fn answered(leg: &Leg) -> bool {
    // That the scraper was answered says nothing of the traffic.
    let mut asked = leg.ledger.requests.iter().filter(|(key, _)| key.origin != Origin::Scrape);
    asked.any(|(key, entry)| key.status_code.is_some() && entry.count > 0)
}

/// Every scrape of a leg by job and instance, in order.
pub(super) fn by_instance(leg: &Leg) -> BTreeMap<(&str, &str), Vec<&Scrape>> {
    let mut scrapes: BTreeMap<(&str, &str), Vec<&Scrape>> = BTreeMap::new();
    for scrape in &leg.scrapes {
        scrapes.entry((&scrape.job, &scrape.instance)).or_default().push(scrape);
    }
    scrapes
}

/// What one instance of a job tells of a leg. Each instance counts for itself, and restarts for itself: what it
/// exposes is only ever compared with what it exposed before.
#[derive(Debug)]
pub(super) struct Job<'a> {
    pub(super) name: &'a str,
    /// Which of the job's targets; empty when it has only one.
    pub(super) instance: &'a str,
    /// The scrapes that brought a body, in order.
    pub(super) answered: Vec<&'a Scrape>,
    /// The first of them was taken before the traffic and the last after it. Otherwise what they do not show may
    /// have happened outside of them.
    pub(super) frames: bool,
}

impl Job<'_> {
    fn exposes(&self, name: &str) -> bool {
        self.answered.iter().any(|scrape| scrape.samples(name).next().is_some())
    }

    /// Its name and, where it has several instances, which of them it is.
    pub(super) fn text(&self) -> String {
        source(self.name, self.instance)
    }
}

/// Whose scrape it is, for people.
fn source(job: &str, instance: &str) -> String {
    if instance.is_empty() { job.to_owned() } else { format!("{job} ({instance})") }
}

/// A scrape as evidence names it.
pub(super) fn place(scrape: &Scrape) -> String {
    format!("scrape of {} at {}", source(&scrape.job, &scrape.instance), scrape.at)
}

/// The jobs of a leg, by name and instance.
pub(super) fn jobs<'a>(leg: &'a Leg) -> BTreeMap<(&'a str, &'a str), Job<'a>> {
    let began = leg.ledger.traces.iter().map(|note| note.sent).min();
    let ended = leg.ledger.traces.iter().map(|note| note.done).max();
    let job = |(name, instance), all: Vec<&'a Scrape>| {
        let is_answered = |scrape: &&Scrape| scrape.exposition().is_some();
        // Without notes on single requests only the order of scrapes tells.
        let ends_answered = all.first().is_some_and(is_answered) && all.last().is_some_and(is_answered);
        let answered: Vec<_> = all.into_iter().filter(is_answered).collect();
        let around = match (answered.first(), answered.last(), began.zip(ended)) {
            (Some(first), Some(last), Some((began, ended))) => {
                // Requests that are only counted may have ended later than any that is noted.
                let all_noted = leg.ledger.traces_not_kept == 0;
                first.at <= began && ended <= last.at && (all_noted || ends_answered)
            }
            _ => ends_answered,
        };
        Job { name, instance, frames: answered.len() >= 2 && around, answered }
    };
    by_instance(leg).into_iter().map(|(key, all)| (key, job(key, all))).collect()
}

/// The jobs that show what became of the samples of this name. None where that cannot be told: a job that exposes
/// them, or that may, was not scraped both before the traffic and after it.
pub(super) fn jobs_of<'a>(leg: &'a Leg, name: &str) -> Option<Vec<Job<'a>>> {
    let (framing, other): (Vec<_>, Vec<_>) = jobs(leg).into_values().partition(|job| job.frames);
    let exposing: BTreeSet<&str> =
        framing.iter().filter(|job| job.exposes(name)).map(|job| job.name).collect();
    // Instances of one job are the same program: what one of them counts, the others count as well.
    let may = |job: &Job<'_>| exposing.is_empty() || exposing.contains(job.name) || job.exposes(name);
    (!framing.is_empty() && !other.iter().any(may)).then_some(framing)
}

/// One series from one scrape to the next that has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    pub(super) labels: &'a Labels,
    /// What it was; zero when it was not there yet.
    pub(super) from: f64,
    pub(super) to: f64,
    /// The scrape that shows it.
    pub(super) scrape: &'a Scrape,
}

/// Every step of every series of this name, job by job. Of a series that one scrape shows twice the first counts, as
/// for Prometheus.
pub(super) fn steps<'a>(jobs: &[Job<'a>], name: &'a str) -> Vec<Step<'a>> {
    let values = |scrape: &'a Scrape| {
        let mut values: BTreeMap<&Labels, f64> = BTreeMap::new();
        for sample in scrape.samples(name) {
            values.entry(&sample.labels).or_insert(sample.value);
        }
        values
    };
    let mut steps = Vec::new();
    for job in jobs {
        let Some((first, rest)) = job.answered.split_first() else { continue };
        let mut known = values(first);
        for scrape in rest {
            for (labels, to) in values(scrape) {
                let from = known.insert(labels, to).unwrap_or(0.0);
                steps.push(Step { labels, from, to, scrape });
            }
        }
    }
    steps
}

/// By how much the samples of this name grew from before the traffic to after it, by the labels of the mapping and
/// summed over all others and over instances, as `increase` reads it: a value that falls began again at zero. A series
/// that was not there at first began at zero, too. None where the scrapes do not tell.
pub(super) fn growth(leg: &Leg, name: &str, mapping: &Mapping<'_>) -> Option<BTreeMap<Labels, f64>> {
    let mut grown = BTreeMap::new();
    for step in steps(&jobs_of(leg, name)?, name) {
        let Some(labels) = mapping.of_series(step.labels) else { continue };
        let grew = if step.to < step.from { step.to } else { step.to - step.from };
        *grown.entry(labels).or_default() += grew;
    }
    Some(grown)
}

/// Where the samples of this name first fell, by the labels of the mapping.
pub(super) fn falls(leg: &Leg, name: &str, mapping: &Mapping<'_>) -> BTreeMap<Labels, String> {
    let jobs = jobs_of(leg, name).unwrap_or_default();
    let mut falls = BTreeMap::new();
    for Step { labels, from, to, scrape } in steps(&jobs, name).into_iter().filter(|step| step.to < step.from)
    {
        let Some(compared) = mapping.of_series(labels) else { continue };
        let on = if scrape.instance.is_empty() { String::new() } else { format!(" on {}", scrape.instance) };
        falls
            .entry(compared)
            .or_insert_with(|| format!("{name}{labels} fell from {from} to {to} at {}{on}", scrape.at));
    }
    falls
}

/// The labels of these names. One that is absent is left out, as Prometheus does.
pub(super) fn project<'a>(labels: &Labels, by: impl Iterator<Item = &'a LabelName>) -> Labels {
    by.filter_map(|name| Some((name.to_string(), labels.get(name.as_str())?.to_owned()))).collect()
}

/// The label names of a sample, less the one that its type adds.
pub(super) fn label_names(sample: &Sample, kind: MetricType) -> BTreeSet<&str> {
    let own = kind.own_label().filter(|_| sample.name.ends_with("_bucket") || kind == MetricType::Summary);
    sample.labels.iter().map(|(name, _)| name).filter(|name| Some(*name) != own).collect()
}

/// The last scrapes of the job that exposes this name, for evidence: one of each instance.
pub(super) fn last_scrapes(leg: &Leg, name: &str) -> String {
    let jobs = jobs(leg);
    let Some(exposing) = jobs.values().find(|job| job.exposes(name)) else {
        return leg.last_scrape().map_or_else(|| "no scrape".to_owned(), place);
    };
    let instances = jobs.values().filter(|job| job.name == exposing.name);
    instances.filter_map(|job| job.answered.last()).map(|scrape| place(scrape)).collect::<Vec<_>>().join(", ")
}
