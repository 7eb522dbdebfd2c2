use super::balance::{Mapping, expected};
use super::series::{growth, last_scrape_at};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Latency, Promise};
use crate::observe::{Leg, Tolerance};

/// A latency histogram disagrees with what the ledger timed.
pub(super) struct LatencyOff;

impl Check for LatencyOff {
    fn id(&self) -> &'static str {
        "metrics/latency-off"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That the seconds a latency histogram added up are those that the ledger timed, for each combination of labels, within the scenario's tolerance per observation.",
            why: "A latency that is read before the work, in another unit, or without the queue, makes a slow service look fast.",
            needs: "Timed work in the ledger, a scrape before it and one after the last of it.",
            wrong: "Over a real network the client also times the way there and back: state it in the scenario's tolerance.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Latency(promise) = &clause.promise else { return None };
        let (mut findings, mut compared, mut seconds) = (Vec::new(), 0_u64, 0.0);
        for leg in &case.seen.legs {
            let (found, count, sum) = compare(promise, leg, case.seen.plan.tolerance);
            findings.extend(found);
            compared = compared.saturating_add(count);
            seconds += sum;
        }
        if compared == 0 {
            return Some(Verdict::vacuous("no series has as many observations as the ledger has entries"));
        }
        Some(Verdict::from_findings(findings, || {
            format!("{compared} latencies, {seconds:.3} s in all, agree")
        }))
    }
}

/// Findings, and how much was compared. Where the counts differ, the sums say nothing: that is another check's.
fn compare(promise: &Latency, leg: &Leg, tolerance: Tolerance) -> (Vec<Finding>, u64, f64) {
    let mapping = Mapping { book: promise.ledger, labels: &promise.labels, exclude: &promise.exclude };
    let expected = expected(&leg.ledger, &mapping);
    let (count_name, sum_name) = (format!("{}_count", promise.metric), format!("{}_sum", promise.metric));
    let counts = growth(leg, &count_name, promise.labels.keys()).unwrap_or_default();
    let sums = growth(leg, &sum_name, promise.labels.keys()).unwrap_or_default();
    let (mut findings, mut compared, mut seconds) = (Vec::new(), 0_u64, 0.0);
    for (labels, held) in &expected.by_labels {
        if counts.get(labels).copied() != Some(held.count as f64) {
            continue;
        }
        // Allowed as much as there is, nothing could ever be wrong.
        let allowed = tolerance.latency_ns as f64 / 1e9 * held.count as f64 + held.seconds.abs() * 1e-9;
        if allowed >= held.seconds {
            continue;
        }
        compared = compared.saturating_add(held.count);
        seconds += held.seconds;
        let sum = sums.get(labels).copied().unwrap_or(0.0);
        // Rounding of long sums, beside what the scenario tolerates for each observation.
        let allowed = tolerance.latency_ns as f64 / 1e9 * held.count as f64 + held.seconds.abs() * 1e-9;
        let within = (sum - held.seconds).abs() <= allowed;
        // A sum that is not a number is not within anything.
        if !within {
            findings.push(Finding {
                subject: format!("{}{labels}", promise.metric),
                expected: format!("{:.6} s in {} observations (ledger)", held.seconds, held.count),
                observed: format!("{sum:.6} s in {} observations", held.count),
                evidence: vec![last_scrape_at(leg, &count_name), format!("tolerated: {allowed:.9} s")],
                next: advice(sum, held.seconds).to_owned(),
            });
        }
    }
    (findings, compared, seconds)
}

fn advice(sum: f64, held: f64) -> &'static str {
    match sum / held {
        ratio if (500.0..2_000.0).contains(&ratio) => {
            "about a thousand times too much: milliseconds in a histogram of seconds?"
        }
        ratio if ratio < 0.01 => "almost nothing: is the clock read before the work is done?",
        _ => "look at where the clock is read: before the first and after the last byte of work",
    }
}
