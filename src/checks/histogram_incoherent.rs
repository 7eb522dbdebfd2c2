use std::collections::{BTreeMap, BTreeSet};

use super::balance::{Entry, Expected, expected};
use super::series::{Job, growth, jobs, last_scrapes, place};
use super::sources::{keeps, shared, uncompared};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, LedgerBook, Mapping, Promise};
use crate::observe::exposition::{Labels, Sample};
use crate::observe::{Leg, Scrape, Tolerance};

/// A histogram's buckets, count and sum do not fit one another, or cannot be true.
pub(super) struct HistogramIncoherent;

impl Check for HistogramIncoherent {
    fn id(&self) -> &'static str {
        "metrics/histogram-incoherent"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That buckets are cumulative and end in +Inf, +Inf equals the count, the sum lies between what the buckets allow, the count is the ledger's, and the sum is physically possible: a server cannot have worked longer than its clients waited, nor have waited less for a provider than the provider took, but for the tolerance.",
            why: "Quantiles are computed from the buckets and averages from the sum; when the two disagree, one of your panels lies.",
            needs: "Timed work in the ledger, a scrape before it and one after the last of it.",
            wrong: "Against a target that does work that no client waits for, the physical bounds do not hold. With shared traffic only what two scrapes in a row show and counts that are too low are accused; seconds of scrapes, which nobody times, never.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Latency(promise) = &clause.promise else { return None };
        let (mapping, book, shared) = (Mapping::from(promise), promise.ledger, shared(case.seen));
        let count = format!("{}_count", promise.metric);
        let (mut findings, mut timed, mut observed, mut told) = (Vec::new(), 0_u64, 0.0, false);
        for leg in &case.seen.legs {
            findings.extend(jobs(leg).values().flat_map(|job| shapes(&mapping, job, shared)));
            if !keeps(book, leg) {
                continue;
            }
            let Some(counts) = growth(leg, &count, &mapping) else { continue };
            told = true;
            observed += counts.values().sum::<f64>();
            let expected = expected(&leg.ledger, &mapping);
            timed = timed.saturating_add(expected.total());
            let sides = Sides { mapping: &mapping, expected, counts, shared };
            findings.extend(sides.compare(leg, case.seen.plan.tolerance));
        }
        if !findings.is_empty() {
            return Some(Verdict::Fail(findings));
        }
        if !told {
            return Some(Verdict::vacuous(uncompared(book, case.seen)));
        }
        if timed == 0 && (shared || observed == 0.0) {
            return Some(Verdict::vacuous(format!("the ledger holds no {book} that had to be observed")));
        }
        let evidence = match shared {
            true => {
                format!("at least {timed} observations (shared traffic: lower bound), buckets and sum fit")
            }
            false => format!("{timed} observations, buckets and sum fit"),
        };
        Some(Verdict::Pass { evidence })
    }
}

/// What is wrong within the last scrape of one instance.
///
/// With shared traffic somebody may be served while it is taken, and few client libraries write a histogram out in one
/// instant: what one scrape shows and the one before it does not may be such a moment, and is not accused.
fn shapes(mapping: &Mapping<'_>, job: &Job<'_>, shared: bool) -> Vec<Finding> {
    let Some((last, before)) = job.answered.split_last() else { return Vec::new() };
    let mut findings = shape(mapping, last);
    if shared {
        let before = before.last().map(|scrape| shape(mapping, scrape)).unwrap_or_default();
        findings.retain(|finding| before.iter().any(|other| other.subject == finding.subject));
    }
    findings
}

/// What must hold within one scrape, for each set of labels.
fn shape(mapping: &Mapping<'_>, scrape: &Scrape) -> Vec<Finding> {
    let name = mapping.metric.as_str();
    let (bucket, count, sum) = (format!("{name}_bucket"), format!("{name}_count"), format!("{name}_sum"));
    let mut all: BTreeSet<Labels> =
        scrape.samples(&bucket).map(|sample| sample.labels.without("le")).collect();
    all.extend(scrape.samples(&count).chain(scrape.samples(&sum)).map(|sample| sample.labels.clone()));
    let mut findings = Vec::new();
    for labels in all.iter().filter(|labels| mapping.of_series(labels).is_some()) {
        let mut buckets: Vec<(f64, f64)> = scrape
            .samples(&bucket)
            .filter(|sample| sample.labels.without("le") == *labels)
            .filter_map(|sample| Some((bound(sample)?, sample.value)))
            .collect();
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wrong = fault(&buckets, scrape.value(&count, labels), scrape.value(&sum, labels));
        findings.extend(wrong.map(|(expected, observed)| Finding {
            subject: format!("{name}{labels}"),
            expected,
            observed,
            evidence: vec![place(scrape), listing(&buckets)],
            next: "use the client library's histogram as it is; do not assemble one by hand".to_owned(),
        }));
    }
    findings
}

fn bound(sample: &Sample) -> Option<f64> {
    match sample.labels.get("le")? {
        "+Inf" => Some(f64::INFINITY),
        text => text.parse().ok(),
    }
}

fn listing(buckets: &[(f64, f64)]) -> String {
    buckets.iter().map(|(bound, count)| format!("le {bound}: {count}")).collect::<Vec<_>>().join(", ")
}

/// The first thing that is wrong: what was expected, and what is there.
fn fault(buckets: &[(f64, f64)], count: Option<f64>, sum: Option<f64>) -> Option<(String, String)> {
    if let Some((bound, value)) = buckets.iter().find(|(_, value)| !value.is_finite() || *value < 0.0) {
        return Some((format!("a number from zero up in the bucket le {bound}"), format!("{value}")));
    }
    if let Some(pair) = buckets.windows(2).find(|pair| pair[1].1 < pair[0].1) {
        let (low, high) = (pair[0], pair[1]);
        return Some((format!("at least {} up to {}", low.1, high.0), format!("{}", high.1)));
    }
    let Some((_, total)) = buckets.last().filter(|(bound, _)| *bound == f64::INFINITY) else {
        return Some(("a bucket le=\"+Inf\"".to_owned(), "none".to_owned()));
    };
    if count != Some(*total) {
        let count = count.map_or_else(|| "no _count".to_owned(), |count| format!("_count {count}"));
        return Some((format!("_count {total}, as the bucket +Inf says"), count));
    }
    let Some(sum) = sum.filter(|sum| sum.is_finite()) else {
        let sum = sum.map_or_else(|| "no _sum".to_owned(), |sum| format!("_sum {sum}"));
        return Some(("a finite _sum".to_owned(), sum));
    };
    let (least, most) = bounds(buckets);
    // Half a part in a thousand for the rounding of thousands of additions.
    if sum < least * 0.9995 || sum > most * 1.0005 {
        return Some((format!("a _sum from {least} to {most}, as the buckets allow"), format!("_sum {sum}")));
    }
    None
}

/// The least and the most that observations in these buckets can add up to. Latencies are not negative.
fn bounds(buckets: &[(f64, f64)]) -> (f64, f64) {
    let (mut least, mut most, mut below, mut lower) = (0.0, 0.0, 0.0, 0.0);
    for (upper, cumulative) in buckets {
        let here = cumulative - below;
        least += here * lower;
        if here > 0.0 {
            most += here * upper;
        }
        (below, lower) = (*cumulative, *upper);
    }
    (least, most)
}

/// The books of one leg, side by side.
struct Sides<'a> {
    mapping: &'a Mapping<'a>,
    expected: Expected,
    counts: BTreeMap<Labels, f64>,
    shared: bool,
}

impl Sides<'_> {
    /// What must hold between the histogram's growth and the ledger.
    fn compare(&self, leg: &Leg, tolerance: Tolerance) -> Vec<Finding> {
        let Sides { mapping, expected, counts, .. } = self;
        let name = mapping.metric;
        let (count_name, sum_name) = (format!("{name}_count"), format!("{name}_sum"));
        let sums = growth(leg, &sum_name, mapping).unwrap_or_default();
        let keys: BTreeSet<&Labels> = expected.by_labels.keys().chain(counts.keys()).collect();
        let mut findings = Vec::new();
        for labels in keys {
            let held = expected.by_labels.get(labels).copied().unwrap_or_default();
            let count = counts.get(labels).copied().unwrap_or(0.0);
            let sum = sums.get(labels).copied().unwrap_or(0.0);
            let unanswered = expected.unanswered(mapping, labels);
            let mut find = |expected: String, observed: String, next: &str| {
                findings.push(Finding {
                    subject: mapping.subject(labels),
                    expected,
                    observed,
                    evidence: vec![last_scrapes(leg, &count_name)],
                    next: next.to_owned(),
                });
            };
            if !self.is_count(count, held, unanswered) {
                let least = if self.shared { "at least " } else { "" };
                find(
                    format!("{least}{} observations (ledger)", held.count),
                    format!("{count} observations"),
                    "record each piece of work once, on every path that ends it",
                );
            } else if self.bounds_sum(held, unanswered) && !is_possible(mapping.book, sum, held, tolerance) {
                find(
                    possible(mapping.book, held.seconds),
                    format!("{sum:.6} s in all"),
                    unit_advice(sum, held.seconds),
                );
            }
        }
        findings
    }

    /// Written so that a count that is not a number is none.
    fn is_count(&self, count: f64, held: Entry, unanswered: u64) -> bool {
        let least = held.count as f64;
        let most = if self.shared { f64::MAX } else { least + unanswered as f64 };
        (least..=most).contains(&count)
    }

    /// Whether the ledger says how long it can have taken. It does not know how long clients waited whose requests it
    /// does not hold, did not see answered, or did not time, as scrapes; and the providers are asked by others, too,
    /// which can only add to their time.
    fn bounds_sum(&self, held: Entry, unanswered: u64) -> bool {
        match self.mapping.book {
            LedgerBook::Requests => !self.shared && unanswered == 0 && !held.untimed,
            LedgerBook::AgentCalls => true,
        }
    }
}

/// Sums of thousands of floats and of whole nanoseconds differ by rounding.
const ROUNDING: f64 = 1e-6;

/// In real time the two sides of a call do not see its end at the same instant: that is the tolerance.
fn is_possible(book: LedgerBook, sum: f64, held: Entry, tolerance: Tolerance) -> bool {
    let slack = tolerance.latency_ns as f64 / 1e9 * held.count as f64 + held.seconds * ROUNDING + ROUNDING;
    match book {
        LedgerBook::Requests => sum <= held.seconds + slack,
        LedgerBook::AgentCalls => sum >= held.seconds - slack,
    }
}

fn possible(book: LedgerBook, ledger: f64) -> String {
    match book {
        LedgerBook::Requests => format!("at most {ledger:.6} s in all: that is how long the clients waited"),
        LedgerBook::AgentCalls => {
            format!("at least {ledger:.6} s in all: that is how long the providers took")
        }
    }
}

fn unit_advice(sum: f64, ledger: f64) -> &'static str {
    let ratio = sum / ledger;
    if (500.0..2_000.0).contains(&ratio) {
        "about a thousand times too much: milliseconds in a histogram of seconds?"
    } else {
        "look at where the clock is read, and in which unit"
    }
}
