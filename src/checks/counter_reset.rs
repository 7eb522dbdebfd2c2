use std::collections::BTreeMap;

use super::series::by_instance;
use super::sources::unscraped;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, MetricPromise, MetricType, Promise};
use crate::observe::exposition::Labels;
use crate::observe::{Leg, Scrape};

/// A counter goes back while its process runs on.
pub(super) struct CounterReset;

/// What clients expose of their process, and what changes when it is another one.
const PROCESS_START: &str = "process_start_time_seconds";

impl Check for CounterReset {
    fn id(&self) -> &'static str {
        "metrics/counter-reset"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That no series of a counter, and no count or bucket of a histogram or summary, falls from one scrape of an instance to a later one, nor goes away and comes back lower.",
            why: "rate() and increase() take every fall for a restart: what was counted before it and after the last scrape is lost, and a count that is merely corrected downwards looks like a burst.",
            needs: "Two scrapes of one instance that have the series. When process_start_time_seconds or the series' own `_created` changed between them, the process restarted, and that step says nothing.",
            wrong: "A process that restarts and exposes neither is accused. So is a target whose answers come from several processes in turn, such as workers behind one port.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Metric(metric) = &clause.promise else { return None };
        let names = counted(metric)?;
        let (mut findings, mut told) = (Vec::new(), Told::default());
        for leg in &case.seen.legs {
            findings.extend(falls(metric, &names, leg, &mut told));
        }
        if findings.is_empty() && told.steps == 0 {
            let unseen = || "no series of it stands in two scrapes of one instance".to_owned();
            return Some(Verdict::vacuous(match told.restarts {
                0 => unscraped(case.seen).unwrap_or_else(unseen),
                _ => "the process restarted between any two scrapes that have it".to_owned(),
            }));
        }
        Some(Verdict::from_findings(findings, || told.evidence()))
    }
}

/// The names of the samples that only grow. The sum may fall: there are negative observations.
fn counted(metric: &MetricPromise) -> Option<Vec<String>> {
    let name = &metric.name;
    match metric.kind {
        MetricType::Counter => Some(vec![name.to_string()]),
        MetricType::Histogram => Some(vec![format!("{name}_count"), format!("{name}_bucket")]),
        MetricType::Summary => Some(vec![format!("{name}_count")]),
        MetricType::Gauge | MetricType::Untyped => None,
    }
}

/// What was looked at.
#[derive(Debug, Default)]
struct Told {
    series: usize,
    steps: usize,
    restarts: usize,
}

impl Told {
    fn evidence(&self) -> String {
        let restarts = match self.restarts {
            0 => String::new(),
            count => format!("; {count} steps over a restart of the process are not judged"),
        };
        format!("{} series never fell in {} steps from scrape to scrape{restarts}", self.series, self.steps)
    }
}

/// One series where it was last seen.
struct Known<'a> {
    value: f64,
    scrape: &'a Scrape,
}

/// The first fall of a series, and how many there were.
struct Fall {
    finding: Finding,
    count: usize,
}

fn falls(metric: &MetricPromise, names: &[String], leg: &Leg, told: &mut Told) -> Vec<Finding> {
    let mut findings = Vec::new();
    for scrapes in by_instance(leg).into_values() {
        let mut fallen: BTreeMap<Labels, Fall> = BTreeMap::new();
        for name in names {
            let mut first: BTreeMap<Labels, Fall> = BTreeMap::new();
            walk(metric, name, &scrapes, told, |labels, known, value, scrape| {
                let finding = finding(&format!("{name}{labels}"), known, value, scrape);
                // The buckets of a histogram fall with its count, and one of them says it for all.
                let point = labels.without("le");
                first.entry(point).and_modify(|fall| fall.count += 1).or_insert(Fall { finding, count: 1 });
            });
            for (point, fall) in first {
                fallen.entry(point).or_insert(fall);
            }
        }
        findings.extend(fallen.into_values().map(|Fall { mut finding, count }| {
            if count > 1 {
                finding.observed = format!("{}, the first of {count} falls", finding.observed);
            }
            finding
        }));
    }
    findings
}

/// Walks over every series of this name, and reports where one stands lower than it did.
fn walk<'a>(
    metric: &MetricPromise,
    name: &'a str,
    scrapes: &[&'a Scrape],
    told: &mut Told,
    mut fell: impl FnMut(&Labels, &Known<'a>, f64, &'a Scrape),
) {
    let mut known: BTreeMap<&'a Labels, Known<'a>> = BTreeMap::new();
    let mut judged: BTreeMap<&'a Labels, usize> = BTreeMap::new();
    for &scrape in scrapes.iter().filter(|scrape| scrape.exposition().is_some()) {
        let mut here: BTreeMap<&Labels, f64> = BTreeMap::new();
        for sample in scrape.samples(name) {
            // Of a series that one scrape shows twice the first counts; what is not a number compares with nothing.
            if !sample.value.is_nan() {
                here.entry(&sample.labels).or_insert(sample.value);
            }
        }
        for (labels, value) in here {
            if let Some(before) = known.get(labels) {
                if restarted(metric, labels, before.scrape, scrape) {
                    told.restarts += 1;
                } else {
                    *judged.entry(labels).or_default() += 1;
                    if value < before.value {
                        fell(labels, before, value, scrape);
                    }
                }
            }
            known.insert(labels, Known { value, scrape });
        }
    }
    told.series += judged.len();
    told.steps += judged.values().sum::<usize>();
}

/// Whether another process, or at least another count, stands behind the series.
fn restarted(metric: &MetricPromise, labels: &Labels, before: &Scrape, after: &Scrape) -> bool {
    let family = metric.name.as_str().strip_suffix("_total").unwrap_or(metric.name.as_str());
    let (created, point) = (format!("{family}_created"), labels.without("le"));
    let process = |scrape: &Scrape| scrape.samples(PROCESS_START).next().map(|sample| sample.value);
    let changed =
        |one: Option<f64>, other: Option<f64>| one.zip(other).is_some_and(|(one, other)| one != other);
    changed(process(before), process(after))
        || changed(before.value(&created, &point), after.value(&created, &point))
}

fn finding(series: &str, known: &Known<'_>, value: f64, scrape: &Scrape) -> Finding {
    let Known { value: before, scrape: earlier } = known;
    let told = scrape.samples(PROCESS_START).next().is_some();
    let next = if told {
        "find what clears or sets it while the process runs: a registry that is rebuilt, a label set that is forgotten"
    } else {
        "if the process restarted, expose process_start_time_seconds, which says so; else find what clears or sets it"
    };
    Finding {
        subject: series.to_owned(),
        expected: format!("never below {before}"),
        observed: format!("{value}"),
        evidence: vec![
            format!("{before} in the scrape at {}", earlier.at),
            format!("{value} in the scrape at {}", scrape.at),
        ],
        next: next.to_owned(),
    }
}
