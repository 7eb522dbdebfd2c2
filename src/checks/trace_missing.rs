use std::collections::{BTreeMap, BTreeSet};

use super::sources::NO_SPANS;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Excluded, Promise, Traced};
use crate::observe::{Leg, Origin, ParentChoice, TraceNote};

/// Requests that the caller sampled left no span of their own.
pub(super) struct TraceMissing;

/// Kinds of request that a finding names.
const NAMED: usize = 5;

impl Check for TraceMissing {
    fn id(&self) -> &'static str {
        "traces/missing"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every answered request whose caller sent a sampled traceparent has a span of the promised kind in its trace, one for each where several share a trace.",
            why: "The requests without a span are seldom a random share: it is one route, one status, one code path that nobody instrumented, and its failures are in no trace.",
            needs: "A span receiver that lost nothing, and answered requests with a sampled traceparent.",
            wrong: "A proxy that answers in the target's name leaves no span of the target's. A span that ends long after its answer, as of a WebSocket that is still open, may come too late.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Traced(promise) = &clause.promise else { return None };
        let (mut findings, mut told, mut silent) = (Vec::new(), 0, None);
        for leg in &case.seen.legs {
            match due(promise, leg) {
                Ok(notes) => {
                    told += notes.len();
                    findings.extend(missing(promise, leg, &notes));
                }
                Err(reason) => silent = silent.or(Some(reason)),
            }
        }
        if told == 0 {
            return Some(Verdict::vacuous(silent.unwrap_or("there was no leg")));
        }
        Some(Verdict::from_findings(findings, || {
            format!("all {told} requests that their callers sampled have one of the {}", promise.entry)
        }))
    }
}

/// The requests of a leg that must have left a span, with their trace ids.
fn due<'a>(promise: &Traced, leg: &'a Leg) -> Result<Vec<(&'a TraceNote, &'a str)>, &'static str> {
    if !leg.start.receives_spans {
        return Err(NO_SPANS);
    }
    match leg.start.span_loss {
        None => return Err("whether spans were lost on the way is not known"),
        Some(loss) if loss.dropped > 0 || loss.failed > 0 => return Err("spans were lost on the way"),
        Some(_) => {}
    }
    let excluded = |origin| match origin {
        Origin::Traffic => false,
        Origin::Probe => promise.exclude.contains(&Excluded::Probes),
        Origin::Scrape => promise.exclude.contains(&Excluded::Scrapes),
    };
    let notes: Vec<_> = leg
        .ledger
        .traces
        .iter()
        .filter(|note| note.parent == ParentChoice::Sampled && note.status_code.is_some())
        .filter(|note| !excluded(note.origin))
        .filter_map(|note| Some((note, note.trace_id.as_deref()?)))
        .collect();
    if notes.is_empty() { Err("no request was answered whose caller had sampled it") } else { Ok(notes) }
}

fn missing(promise: &Traced, leg: &Leg, notes: &[(&TraceNote, &str)]) -> Option<Finding> {
    // An exporter that tries again may deliver a span twice.
    let mut spans: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for span in leg.spans.iter().filter(|span| span.is(&promise.entry)) {
        spans.entry(&span.trace_id).or_default().insert(&span.span_id);
    }
    let mut requests: BTreeMap<&str, Vec<&TraceNote>> = BTreeMap::new();
    for (note, id) in notes {
        requests.entry(id).or_default().push(note);
    }
    let lacking = |id: &str, all: usize| all.saturating_sub(spans.get(id).map_or(0, BTreeSet::len));
    // In the order in which they ended.
    let first = notes.iter().find(|(_, id)| lacking(id, requests[id].len()) > 0)?;
    let total: usize = requests.iter().map(|(id, all)| lacking(id, all.len())).sum();
    let arrived: BTreeSet<&str> = leg.spans.iter().map(|span| span.trace_id.as_str()).collect();
    let empty = requests.iter().filter(|(id, _)| !arrived.contains(*id)).count();
    let mut evidence = kinds(notes, |id| lacking(id, requests[id].len()) > 0);
    evidence.push(format!("trace {} ({} {})", first.1, first.0.method, first.0.path));
    if empty > 0 {
        evidence.push(format!("{empty} of these traces hold no span at all"));
    }
    Some(Finding {
        subject: promise.entry.to_string(),
        expected: format!("one for each of the {} answered requests that their callers sampled", notes.len()),
        observed: format!("{total} are missing"),
        evidence,
        next: "look at what these requests have in common: a route without the middleware, an error path that ends no span, a filter before the exporter".to_owned(),
    })
}

/// The requests in traces that lack a span, by what they were, most of them first.
fn kinds(notes: &[(&TraceNote, &str)], lacks: impl Fn(&str) -> bool) -> Vec<String> {
    let mut kinds: BTreeMap<(&str, &str, Option<u16>), (usize, usize)> = BTreeMap::new();
    for (note, id) in notes {
        let (lacking, all) = kinds.entry((&note.method, &note.route, note.status_code)).or_default();
        *lacking += usize::from(lacks(id));
        *all += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().filter(|(_, (lacking, _))| *lacking > 0).collect();
    kinds.sort_by_key(|(_, (lacking, _))| std::cmp::Reverse(*lacking));
    let more = kinds.len().saturating_sub(NAMED);
    let mut lines: Vec<String> = kinds
        .into_iter()
        .take(NAMED)
        .map(|((method, route, status), (lacking, all))| {
            let status = status.map_or_else(String::new, |status| format!(" answered {status}"));
            format!("{method} {route}{status}: {lacking} of {all}")
        })
        .collect();
    if more > 0 {
        lines.push(format!("{more} more kinds of request"));
    }
    lines
}
