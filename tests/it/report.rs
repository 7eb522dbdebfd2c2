//! The forms of a report that CI systems read: JUnit, Markdown, GitHub's workflow commands. Each is read back by
//! somebody else's rules and must say what the outcome says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use probity::checks::Verdict;
use probity::contract::Level;
use probity::observe::{
    GeneratorCount, LoadNote, LoadPlan, PlannedThreshold, Reason, Record, ThresholdVerdict,
};
use probity::report::{Style, github, json, junit, markdown, terminal};
use probity::run::{ExitStatus, Outcome, judge};
use roxmltree::{Document, Node};

use self::reading::{Command, cells, commands, count};
use crate::cli::{folder, probity, shipped};

mod hostile;
mod reading;

/// The folders of all recorded situations.
fn records() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks")];
    while let Some(dir) = left.pop() {
        if dir.join("record.json").is_file() {
            found.push(dir);
            continue;
        }
        let entries = fs::read_dir(&dir).expect("a readable folder");
        left.extend(entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

fn fixture(name: &str) -> Record {
    let dir = shipped(&format!("fixtures/checks/{name}"));
    Record::read(Path::new(&dir)).expect("a recorded situation")
}

/// Every recorded situation as it is, interrupted, and with a generator that slipped.
fn outcomes() -> Vec<(String, Outcome)> {
    let mut outcomes = Vec::new();
    for dir in records() {
        let record = Record::read(&dir).expect("a recorded situation");
        let mut interrupted = record.clone();
        interrupted.observations.plan.interrupted = true;
        let mut slipped = record.clone();
        slipped.observations.plan.reasons = vec![Reason::Shed(3), Reason::Slipped(250)];
        for (what, record) in [("as is", record), ("interrupted", interrupted), ("slipped", slipped)] {
            outcomes.push((format!("{} {what}", dir.display()), judge(record)));
        }
    }
    assert!(outcomes.len() > 60, "only {} outcomes", outcomes.len());
    outcomes
}

fn cases<'a>(document: &'a Document<'_>) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name("testcase")).collect()
}

fn child<'a>(case: &Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    case.children().find(|node| node.has_tag_name(name))
}

#[test]
fn junit_counts_what_the_outcome_counts_and_is_green_only_for_exit_0() {
    let mut green = 0;
    for (name, outcome) in outcomes() {
        let text = junit(&outcome);
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let root = document.root_element();
        for node in [root].into_iter().chain(root.children().filter(Node::is_element)) {
            for (attribute, element) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                let held = node.descendants().filter(|inner| inner.has_tag_name(element)).count();
                assert_eq!(count(&node, attribute), held, "{name}: {attribute}\n{text}");
            }
        }
        let is = |wanted: fn(&Verdict) -> bool| {
            outcome.judgements.iter().filter(|judgement| wanted(&judgement.verdict)).count()
        };
        let run = root.children().find(|node| node.attribute("name") == Some("run"));
        let troubles = run.map_or(0, |run| count(&run, "tests"));
        assert_eq!(count(&root, "tests"), outcome.judgements.len() + troubles, "{name}");
        assert_eq!(count(&root, "failures"), is(|verdict| matches!(verdict, Verdict::Fail(_))), "{name}");
        let silent = is(|verdict| matches!(verdict, Verdict::Vacuous(_)));
        assert_eq!(count(&root, "errors") + count(&root, "skipped"), silent + troubles, "{name}");
        let is_green = count(&root, "failures") + count(&root, "errors") == 0;
        assert_eq!(is_green, outcome.status == ExitStatus::Conformant, "{name}\n{text}");
        green += usize::from(is_green);
        assert_eq!(junit(&outcome), text, "{name}");
    }
    assert!(green > 10, "only {green} were green");
}

#[test]
fn what_speaks_against_the_run_is_an_error_of_its_own_in_every_form() {
    let mut record = fixture("traces/span-orphan/fail_below_another_kind");
    record.observations.plan.interrupted = true;
    record.observations.plan.reasons = vec![Reason::CutOff(2)];
    let outcome = judge(record);
    let text = junit(&outcome);
    let document = Document::parse(&text).expect("well-formed");
    let messages: Vec<&str> = cases(&document)
        .iter()
        .filter(|case| case.attribute("classname") == Some("run"))
        .filter_map(|case| child(case, "error")?.attribute("message"))
        .collect();
    let expected = [
        "interrupted: the verdicts are incomplete",
        "the run proves nothing: 2 sessions would not end and were cut off",
    ];
    assert_eq!(messages, expected);
    let errors: Vec<Command> =
        commands(&github(&outcome, &BTreeMap::new())).into_iter().filter(|c| c.kind == "error").collect();
    let page = markdown(&outcome);
    for text in expected {
        assert!(errors.iter().any(|command| command.message == text), "{errors:?}");
        assert!(page.contains(&format!("**{text}**")), "{page}");
    }
}

/// A load of one user that had to keep a threshold.
fn with_a_threshold(mut record: Record) -> Record {
    let planned = PlannedThreshold { threshold: "p99 < 1s".parse().expect("a threshold"), default: false };
    record.observations.plan.load =
        Some(LoadPlan { users: vec![1], rest_ms: 100, thresholds: vec![planned] });
    record
}

#[test]
fn a_threshold_that_no_generator_counted_for_is_missed_in_every_form_unless_somebody_interrupted() {
    let mut record = with_a_threshold(fixture("requests/not-conserved/pass"));
    assert_eq!(record.observations.legs[0].start.load, None);
    let outcome = judge(record.clone());
    assert_eq!(outcome.status, ExitStatus::TargetMissed);
    let verdict = ThresholdVerdict { observed: None, kept: false };
    assert_eq!(outcome.thresholds.iter().map(|line| line.verdict.clone()).collect::<Vec<_>>(), [verdict]);
    for text in [json(&outcome), terminal(&outcome, Style::default())] {
        let missed = "threshold p99 < 1s is missed: what the load's generator counted is not in the record";
        assert!(text.contains(missed), "{text}");
    }
    let missed = "threshold missed: p99 < 1s: observed nothing that could have kept it";
    assert!(github(&outcome, &BTreeMap::new()).contains(missed));
    assert!(junit(&outcome).contains(&missed.replace('<', "&lt;")));
    record.observations.plan.interrupted = true;
    let outcome = judge(record);
    assert_eq!((outcome.status, outcome.thresholds), (ExitStatus::Interrupted, Vec::new()));
}

#[test]
fn a_generator_that_counts_otherwise_than_the_ledger_is_seen_by_every_judge_of_the_record() {
    let mut record = with_a_threshold(fixture("requests/not-conserved/pass"));
    let requests = record.observations.legs[0].ledger.request_count();
    let kinds: BTreeSet<_> = record.observations.legs[0].ledger.requests.keys().collect();
    let counts = kinds.iter().map(|key| GeneratorCount {
        method: key.method.clone(),
        route: key.route.clone(),
        requests: record.observations.legs[0].ledger.requests[*key].count,
        failures: 0,
        unsent: 0,
        in_time: 0,
    });
    let note = LoadNote { lasted_ns: 1, counts: counts.collect(), ..LoadNote::default() };
    record.observations.legs[0].start.load = Some(note.clone());
    assert!(requests > 0);
    assert_eq!(judge(record.clone()).reasons(), []);
    let counted = &mut record.observations.legs[0].start.load.as_mut().expect("a note").counts[0];
    counted.requests += 1;
    let outcome = judge(record.clone());
    assert_eq!(outcome.status, ExitStatus::RunInvalid);
    assert!(matches!(outcome.reasons(), [Reason::Disagreement(_)]), "{:?}", outcome.reasons());
    // A record that holds a copy says it once.
    record.observations.plan.reasons = outcome.reasons().to_vec();
    assert_eq!(json(&judge(record)), json(&outcome));
}

#[test]
fn findings_of_promises_that_may_be_kept_fail_no_suite_and_are_no_pass() {
    let mut outcome = judge(fixture("traces/span-orphan/fail_below_another_kind"));
    for judgement in &mut outcome.judgements {
        judgement.level = Level::May;
    }
    outcome.status = ExitStatus::Conformant;
    let text = junit(&outcome);
    let document = Document::parse(&text).expect("well-formed");
    assert_eq!(count(&document.root_element(), "failures"), 0);
    let skipped = document.descendants().find(|node| node.has_tag_name("skipped")).expect("one");
    assert!(skipped.attribute("message").expect("one").starts_with("may: "), "{text}");
    assert!(skipped.text().expect("the findings").contains("  observed "), "{text}");
    let kinds: Vec<String> =
        commands(&github(&outcome, &BTreeMap::new())).into_iter().map(|command| command.kind).collect();
    assert!(kinds.contains(&"warning".to_owned()) && !kinds.contains(&"error".to_owned()), "{kinds:?}");
}

#[test]
fn a_required_promise_that_nothing_exercised_is_an_error_for_ci() {
    let outcome = judge(fixture("traces/span-orphan/vacuous_no_such_span"));
    assert_eq!(outcome.status, ExitStatus::Vacuous);
    let text = junit(&outcome);
    let document = Document::parse(&text).expect("well-formed");
    let error = document.descendants().find(|node| node.has_tag_name("error")).expect("one");
    assert_eq!(error.attribute("type"), Some("vacuous"));
    let commands = commands(&github(&outcome, &BTreeMap::new()));
    assert!(commands.iter().any(|c| c.kind == "warning" && c.message.starts_with("vacuous: ")));
}

#[test]
fn every_form_of_a_record_is_the_form_of_its_run() {
    let folder = folder("forms");
    let smoke = shipped("scenarios/smoke.yaml");
    for (format, start) in
        [("junit", "<?xml version=\"1.0\""), ("markdown", "## smoke: findings"), ("github", "::error ")]
    {
        let args = ["run", &smoke, "--defect", "requests-counted-twice", "--format", format];
        let (code, live, stderr) = probity(&folder, &args);
        assert_eq!(code, 3, "{stderr}");
        assert!(live.starts_with(start), "{live}");
        let record = "reports/smoke+requests-counted-twice/record";
        let (code, again, _) = probity(&folder, &["judge", record, "--format", format]);
        assert_eq!(code, 3);
        if format == "github" {
            annotations_point_at_their_clauses(&live);
            assert!(commands(&again).iter().all(|command| !command.properties.contains_key("file")));
        } else {
            assert_eq!(live, again);
        }
    }
}

fn annotations_point_at_their_clauses(printed: &str) {
    let commands = commands(printed);
    let errors: Vec<&Command> = commands.iter().filter(|command| command.kind == "error").collect();
    assert!(!errors.is_empty(), "{printed}");
    for error in errors {
        let file = &error.properties["file"];
        assert!(file.ends_with("fixtures/contracts/aragora/guide.yaml"), "{file}");
        let source = fs::read_to_string(file).expect("the contract");
        let line: usize = error.properties["line"].parse().expect("a number");
        let clause = error.properties["title"].split(' ').next().expect("the clause");
        let shown = source.lines().nth(line - 1).expect("a line of it");
        assert!(shown.trim_end().ends_with(&format!("id: {clause}")), "{line}: {shown}");
    }
    let notice = commands.last().expect("the summary");
    assert_eq!((notice.kind.as_str(), notice.properties["title"].as_str()), ("notice", "probity: smoke"));
    assert!(notice.message.starts_with("findings: promises are broken (exit 3)\n"), "{}", notice.message);
}

#[test]
fn a_job_summary_has_a_row_a_verdict_and_every_finding() {
    for (name, outcome) in outcomes() {
        let page = markdown(&outcome);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), outcome.judgements.len() + 2, "{name}\n{page}");
        assert!(rows.iter().all(|row| cells(row) == 5), "{name}\n{page}");
        let findings: usize = outcome
            .failures()
            .map(|judgement| if let Verdict::Fail(found) = &judgement.verdict { found.len() } else { 0 })
            .sum();
        assert_eq!(page.lines().filter(|line| line.starts_with("- subject: ")).count(), findings, "{name}");
        let status = format!("{} (exit {})", outcome.status.meaning(), outcome.status.code());
        assert!(page.lines().next().expect("a heading").ends_with(&status), "{name}\n{page}");
    }
}

#[test]
fn a_summary_stays_within_what_github_takes_and_says_what_it_left_out() {
    let mut outcome = judge(fixture("traces/span-orphan/fail_below_another_kind"));
    for judgement in &mut outcome.judgements {
        if let Verdict::Fail(findings) = &mut judgement.verdict {
            let mut finding = findings[0].clone();
            finding.evidence = vec!["x".repeat(1_000)];
            *findings = vec![finding; 2_000];
        }
    }
    let page = markdown(&outcome);
    assert!(page.len() < 1_024 * 1_024, "{} bytes", page.len());
    let shown = page.lines().filter(|line| line.starts_with("- subject: ")).count();
    let left_out = 2_000 * outcome.failures().count() - shown;
    assert!(page.contains(&format!("{left_out} more findings are in the JSON report")), "{shown} shown");
}
