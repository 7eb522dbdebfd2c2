//! The alert chain of a scenario: the files that an operator deploys, read as Prometheus and Alertmanager read them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Phase;
use super::expect::ExpectedFile;
use super::resolve::{Resolver, tidy};
use crate::alerting::alertmanager::Release;
use crate::alerting::deployed::{self, Deployed};
use crate::alerting::matchers::{self, Matcher, Matchers, Op};
use crate::alerting::prometheus;
use crate::contract::Glob;
use crate::contract::yaml::{Located, Problem};
use crate::promql::Dialect;

/// The alert chain, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertingFile {
    /// A `prometheus.yml`, relative to this file: its jobs are scraped, its rules evaluated.
    pub(super) prometheus: Located<String>,
    /// An `alertmanager.yml`, relative to this file. Default: nobody is told.
    #[serde(default)]
    pub(super) alertmanager: Option<Located<String>>,
    /// Whose Alertmanager it is: `"0.33"` or `"0.25"`, which loses what 0.33 sends half empty. Default: 0.33.
    #[serde(default)]
    pub(super) alertmanager_version: Option<Located<String>>,
    /// The addresses in `prometheus.yml` at which the target exposes its metrics. Those of other targets do not exist:
    /// they are down.
    pub(super) targets: Vec<Located<String>>,
    /// Addresses that cannot be reached for a while.
    #[serde(default)]
    pub(super) cut_off: Vec<CutOffFile>,
    /// Silences that somebody makes.
    #[serde(default)]
    pub(super) silences: Vec<SilenceFile>,
}

/// An address that cannot be reached for a while.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CutOffFile {
    /// One of `targets`.
    pub(super) target: Located<String>,
    /// The phase, or a pattern of phases such as `incident-*`.
    pub(super) during: Located<String>,
}

/// A silence.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SilenceFile {
    /// What an alert must have, as in `severity="warning"`.
    pub(super) matchers: Vec<Located<String>>,
    /// The phase, or a pattern of phases such as `incident-*`.
    pub(super) during: Located<String>,
}

/// What is expected, as it is typed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectFile {
    /// The alerts that fire, and when.
    #[serde(default)]
    pub(super) alerts: Vec<ExpectedFile>,
    /// Names of alerts that may fire or not.
    #[serde(default)]
    pub(super) tolerated: Vec<Located<String>>,
}

/// The alert chain of a scenario.
#[derive(Clone, Debug)]
pub struct Alerting {
    /// What is deployed.
    pub deployed: Deployed,
    /// Whose Alertmanager it is.
    pub release: Release,
    /// The addresses of the target.
    pub targets: Vec<String>,
    /// What cannot be reached for a while.
    pub cut_off: Vec<CutOff>,
    /// Silences that somebody makes.
    pub silences: Vec<Silenced>,
    /// What is not wrong with what is deployed, but can hardly be meant, or cannot be done here.
    pub notes: Vec<String>,
    /// Every text that it was read from: what is of the same texts is the same.
    texts: Vec<String>,
}

impl Alerting {
    /// Every address under which a target that the scenario names is asked for, and the place of that name in
    /// [`Alerting::targets`]: relabelling may send the scraper elsewhere.
    pub fn addresses(&self) -> Vec<(String, usize)> {
        let place = |one: &String| self.targets.iter().position(|target| target == one);
        let own = self.targets.iter().cloned().enumerate().map(|(place, name)| (name, place));
        let moved = scraped(&self.deployed.prometheus)
            .filter_map(|(before, after)| place(&before).map(|place| (after, place)));
        own.chain(moved).collect()
    }
}

/// The address of each target before and after relabelling.
fn scraped(config: &prometheus::Config) -> impl Iterator<Item = (String, String)> {
    let found = config.jobs.iter().flat_map(|job| prometheus::targets(job, Dialect::V3).active);
    found.map(|target| {
        let rest = target.url.split_once("://").map_or("", |(_, rest)| rest);
        let after = rest.split(['/', '?']).next().unwrap_or_default().to_owned();
        (target.discovered.value("__address__").to_owned(), after)
    })
}

impl PartialEq for Alerting {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

/// An address that cannot be reached for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutOff {
    /// The address.
    pub target: String,
    /// The phases.
    pub during: Glob,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silenced {
    /// What an alert must have.
    pub matchers: Matchers,
    /// The phases.
    pub during: Glob,
}

/// Whether a matcher matches an alert that lacks the label, as Alertmanager sees it: not that it need not have another
/// value.
fn takes_nothing(matcher: &Matcher) -> bool {
    matches!(matcher.op, Op::Equal | Op::Regex) && matcher.matches("")
}

impl Resolver<'_> {
    pub(super) fn alerting(&mut self, typed: AlertingFile, phases: &[Phase]) -> Option<Alerting> {
        let before = self.invalid.problems.len();
        let release = self.release(typed.alertmanager_version.as_ref());
        let prometheus = self.readable(&typed.prometheus);
        let alertmanager = typed.alertmanager.as_ref().map(|named| self.readable(named));
        let deployed = match (prometheus, alertmanager) {
            (None, _) | (_, Some(None)) => None,
            (Some(prometheus), alertmanager) => {
                self.deployed(&prometheus, alertmanager.flatten().as_deref(), release)
            }
        };
        if let Some((deployed, ..)) = &deployed {
            self.addresses(&deployed.prometheus, &typed.targets);
        }
        let targets: Vec<String> = typed.targets.iter().map(|target| target.value.clone()).collect();
        let cut_off = typed.cut_off.iter().filter_map(|cut| self.cut_off(cut, &targets, phases)).collect();
        let silences = typed.silences.iter().filter_map(|silence| self.silence(silence, phases)).collect();
        if let (Some(silence), None) = (typed.silences.first(), &typed.alertmanager) {
            let message = "`silences` need `alertmanager`: without it nobody is told anyway".to_owned();
            self.report(silence.during.line, silence.during.column, message, &[]);
        }
        let (deployed, mut texts, notes) = deployed?;
        texts.push(format!("{typed:?}"));
        (self.invalid.problems.len() == before).then_some(Alerting {
            deployed,
            release,
            targets,
            cut_off,
            silences,
            notes,
            texts,
        })
    }

    /// The path of a file that the scenario names and that can be read.
    fn readable(&mut self, named: &Located<String>) -> Option<PathBuf> {
        let path = tidy(&self.path.parent().unwrap_or(Path::new("")).join(&named.value));
        let Err(error) = (self.read)(&path) else { return Some(path) };
        let message = format!("`{}` cannot be read: {error} ({})", named.value, path.display());
        self.report(named.line, named.column, message, &["a path relative to this file".to_owned()]);
        None
    }

    /// What is deployed, and the texts that it was read from. What is wrong in its files is a mistake of the scenario.
    fn deployed(
        &mut self,
        prometheus: &Path,
        alertmanager: Option<&Path>,
        release: Release,
    ) -> Option<(Deployed, Vec<String>, Vec<String>)> {
        let read = deployed::read(prometheus, alertmanager, self.read, release);
        self.invalid.problems.extend(read.problems.into_iter().map(|found| Problem {
            accepted: found.accepted,
            help: found.help,
            ..Problem::new(&found.file, found.line, found.column, &found.message)
        }));
        let texts = read.sources.values().cloned().collect();
        self.invalid.sources.extend(read.sources);
        let notes = read.notes.iter().map(ToString::to_string).collect();
        read.deployed.map(|deployed| (deployed, texts, notes))
    }

    fn release(&mut self, typed: Option<&Located<String>>) -> Release {
        match typed.map(|typed| typed.value.as_str()) {
            Some("0.25") => Release::V0_25,
            None | Some("0.33") => Release::V0_33,
            Some(other) => {
                let (line, column) = typed.map_or((1, 1), |typed| (typed.line, typed.column));
                let accepted = ["\"0.25\"", "\"0.33\""].map(str::to_owned);
                self.report(line, column, format!("no Alertmanager `{other}` is known here"), &accepted);
                Release::default()
            }
        }
    }

    /// Whether each address is one that is scraped.
    fn addresses(&mut self, config: &prometheus::Config, targets: &[Located<String>]) {
        let known: Vec<String> = scraped(config).flat_map(|(before, after)| [before, after]).collect();
        for target in targets.iter().filter(|target| !known.contains(&target.value)) {
            let accepted: Vec<String> = known.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
            let message = format!("no job scrapes `{target}`");
            self.report(target.line, target.column, message, &accepted);
        }
        if let Some(twice) = targets
            .iter()
            .enumerate()
            .find_map(|(place, one)| targets[..place].iter().any(|other| other == one).then_some(one))
        {
            self.report(twice.line, twice.column, format!("`{twice}` is there twice"), &[]);
        }
    }

    fn cut_off(&mut self, typed: &CutOffFile, targets: &[String], phases: &[Phase]) -> Option<CutOff> {
        if !targets.contains(&typed.target.value) {
            let message = format!("`{}` is none of `targets`", typed.target);
            self.report(typed.target.line, typed.target.column, message, targets);
        }
        let during = self.phases_of(&typed.during, phases)?;
        Some(CutOff { target: typed.target.value.clone(), during })
    }

    fn silence(&mut self, typed: &SilenceFile, phases: &[Phase]) -> Option<Silenced> {
        let during = self.phases_of(&typed.during, phases);
        let mut all = Vec::new();
        for text in &typed.matchers {
            match matchers::parse(&text.value, Release::V0_33) {
                Ok(Matchers(some)) => all.extend(some),
                Err(error) => self.report(text.line, text.column, error.to_string(), &[]),
            }
        }
        if typed.matchers.is_empty() || !all.is_empty() && all.iter().all(takes_nothing) {
            let message = "a silence needs a matcher that does not match what is empty".to_owned();
            let accepted = ["severity=\"warning\"".to_owned()];
            self.report(typed.during.line, typed.during.column, message, &accepted);
        }
        let during = during.filter(|_| !all.is_empty())?;
        Some(Silenced { matchers: Matchers(all), during })
    }

    /// The phases that a name or a pattern means.
    pub(super) fn phases_of(&mut self, named: &Located<String>, phases: &[Phase]) -> Option<Glob> {
        let glob = named.value.parse::<Glob>().ok();
        if !glob.as_ref().is_some_and(|glob| phases.iter().any(|phase| glob.matches(&phase.name))) {
            let accepted: Vec<String> = phases.iter().map(|phase| phase.name.clone()).collect();
            self.report(named.line, named.column, format!("no phase is named `{named}`"), &accepted);
        }
        glob
    }
}
