use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tabled::builder::Builder;
use tabled::settings::Style as Border;

use super::style::Style;
use crate::observe::{
    Disagreement, KindFigures, LoadNote, PhaseWindow, RequestKind, disagreements, in_time, total,
};
use crate::run::{Outcome, ThresholdLine};

/// What a closed load came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadReport {
    /// The model: `closed (users)`.
    pub model: String,
    /// What latencies are: `service time`. Users wait for their answers, so the time that a request would have waited
    /// for a busy server is in no figure.
    pub latency: String,
    /// Users in each phase.
    pub phases: Vec<LoadPhase>,
    /// How long a user rested after a session that failed, in milliseconds.
    pub rest_ms: u64,
    /// The load's own time, in milliseconds: rates are counted by it.
    pub lasted_ms: u64,
    /// Sessions that were started.
    pub sessions: u64,
    /// Sessions that did not come to their end in time and made no further request.
    pub cut_short: u64,
    /// Every kind of request.
    pub requests: Vec<LoadLine>,
    /// What had to be kept.
    pub thresholds: Vec<ThresholdReport>,
    /// The generator's own count beside the ledger.
    pub reconciliation: Reconciliation,
}

/// Users in a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadPhase {
    /// The phase's name.
    pub phase: String,
    /// How many came.
    pub users: u32,
}

/// One kind of request. Latencies are in microseconds, to three digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadLine {
    /// The HTTP method.
    pub method: String,
    /// The path's template.
    pub route: String,
    /// Requests in the ledger.
    pub requests: u64,
    /// Those that were not as they should be, by what was wrong.
    pub errors: BTreeMap<String, u64>,
    /// Half took at most so long.
    pub p50_us: u64,
    /// 95 of 100 took at most so long.
    pub p95_us: u64,
    /// 99 of 100 took at most so long.
    pub p99_us: u64,
    /// None took longer.
    pub max_us: u64,
    /// Requests that were answered within the load's own time, a second.
    pub per_second: f64,
}

/// What became of a threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdReport {
    /// As the scenario has it.
    pub threshold: String,
    /// The scenario does not give it: it always holds.
    pub default: bool,
    /// What was measured; none when nothing was, which is a miss.
    pub observed: Option<String>,
    /// Whether it was kept.
    pub kept: bool,
}

/// The generator's own count beside the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reconciliation {
    /// Who drove the load.
    pub generator: String,
    /// Requests that it counted.
    pub requests: u64,
    /// Those that it says failed.
    pub failures: u64,
    /// Where it differs from the ledger; empty when both agree exactly.
    pub disagreements: Vec<Disagreement>,
}

impl LoadReport {
    /// What a load came to; none when the run was none.
    pub(super) fn of(outcome: &Outcome) -> Option<Self> {
        let seen = &outcome.record.observations;
        let (plan, note, figures) = seen.load()?;
        let phase =
            |(window, users): (&PhaseWindow, &u32)| LoadPhase { phase: window.name.clone(), users: *users };
        Some(Self {
            model: "closed (users)".to_owned(),
            latency: "service time".to_owned(),
            phases: seen.plan.phases.iter().zip(&plan.users).map(phase).collect(),
            rest_ms: plan.rest_ms,
            lasted_ms: note.lasted_ns / 1_000_000,
            sessions: note.sessions,
            cut_short: note.cut_short,
            requests: figures.kinds.iter().map(|(kind, of)| line(kind, of, figures.lasted)).collect(),
            thresholds: outcome.thresholds.iter().map(threshold).collect(),
            reconciliation: Reconciliation {
                generator: note.generator.clone(),
                requests: sum(note, |count| count.requests),
                failures: sum(note, |count| count.failures),
                disagreements: disagreements(&seen.legs.first()?.ledger, note),
            },
        })
    }
}

fn sum(note: &LoadNote, count: fn(&crate::observe::GeneratorCount) -> u64) -> u64 {
    total(note.counts.iter().map(count))
}

fn line(kind: &RequestKind, figures: &KindFigures, lasted: Duration) -> LoadLine {
    let percentile = |percent| u64::try_from(figures.percentile(percent).as_micros()).unwrap_or(u64::MAX);
    let errors = figures.errors.iter().map(|(failure, count)| (failure.name().to_owned(), *count));
    let rate = figures.in_time as f64 / lasted.as_secs_f64();
    LoadLine {
        method: kind.method.clone(),
        route: kind.route.clone(),
        requests: figures.requests,
        errors: errors.collect(),
        p50_us: percentile(50.0),
        p95_us: percentile(95.0),
        p99_us: percentile(99.0),
        max_us: figures.latency_us.max(),
        // Interrupted before it began: nothing a second, and JSON knows no infinity.
        per_second: if rate.is_finite() { rate } else { 0.0 },
    }
}

fn threshold(line: &ThresholdLine) -> ThresholdReport {
    ThresholdReport {
        threshold: line.threshold.to_string(),
        default: line.default,
        observed: line.verdict.observed.clone(),
        kept: line.verdict.kept,
    }
}

/// The load for a person.
pub(super) fn write_load(text: &mut String, load: &LoadReport, style: Style) {
    let phases: Vec<String> =
        load.phases.iter().map(|phase| format!("{} {}", phase.phase, phase.users)).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\nload: {} ({}), {:.1} s, {} sessions; latencies are {}: what a request would have waited for a busy \
         server is in no figure",
        load.model,
        phases.join(", "),
        load.lasted_ms as f64 / 1_000.0,
        load.sessions,
        load.latency,
    );
    let mut builder = Builder::default();
    builder.push_record(["request", "count", "errors", "p50", "p95", "p99", "max", "rate"]);
    for line in &load.requests {
        let took = |micros| in_time(Duration::from_micros(micros));
        builder.push_record([
            format!("{} {}", line.method, line.route),
            line.requests.to_string(),
            errors(line, style),
            took(line.p50_us),
            took(line.p95_us),
            took(line.p99_us),
            took(line.max_us),
            format!("{:.1}/s", line.per_second),
        ]);
    }
    let mut table = builder.build();
    table.with(Border::sharp());
    let _ = writeln!(text, "{table}");
    write_thresholds(text, &load.thresholds, style);
    write_reconciliation(text, &load.reconciliation, style);
    if load.requests.iter().any(|line| !line.errors.is_empty()) {
        let _ = writeln!(text, "a user rested {} ms after a session that failed", load.rest_ms);
    }
    if load.cut_short > 0 {
        let _ = writeln!(
            text,
            "{} sessions were ended between two requests, when the load was over",
            load.cut_short
        );
    }
}

fn errors(line: &LoadLine, style: Style) -> String {
    let errors: Vec<String> = line.errors.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    if errors.is_empty() { "none".to_owned() } else { style.bad(&errors.join(", ")) }
}

fn write_thresholds(text: &mut String, thresholds: &[ThresholdReport], style: Style) {
    for line in thresholds {
        let verdict = if line.kept { style.good("kept  ") } else { style.bad("MISSED") };
        let observed = line.observed.as_deref().unwrap_or("nothing: it was never measured");
        let default = if line.default { " (by default)" } else { "" };
        let _ = writeln!(text, "threshold {verdict} {}{default}: observed {observed}", line.threshold);
    }
}

fn write_reconciliation(text: &mut String, both: &Reconciliation, style: Style) {
    let Reconciliation { generator, requests, failures, disagreements } = both;
    let counted = format!("{generator} counted {requests} requests and {failures} failures");
    if disagreements.is_empty() {
        let _ = writeln!(text, "{counted}: so does the ledger, kind by kind");
        return;
    }
    let _ = writeln!(text, "{}", style.bad(&format!("{counted}: the ledger does not agree")));
    for line in disagreements {
        let _ = writeln!(text, "  {}", line.text());
    }
}
