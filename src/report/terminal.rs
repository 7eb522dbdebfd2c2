use std::fmt::Write as _;

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Modify, Style as Border, Width};

use super::json::Report;
use super::load::write_load;
use super::style::Style;
use super::timeline::write_timeline;
use crate::checks::{Finding, Judgement, Verdict};
use crate::run::Outcome;

/// The widest that evidence may be before it wraps.
const EVIDENCE_WIDTH: usize = 70;

/// Findings of one judgement that are printed; the JSON report has all of them.
const MOST_FINDINGS: usize = 10;

/// Clauses that are listed by id; the JSON report has all of them.
const MOST_IDS: usize = 40;

/// The report for a person: the table of verdicts, then each finding in full, then what it comes to.
pub fn terminal(outcome: &Outcome, style: Style) -> String {
    let mut text = table(outcome, style);
    for judgement in outcome.failures() {
        if let Verdict::Fail(findings) = &judgement.verdict {
            write_failure(&mut text, judgement, findings, style);
        }
    }
    write_summary(&mut text, outcome, style);
    text
}

fn table(outcome: &Outcome, style: Style) -> String {
    let mut builder = Builder::default();
    builder.push_record(["clause", "check", "verdict", "evidence"]);
    for judgement in &outcome.judgements {
        let (verdict, evidence) = match &judgement.verdict {
            Verdict::Pass { evidence } => (style.good("pass"), evidence.clone()),
            Verdict::Vacuous(reason) => (style.dim("vacuous"), reason.clone()),
            Verdict::Fail(findings) => {
                let first = findings.first().map(|finding| finding.subject.clone()).unwrap_or_default();
                let more = findings.len().saturating_sub(1);
                let rest = if more > 0 { format!(" and {more} more, below") } else { ", below".to_owned() };
                (style.bad("FAIL"), first + &rest)
            }
        };
        let check = judgement.check.clone().unwrap_or_else(|| "-".to_owned());
        builder.push_record([judgement.clause.clone(), check, verdict, evidence]);
    }
    let mut table = builder.build();
    table.with(Border::sharp());
    table.with(Modify::new(Columns::new(3..)).with(Width::wrap(EVIDENCE_WIDTH).keep_words(true)));
    format!("{table}\n")
}

fn write_failure(text: &mut String, judgement: &Judgement, findings: &[Finding], style: Style) {
    let check = judgement.check.as_deref().unwrap_or("-");
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\n{} {} ({check}, {})",
        style.bad("FAIL"),
        style.strong(&judgement.clause),
        judgement.level
    );
    let _ = writeln!(text, "  promised in  {}, \"{}\"", judgement.document, judgement.heading);
    let _ = writeln!(text, "               {}", judgement.quote);
    for finding in findings.iter().take(MOST_FINDINGS) {
        let _ = writeln!(text, "  {}", style.strong(&finding.subject));
        let _ = writeln!(text, "    expected   {}", finding.expected);
        let _ = writeln!(text, "    observed   {}", finding.observed);
        for evidence in &finding.evidence {
            let _ = writeln!(text, "    evidence   {evidence}");
        }
        let _ = writeln!(text, "    next       {}", finding.next);
    }
    if findings.len() > MOST_FINDINGS {
        let _ = writeln!(text, "  and {} more findings in the JSON report", findings.len() - MOST_FINDINGS);
    }
    let _ = writeln!(text, "  more         probity explain {check}");
}

fn write_summary(text: &mut String, outcome: &Outcome, style: Style) {
    let report = Report::new(outcome);
    if let Some(load) = &report.load {
        write_load(text, load, style);
    }
    write_timeline(text, &report.timeline, style);
    let count = |verdict: &str| report.judgements.iter().filter(|line| line.verdict == verdict).count();
    let _ = writeln!(
        text,
        "\nscenario {}, seed {}, {} time: {} requests, {} agent calls, {} spans, {} scrapes",
        report.scenario,
        report.seed,
        report.clock,
        report.totals.requests,
        report.totals.agent_calls,
        report.totals.spans,
        report.totals.scrapes,
    );
    for (count, what) in [
        (report.totals.spans_lost, "spans were lost on their way: what is absent may be among them"),
        (report.totals.traces_not_kept, "requests were counted and not remembered one by one"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "{}", style.bad(&format!("{count} {what}")));
        }
    }
    let coverage = &report.coverage;
    let _ = writeln!(
        text,
        "clauses: {} of {} judged, {} vacuous, {} out of scope, {} named omissions",
        coverage.judged,
        coverage.clauses,
        coverage.vacuous.len(),
        coverage.out_of_scope.len(),
        coverage.omissions.len(),
    );
    for (what, ids) in [("vacuous", &coverage.vacuous), ("out of scope", &coverage.out_of_scope)] {
        let shown: Vec<&str> = ids.iter().take(MOST_IDS).map(String::as_str).collect();
        let more = ids.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more in the JSON report") } else { String::new() };
        if !ids.is_empty() {
            let _ = writeln!(text, "  {what}: {}{more}", shown.join(", "));
        }
    }
    let _ = writeln!(
        text,
        "verdicts: {} pass, {} fail, {} vacuous",
        count("pass"),
        count("fail"),
        count("vacuous")
    );
    for reason in &report.reasons {
        let _ = writeln!(text, "the run proves nothing: {}", reason.text());
    }
    for note in &report.notes {
        let _ = writeln!(text, "note: {note}");
    }
    let status = format!("{} (exit {})", report.status.meaning(), report.exit_code);
    let painted = if report.exit_code == 0 { style.good(&status) } else { style.bad(&status) };
    let _ = writeln!(text, "{painted}");
}
