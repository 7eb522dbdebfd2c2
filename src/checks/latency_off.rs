use super::balance::expected;
use super::series::{growth, jobs_of, last_scrapes};
use super::sources::{SHARED, keeps, shared, uncompared};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Mapping, Promise};
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
            needs: "Timed work in the ledger, no other traffic, a scrape before it and one after the last of it.",
            wrong: "Over a real network the client also times the way there and back: state it in the scenario's tolerance. Scrapes are not timed: a series that observes some is not compared.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Latency(promise) = &clause.promise else { return None };
        if shared(case.seen) {
            return Some(Verdict::vacuous(SHARED));
        }
        let (mapping, mut all) = (Mapping::from(promise), Compared::default());
        let legs = || case.seen.legs.iter().filter(|leg| keeps(promise.ledger, leg));
        for leg in legs() {
            all.add(&mapping, leg, case.seen.plan.tolerance);
        }
        if all.count > 0 {
            let Compared { findings, count, seconds, .. } = all;
            return Some(Verdict::from_findings(findings, || {
                format!("{count} latencies, {seconds:.3} s in all, agree")
            }));
        }
        let count = format!("{}_count", promise.metric);
        Some(Verdict::vacuous(if !legs().any(|leg| jobs_of(leg, &count).is_some()) {
            uncompared(promise.ledger, case.seen)
        } else if all.distant {
            "the client waited longer than the metric says, and the way to the target may be why: say how long it \
             takes, as in `tolerance: {latency: 50ms}` in the scenario, to have it judged"
                .to_owned()
        } else if all.untimed {
            "the ledger does not time scrapes, and every series counts some: exclude them if the histogram does, \
             or map a label that tells them apart"
                .to_owned()
        } else {
            "no series has as many observations as the ledger has entries".to_owned()
        }))
    }
}

/// What was compared.
#[derive(Default)]
struct Compared {
    findings: Vec<Finding>,
    count: u64,
    seconds: f64,
    /// Series were left out because they observe scrapes. The ledger holds how many these were, and as their seconds
    /// zero: whoever compared them would accuse every honest server.
    untimed: bool,
    /// Series were left out because the client waited longer than they say, by a way of unknown length.
    distant: bool,
}

impl Compared {
    /// Compares one leg. Where the counts differ, the sums say nothing: that is another check's.
    fn add(&mut self, mapping: &Mapping<'_>, leg: &Leg, tolerance: Tolerance) {
        let expected = expected(&leg.ledger, mapping);
        let name = mapping.metric;
        let (count_name, sum_name) = (format!("{name}_count"), format!("{name}_sum"));
        let counts = growth(leg, &count_name, mapping).unwrap_or_default();
        let sums = growth(leg, &sum_name, mapping).unwrap_or_default();
        for (labels, held) in &expected.by_labels {
            self.untimed |= held.untimed;
            if held.untimed || counts.get(labels).copied() != Some(held.count as f64) {
                continue;
            }
            // What the scenario tolerates for each observation, beside the rounding of long sums. Allowed as much as
            // there is, nothing could ever be wrong.
            let allowed = tolerance.latency_ns as f64 / 1e9 * held.count as f64 + held.seconds.abs() * 1e-9;
            if allowed >= held.seconds {
                continue;
            }
            let sum = sums.get(labels).copied().unwrap_or(0.0);
            let within = (sum - held.seconds).abs() <= allowed;
            // Nothing at all is no matter of distance.
            if !within && tolerance.way_unknown && sum < held.seconds && sum > held.seconds * 1e-3 {
                self.distant = true;
                continue;
            }
            self.count = self.count.saturating_add(held.count);
            self.seconds += held.seconds;
            // A sum that is not a number is not within anything.
            if !within {
                self.findings.push(Finding {
                    subject: mapping.subject(labels),
                    expected: format!("{:.6} s in {} observations (ledger)", held.seconds, held.count),
                    observed: format!("{sum:.6} s in {} observations", held.count),
                    evidence: vec![last_scrapes(leg, &count_name), format!("tolerated: {allowed:.9} s")],
                    next: advice(sum, held.seconds).to_owned(),
                });
            }
        }
    }
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
