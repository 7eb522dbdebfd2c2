use std::fmt::Write as _;

use crate::alerting::unit::{FileOutcome, Outcome, RuleCoverage, Trouble};
use crate::report::Style;

/// The expectations that do not hold, each with its place, and what nobody expected, then what the tests try of the
/// rules, then the count.
pub fn terminal(outcome: &Outcome, style: Style) -> String {
    let mut text = String::new();
    for file in &outcome.files {
        one_file(&mut text, file, style);
    }
    uncovered(&mut text, &outcome.coverage(), style);
    let tests: usize = outcome.files.iter().map(|file| file.tests.len()).sum();
    let cases = outcome.cases().count();
    let failed = outcome.cases().filter(|case| !case.failures.is_empty()).count();
    let counts = format!(
        "{} in {} of {}",
        counted(cases, "expectation"),
        counted(tests, "test"),
        counted(outcome.files.len(), "file")
    );
    let verdict = match (failed, cases) {
        (0, 0) => style.bad("nothing was expected"),
        (0, _) => style.good("all hold"),
        _ => style.bad(&format!("{failed} failed")),
    };
    let _ = writeln!(text, "{counts}: {verdict}");
    let is_unreadable = |trouble: &&Trouble| matches!(trouble, Trouble::Unreadable(_));
    let unreadable = outcome.troubles.iter().filter(is_unreadable).count();
    if unreadable > 0 {
        let problems = counted(unreadable, "problem");
        let _ = writeln!(text, "{}", style.bad(&format!("{problems} in files: their tests were not run")));
    }
    for trouble in outcome.troubles.iter().filter(|trouble| !is_unreadable(trouble)) {
        let _ = writeln!(text, "{}", style.bad(&trouble.to_string()));
    }
    text
}

fn one_file(text: &mut String, file: &FileOutcome, style: Style) {
    for test in &file.tests {
        for case in test.cases.iter().filter(|case| !case.failures.is_empty()) {
            let _ = writeln!(text, "{} {}:{} ({})", style.bad("FAIL"), file.file, case.line, test.name);
            let _ = writeln!(text, "  {}", style.strong(&case.title));
            for failure in &case.failures {
                for line in failure.lines() {
                    let _ = writeln!(text, "    {line}");
                }
            }
            text.push('\n');
        }
        for note in &test.notes {
            let (file, line) = (&file.file, test.line);
            let _ = writeln!(text, "{} {file}:{line} ({}): {note}", style.dim("note"), test.name);
        }
    }
}

/// The rules whose failure the tests would not notice, each with the reason.
fn uncovered(text: &mut String, rules: &[RuleCoverage], style: Style) {
    let missing: Vec<&RuleCoverage> = rules.iter().filter(|rule| !rule.covered()).collect();
    for rule in &missing {
        let kind = if rule.alert { "alert" } else { "record" };
        let _ = writeln!(
            text,
            "{} {}:{} {kind} {}: {}",
            style.dim("not covered"),
            rule.file,
            rule.line,
            rule.name,
            reason(rule)
        );
    }
    if !rules.is_empty() {
        let covered = rules.len() - missing.len();
        let _ = writeln!(text, "rule coverage: {covered} of {}", rules.len());
    }
}

/// Why tests do not cover a rule.
pub(super) fn reason(rule: &RuleCoverage) -> &'static str {
    match (rule.produced, rule.fired, rule.alert) {
        (false, _, _) => "its expression yields nothing in any test",
        (true, false, true) => "it becomes pending, and no test lets it fire",
        (true, _, true) => "no test expects it to fire",
        (true, _, false) => "no test looks at what it records",
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
