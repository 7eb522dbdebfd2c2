//! Runs unit tests.
//!
//! A test puts its series into a storage, moves its rules through time and looks at the alerts and at the answers of
//! expressions, and at what Alertmanager makes of the alerts. Tests are independent and run in as many threads as the
//! machine has cores; a rule is evaluated once for all tests in which everything that it reads is the same.

mod running;
mod times;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) use times::times;

use running::{Came, Running};

use super::file::{Test, TestFile};
use super::memo::Memo;
use super::outcome::{FileOutcome, RuleCoverage, TestOutcome};
use crate::alerting::deployed::Told;
use crate::alerting::rules::file::{Group, Rule};
use crate::alerting::rules::{Block, Compiled, blocks};
use crate::promql::{Dialect, Options, Query, parse_as};

/// A rule of a file that tests name, ready and with its place.
#[derive(Debug)]
pub struct Loaded {
    rule: Compiled,
    file: String,
    line: usize,
    group: String,
    /// Which rule it is: the places of its file, its group and its own.
    identity: (usize, usize, usize),
}

impl Loaded {
    /// Makes a rule ready. `identity` must differ from that of every other rule of a run: the places of the file, of
    /// the group in it and of the rule in that.
    ///
    /// # Errors
    ///
    /// A pattern too large to be compiled, or a template that is none.
    pub fn new(
        rule: &Rule,
        group: &Group,
        file: &str,
        identity: (usize, usize, usize),
        dialect: Dialect,
    ) -> Result<Loaded, String> {
        let (line, name) = (rule.place.line, group.name.clone());
        let rule = Compiled::new(rule, group, dialect)?;
        Ok(Loaded { rule, file: file.to_owned(), line, group: name, identity })
    }
}

/// The unit tests of one file, with the rules they are about in the order of evaluation.
#[derive(Debug)]
pub struct Prepared<'a> {
    /// The tests.
    pub tests: &'a TestFile,
    /// The name of their file.
    pub file: String,
    /// The rules.
    pub rules: Vec<&'a Loaded>,
    /// The Alertmanager that the alerts of each test go to, by the place of the test. Where there is none, expectations
    /// of notifications fail.
    pub alertmanagers: Vec<Option<&'a Told>>,
}

/// What one test found out about its rules: whether each produced and fired.
type Tried = Vec<(bool, bool)>;

/// Runs the tests of which `wanted` says so by their names, in parallel. `go_on` hears after each test how many are done
/// and of how many; when it says no, no other is begun.
pub fn run(
    files: &[Prepared<'_>],
    options: &Options,
    wanted: impl Fn(&str) -> bool,
    go_on: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<FileOutcome> {
    let jobs: Vec<(usize, usize)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, prepared)| (0..prepared.tests.tests.len()).map(move |test| (file, test)))
        .filter(|(file, test)| wanted(&title(&files[*file].tests.tests[*test], *test)))
        .collect();
    let memo = Memo::default();
    let cut = |prepared: &Prepared<'_>| blocks(&rules(prepared), false);
    let cuts: Vec<Vec<Block>> = files.iter().map(cut).collect();
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, TestOutcome, Tried)>> = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = || {
        while let Some((file, test)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let prepared = &files[*file];
            let given = &prepared.tests.tests[*test];
            let came = match times::too_long(given, prepared.tests.evaluation_interval_ms, options) {
                Some(case) => Came { cases: vec![case], ..Came::default() },
                None => Running::new(prepared, *test, options).run(&memo, &cuts[*file]),
            };
            let (name, line) = (title(given, *test), given.place.line);
            let outcome = TestOutcome { name, line, cases: came.cases, notes: came.notes };
            let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            done.push((*file, outcome, came.tried));
            if !go_on(done.len(), jobs.len()) {
                break;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len()).max(1);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Nobody who waits for the outcome need wait for memory to be given back.
    std::thread::spawn(move || drop(memo));
    done.sort_by(|one, other| (one.0, one.1.line, &one.1.name).cmp(&(other.0, other.1.line, &other.1.name)));
    gather(files, &jobs, done, options.dialect)
}

fn gather(
    files: &[Prepared<'_>],
    jobs: &[(usize, usize)],
    done: Vec<(usize, TestOutcome, Tried)>,
    dialect: Dialect,
) -> Vec<FileOutcome> {
    let mut outcomes: Vec<FileOutcome> = files
        .iter()
        .enumerate()
        .map(|(file, prepared)| {
            let run = jobs.iter().filter(|(of, _)| *of == file).map(|(_, test)| &prepared.tests.tests[*test]);
            let rules = coverage(prepared, &run.collect::<Vec<_>>(), dialect);
            FileOutcome { file: prepared.file.clone(), tests: Vec::new(), rules }
        })
        .collect();
    for (file, outcome, tried) in done {
        for (rule, (produced, fired)) in outcomes[file].rules.iter_mut().zip(tried) {
            rule.produced |= produced;
            rule.fired |= fired;
        }
        outcomes[file].tests.push(outcome);
    }
    outcomes
}

/// The name of a test, or which it is.
fn title(test: &Test, place: usize) -> String {
    if test.name.is_empty() { format!("test {}", place + 1) } else { test.name.clone() }
}

/// The rules of a file, and whether any of the tests that are run expects something of them.
fn coverage(prepared: &Prepared<'_>, tests: &[&Test], dialect: Dialect) -> Vec<RuleCoverage> {
    let expected = tests.iter().flat_map(|test| &test.alert_tests).filter(|case| !case.exp_alerts.is_empty());
    let mut alerts: BTreeSet<&str> = expected.map(|case| case.alertname.as_str()).collect();
    alerts.extend(tests.iter().flat_map(|test| &test.notification_tests).flat_map(|case| case.alerts()));
    let asked = tests.iter().flat_map(|test| &test.query_tests).filter(|case| !case.exp_samples.is_empty());
    let asked: Vec<Query> = asked.filter_map(|case| ready(&case.expr.text, dialect).ok()).collect();
    let asserted = |rule: &Compiled| {
        rule.is_alert() && alerts.contains(rule.name()) || asked.iter().any(|query| rule.is_read_by(query))
    };
    prepared
        .rules
        .iter()
        .map(|loaded| RuleCoverage {
            file: loaded.file.clone(),
            line: loaded.line,
            group: loaded.group.clone(),
            name: loaded.rule.name().to_owned(),
            alert: loaded.rule.is_alert(),
            produced: false,
            asserted: asserted(&loaded.rule),
            fired: false,
        })
        .collect()
}

fn rules<'a>(prepared: &Prepared<'a>) -> Vec<&'a Compiled> {
    prepared.rules.iter().map(|loaded| &loaded.rule).collect()
}

/// An expression of a test, ready to be asked.
pub(super) fn ready(text: &str, dialect: Dialect) -> Result<Query, String> {
    let expr = parse_as(text, dialect).map_err(|error| error.message)?;
    Query::new(expr, dialect).map_err(|error| error.message)
}
