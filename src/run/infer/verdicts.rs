use serde_json::json;

use super::candidates::{self, Asked, Candidate};
use super::look::Look;
use super::text;
use crate::checks::Verdict;
use crate::contract::{Contract, Contracts, SpanKind};
use crate::observe::exposition::Exposition;
use crate::observe::{Observations, Record, Span, Traffic};

/// Attributes that are looked at.
const MOST_ATTRIBUTES: usize = 3;

/// Whether a conservation compares this metric's counter.
pub(super) fn counts(conserve: &Candidate, metric: &Candidate) -> bool {
    let counter = conserve.promise["conserve"]["metric"].as_str().unwrap_or_default();
    let name = metric.promise["metric"]["name"].as_str().unwrap_or_default();
    counter == name || counter.strip_suffix("_count") == Some(name)
}

/// What the trial says of the counters of requests.
pub(super) struct Conserved {
    /// The conservations that held, one a metric.
    pub(super) kept: Vec<Candidate>,
    /// Those of metrics that counted everything exactly twice. It is no accident, so it is written, broken as it is.
    pub(super) doubled: Vec<Candidate>,
    /// It took others' traffic to be there.
    pub(super) shared: bool,
}

/// Judges every way in which its counters may count what was sent.
pub(super) fn conserved(exposition: &Exposition, look: &Look, name: &str, record: &Record) -> Conserved {
    let mut paths: Vec<&str> = look.paths.iter().map(|(path, _)| path.as_str()).collect();
    if !paths.contains(&look.metrics_path.as_str()) {
        paths.push(&look.metrics_path);
    }
    let asked = Asked { paths: &paths, elsewhere: look.elsewhere };
    let candidates = candidates::conservations(exposition, asked);
    let (every, _) = candidates::metrics(exposition, usize::MAX);
    let metrics = every.iter().filter(|metric| candidates.iter().any(|c| counts(c, metric))).cloned();
    let clauses: Vec<Candidate> = metrics.chain(candidates.iter().cloned()).collect();
    let pick = |shared: bool, is: fn(&Verdict) -> bool, not: fn(&Verdict) -> bool| {
        let mut held = picked(name, clauses.clone(), record, shared, is, not);
        held.retain(|candidate| candidate.group.is_some());
        let mut groups = Vec::new();
        held.retain(|candidate| {
            let fresh = !groups.contains(&candidate.group);
            groups.push(candidate.group.clone());
            fresh
        });
        for candidate in &mut held {
            let group = candidate.group.as_deref().unwrap_or_default();
            candidate.id = format!("conserve.{}", candidates::id(group));
        }
        held
    };
    let passes: fn(&Verdict) -> bool = |verdict| matches!(verdict, Verdict::Pass { .. });
    let fails: fn(&Verdict) -> bool = |verdict| matches!(verdict, Verdict::Fail(_));
    let twice: fn(&Verdict) -> bool = |verdict| match verdict {
        Verdict::Fail(findings) => findings.iter().all(|finding| finding.next.starts_with("exactly twice")),
        _ => false,
    };
    let kept = pick(false, passes, fails);
    let mut doubled = pick(false, twice, passes);
    doubled.retain(|candidate| !kept.iter().any(|kept| kept.group == candidate.group));
    if !kept.is_empty() || !doubled.is_empty() {
        return Conserved { kept, doubled, shared: false };
    }
    let kept = pick(true, passes, fails);
    let shared = !kept.is_empty();
    Conserved { kept, doubled, shared }
}

/// What is broken, in a line each.
pub(super) fn broken(name: &str, clauses: &[Candidate], record: &Record, shared: bool) -> Vec<String> {
    let verdicts = judged(name, clauses, record, shared).into_iter();
    let findings = verdicts.filter_map(|(clause, verdict)| match verdict {
        Verdict::Fail(findings) => Some((clause, findings)),
        _ => None,
    });
    findings
        .filter_map(|(clause, findings)| {
            let first = findings.first()?;
            let more = if findings.len() > 1 {
                format!(" (and {} more)", findings.len() - 1)
            } else {
                String::new()
            };
            let (subject, expected, observed) = (&first.subject, &first.expected, &first.observed);
            Some(format!(
                "broken in the trial: {clause}: {subject}: expected {expected}, observed {observed}{more}"
            ))
        })
        .collect()
}

/// What server spans carry, if any came.
pub(super) fn spans(record: &Record) -> Vec<Candidate> {
    let spans = || record.observations.legs.iter().flat_map(|leg| &leg.spans);
    let server: Vec<&Span> = spans().filter(|span| span.kind == SpanKind::Server).collect();
    let Some((first, rest)) = server.split_first() else { return Vec::new() };
    let on = json!({"kind": "server"});
    let mut found = vec![Candidate {
        id: "span.every-request".to_owned(),
        quote: "a sampled request leaves a server span".to_owned(),
        promise: json!({"traced": {"entry": on}}),
        group: None,
    }];
    let everywhere =
        first.attributes.keys().filter(|key| rest.iter().all(|span| span.attributes.contains_key(*key)));
    found.extend(everywhere.take(MOST_ATTRIBUTES).map(|attribute| Candidate {
        id: format!("span.{}", candidates::id(attribute)),
        quote: format!("server spans carry {attribute}"),
        promise: json!({"span-attribute": {"attribute": attribute, "on": on}}),
        group: None,
    }));
    found
}

/// The verdicts of the trial on these clauses. One that no contract can hold has none.
fn judged(name: &str, clauses: &[Candidate], record: &Record, shared: bool) -> Vec<(String, Verdict)> {
    let head = text::contract_head(name, "metrics", "");
    let mut lines: Vec<String> = clauses.iter().map(text::clause).collect();
    // Twice is enough: without the clauses that are refused nothing new is refused.
    let contract = (0..2).find_map(|_| {
        let parsed = Contract::parse(&format!("{head}{}", lines.concat()), "inferred");
        parsed
            .inspect_err(|problems| {
                let first = head.lines().count() + 1;
                let refused = |at: usize| problems.iter().any(|problem| problem.line == first + at);
                lines = std::mem::take(&mut lines)
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| !refused(*at))
                    .map(|(_, line)| line)
                    .collect();
            })
            .ok()
    });
    let Some(contract) = contract else { return Vec::new() };
    let mut observations: Observations = record.observations.clone();
    if shared {
        observations.plan.traffic = Traffic::Shared;
    }
    let outcome = crate::run::judge(Record { contracts: Contracts { all: vec![contract] }, observations });
    outcome.judgements.into_iter().map(|judgement| (judgement.clause, judgement.verdict)).collect()
}

/// Those of which some verdict of the trial is one, and none is the other.
fn picked(
    name: &str,
    clauses: Vec<Candidate>,
    record: &Record,
    shared: bool,
    is: fn(&Verdict) -> bool,
    not: fn(&Verdict) -> bool,
) -> Vec<Candidate> {
    let verdicts = judged(name, &clauses, record, shared);
    let any = |candidate: &Candidate, is: fn(&Verdict) -> bool| {
        verdicts.iter().any(|(clause, verdict)| *clause == candidate.id && is(verdict))
    };
    clauses.into_iter().filter(|candidate| any(candidate, is) && !any(candidate, not)).collect()
}

/// Those that were not broken.
pub(super) fn holding(name: &str, clauses: Vec<Candidate>, record: &Record, shared: bool) -> Vec<Candidate> {
    let verdicts = judged(name, &clauses, record, shared);
    let broken = |id: &str| verdicts.iter().any(|(clause, v)| clause == id && matches!(v, Verdict::Fail(_)));
    clauses.into_iter().filter(|candidate| !broken(&candidate.id)).collect()
}
