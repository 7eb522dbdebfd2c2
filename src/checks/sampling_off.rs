use std::collections::BTreeSet;

use super::series::by_instance;
use super::sources::{NO_SPANS, SHARED, shared};
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
            needs: "A span receiver, requests with a traceparent and enough without one; for what is missing, also that no span was lost on the way.",
            wrong: "Below about thirty requests without a traceparent only gross deviations can be told from chance. A server may trace our scrapes or not, so as many spans as there were scrapes are never too many.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Sampling(promise) = &clause.promise else { return None };
        Some(judge(promise, case))
    }
}

/// Judges every leg that tells; also the evidence that a share is honoured.
pub(super) fn judge(promise: &Sampling, case: &Case<'_>) -> Verdict {
    let (mut findings, mut told, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    for leg in &case.seen.legs {
        match leg_told(promise, leg, case) {
            Told::Share(evidence) => told.push(evidence),
            Told::Faults(faults) => findings.extend(faults),
            Told::Nothing(reason) => silent.push(reason),
        }
    }
    if findings.is_empty() && told.is_empty() {
        let reason = silent.into_iter().next();
        return Verdict::vacuous(reason.unwrap_or_else(|| "there was no leg".to_owned()));
    }
    Verdict::from_findings(findings, || told.join("; "))
}

/// What one leg says.
enum Told {
    Share(String),
    Faults(Vec<Finding>),
    Nothing(String),
}

fn leg_told(promise: &Sampling, leg: &Leg, case: &Case<'_>) -> Told {
    if !leg.start.receives_spans {
        return Told::Nothing(NO_SPANS.to_owned());
    }
    // What is lost on the way is missing, and never too much.
    let lossless = leg.start.span_loss.is_some_and(|loss| loss.dropped == 0 && loss.failed == 0);
    let mut findings = obeys_callers(leg, lossless);
    let own = match share(promise, leg, case) {
        // Which of the traces without a caller's decision are ours, nobody can tell.
        _ if shared(case.seen) => obedience(leg, lossless),
        None => {
            Told::Nothing(format!("no leg states a share in {}, and no default is documented", promise.share))
        }
        Some(_) if leg.ledger.traces_not_kept > 0 => {
            Told::Nothing("the ledger does not hold every request of its own".to_owned())
        }
        Some(share) => own_choice(promise, leg, share, lossless),
    };
    match own {
        Told::Faults(faults) => findings.extend(faults),
        told if findings.is_empty() => return told,
        _ => {}
    }
    Told::Faults(findings)
}

/// The share that the leg was started with, else the documented default.
fn share(promise: &Sampling, leg: &Leg, case: &Case<'_>) -> Option<f64> {
    let default = case.contracts.clauses().find_map(|(_, clause)| match &clause.promise {
        Promise::Env(env) if env.name == promise.share => env.default.as_deref(),
        _ => None,
    });
    let text = leg.start.env.get(promise.share.as_str()).map(String::as_str).or(default)?;
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share))
}

/// Whether no promise of sampling lets this leg leave out a trace of its own.
pub(super) fn records_all(leg: &Leg, case: &Case<'_>) -> bool {
    case.contracts.clauses().all(|(_, clause)| match &clause.promise {
        Promise::Sampling(promise) => share(promise, leg, case).is_none_or(|share| share >= 1.0),
        _ => true,
    })
}

/// What the callers decided, of the requests that were answered, with their trace ids.
struct Decided<'a> {
    sampled: Vec<(&'a TraceNote, &'a str)>,
    not_sampled: Vec<(&'a TraceNote, &'a str)>,
}

fn decided(leg: &Leg) -> Decided<'_> {
    let of = |choice: ParentChoice| -> Vec<(&TraceNote, &str)> {
        let notes =
            leg.ledger.traces.iter().filter(|note| note.parent == choice && note.status_code.is_some());
        notes.filter_map(|note| Some((note, note.trace_id.as_deref()?))).collect()
    };
    // A caller may sample one request of a trace and not another: then its spans say nothing of the other.
    let sampled_somewhere: BTreeSet<&str> = leg
        .ledger
        .traces
        .iter()
        .filter(|note| note.parent == ParentChoice::Sampled)
        .filter_map(|note| note.trace_id.as_deref())
        .collect();
    let mut not_sampled = of(ParentChoice::NotSampled);
    not_sampled.retain(|(_, id)| !sampled_somewhere.contains(id));
    Decided { sampled: of(ParentChoice::Sampled), not_sampled }
}

/// A caller's decision, either way, is followed exactly.
fn obeys_callers(leg: &Leg, lossless: bool) -> Vec<Finding> {
    let arrived: BTreeSet<&str> = leg.spans.iter().map(|span| span.trace_id.as_str()).collect();
    let Decided { sampled, not_sampled } = decided(leg);
    let missing = sampled.iter().filter(|(_, id)| !arrived.contains(id));
    let unwanted = not_sampled.iter().filter(|(_, id)| arrived.contains(id));
    let mut findings = Vec::new();
    if lossless {
        let subject = "traces that the caller sampled arrive";
        findings.extend(disobeyed(subject, sampled.len(), missing.copied().collect(), "did not"));
    }
    let subject = "traces that the caller did not sample leave no span";
    findings.extend(disobeyed(subject, not_sampled.len(), unwanted.copied().collect(), "did"));
    findings
}

/// What can be told with shared traffic: that our decisions were followed.
fn obedience(leg: &Leg, lossless: bool) -> Told {
    let Decided { sampled, not_sampled } = decided(leg);
    // A server that records nothing at all obeys those who sample nothing.
    if sampled.is_empty() || !lossless {
        let why =
            if lossless { "we sampled no request that was answered" } else { "spans may have been lost" };
        return Told::Nothing(format!("{why}, and {SHARED}"));
    }
    Told::Share(format!(
        "all {} traces that we sampled arrived, and none of the {} that we did not; {SHARED}, so its own share was not judged",
        sampled.len(),
        not_sampled.len()
    ))
}

fn disobeyed(subject: &str, all: usize, wrong: Vec<(&TraceNote, &str)>, observed: &str) -> Option<Finding> {
    let (first, id) = wrong.first()?;
    Some(Finding {
        subject: subject.to_owned(),
        expected: format!("all {all}"),
        observed: format!("{} {observed}", wrong.len()),
        evidence: vec![format!("trace {id} ({} {})", first.method, first.path)],
        next: "put the sampler behind a parent-based one, and read the traceparent before the span starts"
            .to_owned(),
    })
}

/// Of the requests without a traceparent, the share that was recorded.
fn own_choice(promise: &Sampling, leg: &Leg, share: f64, lossless: bool) -> Told {
    let own = || leg.ledger.traces.iter().filter(|note| note.parent == ParentChoice::Absent);
    let answered = own().filter(|note| note.status_code.is_some()).count() as u64;
    let own = own().count() as u64;
    let most = own + unnoted(leg);
    // Requests without an answer may have reached the sampler or not, and a server may trace what no note tells of:
    // as many were asked, and as many of the spans are theirs, as suits the share best.
    let roots = roots(promise, leg);
    let recorded = ((answered as f64 * share).round() as u64).clamp(roots.of_traffic, roots.all);
    let asked = ((recorded as f64 / share).round() as u64).clamp(answered, most);
    let chance = tail(asked, recorded, share);
    let seen =
        format!("{recorded} of {asked} requests without a traceparent recorded, {} = {share}", promise.share);
    if chance < FALSE_CONVICTION && (lossless || recorded as f64 > asked as f64 * share) {
        return Told::Faults(vec![Finding {
            subject: format!("share of recorded traces ({})", promise.share),
            expected: format!("about {:.0} of {asked}, at a share of {share}", asked as f64 * share),
            observed: format!("{recorded} of {asked}"),
            evidence: vec![format!("the chance of this, were the share honoured, is {chance:.1e}")],
            next: format!(
                "make the root sampler a ratio of {}; check that the variable is read at all",
                promise.share
            ),
        }]);
    }
    if chance < FALSE_CONVICTION {
        return Told::Nothing("spans may have been lost on the way, and too few arrived".to_owned());
    }
    // A share that neither none nor all of the requests recorded would have refuted was not tried.
    let all = if own as f64 > most as f64 * share { tail(most, own, share) } else { 1.0 };
    if f64::min(tail(answered, 0, share), all) >= FALSE_CONVICTION {
        return Told::Nothing(format!(
            "{asked} requests without a traceparent cannot tell a share of {share}"
        ));
    }
    Told::Share(seen)
}

/// How many requests without a traceparent the target may have had from us that no note tells of: every scrape, and of
/// each instance the probe that found it ready and a scrape that was cut off at the end of the traffic.
fn unnoted(leg: &Leg) -> u64 {
    (leg.scrapes.len() + 2 * by_instance(leg).len()) as u64
}

/// Entry spans without a parent.
struct Roots {
    all: u64,
    /// Those that did not start before our first request. Where the target's clock is not ours, those before may be
    /// our requests' as well.
    of_traffic: u64,
}

fn roots(promise: &Sampling, leg: &Leg) -> Roots {
    let began = leg.ledger.traces.iter().map(|note| note.sent).min();
    let is_root = |span: &&Span| span.is(&promise.entry) && span.parent_id.is_none();
    let roots = || leg.spans.iter().filter(is_root);
    let of_traffic = roots().filter(|span| began.is_none_or(|began| began <= span.start));
    Roots { all: roots().count() as u64, of_traffic: of_traffic.count() as u64 }
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
    // log C(n, i) by its recurrence; n is bounded by what the record notes one by one.
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
