use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use regex::Regex;

use super::args::{TestFormat, TestRules};
use super::{Failure, World};
use crate::alerting::rules::file::{self as rule_file, Group, Problem};
use crate::alerting::template::AlertTemplate;
use crate::alerting::unit::file::{self as unit_file, TestFile, matching_files};
use crate::alerting::unit::{Loaded, Outcome, Prepared, Trouble, run};
use crate::contract::yaml;
use crate::promql::{Dialect, Options};
use crate::report::unit;
use crate::run::ExitStatus;

/// How often progress is shown, and after how long for the first time.
const PROGRESS: Duration = Duration::from_secs(1);

/// A test file with its rules, as groups in the order of evaluation: a rule file's place and the group's in it.
struct Read {
    name: String,
    tests: TestFile,
    groups: Vec<(usize, usize)>,
}

/// Everything that was read.
#[derive(Default)]
struct Library {
    /// The rules of each file, by group.
    files: Vec<Vec<(Group, Vec<Loaded>)>>,
    by_path: BTreeMap<PathBuf, Option<usize>>,
    problems: Vec<Problem>,
    /// What the problems of each file are shown in.
    texts: BTreeMap<String, String>,
    notes: Vec<String>,
}

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

fn text_of(path: &Path, world: &World) -> Result<String, String> {
    let bytes = fs::read(world.path(path)).map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 after byte {}", error.utf8_error().valid_up_to()))
}

/// A problem as all files' problems are shown.
fn shown(problem: &Problem) -> yaml::Problem {
    yaml::Problem {
        accepted: problem.accepted.clone(),
        help: problem.help.clone(),
        ..yaml::Problem::new(&problem.file, problem.line, problem.column, &problem.message)
    }
}

impl Library {
    /// Reads a file of tests and the rules it names; none if nothing in it can be run.
    fn tests(&mut self, path: &Path, text: &str, dialect: Dialect, world: &World) -> Option<Read> {
        let name = path.display().to_string();
        let read = unit_file::read(text, &name, dialect);
        self.texts.insert(name.clone(), text.to_owned());
        self.problems.extend(read.problems);
        self.notes.extend(read.notes.iter().map(ToString::to_string));
        let tests = read.file?;
        let before = self.problems.len();
        self.problems.extend(tests.problems().into_iter().cloned());
        let directory = path.parent().unwrap_or(Path::new(""));
        let mut places = Vec::new();
        for pattern in &tests.rule_files {
            let found = matching_files(&pattern.text, &world.path(directory)).unwrap_or_default();
            if found.is_empty() {
                self.notes.push(format!("{name}:{}: no file matches {}", pattern.place.line, pattern.text));
            }
            for file in found {
                let shown = file.strip_prefix(world.path(Path::new(""))).unwrap_or(&file).to_owned();
                let place = self.rules(&shown, dialect, world);
                if let Some(place) = place.filter(|place| !places.contains(place)) {
                    places.push(place);
                }
            }
        }
        if self.problems.len() > before {
            return None;
        }
        let mut groups: Vec<(usize, usize)> = places
            .iter()
            .flat_map(|file| (0..self.files[*file].len()).map(move |group| (*file, group)))
            .collect();
        // As in promtool, a group that is not listed comes where the first of the list does.
        groups.sort_by_key(|(file, group)| {
            let name = &self.files[*file][*group].0.name;
            tests.group_eval_order.iter().position(|listed| listed == name).unwrap_or(0)
        });
        Some(Read { name, tests, groups })
    }

    /// Reads a file of rules, once; none if something in it is wrong.
    fn rules(&mut self, path: &Path, dialect: Dialect, world: &World) -> Option<usize> {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let name = path.display().to_string();
        let place = rule_file::Place::default();
        let before = self.problems.len();
        let text = text_of(path, world).unwrap_or_else(|error| {
            self.problems.push(Problem::new(&name, place, error));
            String::new()
        });
        self.texts.insert(name.clone(), text.clone());
        let read = rule_file::read(&text, &name, dialect, &|template| {
            AlertTemplate::parse(template, "", dialect).map(drop).map_err(|error| error.to_string())
        });
        self.problems.extend(read.problems);
        self.notes.extend(read.notes.iter().map(ToString::to_string));
        let mut groups = Vec::with_capacity(read.rules.groups.len());
        for group in read.rules.groups {
            let mut loaded = Vec::with_capacity(group.rules.len());
            for (number, rule) in group.rules.iter().enumerate() {
                match Loaded::new(rule, &group, &name, (self.files.len(), groups.len(), number), dialect) {
                    Ok(rule) => loaded.push(rule),
                    Err(message) => self.problems.push(Problem::new(&name, rule.place, message)),
                }
            }
            groups.push((group, loaded));
        }
        let known = (self.problems.len() == before).then_some(self.files.len());
        self.files.push(groups);
        self.by_path.insert(path.to_owned(), known);
        known
    }

    fn prepared<'a>(&'a self, read: &'a Read) -> Prepared<'a> {
        let rules = read.groups.iter().flat_map(|(file, group)| &self.files[*file][*group].1).collect();
        Prepared { tests: &read.tests, file: read.name.clone(), rules }
    }
}
