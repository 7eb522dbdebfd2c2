use std::fmt::Write as _;

use super::json::Report;
use super::plain::{headline, parts, title, troubles, visible};
use crate::checks::{Finding, Judgement, Verdict};
use crate::run::Outcome;

/// Where findings stop being written out: GitHub refuses a job summary of more than 1 MiB, whole.
const ROOM: usize = 900 * 1024;

/// The report as GitHub-flavoured Markdown, for a job's summary or a comment: what it comes to, the table of verdicts,
/// each finding in full. Texts of others are escaped: a label value cannot break the table or add a link.
pub fn markdown(outcome: &Outcome) -> String {
    let report = Report::new(outcome);
    // Writing to a String cannot fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "## {}: {} (exit {})\n",
        escape(&report.scenario),
        report.status.meaning(),
        report.exit_code
    );
    write_totals(&mut text, &report);
    for trouble in troubles(outcome) {
        let _ = writeln!(text, "**{}**\n", escape(&trouble.text));
    }
    write_table(&mut text, outcome);
    let mut left_out = 0;
    for judgement in outcome.failures() {
        if let Verdict::Fail(findings) = &judgement.verdict {
            left_out += write_failure(&mut text, judgement, findings);
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "\n{left_out} more findings are in the JSON report: there is no room for them here."
        );
    }
    text
}

fn write_totals(text: &mut String, report: &Report) {
    let count = |verdict: &str| report.judgements.iter().filter(|line| line.verdict == verdict).count();
    let (totals, coverage) = (&report.totals, &report.coverage);
    let _ = writeln!(
        text,
        "{} pass, {} fail, {} vacuous; {} of {} clauses judged, {} out of scope; named omissions: {}, notes: {}.\n",
        count("pass"),
        count("fail"),
        count("vacuous"),
        coverage.judged,
        coverage.clauses,
        coverage.out_of_scope.len(),
        coverage.omissions.len(),
        report.notes.len(),
    );
    let _ = writeln!(
        text,
        "{} requests, {} agent calls, {} spans, {} scrapes; seed {}, {} time.\n",
        totals.requests,
        totals.agent_calls,
        totals.spans,
        totals.scrapes,
        report.seed,
        escape(&report.clock),
    );
    for (count, what) in [
        (totals.spans_lost, "spans were lost on their way: what is absent may be among them"),
        (totals.traces_not_kept, "requests were counted and not remembered one by one"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "**{count} {what}**\n");
        }
    }
}

fn write_table(text: &mut String, outcome: &Outcome) {
    text.push_str("| verdict | clause | check | level | evidence |\n|---|---|---|---|---|\n");
    for judgement in &outcome.judgements {
        let (verdict, evidence) = match &judgement.verdict {
            Verdict::Pass { evidence } => ("pass", evidence.clone()),
            Verdict::Vacuous(reason) => ("vacuous", reason.clone()),
            Verdict::Fail(findings) => ("**FAIL**", headline(findings)),
        };
        let check = judgement.check.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "| {verdict} | {} | {} | {} | {} |",
            escape(&judgement.clause),
            escape(check),
            judgement.level,
            escape(&evidence)
        );
    }
}

/// The findings of one judgement; how many there was no room for.
fn write_failure(text: &mut String, judgement: &Judgement, findings: &[Finding]) -> usize {
    let _ = writeln!(text, "\n### FAIL {}, {}\n", escape(&title(judgement)), judgement.level);
    let _ = writeln!(
        text,
        "Promised in {}, \"{}\": {}\n",
        escape(&judgement.document),
        escape(&judgement.heading),
        escape(&judgement.quote)
    );
    let mut left_out = 0;
    for finding in findings {
        let mut item = format!("- subject: {}\n", escape(&finding.subject));
        for (name, part) in parts(finding) {
            let _ = writeln!(item, "  - {name}: {}", escape(part));
        }
        if text.len() + item.len() > ROOM {
            left_out += 1;
        } else {
            text.push_str(&item);
        }
    }
    left_out
}

/// The text as Markdown that shows it letter by letter, within a line. A backslash before any ASCII punctuation is
/// that character (CommonMark 2.4); only what can begin something is escaped, so that the source stays readable.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\n' => escaped.push_str("<br>"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' | '#' | '@' => {
                escaped.extend(['\\', c]);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
