use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::terminal::reason;
use crate::alerting::unit::{CaseOutcome, Outcome, RuleCoverage};
use crate::report::plain::{one_line, visible};

/// The outcome as JUnit XML: a suite per file, a case per expectation, and a suite `rule coverage` with a case per rule,
/// skipped where the tests do not cover it. What speaks against the run itself is an error each in a suite `run`, so a file
/// without failures and errors means exit 0. What nobody expected is the output of its suite. There are no times: the
/// same files give the same bytes.
pub fn junit(outcome: &Outcome) -> String {
    let mut document = Document::new("rules");
    if !outcome.troubles.is_empty() {
        let mut suite = TestSuite::new("run");
        for (number, trouble) in outcome.troubles.iter().enumerate() {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            let text = trouble.to_string();
            status.set_type(trouble.kind()).set_message(one_line(&text)).set_description(visible(&text));
            let mut case = TestCase::new(format!("{} {}", trouble.kind(), number + 1), status);
            case.set_classname("run");
            suite.add_test_case(case);
        }
        document.add_test_suite(suite);
    }
    for file in &outcome.files {
        let mut suite = TestSuite::new(one_line(&file.file));
        for test in &file.tests {
            for expectation in &test.cases {
                suite.add_test_case(case(&file.file, &test.name, expectation));
            }
        }
        let noted = file.tests.iter().flat_map(|test| test.notes.iter().map(move |note| (test, note)));
        let notes: Vec<String> = noted
            .map(|(test, note)| format!("{}:{} ({}): {note}", file.file, test.line, test.name))
            .collect();
        if !notes.is_empty() {
            suite.set_system_out(visible(&notes.join("\n")));
        }
        document.add_test_suite(suite);
    }
    let coverage = outcome.coverage();
    if !coverage.is_empty() {
        let mut suite = TestSuite::new("rule coverage");
        for rule in &coverage {
            suite.add_test_case(covered(rule));
        }
        document.add_test_suite(suite);
    }
    // Writing to memory cannot fail, and the texts are free of what XML forbids.
    document.to_string().unwrap_or_default()
}

fn case(file: &str, test: &str, expectation: &CaseOutcome) -> TestCase {
    let status = match expectation.failures.first() {
        None => TestCaseStatus::success(),
        Some(first) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("expectation").set_message(one_line(first));
            let place = format!("{file}:{}", expectation.line);
            status.set_description(visible(&format!("{place}\n{}\n", expectation.failures.join("\n"))));
            status
        }
    };
    let mut case = TestCase::new(one_line(&format!("{test}: {}", expectation.title)), status);
    case.set_classname(one_line(file));
    case
}

fn covered(rule: &RuleCoverage) -> TestCase {
    let status = if rule.covered() {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::skipped();
        status.set_message(reason(rule));
        status
    };
    let mut case = TestCase::new(one_line(&format!("{}:{} {}", rule.file, rule.line, rule.name)), status);
    case.set_classname(one_line(&rule.group));
    case
}
