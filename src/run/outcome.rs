use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{Judgement, Verdict};
use crate::contract::{Contracts, Glob, Level, Omission};
use crate::observe::{Observations, Origin, Reason, Record, Threshold, ThresholdVerdict, disagreements};

/// What a run came to, as the process says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExitStatus {
    /// Every judged promise was kept.
    Conformant,
    /// A bug of probity's.
    Bug,
    /// The command line cannot be understood.
    Usage,
    /// Promises were broken.
    Findings,
    /// Nothing was judged, or a required promise was not exercised.
    Vacuous,
    /// A load target was missed.
    TargetMissed,
    /// The contract or the scenario is invalid.
    Invalid,
    /// The stack failed.
    StackFailed,
    /// The run proves nothing: the generator slipped.
    RunInvalid,
    /// Somebody interrupted it.
    Interrupted,
}

impl ExitStatus {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Findings => 3,
            Self::Vacuous => 4,
            Self::TargetMissed => 5,
            Self::Invalid => 6,
            Self::StackFailed => 7,
            Self::RunInvalid => 8,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in a line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Conformant => "conformant: every promise that was judged is kept",
            Self::Bug => "a bug of probity's",
            Self::Usage => "the command line cannot be understood",
            Self::Findings => "findings: promises are broken",
            Self::Vacuous => "vacuous: a required promise was not exercised, or nothing was judged",
            Self::TargetMissed => "a load target was missed",
            Self::Invalid => "the contract or the scenario is invalid",
            Self::StackFailed => "the stack failed",
            Self::RunInvalid => "the run is invalid: it proves nothing, whatever it found",
            Self::Interrupted => "interrupted: the verdicts are incomplete",
        }
    }

    /// Of several, the one that counts: the design's order.
    pub fn first(all: &[Self]) -> Self {
        use ExitStatus::{
            Bug, Findings, Interrupted, Invalid, RunInvalid, StackFailed, TargetMissed, Usage, Vacuous,
        };
        let order =
            [Interrupted, Bug, Usage, Invalid, StackFailed, RunInvalid, Findings, Vacuous, TargetMissed];
        order.into_iter().find(|status| all.contains(status)).unwrap_or(Self::Conformant)
    }
}

/// How much of the contracts was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Clauses in all contracts.
    pub clauses: usize,
    /// Clauses that some check passed or failed.
    pub judged: usize,
    /// Clauses in scope that nothing exercised.
    pub vacuous: Vec<String>,
    /// How many of those must be kept.
    pub required_vacuous: usize,
    /// Clauses that the scenario does not promise to exercise.
    pub out_of_scope: Vec<String>,
    /// What the documents say and the contracts leave out, with the reason.
    pub omissions: Vec<Omission>,
}

/// What became of a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdLine {
    /// What had to be kept.
    pub threshold: Threshold,
    /// The scenario does not give it: it always holds.
    pub default: bool,
    /// What was measured, and whether it was kept.
    pub verdict: ThresholdVerdict,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What was seen, and the contracts it was judged by.
    pub record: Record,
    /// Every verdict.
    pub judgements: Vec<Judgement>,
    /// How much was judged.
    pub coverage: Coverage,
    /// What became of what a load had to keep; empty when no users drove it.
    pub thresholds: Vec<ThresholdLine>,
    /// What speaks against the run itself.
    pub reasons: Vec<Reason>,
    /// What it all comes to.
    pub status: ExitStatus,
}

impl Outcome {
    pub(super) fn new(record: Record, judgements: Vec<Judgement>) -> Self {
        let coverage = coverage(&record.contracts, &record.observations, &judgements);
        let thresholds = thresholds(&record.observations);
        let reasons = reasons(&record.observations);
        let verdicts = Verdicts {
            judgements: &judgements,
            coverage: &coverage,
            thresholds: &thresholds,
            reasons: &reasons,
        };
        let status = status(&record.observations, &verdicts);
        Self { record, judgements, coverage, thresholds, reasons, status }
    }

    /// What speaks against the run itself.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The judgements that found something.
    pub fn failures(&self) -> impl Iterator<Item = &Judgement> {
        self.judgements.iter().filter(|judgement| matches!(judgement.verdict, Verdict::Fail(_)))
    }
}

fn coverage(contracts: &Contracts, seen: &Observations, judgements: &[Judgement]) -> Coverage {
    let scope: Vec<Glob> = seen.plan.scope.iter().filter_map(|pattern| pattern.parse().ok()).collect();
    let told = |judgement: &&Judgement| !matches!(judgement.verdict, Verdict::Vacuous(_));
    let key = |judgement: &Judgement| (judgement.contract.clone(), judgement.clause.clone());
    let judged: BTreeSet<(String, String)> = judgements.iter().filter(told).map(key).collect();
    let mut coverage = Coverage::default();
    for (contract, clause) in contracts.clauses() {
        coverage.clauses += 1;
        let id = clause.id.to_string();
        if !scope.iter().any(|glob| glob.matches(&id)) {
            coverage.out_of_scope.push(id);
        } else if judged.contains(&(contract.name.clone(), id.clone())) {
            coverage.judged += 1;
        } else {
            coverage.required_vacuous += usize::from(clause.level == Level::Must);
            coverage.vacuous.push(id);
        }
    }
    coverage.omissions = contracts.all.iter().flat_map(|contract| contract.omissions.clone()).collect();
    coverage
}

/// Whether there was traffic and none of it was answered as its persona expects: then nothing was driven that anybody
/// wanted driven. Of a load the thresholds decide that.
fn in_vain(seen: &Observations) -> bool {
    let mut own = seen
        .legs
        .iter()
        .flat_map(|leg| leg.ledger.requests.keys())
        .filter(|key| key.origin != Origin::Scrape)
        .peekable();
    seen.plan.load.is_none() && own.peek().is_some() && own.all(|key| key.failure.is_some())
}

fn thresholds(seen: &Observations) -> Vec<ThresholdLine> {
    let Some(plan) = &seen.plan.load else { return Vec::new() };
    let figures = seen.load().map(|(_, _, figures)| figures);
    // A load that was stopped before it could say anything promised nothing; any other had to be measured.
    if figures.is_none() && seen.plan.interrupted {
        return Vec::new();
    }
    let unmeasured = ThresholdVerdict { observed: None, kept: false };
    let judge = |planned: &crate::observe::PlannedThreshold| ThresholdLine {
        threshold: planned.threshold.clone(),
        default: planned.default,
        verdict: figures
            .as_ref()
            .map_or_else(|| unmeasured.clone(), |figures| planned.threshold.judge(figures)),
    };
    plan.thresholds.iter().map(judge).collect()
}

/// What the run noted against itself, and where generator and ledger differ: that is read off both, so that every
/// judge of the record sees it.
fn reasons(seen: &Observations) -> Vec<Reason> {
    let mut reasons = seen.plan.reasons.clone();
    for leg in &seen.legs {
        let Some(note) = &leg.start.load else { continue };
        let differ = disagreements(&leg.ledger, note).into_iter().map(Reason::Disagreement);
        // Records of earlier versions hold a copy.
        let fresh: Vec<Reason> = differ.filter(|reason| !reasons.contains(reason)).collect();
        reasons.extend(fresh);
    }
    reasons
}

/// All that the status follows from.
struct Verdicts<'a> {
    judgements: &'a [Judgement],
    coverage: &'a Coverage,
    thresholds: &'a [ThresholdLine],
    reasons: &'a [Reason],
}

fn status(seen: &Observations, verdicts: &Verdicts<'_>) -> ExitStatus {
    let Verdicts { judgements, coverage, thresholds, reasons } = verdicts;
    let mut all = Vec::new();
    if seen.plan.interrupted {
        all.push(ExitStatus::Interrupted);
    }
    if !reasons.is_empty() {
        all.push(ExitStatus::RunInvalid);
    }
    let binding = |judgement: &Judgement| judgement.level <= Level::Should;
    if judgements.iter().any(|judgement| binding(judgement) && matches!(judgement.verdict, Verdict::Fail(_)))
    {
        all.push(ExitStatus::Findings);
    }
    // A check that cannot tell is no gap while another check of the same clause can.
    if coverage.judged == 0 || coverage.required_vacuous > 0 || in_vain(seen) {
        all.push(ExitStatus::Vacuous);
    }
    if thresholds.iter().any(|line| !line.verdict.kept) {
        all.push(ExitStatus::TargetMissed);
    }
    ExitStatus::first(&all)
}
