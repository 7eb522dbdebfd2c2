//! `probity test rules`: reads the files, runs their tests, and says what all of it comes to.

mod library;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use regex::Regex;

use self::library::{Library, text_of};
use super::args::{TestFormat, TestRules};
use super::{Failure, World};
use crate::alerting::rules::file::{self as rule_file, Problem};
use crate::alerting::unit::{Outcome, Prepared, Trouble, run};
use crate::contract::yaml;
use crate::promql::Options;
use crate::report::unit;
use crate::run::ExitStatus;

/// How often progress is shown, and after how long for the first time.
const PROGRESS: Duration = Duration::from_secs(1);

/// Runs unit tests of rules.
pub(super) fn rules(args: &TestRules, world: &mut World) -> Result<ExitStatus, Failure> {
    let dialect = args.promql.dialect();
    let patterns = args.run.iter().map(|text| {
        Regex::new(text)
            .map_err(|error| Failure::Usage(format!("--run {text}: no regular expression: {error}")))
    });
    let patterns: Vec<Regex> = patterns.collect::<Result<_, _>>()?;
    let mut library = Library::default();
    let mut all = Vec::new();
    for path in &args.files {
        match text_of(path, world) {
            Ok(text) => all.extend(library.tests(path, &text, dialect, world)),
            Err(error) if world.path(path).is_file() => {
                let place = rule_file::Place::default();
                library.problems.push(Problem::new(&path.display().to_string(), place, error));
            }
            Err(error) => return Err(Failure::Usage(format!("{}: {error}", path.display()))),
        }
    }
    for problem in &library.problems {
        let text = library.texts.get(&problem.file).map_or("", String::as_str);
        let shown = yaml::render(&[shown(problem)], text, world.problem_style());
        world.err(&shown);
    }
    for note in &library.notes {
        world.err(&format!("warning: {note}\n"));
    }
    let prepared: Vec<Prepared<'_>> = all.iter().map(|read| library.prepared(read)).collect();
    let options = Options { dialect, ..Options::default() };
    let wanted = |name: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.is_match(name));
    let interrupt = world.interrupt.clone();
    let files = {
        let shows = world.stderr_is_terminal;
        let progress = Mutex::new((now(), &mut *world));
        run(&prepared, &options, wanted, |done, total| {
            if let Ok(mut held) = progress.lock()
                && shows
                && held.0.elapsed() > PROGRESS
            {
                held.0 = now();
                held.1.err(&format!("{done} of {total} tests\n"));
            }
            !*interrupt.borrow()
        })
    };
    let mut outcome = Outcome { files, troubles: Vec::new() };
    let status = judge(&mut outcome, &library, args, *world.interrupt.borrow());
    let text = match args.format {
        TestFormat::Terminal => unit::terminal(&outcome, world.style()),
        TestFormat::Junit => unit::junit(&outcome),
    };
    world.out(&text);
    Ok(status)
}

/// Only for whoever waits: nothing that is computed depends on it. The layer of clocks is not in every build.
#[expect(clippy::disallowed_methods, reason = "progress is shown in the machine's time")]
fn now() -> Instant {
    Instant::now()
}

/// Adds what speaks against the run itself, and says what all of it comes to.
fn judge(outcome: &mut Outcome, library: &Library, args: &TestRules, interrupted: bool) -> ExitStatus {
    let coverage = outcome.coverage();
    let covered = coverage.iter().filter(|rule| rule.covered()).count();
    let percent = args.require_coverage.unwrap_or(0);
    let enough = covered as f64 * 100.0 >= f64::from(percent) * coverage.len() as f64;
    let is_empty = outcome.cases().next().is_none();
    let troubles = &mut outcome.troubles;
    troubles.extend(library.problems.iter().map(|problem| Trouble::Unreadable(problem.to_string())));
    if interrupted {
        troubles.push(Trouble::Interrupted);
    }
    if !enough {
        troubles.push(Trouble::Uncovered { covered, rules: coverage.len(), percent });
    }
    if is_empty && library.problems.is_empty() {
        troubles.push(Trouble::NothingRun);
    }
    if interrupted {
        ExitStatus::Interrupted
    } else if !library.problems.is_empty() {
        ExitStatus::Invalid
    } else if !outcome.passes() || !enough {
        ExitStatus::Findings
    } else if is_empty {
        ExitStatus::Vacuous
    } else {
        ExitStatus::Conformant
    }
}

/// A problem as all files' problems are shown.
fn shown(problem: &Problem) -> yaml::Problem {
    yaml::Problem {
        accepted: problem.accepted.clone(),
        help: problem.help.clone(),
        ..yaml::Problem::new(&problem.file, problem.line, problem.column, &problem.message)
    }
}
