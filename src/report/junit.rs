use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::plain::{gaps, headline, one_line, parts, promised, title, troubles, visible};
use crate::checks::{Finding, Judgement, Verdict};
use crate::contract::Level;
use crate::run::Outcome;

/// The report as JUnit XML, which CI systems show as tests: a suite per contract, a case per clause and check.
///
/// | verdict | level | case |
/// |---|---|---|
/// | pass | any | passed; the evidence is its output |
/// | fail | must, should | failure: the first finding in a line, all of them in full below it |
/// | fail | may | skipped, "may: ..." with the findings in full: it fails no run, and is no pass |
/// | vacuous | must, when no other check of the clause could tell | error `vacuous`: it fails the run |
/// | vacuous | else | skipped, with the reason |
///
/// What speaks against the run itself (interrupted, the generator slipped, nothing judged, a threshold missed) is an
/// error each in a suite of its own, `run`; thresholds that were kept are its passes. So a file without failures and errors means exit 0, and only that. There are no times: the same
/// record gives the same bytes. Characters that XML forbids are written out, as `\u{1b}`.
pub fn junit(outcome: &Outcome) -> String {
    let plan = &outcome.record.observations.plan;
    let mut document = Document::new(one_line(&plan.scenario));
    let run = run_suite(outcome);
    if !run.test_cases.is_empty() {
        document.add_test_suite(run);
    }
    let gaps = gaps(outcome);
    let mut names: Vec<&str> = Vec::new();
    for judgement in &outcome.judgements {
        if !names.contains(&judgement.contract.as_str()) {
            names.push(&judgement.contract);
        }
    }
    for name in names {
        let mut suite = TestSuite::new(one_line(name));
        suite.add_property(Property::new("seed", plan.seed.to_string()));
        suite.add_property(Property::new("clock", one_line(&plan.clock)));
        for judgement in outcome.judgements.iter().filter(|judgement| judgement.contract == name) {
            let is_gap = gaps.contains(&(name, judgement.clause.as_str()));
            suite.add_test_case(case(judgement, is_gap));
        }
        document.add_test_suite(suite);
    }
    // Writing to memory cannot fail, and the texts are free of what XML forbids.
    document.to_string().unwrap_or_default()
}

fn run_suite(outcome: &Outcome) -> TestSuite {
    let mut suite = TestSuite::new("run");
    for (number, trouble) in troubles(outcome).into_iter().enumerate() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type(trouble.kind).set_message(one_line(&trouble.text));
        let mut case = TestCase::new(format!("{} {}", trouble.kind, number + 1), status);
        case.set_classname("run");
        suite.add_test_case(case);
    }
    for kept in outcome.thresholds.iter().filter(|line| line.verdict.kept) {
        let mut case =
            TestCase::new(one_line(&format!("threshold {}", kept.threshold)), TestCaseStatus::success());
        case.set_classname("run");
        case.set_system_out(visible(kept.verdict.observed.as_deref().unwrap_or_default()));
        suite.add_test_case(case);
    }
    suite
}

fn case(judgement: &Judgement, is_gap: bool) -> TestCase {
    let status = match &judgement.verdict {
        Verdict::Pass { .. } => TestCaseStatus::success(),
        Verdict::Fail(findings) => failed(judgement, findings),
        Verdict::Vacuous(reason) if is_gap => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("vacuous").set_message(one_line(reason));
            status.set_description(visible(&format!(
                "nothing exercised this promise, and it must be kept\npromised in  {}\n",
                promised(judgement)
            )));
            status
        }
        Verdict::Vacuous(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_type("vacuous").set_message(one_line(&format!("vacuous: {reason}")));
            status
        }
    };
    let mut case = TestCase::new(one_line(&title(judgement)), status);
    case.set_classname(one_line(&judgement.contract));
    if let Verdict::Pass { evidence } = &judgement.verdict {
        case.set_system_out(visible(evidence));
    }
    case
}

fn failed(judgement: &Judgement, findings: &[Finding]) -> TestCaseStatus {
    let line = one_line(&headline(findings));
    let (mut status, message) = if judgement.level == Level::May {
        (TestCaseStatus::skipped(), format!("may: {line}"))
    } else {
        (TestCaseStatus::non_success(NonSuccessKind::Failure), line)
    };
    let kind = judgement.check.as_deref().unwrap_or("no check");
    status.set_type(one_line(kind)).set_message(message).set_description(in_full(judgement, findings));
    status
}

/// Every finding, as the terminal shows it.
fn in_full(judgement: &Judgement, findings: &[Finding]) -> String {
    // Writing to a String cannot fail.
    let mut text = String::new();
    let _ = writeln!(text, "promised in  {} ({})", promised(judgement), judgement.level);
    for finding in findings {
        let _ = writeln!(text, "{}", finding.subject);
        for (name, part) in parts(finding) {
            let _ = writeln!(text, "  {name:<10} {part}");
        }
    }
    if let Some(check) = &judgement.check {
        let _ = writeln!(text, "more         probity explain {check}");
    }
    visible(&text)
}
