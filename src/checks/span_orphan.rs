use super::sources::{no_such_span, our_spans};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise};
use crate::observe::{Span, Trees};

/// A span does not hang below the span that it belongs to.
pub(super) struct SpanOrphan;

impl Check for SpanOrphan {
    fn id(&self) -> &'static str {
        "traces/span-orphan"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That spans have the promised ancestor in the same trace.",
            why: "When context is lost at one boundary, every trace falls into pieces and none shows where the time went.",
            needs: "Spans of that kind.",
            wrong: "When spans were lost on the way, a missing parent may have been among them: then only spans without any parent are accused.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::SpanJoins(promise) = &clause.promise else { return None };
        let (mut findings, mut count) = (Vec::new(), 0);
        for leg in &case.seen.legs {
            let trees = Trees::new(&leg.spans);
            let lossy = leg.start.span_loss.is_none_or(|loss| loss.dropped > 0 || loss.failed > 0);
            let mut spans = our_spans(leg, case);
            spans.retain(|span| span.is(&promise.spans));
            count += spans.len();
            let orphans: Vec<&&Span> = spans
                .iter()
                .filter(|span| !trees.ancestors(span).any(|ancestor| ancestor.is(&promise.below)))
                .filter(|span| !lossy || root(span, &trees).parent_id.is_none())
                .collect();
            let Some(first) = orphans.first() else { continue };
            let roots = orphans.iter().filter(|span| span.parent_id.is_none()).count();
            findings.push(Finding {
                subject: promise.spans.to_string(),
                expected: format!("each below one of the {} of its trace", promise.below),
                observed: format!("{} of {} are not, {roots} of them start a trace of their own", orphans.len(), spans.len()),
                evidence: vec![format!("trace {} span {} ({})", first.trace_id, first.span_id, first.name)],
                next: "pass the current context on where this work is started: spawned tasks, pools and clients lose it first".to_owned(),
            });
        }
        if count == 0 {
            return Some(Verdict::vacuous(no_such_span(&promise.spans, case.seen)));
        }
        Some(Verdict::from_findings(findings, || format!("all {count} {} join", promise.spans)))
    }
}

/// The farthest ancestor that arrived.
fn root<'a>(span: &'a Span, trees: &Trees<'a>) -> &'a Span {
    trees.ancestors(span).last().unwrap_or(span)
}
