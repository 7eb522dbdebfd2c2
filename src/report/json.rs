use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::load::LoadReport;
use super::notes;
use super::timeline::{TimelineLine, timeline};
use crate::checks::{Finding, Judgement, Verdict};
use crate::contract::Level;
use crate::observe::{Reason, total};
use crate::run::{Coverage, ExitStatus, Outcome};

/// The version of [`Report`]'s form.
pub const REPORT_VERSION: u32 = 1;

/// A run's result for programs. Nothing in it depends on the machine: the same scenario and seed give the same
/// bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The seed: run with it again to get the same bytes.
    pub seed: u64,
    /// `lock-step` or `real`.
    pub clock: String,
    /// What it all comes to.
    pub status: ExitStatus,
    /// The process's exit code.
    pub exit_code: u8,
    /// What speaks against the run itself.
    pub reasons: Vec<Reason>,
    /// How much was driven and seen.
    pub totals: Totals,
    /// How much was judged.
    pub coverage: Coverage,
    /// The load, where users drove one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadReport>,
    /// What became of alerts, in order of time, where rules were evaluated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineLine>,
    /// Every verdict.
    pub judgements: Vec<Line>,
    /// What is worth knowing and no finding.
    pub notes: Vec<String>,
}

/// How much was driven and seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Requests in the ledger.
    pub requests: u64,
    /// Agent calls in the ledger.
    pub agent_calls: u64,
    /// Spans that arrived.
    pub spans: u64,
    /// Scrapes.
    pub scrapes: u64,
    /// Spans that our receiver had no room for, or that are known to be lost otherwise.
    pub spans_lost: u64,
    /// Requests that the ledger only counted and did not remember one by one.
    pub traces_not_kept: u64,
}

/// One clause as judged by one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The contract's name.
    pub contract: String,
    /// The document that promises it.
    pub document: String,
    /// The heading in the document.
    pub heading: String,
    /// The document's words.
    pub quote: String,
    /// The clause's id.
    pub clause: String,
    /// `must`, `should` or `may`.
    pub level: String,
    /// The check; none when no check judges this kind of promise.
    pub check: Option<String>,
    /// `pass`, `fail` or `vacuous`.
    pub verdict: String,
    /// What shows it, or why nothing could.
    pub evidence: Option<String>,
    /// The ways in which it was broken.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The report of an outcome.
    pub fn new(outcome: &Outcome) -> Self {
        let seen = &outcome.record.observations;
        let sum = |count: fn(&crate::observe::Leg) -> u64| total(seen.legs.iter().map(count));
        Self {
            version: REPORT_VERSION,
            scenario: seen.plan.scenario.clone(),
            seed: seen.plan.seed,
            clock: seen.plan.clock.clone(),
            status: outcome.status,
            exit_code: outcome.status.code(),
            reasons: outcome.reasons().to_vec(),
            totals: Totals {
                requests: sum(|leg| leg.ledger.request_count()),
                agent_calls: sum(|leg| leg.ledger.call_count()),
                spans: sum(|leg| leg.spans.len() as u64),
                scrapes: sum(|leg| leg.scrapes.len() as u64),
                spans_lost: sum(|leg| leg.start.span_loss.map_or(0, |l| l.dropped.saturating_add(l.failed))),
                traces_not_kept: sum(|leg| leg.ledger.traces_not_kept),
            },
            coverage: outcome.coverage.clone(),
            load: LoadReport::of(outcome),
            timeline: timeline(seen),
            judgements: outcome.judgements.iter().map(line).collect(),
            notes: (notes::unexpected(seen).into_iter())
                .chain(notes::deployed(seen))
                .chain(notes::unmeasured(outcome))
                .chain(notes::second_opinions(seen))
                .collect(),
        }
    }
}

fn line(judgement: &Judgement) -> Line {
    let (verdict, evidence, findings) = match &judgement.verdict {
        Verdict::Pass { evidence } => ("pass", Some(evidence.clone()), Vec::new()),
        Verdict::Vacuous(reason) => ("vacuous", Some(reason.clone()), Vec::new()),
        Verdict::Fail(findings) => ("fail", None, findings.clone()),
    };
    Line {
        contract: judgement.contract.clone(),
        document: judgement.document.clone(),
        heading: judgement.heading.clone(),
        quote: judgement.quote.clone(),
        clause: judgement.clause.clone(),
        level: Level::to_string(&judgement.level),
        check: judgement.check.clone(),
        verdict: verdict.to_owned(),
        evidence,
        findings,
    }
}

/// The report as JSON.
pub fn json(outcome: &Outcome) -> String {
    // The form has text keys and finite numbers only: it cannot fail to be written.
    serde_json::to_string_pretty(&Report::new(outcome)).unwrap_or_default() + "\n"
}

/// The JSON Schema of reports.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report)
}
