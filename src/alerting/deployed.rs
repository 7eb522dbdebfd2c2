//! What an operator deploys, read as a whole: `prometheus.yml` with its rule files, `alertmanager.yml` with its templates.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::alertmanager::Release;
use super::alertmanager::config::{self as routing, Config as Routing};
use super::alertmanager::message::Templates;
use super::prometheus;
use super::rules::file::{self as rule_file, RuleFile};
use super::template::AlertTemplate;
use super::unit::file::matching_files;
use super::{Place, Problem};
use crate::promql::Dialect;

/// How files are read.
pub type Files<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// What is scraped, evaluated and told.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// What is scraped and evaluated.
    pub prometheus: prometheus::Config,
    /// Its text.
    pub text: String,
    /// The rule files by name, in the order in which they are evaluated.
    pub rules: Vec<(String, RuleFile)>,
    /// Who is told, where that is given.
    pub alertmanager: Option<Told>,
}

/// Who is told.
#[derive(Debug, Clone)]
pub struct Told {
    /// The configuration.
    pub config: Arc<Routing>,
    /// Its text.
    pub text: String,
    /// Its templates, Alertmanager's own among them.
    pub templates: Arc<Templates>,
}

/// What was read, and everything that is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// What is deployed; none if anything is wrong.
    pub deployed: Option<Deployed>,
    /// Who is told; none if anything is wrong with that.
    pub told: Option<Told>,
    /// What is wrong, file by file.
    pub problems: Vec<Problem>,
    /// What is not wrong, but can hardly be meant, or cannot be done here.
    pub notes: Vec<Problem>,
    /// The text of every file that was read, by the name that problems use.
    pub sources: BTreeMap<String, String>,
}

/// Reads a `prometheus.yml` and all that it names, and if it is given an `alertmanager.yml` likewise.
#[must_use]
pub fn read(prometheus: &Path, alertmanager: Option<&Path>, files: Files<'_>, release: Release) -> Read {
    let mut reader = Reader { files, read: Read::default() };
    let scraped = reader.prometheus(prometheus);
    let told = alertmanager.and_then(|path| reader.alertmanager(path, None, release));
    let mut read = reader.read;
    read.told.clone_from(&told);
    if read.problems.is_empty()
        && let Some((prometheus, text, rules)) = scraped
    {
        read.deployed = Some(Deployed { prometheus, text, rules, alertmanager: told });
    }
    read
}

/// Reads an `alertmanager.yml` and the templates that it names. Where another file names it, what is wrong with reading
/// it is told there.
#[must_use]
pub fn alertmanager(path: &Path, named: Option<(&Path, Place)>, files: Files<'_>, release: Release) -> Read {
    let mut reader = Reader { files, read: Read::default() };
    let told = reader.alertmanager(path, named, release);
    Read { told: told.filter(|_| reader.read.problems.is_empty()), ..reader.read }
}

/// A configuration of Prometheus with its text and its rule files.
type Scraped = (prometheus::Config, String, Vec<(String, RuleFile)>);

struct Reader<'a> {
    files: Files<'a>,
    read: Read,
}

impl Reader<'_> {
    /// The text of a file; what is wrong with it is told at the place that names it.
    fn text(&mut self, path: &Path, named: Option<(&Path, Place)>, what: &str) -> Option<String> {
        match (self.files)(path) {
            Ok(text) => {
                self.read.sources.insert(path.display().to_string(), text.clone());
                Some(text)
            }
            Err(error) => {
                let (file, place) = named.unwrap_or((path, Place::default()));
                let message = format!("{what} cannot be read: {error} ({})", path.display());
                self.read.problems.push(Problem::new(&file.display().to_string(), place, message));
                None
            }
        }
    }

    fn prometheus(&mut self, path: &Path) -> Option<Scraped> {
        let text = self.text(path, None, "Prometheus' configuration")?;
        let read = prometheus::read(&text, &path.display().to_string(), Dialect::V3);
        self.read.problems.extend(read.problems);
        self.read.notes.extend(read.notes);
        let config = read.config?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut rules = Vec::new();
        for (pattern, place) in &config.rule_files {
            let all = files(pattern, folder);
            if all.is_empty() {
                let message = format!("no file matches `{pattern}`");
                self.read.notes.push(Problem::new(&path.display().to_string(), *place, message));
            }
            for found in all {
                let what = format!("rule file `{pattern}`");
                let Some(text) = self.text(&found, Some((path, *place)), &what) else { continue };
                let name = found.display().to_string();
                let check = |template: &str| {
                    let read = AlertTemplate::parse(template, "", Dialect::V3);
                    read.map(drop).map_err(|error| error.to_string())
                };
                let read = rule_file::read(&text, &name, Dialect::V3, &check);
                self.read.problems.extend(read.problems);
                self.read.notes.extend(read.notes);
                rules.push((name, read.rules));
            }
        }
        Some((config, text, rules))
    }

    fn alertmanager(&mut self, path: &Path, named: Option<(&Path, Place)>, release: Release) -> Option<Told> {
        let text = self.text(path, named, "Alertmanager's configuration")?;
        let read = routing::read(&text, &path.display().to_string(), release);
        self.read.problems.extend(read.problems);
        self.read.notes.extend(read.notes);
        let config = read.config?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut templates = Vec::new();
        for glob in &config.templates {
            let all = files(&glob.text, folder);
            if all.is_empty() {
                let message = format!("no file matches `{}`", glob.text);
                self.read.notes.push(Problem::new(&path.display().to_string(), glob.place, message));
            }
            for found in all {
                let what = format!("template file `{}`", glob.text);
                let text = self.text(&found, Some((path, glob.place)), &what);
                templates.extend(text.map(|text| (found.display().to_string(), text)));
            }
        }
        match Templates::new(release, &templates) {
            Ok(templates) => Some(Told { config: Arc::new(config), text, templates: Arc::new(templates) }),
            Err((file, error)) => {
                let place = Place { line: error.line(), column: error.column() };
                self.read.problems.push(Problem::new(&file, place, error.message()));
                None
            }
        }
    }
}

/// The files of a pattern: one without wildcards is a path, whether there is such a file or not.
fn files(pattern: &str, folder: &Path) -> Vec<PathBuf> {
    if pattern.contains(['*', '?', '[']) {
        return matching_files(pattern, folder).unwrap_or_default();
    }
    let mut tidy = PathBuf::new();
    // `a/b/../c` as `a/c`, so that messages show the path that a person would type.
    for part in folder.join(pattern).components() {
        match part {
            Component::ParentDir if tidy.file_name().is_some() => {
                tidy.pop();
            }
            Component::CurDir => {}
            part => tidy.push(part),
        }
    }
    vec![tidy]
}
