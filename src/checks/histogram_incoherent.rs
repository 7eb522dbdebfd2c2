use super::balance::{Mapping, expected};
use super::series::{growth, last_scrape_at};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Latency, LedgerBook, Promise};
use crate::observe::exposition::{Labels, Sample};
use crate::observe::{Leg, Scrape};

/// A histogram's buckets, count and sum do not fit one another, or cannot be true.
pub(super) struct HistogramIncoherent;

impl Check for HistogramIncoherent {
    fn id(&self) -> &'static str {
        "metrics/histogram-incoherent"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That buckets are cumulative and end in +Inf, +Inf equals the count, the sum lies between what the buckets allow, the count is the ledger's, and the sum is physically possible: a server cannot have worked longer than its clients waited, nor have waited less for a provider than the provider took.",
            why: "Quantiles are computed from the buckets and averages from the sum; when the two disagree, one of your panels lies.",
            needs: "Timed work in the ledger, a scrape before it and one after the last of it.",
            wrong: "Against a shared target, or one that does work that no client waits for, the physical bounds do not hold.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Latency(promise) = &clause.promise else { return None };
        let (mut findings, mut timed, mut observed) = (Vec::new(), 0, 0.0);
        for leg in &case.seen.legs {
            let mapping =
                Mapping { book: promise.ledger, labels: &promise.labels, exclude: &promise.exclude };
            timed += expected(&leg.ledger, &mapping).total();
            observed += growth(leg, &format!("{}_count", promise.metric), [].iter()).values().sum::<f64>();
            if let Some(last) = leg.last_scrape() {
                findings.extend(shape(promise, last));
            }
            findings.extend(against_ledger(promise, leg));
        }
        if timed == 0 && observed == 0.0 {
            return Some(Verdict::vacuous(format!("the ledger holds no {}", promise.ledger)));
        }
        Some(Verdict::from_findings(findings, || format!("{timed} observations, buckets and sum fit")))
    }
}

/// What must hold within one scrape, for each set of labels.
fn shape(promise: &Latency, scrape: &Scrape) -> Vec<Finding> {
    let name = promise.metric.as_str();
    let (bucket, count, sum) = (format!("{name}_bucket"), format!("{name}_count"), format!("{name}_sum"));
    let mut findings = Vec::new();
    for counted in scrape.samples(&count) {
        let labels = &counted.labels;
        let mut buckets: Vec<(f64, f64)> = scrape
            .samples(&bucket)
            .filter(|sample| sample.labels.without("le") == *labels)
            .filter_map(|sample| Some((bound(sample)?, sample.value)))
            .collect();
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total = scrape.value(&sum, labels).unwrap_or(f64::NAN);
        let wrong = fault(&buckets, counted.value, total);
        findings.extend(wrong.map(|(expected, observed)| Finding {
            subject: format!("{name}{labels}"),
            expected,
            observed,
            evidence: vec![format!("scrape of {} at {}", scrape.job, scrape.at), listing(&buckets)],
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
fn fault(buckets: &[(f64, f64)], count: f64, sum: f64) -> Option<(String, String)> {
    if let Some(pair) = buckets.windows(2).find(|pair| pair[1].1 < pair[0].1) {
        let (low, high) = (pair[0], pair[1]);
        return Some((format!("at least {} up to {}", low.1, high.0), format!("{}", high.1)));
    }
    match buckets.last() {
        Some((bound, total)) if *bound == f64::INFINITY => {
            if *total != count {
                return Some((format!("_count {total}, as the bucket +Inf says"), format!("_count {count}")));
            }
        }
        _ => return Some(("a bucket le=\"+Inf\"".to_owned(), "none".to_owned())),
    }
    if !sum.is_finite() {
        return Some(("a finite _sum".to_owned(), format!("_sum {sum}")));
    }
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

/// What must hold between the histogram's growth and the ledger.
fn against_ledger(promise: &Latency, leg: &Leg) -> Vec<Finding> {
    let mapping = Mapping { book: promise.ledger, labels: &promise.labels, exclude: &promise.exclude };
    let expected = expected(&leg.ledger, &mapping);
    let counts = growth(leg, &format!("{}_count", promise.metric), promise.labels.keys());
    let sums = growth(leg, &format!("{}_sum", promise.metric), promise.labels.keys());
    let keys: std::collections::BTreeSet<&Labels> = expected.by_labels.keys().chain(counts.keys()).collect();
    let mut findings = Vec::new();
    for labels in keys {
        let held = expected.by_labels.get(labels).copied().unwrap_or_default();
        let count = counts.get(labels).copied().unwrap_or(0.0);
        let sum = sums.get(labels).copied().unwrap_or(0.0);
        let mut find = |expected: String, observed: String, next: &str| {
            findings.push(Finding {
                subject: format!("{}{labels}", promise.metric),
                expected,
                observed,
                evidence: vec![last_scrape_at(leg)],
                next: next.to_owned(),
            });
        };
        if count < held.count as f64 || count > (held.count + expected.unanswered) as f64 {
            find(
                format!("{} observations (ledger)", held.count),
                format!("{count} observations"),
                "record each piece of work once, on every path that ends it",
            );
        } else if impossible(promise.ledger, sum, held.seconds) && expected.unanswered == 0 {
            find(
                possible(promise.ledger, held.seconds),
                format!("{sum:.6} s in all"),
                unit_advice(sum, held.seconds),
            );
        }
    }
    findings
}

/// Sums of thousands of floats and of whole nanoseconds differ by rounding.
const ROUNDING: f64 = 1e-6;

fn impossible(book: LedgerBook, sum: f64, ledger: f64) -> bool {
    match book {
        LedgerBook::Requests => sum > ledger * (1.0 + ROUNDING) + ROUNDING,
        LedgerBook::AgentCalls => sum < ledger * (1.0 - ROUNDING) - ROUNDING,
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
