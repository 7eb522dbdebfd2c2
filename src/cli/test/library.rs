//! The files of a run: tests, the rules and the Alertmanager that they name, each read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::alerting::alertmanager::Release;
use crate::alerting::deployed::{self, Told};
use crate::alerting::rules::file::{self as rule_file, Group, Problem};
use crate::alerting::template::AlertTemplate;
use crate::alerting::unit::file::{self as unit_file, Test, TestFile, matching_files};
use crate::alerting::unit::{Loaded, Prepared};
use crate::cli::World;
use crate::promql::Dialect;

/// The file of a configuration, and whether it is read as the old release reads it.
type Alertmanager = (PathBuf, bool);

/// A test file with its rules, as groups in the order of evaluation: a rule file's place and the group's in it.
pub(super) struct Read {
    name: String,
    tests: TestFile,
    groups: Vec<(usize, usize)>,
    /// Each test's Alertmanager.
    alertmanagers: Vec<Option<Alertmanager>>,
}

/// Everything that was read.
#[derive(Default)]
pub(super) struct Library {
    /// The rules of each file, by group.
    files: Vec<Vec<(Group, Vec<Loaded>)>>,
    by_path: BTreeMap<PathBuf, Option<usize>>,
    /// By the paths of their files; none if something in one is wrong.
    alertmanagers: BTreeMap<Alertmanager, Option<Told>>,
    pub(super) problems: Vec<Problem>,
    /// What the problems of each file are shown in.
    pub(super) texts: BTreeMap<String, String>,
    pub(super) notes: Vec<String>,
}

pub(super) fn text_of(path: &Path, world: &World) -> Result<String, String> {
    let bytes = fs::read(world.path(path)).map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 after byte {}", error.utf8_error().valid_up_to()))
}

/// A text with the names of files as they are from where the user typed.
fn typed(text: &str, world: &World) -> String {
    text.replace(&world.path(Path::new("")).display().to_string(), "")
}

impl Library {
    /// Reads a file of tests and the rules it names; none if nothing in it can be run.
    pub(super) fn tests(&mut self, path: &Path, text: &str, dialect: Dialect, world: &World) -> Option<Read> {
        let name = path.display().to_string();
        let read = unit_file::read(text, &name, dialect);
        self.texts.insert(name.clone(), text.to_owned());
        self.problems.extend(read.problems);
        self.notes.extend(read.notes.iter().map(ToString::to_string));
        let tests = read.file?;
        let before = self.problems.len();
        self.problems.extend(tests.problems().into_iter().cloned());
        let directory = path.parent().unwrap_or(Path::new(""));
        let (mut places, mut broken) = (Vec::new(), false);
        for pattern in &tests.rule_files {
            let found = matching_files(&pattern.text, &world.path(directory)).unwrap_or_default();
            if found.is_empty() {
                self.notes.push(format!("{name}:{}: no file matches {}", pattern.place.line, pattern.text));
            }
            for file in found {
                let shown = file.strip_prefix(world.path(Path::new(""))).unwrap_or(&file).to_owned();
                let place = self.rules(&shown, dialect, world);
                broken |= place.is_none();
                if let Some(place) = place.filter(|place| !places.contains(place)) {
                    places.push(place);
                }
            }
        }
        let mut alertmanagers = Vec::with_capacity(tests.tests.len());
        for test in &tests.tests {
            let named = test.alertmanager.config.as_ref();
            let old = test.alertmanager.release == Release::V0_25;
            let key = named.map(|file| (directory.join(&file.text), old));
            if let Some(key) = &key {
                self.alertmanager(key, &name, test, world);
            }
            alertmanagers.push(key);
        }
        // What is wrong with a file that others name too is told once.
        broken |=
            alertmanagers.iter().flatten().any(|key| self.alertmanagers.get(key).is_none_or(Option::is_none));
        if broken || self.problems.len() > before {
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
        Some(Read { name, tests, groups, alertmanagers })
    }

    /// Reads the configuration of an Alertmanager, once, and holds a test of a file against it.
    fn alertmanager(&mut self, key: &Alertmanager, file: &str, test: &Test, world: &World) {
        if !self.alertmanagers.contains_key(key) {
            let place = test.alertmanager.config.as_ref().map(|named| named.place).unwrap_or_default();
            let (path, release) = (world.path(&key.0), test.alertmanager.release);
            let files = |path: &Path| fs::read_to_string(path);
            let read = deployed::alertmanager(&path, Some((Path::new(file), place)), &files, release);
            self.problems.extend(read.problems.into_iter().map(|problem| Problem {
                file: typed(&problem.file, world),
                message: typed(&problem.message, world),
                ..problem
            }));
            self.notes.extend(read.notes.iter().map(|note| typed(&note.to_string(), world)));
            self.texts.extend(read.sources.into_iter().map(|(file, text)| (typed(&file, world), text)));
            self.alertmanagers.insert(key.clone(), read.told);
        }
        let Some(told) = self.alertmanagers.get(key).and_then(Option::as_ref) else { return };
        let problems = test.notification_tests.iter().flat_map(|case| case.problems(file, &told.config));
        self.problems.extend(problems);
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

    pub(super) fn prepared<'a>(&'a self, read: &'a Read) -> Prepared<'a> {
        let rules = read.groups.iter().flat_map(|(file, group)| &self.files[*file][*group].1).collect();
        let known = |key: &Option<Alertmanager>| self.alertmanagers.get(key.as_ref()?)?.as_ref();
        let alertmanagers = read.alertmanagers.iter().map(known).collect();
        Prepared { tests: &read.tests, file: read.name.clone(), rules, alertmanagers }
    }
}
