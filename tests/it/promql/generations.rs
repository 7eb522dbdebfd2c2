//! The table of what differs between Prometheus 2.42 and 3.5, row by row.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use probity::alerting::rules;
use probity::alerting::template::{AlertData, AlertTemplate, Context};
use probity::alerting::unit;
use probity::promql::{
    Answer, DIFFERENCES, Dialect, Difference, Labels, Options, Question, Sample, Storage, Value, instant,
    parse_as, value_json,
};

use super::ask::{Case, complaint, line};
use super::evaluated;

fn rows() -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().flat_map(|topic| topic.rows)
}

/// What we make of a row's question.
fn answer(row: &Difference, dialect: Dialect) -> Result<String, String> {
    match row.question {
        Question::Query { .. } => {
            let case = Case::of(row).expect("it is a query");
            evaluated::answer(&case, dialect).map(|series| line(&series))
        }
        Question::Recorded { .. } => recorded(row, dialect),
        Question::Http(expr) => Ok(http(expr, dialect)),
        Question::RuleFile(text) => {
            let check = |text: &str| {
                AlertTemplate::parse(text, "A", dialect).map(drop).map_err(|error| error.to_string())
            };
            taken(&rules::file::read(text, "rules.yml", dialect, &check).problems)
        }
        Question::TestFile(text) => {
            let read = unit::file::read(text, "test.yml", dialect);
            let mut problems = read.problems;
            problems.extend(read.file.iter().flat_map(unit::file::TestFile::problems).cloned());
            taken(&problems)
        }
        Question::Annotation(text) => annotation(text, dialect),
    }
}

/// What is recorded, as a unit test tells it that expects nothing.
fn recorded(row: &Difference, dialect: Dialect) -> Result<String, String> {
    let (case, rules) = Case::recorded(row).expect("it is recorded");
    let read = unit::file::read(&format!("tests:\n{}", case.unit_test()), "test.yml", dialect);
    let tests = read.file.expect("a file without problems");
    let read = rules::file::read(&rules, "rules.yml", dialect, &|_| Ok(()));
    let group = read.rules.groups.first().expect("a group without problems");
    let rule = unit::Loaded::new(&group.rules[0], group, "rules.yml", (0, 0, 0), dialect)?;
    let prepared = unit::Prepared {
        tests: &tests,
        file: "test.yml".to_owned(),
        rules: vec![&rule],
        alertmanagers: Vec::new(),
    };
    let options = Options { dialect, ..Options::default() };
    let outcome = unit::run(&[prepared], &options, |_| true, |_, _| true);
    let failures = outcome[0].tests[0].cases.iter().flat_map(|case| &case.failures);
    let got = failures.flat_map(|failure| failure.lines()).filter_map(|line| line.split_once("got  "));
    Ok(line(&got.map(|(_, series)| series.trim().to_owned()).collect::<Vec<_>>()))
}

fn http(expr: &str, dialect: Dialect) -> String {
    let expr = parse_as(expr, dialect).expect("a query that both take");
    let options = Options { dialect, ..Options::default() };
    let value = instant(&Storage::new(), &expr, 0, &options).expect("a value");
    value_json(&value, 0, dialect)
}

fn taken(problems: &[rules::file::Problem]) -> Result<String, String> {
    if problems.is_empty() {
        return Ok("taken".to_owned());
    }
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Err(problems.join("\n"))
}

fn annotation(text: &str, dialect: Dialect) -> Result<String, String> {
    let template = AlertTemplate::parse(text, "A", dialect).map_err(|error| error.to_string())?;
    let query = |text: &str| -> Result<Vec<(Labels, f64)>, String> {
        let expr = parse_as(text, dialect).map_err(|error| error.message)?;
        let options = Options { dialect, ..Options::default() };
        match instant(&Storage::new(), &expr, 0, &options).map_err(|error| error.message)? {
            Value::Vector(samples) => {
                Ok(samples.into_iter().map(|Sample { labels, value }| (labels, value)).collect())
            }
            _ => Err("no instant vector".to_owned()),
        }
    };
    let data = AlertData {
        labels: Labels::empty(),
        external_labels: Labels::empty(),
        external_url: String::new(),
        value: 1.0,
    };
    let context = Context { dialect, query: &query, external_url: None, path_prefix: None };
    Ok(template.render(&data, &context))
}

#[test]
fn every_row_is_answered_as_it_says() {
    let mut complaints = String::new();
    for row in rows() {
        for (dialect, wanted) in [(Dialect::V2, row.v2), (Dialect::V3, row.v3)] {
            if let Some(complaint) = complaint(answer(row, dialect), wanted) {
                writeln!(complaints, "{} in {dialect:?}\n    {complaint}", row.id)
                    .expect("a string takes everything");
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn every_row_shows_a_difference() {
    let alike: Vec<&str> = rows().filter(|row| row.v2 == row.v3).map(|row| row.id).collect();
    assert!(alike.is_empty(), "both generations give the same answer: {alike:?}");
}

#[test]
fn rows_have_names_of_their_own_and_sentences() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        let kebab = row.id.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(kebab, "{:?} is not made of words with hyphens", row.id);
        assert!(seen.insert(row.id), "{} stands twice in the table", row.id);
        assert!(row.what.ends_with('.'), "{}: {:?} is no sentence", row.id, row.what);
        let refused = [row.v2, row.v3].iter().all(|answer| matches!(answer, Answer::Fails(_)));
        assert!(!refused || row.v2 != row.v3, "{}: both refuse it in the same words", row.id);
    }
}
