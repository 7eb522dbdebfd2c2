use std::collections::BTreeSet;

use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise, Sampling};
use crate::observe::{Leg, ParentChoice, Span, TraceNote};

/// Not the promised share of traces is recorded.
pub(super) struct SamplingOff;

/// The chance of accusing a sampler that does what it should.
const FALSE_CONVICTION: f64 = 1e-9;

impl Check for SamplingOff {
    fn id(&self) -> &'static str {
        "traces/sampling-off"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That traces which the caller sampled arrived, those which it did not sample left no span, and of the rest the configured share was recorded (a binomial test, false conviction below 1e-9).",
            why: "A sampler that ignores its setting costs money at 100 % and hides incidents at 0 %.",
            needs: "A span receiver, requests with a traceparent and enough without one, and no span lost on the way.",
            wrong: "Below about thirty requests without a traceparent only gross deviations can be told from chance.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Sampling(promise) = &clause.promise else { return None };
        Some(judge(promise, case))
    }
}

/// Judges every leg that tells; also the evidence that a share is honoured.
pub(super) fn judge(promise: &Sampling, case: &Case<'_>) -> Verdict {
    let (mut findings, mut told) = (Vec::new(), Vec::new());
    for leg in case.seen.legs.iter().filter(|leg| tells(leg)) {
        let Some(share) = share(promise, leg, case) else { continue };
        findings.extend(obeys_callers(leg));
        match own_choice(promise, leg, share) {
            Ok(evidence) => told.push(evidence),
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() && told.is_empty() {
        return Verdict::vacuous("no leg had a span receiver, answered requests and no span lost on the way");
    }
    Verdict::from_findings(findings, || told.join("; "))
}

fn tells(leg: &Leg) -> bool {
    let lossless = leg.start.span_loss.is_none_or(|loss| loss.dropped + loss.failed == 0);
    leg.start.receives_spans && lossless && leg.ledger.traces_not_kept == 0 && !leg.ledger.traces.is_empty()
}

/// The share that the leg was started with, else the documented default.
fn share(promise: &Sampling, leg: &Leg, case: &Case<'_>) -> Option<f64> {
    let default = case.contracts.clauses().find_map(|(_, clause)| match &clause.promise {
        Promise::Env(env) if env.name == promise.share => env.default.as_deref(),
        _ => None,
    });
    leg.start.env.get(promise.share.as_str()).map(String::as_str).or(default)?.parse().ok()
}

/// A caller's decision, either way, is followed exactly.
fn obeys_callers(leg: &Leg) -> Vec<Finding> {
    let arrived: BTreeSet<&str> = leg.spans.iter().map(|span| span.trace_id.as_str()).collect();
    let decided = |choice: ParentChoice, should: bool| -> Vec<&TraceNote> {
        leg.ledger
            .traces
            .iter()
            .filter(|note| note.parent == choice && note.status_code.is_some())
            .filter(|note| note.trace_id.as_deref().is_some_and(|id| arrived.contains(id) != should))
            .collect()
    };
    let all = |choice| leg.ledger.traces.iter().filter(|note| note.parent == choice).count();
    let finding = |choice, wrong: Vec<&TraceNote>, expected: &str, observed: &str| {
        let first = wrong.first()?;
        Some(Finding {
            subject: expected.to_owned(),
            expected: format!("all {}", all(choice)),
            observed: format!("{} {observed}", wrong.len()),
            evidence: vec![format!(
                "trace {} ({} {})",
                first.trace_id.as_deref().unwrap_or_default(),
                first.method,
                first.path
            )],
            next:
                "put the sampler behind a parent-based one, and read the traceparent before the span starts"
                    .to_owned(),
        })
    };
    let missing = decided(ParentChoice::Sampled, true);
    let unwanted = decided(ParentChoice::NotSampled, false);
    [
        finding(ParentChoice::Sampled, missing, "traces that the caller sampled arrive", "did not"),
        finding(
            ParentChoice::NotSampled,
            unwanted,
            "traces that the caller did not sample leave no span",
            "did",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Of the requests without a traceparent, the share that was recorded.
fn own_choice(promise: &Sampling, leg: &Leg, share: f64) -> Result<String, Finding> {
    let asked = leg.ledger.traces.iter().filter(|note| note.parent == ParentChoice::Absent).count() as u64;
    let entry = |span: &&Span| span.is(&promise.entry) && span.parent_id.is_none();
    let recorded = leg.spans.iter().filter(entry).count() as u64;
    let chance = tail(asked, recorded, share);
    let seen =
        format!("{recorded} of {asked} requests without a traceparent recorded, {} = {share}", promise.share);
    if chance >= FALSE_CONVICTION {
        return Ok(seen);
    }
    Err(Finding {
        subject: format!("share of recorded traces ({})", promise.share),
        expected: format!("about {:.0} of {asked}, at a share of {share}", asked as f64 * share),
        observed: format!("{recorded} of {asked}"),
        evidence: vec![format!("the chance of this, were the share honoured, is {chance:.1e}")],
        next: format!(
            "make the root sampler a ratio of {}; check that the variable is read at all",
            promise.share
        ),
    })
}

/// The two-sided chance of a count at least as far out as `k` among `n` draws with probability `p`.
fn tail(n: u64, k: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { n };
        return if k == certain { 1.0 } else { 0.0 };
    }
    // log C(n, i) by its recurrence; n is bounded by the ledger.
    let (ln_p, ln_q) = (p.ln(), (1.0 - p).ln());
    let mut ln_choose = 0.0;
    let (mut below, mut above) = (0.0, 0.0);
    for i in 0..=n {
        let chance = (ln_choose + i as f64 * ln_p + (n - i) as f64 * ln_q).exp();
        if i <= k {
            below += chance;
        }
        if i >= k {
            above += chance;
        }
        ln_choose += ((n - i) as f64).ln() - ((i + 1) as f64).ln();
    }
    (2.0 * f64::min(below, above)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn the_tail_is_that_of_the_textbook() {
        // Exact values: P(X = 0) for n = 10, p = 0.5 is 1/1024, twice that for both sides.
        assert!((tail(10, 0, 0.5) - 2.0 / 1024.0).abs() < 1e-15);
        assert!((tail(10, 5, 0.5) - 1.0).abs() < 1e-12);
        assert!((tail(3, 3, 0.25) - 2.0 / 64.0).abs() < 1e-15);
        assert_eq!(tail(100, 100, 1.0), 1.0);
        assert_eq!(tail(100, 99, 1.0), 0.0);
        assert_eq!(tail(100, 0, 0.0), 1.0);
        assert_eq!(tail(5, 6, 0.5), 0.0);
        assert!(tail(40, 40, 0.25) < 1e-20);
    }
}
