use std::collections::BTreeMap;

use serde_json::Value;

use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, LedgerField, Promise, SpanAttribute};
use crate::observe::{Leg, Span, TraceNote};

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
            wrong: "A trace in which two requests share an id is not compared with the ledger.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::SpanAttribute(promise) = &clause.promise else { return None };
        let (mut findings, mut count) = (Vec::new(), 0);
        for leg in &case.seen.legs {
            let spans: Vec<&Span> = leg.spans.iter().filter(|span| span.is(&promise.on)).collect();
            count += spans.len();
            findings.extend(lacking(promise, &spans));
            findings.extend(disagreeing(promise, &spans, leg));
        }
        if count == 0 {
            return Some(Verdict::vacuous(format!("no {} arrived", promise.on)));
        }
        Some(Verdict::from_findings(findings, || format!("on all {count} {}", promise.on)))
    }
}

fn lacking(promise: &SpanAttribute, spans: &[&Span]) -> Option<Finding> {
    let without: Vec<_> =
        spans.iter().filter(|span| !span.attributes.contains_key(&promise.attribute)).collect();
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

fn disagreeing(promise: &SpanAttribute, spans: &[&Span], leg: &Leg) -> Option<Finding> {
    let field = promise.agrees_with?;
    let notes = unique_notes(leg);
    let wrong: Vec<_> = spans
        .iter()
        .filter_map(|span| {
            let expected = held(notes.get(span.trace_id.as_str())?, field)?;
            let observed = text(span.attributes.get(&promise.attribute)?);
            (expected != observed).then_some((span, expected, observed))
        })
        .collect();
    let (span, expected, observed) = wrong.first()?;
    Some(Finding {
        subject: format!("attribute `{}`", promise.attribute),
        expected: format!("`{expected}`, the {} that the client knows", field.name()),
        observed: format!("`{observed}`, and {} more spans that disagree", wrong.len() - 1),
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
    match field {
        LedgerField::Method => Some(note.method.clone()),
        LedgerField::Route => Some(note.route.clone()),
        LedgerField::Path => Some(note.path.clone()),
        LedgerField::StatusCode => note.status_code.map(|code| code.to_string()),
        LedgerField::Agent | LedgerField::Outcome => None,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
