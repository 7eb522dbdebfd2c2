use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::json::Report;
use super::plain::{gaps, parts, promised, title, troubles, visible};
use crate::checks::{Finding, Judgement, Verdict};
use crate::contract::Level;
use crate::run::Outcome;

/// The report as GitHub workflow commands, which a job's log turns into annotations.
///
/// Each finding is a command: `::error` when the promise must or should be kept, `::warning` when it may. A required
/// promise that nothing exercised is a `::warning`, what speaks against the run itself an `::error`, and the last line
/// a `::notice` that says what it all comes to. GitHub shows ten annotations of a kind for each step; the log has all.
///
/// `files` knows the file of a contract by the contract's name, as a path from the repository's root. A finding points
/// at its clause there; without a file it has a title only, as when a record is judged whose contracts came from
/// elsewhere.
pub fn github(outcome: &Outcome, files: &BTreeMap<String, String>) -> String {
    let places = places(outcome, files);
    let gaps = gaps(outcome);
    let mut text = String::new();
    for trouble in troubles(outcome) {
        command(&mut text, "error", None, trouble.kind, &trouble.text);
    }
    for judgement in &outcome.judgements {
        let key = (judgement.contract.as_str(), judgement.clause.as_str());
        let place = places.get(&key).map(|(file, line)| Spot { file, line: *line, column: None });
        let title = title(judgement);
        match &judgement.verdict {
            Verdict::Pass { .. } => {}
            Verdict::Fail(findings) => {
                let kind = if judgement.level == Level::May { "warning" } else { "error" };
                for finding in findings {
                    command(&mut text, kind, place, &title, &message(judgement, finding));
                }
            }
            Verdict::Vacuous(reason) if gaps.contains(&key) => {
                let message = format!("vacuous: {reason}\npromised in {}", promised(judgement));
                command(&mut text, "warning", place, &title, &message);
            }
            Verdict::Vacuous(_) => {}
        }
    }
    let report = Report::new(outcome);
    let count = |verdict: &str| report.judgements.iter().filter(|line| line.verdict == verdict).count();
    let summary = format!(
        "{} (exit {})\n{} pass, {} fail, {} vacuous; {} of {} clauses judged",
        report.status.meaning(),
        report.exit_code,
        count("pass"),
        count("fail"),
        count("vacuous"),
        report.coverage.judged,
        report.coverage.clauses,
    );
    command(&mut text, "notice", None, &format!("probity: {}", report.scenario), &summary);
    text
}

/// File and line of each clause whose contract's file is known.
fn places<'a>(
    outcome: &'a Outcome,
    files: &BTreeMap<String, String>,
) -> BTreeMap<(&'a str, &'a str), (String, usize)> {
    let mut places = BTreeMap::new();
    for contract in &outcome.record.contracts.all {
        let Some(file) = files.get(&contract.name) else { continue };
        let lines = contract.clause_lines();
        for clause in &contract.clauses {
            let line = lines.get(&clause.id).copied().unwrap_or(1);
            places.insert((contract.name.as_str(), clause.id.as_str()), (file.clone(), line));
        }
    }
    places
}

/// A finding, a part a line; the subject first.
fn message(judgement: &Judgement, finding: &Finding) -> String {
    let mut text = finding.subject.clone();
    for (name, part) in parts(finding) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{name}: {part}");
    }
    let _ = write!(text, "\npromised in {}", promised(judgement));
    text
}

/// Where an annotation is shown.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
    pub(super) column: Option<usize>,
}

/// A workflow command in a line of its own.
pub(super) fn command(text: &mut String, kind: &str, spot: Option<Spot<'_>>, title: &str, message: &str) {
    let mut properties = String::new();
    if let Some(Spot { file, line, column }) = spot {
        let _ = write!(properties, "file={},line={line},", property(file));
        if let Some(column) = column {
            let _ = write!(properties, "col={column},");
        }
    }
    let _ = writeln!(text, "::{kind} {properties}title={}::{}", property(title), data(message));
}

/// A message as the runner decodes it (`escapeData` of actions/toolkit). Whatever is left of control characters would
/// end the command or paint the log, so it is written out first.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property as the runner decodes it (`escapeProperty` of actions/toolkit).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
