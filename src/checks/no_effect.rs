use serde_json::Value;

use super::series::families;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Effect, EnvName, Promise, Sampling, SpanKind, SpanSelector};
use crate::observe::{Leg, Scrape};

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
            needs: "For a variable, a leg that sets it or a documented default; for a function, traffic that calls it.",
            wrong: "It proves that the effect is there, not that this variable caused it: that takes a second leg with another value.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        match &clause.promise {
            Promise::Usage(usage) => Some(judge(&usage.function, &usage.effect, None, case)),
            Promise::Env(env) => {
                Some(judge(env.name.as_str(), &env.effect, Some((&env.name, env.default.as_deref())), case))
            }
            Promise::Scrape(target) => {
                let answered = |scrape: &&Scrape| scrape.job == target.job && scrape.exposition().is_some();
                let all = || case.seen.legs.iter().flat_map(|leg| &leg.scrapes);
                Some(shown(
                    &format!("scrape job `{}`", target.job),
                    &format!("metrics at {} of port {}", target.path, target.port),
                    all().count() > 0,
                    all().filter(answered).count(),
                    "scrapes answered",
                ))
            }
            _ => None,
        }
    }
}

type Variable<'a> = Option<(&'a EnvName, Option<&'a str>)>;

fn judge(subject: &str, effect: &Effect, variable: Variable<'_>, case: &Case<'_>) -> Verdict {
    let legs: Vec<&Leg> = match variable {
        Some((name, None)) => {
            case.seen.legs.iter().filter(|leg| leg.start.env.contains_key(name.as_str())).collect()
        }
        _ => case.seen.legs.iter().collect(),
    };
    if legs.is_empty() {
        return Verdict::vacuous(format!("no leg sets {subject}, and no default is documented"));
    }
    let traffic = legs.iter().any(|leg| leg.ledger.request_count() > 0);
    match effect {
        Effect::Metric(name) => {
            let moved = families(case.seen)
                .flat_map(|family| &family.samples)
                .filter(|sample| sample.name == name.as_str() || sample.name == format!("{name}_count"))
                .filter(|sample| sample.value != 0.0)
                .count();
            shown(subject, &format!("{name} moves"), traffic, moved, "samples other than zero")
        }
        Effect::Span(selector) => {
            let receives = legs.iter().any(|leg| leg.start.receives_spans);
            let count = legs.iter().flat_map(|leg| &leg.spans).filter(|span| span.is(selector)).count();
            shown(subject, &format!("{selector} arrive"), traffic && receives, count, "spans")
        }
        Effect::Resource(attribute) => resource(subject, attribute, variable, &legs),
        Effect::SampleShare => {
            let Some((name, _)) = variable else { return Verdict::vacuous("no variable holds a share") };
            let entry = SpanSelector { kind: Some(SpanKind::Server), ..SpanSelector::default() };
            super::sampling_off::judge(&Sampling { share: name.clone(), entry }, case)
        }
        Effect::Scraped => {
            let scrapes = || legs.iter().flat_map(|leg| &leg.scrapes);
            let answered = scrapes().filter(|scrape| scrape.exposition().is_some()).count();
            shown(subject, "metrics are scraped", scrapes().count() > 0, answered, "scrapes answered")
        }
    }
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
        let set = variable
            .and_then(|(name, default)| leg.start.env.get(name.as_str()).map(String::as_str).or(default));
        let Some(value) = set else { continue };
        count += leg.spans.len();
        let wrong =
            leg.spans.iter().find(|span| span.resource.get(attribute).and_then(Value::as_str) != Some(value));
        findings.extend(wrong.map(|span| Finding {
            subject: format!("resource attribute `{attribute}`"),
            expected: format!("`{value}`, as {subject} says"),
            observed: span.resource.get(attribute).map_or_else(|| "none".to_owned(), ToString::to_string),
            evidence: vec![format!("trace {} span {}", span.trace_id, span.span_id)],
            next: format!("set `{attribute}` from {subject} where the tracer is built"),
        }));
    }
    if count == 0 {
        return Verdict::vacuous("no span arrived");
    }
    Verdict::from_findings(findings, || format!("on all {count} spans"))
}
