use std::collections::BTreeSet;

use super::attribute_missing::text;
use super::sampling_off::records_all;
use super::series::{Step, answered, jobs, jobs_of, steps};
use super::sources::{NO_SPANS, SHARED, no_such_span, our_spans, shared, unframed, unscraped, unscraped_job};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Effect, EnvName, Promise, Sampling, ScrapeTarget, SpanKind, SpanSelector};
use crate::observe::{Leg, Observations, ParentChoice, Span, TraceNote};

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
            wrong: "It proves that the effect is there, not that this variable caused it: that takes a second leg with another value. A function that only some routes call is accused when none of these was sampled. With shared traffic what moved, or arrived, may be another's doing, and a pass says so.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        match &clause.promise {
            Promise::Usage(usage) => Some(
                usage
                    .effect
                    .as_ref()
                    .map_or_else(unobservable, |effect| judge(&usage.function, effect, None, case)),
            ),
            Promise::Env(env) => Some(env.effect.as_ref().map_or_else(unobservable, |effect| {
                judge(env.name.as_str(), effect, Some((&env.name, env.default.as_deref())), case)
            })),
            Promise::Scrape(target) => Some(scraped(target, case.seen)),
            _ => None,
        }
    }
}

fn unobservable() -> Verdict {
    Verdict::vacuous("the clause names no effect that a run can observe")
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
        Effect::Metric(name) => metric(subject, name.as_str(), &on, case.seen),
        Effect::Span(selector) => span(subject, selector, &on, case),
        Effect::Resource(attribute) => resource(subject, attribute, variable, &legs, case),
        Effect::SampleShare => {
            let Some((name, _)) = variable else { return Verdict::vacuous("no variable holds a share") };
            // What others ask is sampled, too, and only they know how much that was.
            if shared(case.seen) {
                return Verdict::vacuous(SHARED);
            }
            let entry = SpanSelector { kind: Some(SpanKind::Server), ..SpanSelector::default() };
            super::sampling_off::judge(&Sampling { share: name.clone(), entry }, case)
        }
        Effect::Scraped => {
            let scrapes = || on.iter().flat_map(|leg| &leg.scrapes);
            let due = match scrapes().next() {
                Some(_) => Ok(()),
                None => {
                    let nothing = || format!("nothing was scraped where {subject} holds");
                    Err(unscraped(case.seen).unwrap_or_else(nothing))
                }
            };
            let answered = scrapes().filter(|scrape| scrape.exposition().is_some()).count();
            Shown { subject, expected: "metrics are scraped", what: "scrapes answered" }.judge(due, answered)
        }
    }
}

fn scraped(target: &ScrapeTarget, seen: &Observations) -> Verdict {
    let asked = || seen.legs.iter().flat_map(|leg| &leg.scrapes).filter(|scrape| scrape.job == target.job);
    let due = match asked().next() {
        Some(_) => Ok(()),
        None => Err(unscraped_job(&target.job, seen)),
    };
    let subject = format!("scrape job `{}`", target.job);
    let expected = format!("metrics at {} of port {}", target.path, target.port);
    let answered = asked().filter(|scrape| scrape.exposition().is_some()).count();
    Shown { subject: &subject, expected: &expected, what: "scrapes answered" }.judge(due, answered)
}

fn metric(subject: &str, name: &str, on: &[&Leg], seen: &Observations) -> Verdict {
    let due = if !on.iter().any(|leg| answered(leg)) {
        Err("no request was answered that could have moved it".to_owned())
    } else if on.iter().any(|leg| answered(leg) && tells_moves(leg, name)) {
        Ok(())
    } else {
        Err(unframed(seen))
    };
    // That it stands still is a fact, whoever else asks; that it moves may be another's doing.
    let what = if shared(seen) {
        "series that moved (traffic: shared, others may have moved them)"
    } else {
        "series that moved"
    };
    let moved = on.iter().map(|leg| moved(leg, name)).sum();
    Shown { subject, expected: &format!("{name} moves"), what }.judge(due, moved)
}

fn span(subject: &str, selector: &SpanSelector, on: &[&Leg], case: &Case<'_>) -> Verdict {
    let mut due = Err("there was no leg".to_owned());
    for leg in on {
        due = due.or_else(|_| spans_due(leg, case).map_err(str::to_owned));
    }
    let count = |spans: &[&Span]| spans.iter().filter(|span| span.is(selector)).count();
    let all = on.iter().map(|leg| count(&leg.spans.iter().collect::<Vec<_>>())).sum();
    let ours: usize = on.iter().map(|leg| count(&our_spans(leg, case))).sum();
    // A span in the trace of another shows that such spans arrive, as one of ours would.
    let what = if ours == 0 && all > 0 { "spans (traffic: shared, all of them of others)" } else { "spans" };
    Shown { subject, expected: &format!("{selector} arrive"), what }.judge(due, all)
}

pub(super) fn is_off(value: &str) -> bool {
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
/// be lost. Otherwise the reason.
fn spans_due(leg: &Leg, case: &Case<'_>) -> Result<(), &'static str> {
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
    if !leg.start.receives_spans {
        Err(NO_SPANS)
    } else if leg.start.span_loss.is_some_and(|loss| loss.dropped > 0 || loss.failed > 0) {
        Err("spans were lost on the way, and this one may have been among them")
    } else if !answered(leg) {
        Err("no request was answered that could have left one")
    } else if !due {
        Err(
            "no answered request was certainly recorded: none of them was sampled by the client, and the server may leave out its own",
        )
    } else {
        Ok(())
    }
}

/// What an effect is, and what shows it.
struct Shown<'a> {
    subject: &'a str,
    expected: &'a str,
    /// What is counted.
    what: &'a str,
}

impl Shown<'_> {
    /// Judges by how often it was seen, where it was due; otherwise the reason why it was not.
    fn judge(&self, due: Result<(), String>, count: usize) -> Verdict {
        let Shown { subject, expected, what } = self;
        match (count, due) {
            (0, Err(reason)) => Verdict::Vacuous(reason),
            (0, Ok(())) => Verdict::Fail(vec![Finding {
                subject: (*subject).to_owned(),
                expected: (*expected).to_owned(),
                observed: format!("no {}", what.split(" (").next().unwrap_or(what)),
                evidence: Vec::new(),
                next: format!("find out whether {subject} is read or called at all"),
            }]),
            (count, _) => Verdict::Pass { evidence: format!("{count} {what}") },
        }
    }
}

/// Every span carries the variable's value in its resource.
fn resource(
    subject: &str,
    attribute: &str,
    variable: Variable<'_>,
    legs: &[&Leg],
    case: &Case<'_>,
) -> Verdict {
    let (mut findings, mut count) = (Vec::new(), 0);
    for leg in legs {
        let Some(value) = value(variable, leg) else {
            return Verdict::vacuous("no variable holds the value of a resource attribute");
        };
        let spans = our_spans(leg, case);
        count += spans.len();
        let held = |span: &Span| span.resource.get(attribute).map(text);
        let wrong = spans.into_iter().find(|span| held(span).as_deref() != Some(value));
        findings.extend(wrong.map(|span| Finding {
            subject: format!("resource attribute `{attribute}`"),
            expected: format!("`{value}`, as {subject} says"),
            observed: held(span).map_or_else(|| "none".to_owned(), |held| format!("`{held}`")),
            evidence: vec![format!("trace {} span {}", span.trace_id, span.span_id)],
            next: format!("set `{attribute}` from {subject} where the tracer is built"),
        }));
    }
    if count == 0 {
        return Verdict::vacuous(no_such_span(&SpanSelector::default(), case.seen));
    }
    Verdict::from_findings(findings, || format!("on all {count} spans"))
}
