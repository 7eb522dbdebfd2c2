use std::collections::BTreeMap;

use serde_json::Value;

use super::sources::{no_such_span, our_spans};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, LedgerField, Promise, SpanAttribute};
use crate::observe::{Leg, Span, TraceNote, Trees};

/// A span lacks a promised attribute, or carries another value than the client knows.
pub(super) struct AttributeMissing;

impl Check for AttributeMissing {
    fn id(&self) -> &'static str {
        "traces/attribute-missing"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every span of the promised kind carries the attribute and, where the clause says what it agrees with, the value that the ledger holds for the same trace.",
            why: "A search by an attribute silently leaves out the spans that lack it, usually those of the failures.",
            needs: "Spans of that kind; for the values, traces whose id the client chose.",
            wrong: "A trace in which two requests share an id is not compared with the ledger. Of spans of the kind below one another only the outermost is; when that one was lost on the way, the next is taken for it.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::SpanAttribute(promise) = &clause.promise else { return None };
        let (mut findings, mut count) = (Vec::new(), 0);
        for leg in &case.seen.legs {
            let mut spans = our_spans(leg, case);
            spans.retain(|span| span.is(&promise.on));
            count += spans.len();
            findings.extend(lacking(promise, &spans, leg));
            findings.extend(disagreeing(promise, &spans, leg));
        }
        if count == 0 {
            return Some(Verdict::vacuous(no_such_span(&promise.on, case.seen)));
        }
        Some(Verdict::from_findings(findings, || format!("on all {count} {}", promise.on)))
    }
}

fn lacking(promise: &SpanAttribute, spans: &[&Span], leg: &Leg) -> Option<Finding> {
    let notes = unique_notes(leg);
    let without: Vec<&Span> = spans
        .iter()
        .copied()
        .filter(|span| !span.attributes.contains_key(&promise.attribute))
        .filter(|span| !unknowable(promise, notes.get(span.trace_id.as_str()).copied()))
        .collect();
    // Without a traceparent nobody knows which of the roots belong to requests that were given up.
    let given_up =
        leg.ledger.traces.iter().filter(|note| note.trace_id.is_none() && unknowable(promise, Some(note)));
    if without.iter().all(|span| span.parent_id.is_none()) && without.len() <= given_up.count() {
        return None;
    }
    let first = without.first()?;
    Some(Finding {
        subject: format!("attribute `{}`", promise.attribute),
        expected: format!("on all {} {}", spans.len(), promise.on),
        observed: format!("{} lack it", without.len()),
        evidence: vec![
            format!("trace {} span {} ({})", first.trace_id, first.span_id, first.name),
            format!("its attributes: {}", first.attributes.keys().cloned().collect::<Vec<_>>().join(", ")),
        ],
        next: format!("set `{}` where the span is started, or on every path that ends it", promise.attribute),
    })
}

/// Whether the attribute stands for something that only an answer gives, and none was given.
fn unknowable(promise: &SpanAttribute, note: Option<&TraceNote>) -> bool {
    promise.agrees_with.is_some_and(LedgerField::needs_answer)
        && note.is_some_and(|note| note.status_code.is_none())
}

fn disagreeing(promise: &SpanAttribute, spans: &[&Span], leg: &Leg) -> Option<Finding> {
    let field = promise.agrees_with?;
    let (notes, trees) = (unique_notes(leg), Trees::new(&leg.spans));
    let wrong: Vec<_> = spans
        .iter()
        // Below a span of the kind stands the work of another hop, of which the client knows nothing.
        .filter(|span| !trees.ancestors(span).any(|ancestor| ancestor.is(&promise.on)))
        .filter_map(|span| {
            let expected = held(notes.get(span.trace_id.as_str())?, field)?;
            let observed = text(span.attributes.get(&promise.attribute)?);
            (expected != observed).then_some((span, expected, observed))
        })
        .collect();
    let (span, expected, observed) = wrong.first()?;
    let more = match wrong.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more spans disagree"),
    };
    Some(Finding {
        subject: format!("attribute `{}`", promise.attribute),
        expected: format!("`{expected}`, the {} that the client knows", field.name()),
        observed: format!("`{observed}`{more}"),
        evidence: vec![format!("trace {} span {} ({})", span.trace_id, span.span_id, span.name)],
        next: "set the attribute from the request and the answer themselves, not from defaults".to_owned(),
    })
}

/// The ledger's notes by trace id, where one id is one request.
fn unique_notes(leg: &Leg) -> BTreeMap<&str, &TraceNote> {
    let mut notes: BTreeMap<&str, Option<&TraceNote>> = BTreeMap::new();
    for note in &leg.ledger.traces {
        if let Some(id) = note.trace_id.as_deref() {
            notes.entry(id).and_modify(|note| *note = None).or_insert(Some(note));
        }
    }
    notes.into_iter().filter_map(|(id, note)| Some((id, note?))).collect()
}

fn held(note: &TraceNote, field: LedgerField) -> Option<String> {
    let status = || note.status_code.map(|code| code.to_string());
    match field {
        LedgerField::Method => Some(note.method.clone()),
        LedgerField::MethodLowercase => field.derived(LedgerField::Method, &note.method),
        LedgerField::Route => Some(note.route.clone()),
        LedgerField::Path => Some(note.path.clone()),
        LedgerField::StatusCode => status(),
        LedgerField::StatusClass => field.derived(LedgerField::StatusCode, &status()?),
        LedgerField::Agent | LedgerField::Outcome => None,
    }
}

/// A value as a label would hold it.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
