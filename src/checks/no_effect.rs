use std::collections::BTreeSet;

use super::attribute_missing::text;
use super::sampling_off::records_all;
use super::series::{Step, answered, jobs, jobs_of, steps};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Effect, EnvName, Promise, Sampling, SpanKind, SpanSelector};
use crate::observe::{Leg, ParentChoice, Span, TraceNote};

/// A variable, a function or a scrape target has no effect that anybody can see.
pub(super) struct NoEffect;

impl Check for NoEffect {
    fn id(&self) -> &'static str {
        "telemetry/no-effect"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That a documented environment variable, a function of the instrumentation API or a scrape target shows the effect that its clause names.",
            why: "A variable that is documented and never read, or a helper that records nothing, is found on the day it is needed.",
            needs: "For a variable, a leg that sets it or a documented default; for a function, traffic that calls it. For a metric, scrapes before and after it; for a span, a trace that must have been recorded and no span known to be lost.",
            wrong: "It proves that the effect is there, not that this variable caused it: that takes a second leg with another value. A function that only some routes call is accused when none of these was sampled.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        match &clause.promise {
            Promise::Usage(usage) => Some(judge(&usage.function, &usage.effect, None, case)),
            Promise::Env(env) => {
                Some(judge(env.name.as_str(), &env.effect, Some((&env.name, env.default.as_deref())), case))
            }
            Promise::Scrape(target) => {
                let legs = case.seen.legs.iter();
                let asked = || legs.clone().flat_map(|leg| &leg.scrapes).filter(|s| s.job == target.job);
                Some(shown(
                    &format!("scrape job `{}`", target.job),
                    &format!("metrics at {} of port {}", target.path, target.port),
                    asked().count() > 0,
                    asked().filter(|scrape| scrape.exposition().is_some()).count(),
                    "scrapes answered",
                ))
            }
            _ => None,
        }
    }
}

type Variable<'a> = Option<(&'a EnvName, Option<&'a str>)>;

/// What the variable holds in this leg, by the leg's environment or by the documented default.
fn value<'a>(variable: Variable<'a>, leg: &'a Leg) -> Option<&'a str> {
    let (name, default) = variable?;
    leg.start.env.get(name.as_str()).map(String::as_str).or(default)
}

fn judge(subject: &str, effect: &Effect, variable: Variable<'_>, case: &Case<'_>) -> Verdict {
    let legs: Vec<&Leg> =
        case.seen.legs.iter().filter(|leg| variable.is_none() || value(variable, leg).is_some()).collect();
    if legs.is_empty() {
        return Verdict::vacuous(format!("no leg sets {subject}, and no default is documented"));
    }
    // A switch that is off honours its value by showing nothing.
    let off = |leg: &&Leg| value(variable, leg).is_some_and(is_off);
    let on: Vec<&Leg> = legs.iter().copied().filter(|leg| !off(leg)).collect();
    if on.is_empty() && matches!(effect, Effect::Metric(_) | Effect::Span(_) | Effect::Scraped) {
        return Verdict::vacuous(format!("{subject} is off in every leg"));
    }
    match effect {
        Effect::Metric(name) => {
            let told = on.iter().any(|leg| answered(leg) && tells_moves(leg, name.as_str()));
            let moved = on.iter().map(|leg| moved(leg, name.as_str())).sum();
            shown(subject, &format!("{name} moves"), told, moved, "series that moved")
        }
        Effect::Span(selector) => {
            let count = on.iter().flat_map(|leg| &leg.spans).filter(|span| span.is(selector)).count();
            let due = on.iter().any(|leg| spans_due(leg, case));
            shown(subject, &format!("{selector} arrive"), due, count, "spans")
        }
        Effect::Resource(attribute) => resource(subject, attribute, variable, &legs),
        Effect::SampleShare => {
            let Some((name, _)) = variable else { return Verdict::vacuous("no variable holds a share") };
            let entry = SpanSelector { kind: Some(SpanKind::Server), ..SpanSelector::default() };
            super::sampling_off::judge(&Sampling { share: name.clone(), entry }, case)
        }
        Effect::Scraped => {
            let scrapes = || on.iter().flat_map(|leg| &leg.scrapes);
            let answered = scrapes().filter(|scrape| scrape.exposition().is_some()).count();
            shown(subject, "metrics are scraped", scrapes().count() > 0, answered, "scrapes answered")
        }
    }
}

fn is_off(value: &str) -> bool {
    ["false", "off", "no"].iter().any(|off| value.eq_ignore_ascii_case(off))
}

fn tells_moves(leg: &Leg, name: &str) -> bool {
    jobs_of(leg, name).is_some() && jobs_of(leg, &format!("{name}_count")).is_some()
}

/// How many series of the metric, or of its count, changed between two scrapes.
fn moved(leg: &Leg, name: &str) -> usize {
    let changed = |name: &str| {
        let jobs = jobs(leg).into_values().collect::<Vec<_>>();
        let steps = steps(&jobs, name);
        let moved =
            steps.iter().filter(|Step { from, to, .. }| from != to && !(from.is_nan() && to.is_nan()));
        moved.map(|step| step.labels.clone()).collect::<BTreeSet<_>>().len()
    };
    changed(name) + changed(&format!("{name}_count"))
}

/// Whether a span must have arrived: something was asked, its trace was certainly recorded, and no span is known to
/// be lost.
fn spans_due(leg: &Leg, case: &Case<'_>) -> bool {
    let lossy = leg.start.span_loss.is_some_and(|loss| loss.dropped > 0 || loss.failed > 0);
    let notes = &leg.ledger.traces;
    let recorded = |note: &TraceNote| match note.parent {
        ParentChoice::Sampled => true,
        ParentChoice::NotSampled => false,
        ParentChoice::Absent => records_all(leg, case),
    };
    // The ledger may count requests without a note on each.
    let due = if notes.is_empty() {
        records_all(leg, case)
    } else {
        notes.iter().any(|note| note.status_code.is_some() && recorded(note))
    };
    leg.start.receives_spans && !lossy && answered(leg) && due
}

fn shown(subject: &str, expected: &str, exercised: bool, count: usize, what: &str) -> Verdict {
    match (count, exercised) {
        (0, false) => Verdict::vacuous("nothing was done that could have shown it"),
        (0, true) => Verdict::Fail(vec![Finding {
            subject: subject.to_owned(),
            expected: expected.to_owned(),
            observed: format!("no {what}"),
            evidence: Vec::new(),
            next: format!("find out whether {subject} is read or called at all"),
        }]),
        (count, _) => Verdict::Pass { evidence: format!("{count} {what}") },
    }
}

/// Every span carries the variable's value in its resource.
fn resource(subject: &str, attribute: &str, variable: Variable<'_>, legs: &[&Leg]) -> Verdict {
    let (mut findings, mut count) = (Vec::new(), 0);
    for leg in legs {
        let Some(value) = value(variable, leg) else {
            return Verdict::vacuous("no variable holds the value of a resource attribute");
        };
        count += leg.spans.len();
        let held = |span: &Span| span.resource.get(attribute).map(text);
        let wrong = leg.spans.iter().find(|span| held(span).as_deref() != Some(value));
        findings.extend(wrong.map(|span| Finding {
            subject: format!("resource attribute `{attribute}`"),
            expected: format!("`{value}`, as {subject} says"),
            observed: held(span).map_or_else(|| "none".to_owned(), |held| format!("`{held}`")),
            evidence: vec![format!("trace {} span {}", span.trace_id, span.span_id)],
            next: format!("set `{attribute}` from {subject} where the tracer is built"),
        }));
    }
    if count == 0 {
        return Verdict::vacuous("no span arrived");
    }
    Verdict::from_findings(findings, || format!("on all {count} spans"))
}
