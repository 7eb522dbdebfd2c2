use std::collections::BTreeMap;

use super::no_effect::is_off;
use super::series::by_instance;
use super::sources::unscraped_job;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Effect, Env, Promise};
use crate::observe::{Leg, Scrape, ScrapeOutcome};

/// Some scrapes bring no metrics.
pub(super) struct ScrapesFailed;

/// Instants that a finding names.
const NAMED: usize = 3;

impl Check for ScrapesFailed {
    fn id(&self) -> &'static str {
        "scrapes/failed"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every scrape of the promised job answered with metrics, not only some.",
            why: "Each scrape that fails is a gap in every graph, a series marked stale, and an `up == 0` that either pages somebody or has been silenced.",
            needs: "Scrapes of that job, in a leg that does not switch metrics off by a documented variable.",
            wrong: "A scrape that our own machine was too busy to wait for counts as failed; the reason says `timed out`. A target that was restarted on purpose in mid-run is accused.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Scrape(target) = &clause.promise else { return None };
        let (mut findings, mut count, mut off) = (Vec::new(), 0, None);
        for leg in &case.seen.legs {
            if let Some(variable) = switched_off(leg, case) {
                off = Some(format!("{variable} is off in every leg that was scraped"));
                continue;
            }
            for ((job, instance), scrapes) in by_instance(leg) {
                if job == target.job {
                    count += scrapes.len();
                    findings.extend(failed(job, instance, &scrapes));
                }
            }
        }
        if count == 0 {
            let reason = off.unwrap_or_else(|| unscraped_job(&target.job, case.seen));
            return Some(Verdict::vacuous(reason));
        }
        Some(Verdict::from_findings(findings, || format!("all {count} scrapes answered")))
    }
}

/// The documented variable by which this leg has no metrics to scrape.
fn switched_off<'a>(leg: &Leg, case: &Case<'a>) -> Option<&'a str> {
    case.contracts.clauses().find_map(|(_, clause)| match &clause.promise {
        Promise::Env(Env { name, default, effect: Some(Effect::Scraped), .. }) => {
            let value = leg.start.env.get(name.as_str()).or(default.as_ref())?;
            is_off(value).then_some(name.as_str())
        }
        _ => None,
    })
}

fn failed(job: &str, instance: &str, scrapes: &[&Scrape]) -> Option<Finding> {
    let failures: Vec<(&Scrape, &str)> = scrapes
        .iter()
        .filter_map(|scrape| match &scrape.outcome {
            ScrapeOutcome::Failed(reason) => Some((*scrape, reason.as_str())),
            ScrapeOutcome::Body { .. } => None,
        })
        .collect();
    if failures.is_empty() {
        return None;
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, reason) in &failures {
        *reasons.entry(reason).or_default() += 1;
    }
    let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let all = scrapes.len();
    let mut evidence: Vec<String> = failures
        .iter()
        .take(NAMED)
        .map(|(scrape, reason)| format!("scrape at {}: {reason}", scrape.at))
        .collect();
    if let Some(more) = failures.len().checked_sub(NAMED).filter(|more| *more > 0) {
        evidence.push(format!("and {more} more"));
    }
    Some(Finding {
        subject: place(job, instance),
        expected: format!("metrics in each of {all} scrapes"),
        observed: format!("{} of {all} failed: {}", failures.len(), reasons.join(", ")),
        evidence,
        next: if failures.len() == all {
            "ask the address yourself, with curl: nothing there ever answered with metrics".to_owned()
        } else {
            "look at what the target did at these instants: a metrics endpoint must not fail, queue or wait with the rest".to_owned()
        },
    })
}

/// A scrape job, and which of its targets where it has several.
pub(super) fn place(job: &str, instance: &str) -> String {
    match instance {
        "" => format!("scrape job `{job}`"),
        _ => format!("scrape job `{job}`, instance {instance}"),
    }
}
