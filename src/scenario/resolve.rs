use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::{FaultFile, PhaseFile, ScenarioFile, ServerName};
use super::{Fault, Phase, Scenario};
use crate::contract::yaml::{self, Located, Problem};
use crate::contract::{Contract, Contracts, Glob, HumanDuration};
use crate::load::{PATIENCE, PhaseLoad};
use crate::observe::Tolerance;

/// The longest that all phases may last: a century is a mistake.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// A scenario that cannot be run: every mistake in it and in the contracts it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid {
    /// The mistakes, each with its file, line and column.
    pub problems: Vec<Problem>,
    /// The text of every file that was read, by the name that problems use.
    pub sources: BTreeMap<String, String>,
}

/// Reads a scenario and the contracts it names; `read` is how files are read.
///
/// # Errors
/// [`Invalid`], with every mistake at once.
pub fn load(path: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Scenario, Box<Invalid>> {
    let file = path.display().to_string();
    let text = match read(path) {
        Ok(text) => text,
        Err(error) => {
            let problem = Problem::new(&file, 1, 1, format!("cannot be read: {error}"));
            return Err(Box::new(Invalid { problems: vec![problem], sources: BTreeMap::new() }));
        }
    };
    let yaml::Decoded { value, problems } = yaml::decode::<ScenarioFile>(&text, &file);
    let mut resolver = Resolver {
        path,
        read,
        clean: problems.is_empty(),
        invalid: Invalid { problems, sources: BTreeMap::from([(file.clone(), text)]) },
        file,
    };
    let scenario = value.map(|typed| resolver.resolve(typed));
    match scenario {
        Some(scenario) if resolver.invalid.problems.is_empty() => Ok(scenario),
        _ => {
            // The scenario's own mistakes first, then those of its contracts, each from top to bottom.
            let own = resolver.file;
            resolver
                .invalid
                .problems
                .sort_by_cached_key(|p| (p.file != own, p.file.clone(), p.line, p.column));
            Err(Box::new(resolver.invalid))
        }
    }
}

/// Sessions that one run may start: far more than any machine drives, and few enough to be planned in memory.
const MOST_ARRIVALS: u64 = 10_000_000;

/// Below it a scraper does nothing but scrape.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// The shortest patience: nothing answers a request in less.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(10);

/// How long telemetry may take to arrive, unless the scenario says.
const SETTLE: Duration = Duration::from_secs(30);

pub(super) struct Resolver<'a> {
    pub(super) path: &'a Path,
    pub(super) read: &'a dyn Fn(&Path) -> io::Result<String>,
    file: String,
    /// Nothing was mistyped: what is missing is missing.
    pub(super) clean: bool,
    pub(super) invalid: Invalid,
}

impl Resolver<'_> {
    fn resolve(&mut self, typed: ScenarioFile) -> Scenario {
        self.required(&typed);
        let contracts = self.contracts(&typed.contracts);
        let scope = self.scope(&typed.scope, &contracts);
        let phases = self.phases(typed.phases);
        let aim = self.target(typed.target);
        self.users_can(&typed.personas, &phases);
        self.personas_can_use(&aim.target, &typed.personas);
        self.shares(&typed.faults);
        let server = aim.target.server();
        let alerting = typed.alerting.and_then(|alerting| self.alerting(alerting, &phases));
        let (expected, tolerated) =
            self.expect(typed.expect, alerting.as_ref(), (&contracts, &scope), &phases);
        let faults = typed.faults.into_iter().map(|fault| self.fault(fault, &phases, server)).collect();
        Scenario {
            name: self.name(typed.scenario),
            contracts,
            scope,
            seed: typed.seed.unwrap_or(1),
            target: aim.target,
            target_place: aim.place,
            traffic: aim.traffic,
            env: aim.env,
            env_places: aim.env_places,
            personas: self.personas(typed.personas),
            phases,
            provider_latency: typed
                .providers
                .median_latency
                .map_or(Duration::from_secs(1), |latency| latency.0),
            faults,
            tolerance: Tolerance {
                way_unknown: typed.tolerance.latency.is_none(),
                latency_ns: typed
                    .tolerance
                    .latency
                    .map_or(1_000, |latency| u64::try_from(latency.0.as_nanos()).unwrap_or(u64::MAX)),
            },
            server_latency: aim.latency,
            thresholds: typed.thresholds,
            scrape_interval: self.at_least("scrape_interval", typed.scrape_interval, SHORTEST_INTERVAL),
            patience: self.at_least("patience", typed.patience, SHORTEST_PATIENCE).unwrap_or(PATIENCE),
            settle: typed.settle.map_or(SETTLE, |settle| settle.0),
            alerting,
            expected,
            tolerated,
        }
    }

    pub(super) fn report(&mut self, line: usize, column: usize, message: String, accepted: &[String]) {
        let problem = Problem::new(&self.file, line, column, message).accepted(accepted.iter().cloned());
        self.invalid.problems.push(problem);
    }

    /// Keys that must be there. When something was mistyped already, a missing key may be that; a second run tells.
    fn required(&mut self, typed: &ScenarioFile) {
        let missing = [
            ("scenario", typed.scenario.is_none()),
            ("contracts", typed.contracts.is_empty()),
            ("scope", typed.scope.is_empty()),
            ("target", typed.target.is_none()),
            ("personas", typed.personas.is_empty()),
            ("phases", typed.phases.is_empty()),
        ];
        for (key, missing) in missing {
            if missing && self.clean {
                self.report(1, 1, format!("missing key `{key}`, or it is empty"), &[]);
            }
        }
    }

    /// A scenario's name becomes a directory's.
    pub(super) fn name(&mut self, name: Option<Located<String>>) -> String {
        let Some(name) = name else { return String::new() };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.value.is_empty() || !name.value.chars().all(plain) {
            let message = format!("`{}` is no name: use letters, digits, `-` and `_`", name.value);
            self.report(name.line, name.column, message, &[]);
        }
        name.value
    }

    fn contracts(&mut self, named: &[Located<String>]) -> Contracts {
        let mut contracts = Contracts::default();
        let folder = self.path.parent().unwrap_or(Path::new(""));
        for name in named {
            let path = tidy(&folder.join(&name.value));
            let file = path.display().to_string();
            let text = match (self.read)(&path) {
                Ok(text) => text,
                Err(error) => {
                    let message = format!("contract `{}` cannot be read: {error} ({file})", name.value);
                    let accepted = ["a path relative to this file".to_owned()];
                    self.report(name.line, name.column, message, &accepted);
                    continue;
                }
            };
            match Contract::parse(&text, &file) {
                Ok(contract) if contracts.all.iter().any(|other| other.name == contract.name) => {
                    let message = format!("contract `{}` is named twice", contract.name);
                    self.report(name.line, name.column, message, &[]);
                }
                Ok(contract) => contracts.all.push(contract),
                Err(problems) => self.invalid.problems.extend(problems),
            }
            self.invalid.sources.insert(file, text);
        }
        contracts
    }

    fn scope(&mut self, scope: &[Located<Glob>], contracts: &Contracts) -> Vec<Glob> {
        let ids: Vec<&str> = contracts.clauses().map(|(_, clause)| clause.id.as_str()).collect();
        // Without a readable contract every pattern would be in vain; that is reported already.
        if !ids.is_empty() {
            for glob in scope {
                if !ids.iter().any(|id| glob.value.matches(id)) {
                    let heads: BTreeSet<String> = ids
                        .iter()
                        .filter_map(|id| id.split('.').next())
                        .map(|head| format!("{head}.*"))
                        .collect();
                    let accepted: Vec<String> = heads.into_iter().collect();
                    let message = format!("`{}` matches no clause of the contracts", glob.value);
                    self.report(glob.line, glob.column, message, &accepted);
                }
            }
        }
        scope.iter().map(|glob| glob.value.clone()).collect()
    }

    fn phases(&mut self, typed: Vec<PhaseFile>) -> Vec<Phase> {
        let mut names = BTreeSet::new();
        let mut total = Duration::ZERO;
        let mut phases = Vec::new();
        for phase in typed {
            let name = &phase.name;
            if !names.insert(name.value.clone()) {
                self.report(name.line, name.column, format!("phase `{}` is there twice", name.value), &[]);
            }
            if phase.lasts.is_none() && self.clean {
                self.report(
                    name.line,
                    name.column,
                    format!("phase `{}` lacks the key `for`", name.value),
                    &[],
                );
            }
            let lasts = phase.lasts.unwrap_or_default().0;
            total = total.saturating_add(lasts);
            if total > LONGEST {
                let message = format!("with phase `{}` the run would last longer than a year", name.value);
                self.report(name.line, name.column, message, &[]);
            }
            let (rate, users) = self.load(phase.load.as_ref());
            if rate.offset(MOST_ARRIVALS).is_some_and(|offset| offset < lasts) {
                let message = format!("phase `{}` starts more than {MOST_ARRIVALS} sessions", name.value);
                self.report(name.line, name.column, message, &[]);
            }
            phases.push(Phase { name: phase.name.value, load: PhaseLoad { lasts, rate }, users });
        }
        phases
    }

    fn fault(&mut self, typed: FaultFile, phases: &[Phase], server: Option<ServerName>) -> Fault {
        // Which providers a server of somebody else's asks is its own affair.
        if let Some(provider) = &typed.provider
            && let Some(server) = server
            && !server.providers().contains(&provider.value.as_str())
        {
            let accepted: Vec<String> = server.providers().iter().map(|&name| name.to_owned()).collect();
            self.report(
                provider.line,
                provider.column,
                format!("no provider is named `{}`", provider.value),
                &accepted,
            );
        }
        if !(0.0..=1.0).contains(&typed.share.value) {
            let (line, column) = (typed.share.line, typed.share.column);
            self.report(
                line,
                column,
                format!("share {} is out of range", typed.share.value),
                &["0.0 to 1.0".to_owned()],
            );
        }
        if let Some(during) = &typed.during
            && !phases.iter().any(|phase| phase.name == during.value)
        {
            let accepted: Vec<String> = phases.iter().map(|phase| phase.name.clone()).collect();
            self.report(
                during.line,
                during.column,
                format!("no phase is named `{}`", during.value),
                &accepted,
            );
        }
        Fault {
            provider: typed.provider.map(|provider| provider.value),
            fault: typed.fault,
            share: typed.share.value,
            during: typed.during.map(|during| during.value),
        }
    }

    /// Shares of faults that hold at once add up, and a provider has no more than all of its calls to fail.
    fn shares(&mut self, faults: &[FaultFile]) {
        // One that is out of range by itself is reported as that.
        if faults.iter().any(|fault| !(0.0..=1.0).contains(&fault.share.value)) {
            return;
        }
        let phases: BTreeSet<_> = faults.iter().filter_map(|fault| fault.during.as_ref()).collect();
        let providers: BTreeSet<_> = faults.iter().filter_map(|fault| fault.provider.as_ref()).collect();
        let meets = |held: &Option<Located<String>>, one: Option<&&Located<String>>| {
            held.as_ref().is_none_or(|held| one.is_some_and(|one| held == *one))
        };
        for phase in std::iter::once(None).chain(phases.iter().map(Some)) {
            for provider in std::iter::once(None).chain(providers.iter().map(Some)) {
                let mut sum = 0.0;
                for fault in faults.iter().filter(|f| meets(&f.during, phase) && meets(&f.provider, provider))
                {
                    sum += fault.share.value;
                    // A hair for the sums of decimal fractions.
                    if sum > 1.0 + 1e-9 && sum - fault.share.value <= 1.0 + 1e-9 {
                        let message = format!("faults that hold at once add up to a share of {sum:.2}");
                        self.report(
                            fault.share.line,
                            fault.share.column,
                            message,
                            &["1.0 at most".to_owned()],
                        );
                        return;
                    }
                }
            }
        }
    }

    /// A duration that must not be too short.
    pub(super) fn at_least(
        &mut self,
        key: &str,
        typed: Option<Located<HumanDuration>>,
        least: Duration,
    ) -> Option<Duration> {
        let typed = typed?;
        if typed.value.0 < least {
            let accepted = [format!("{} or more", HumanDuration(least))];
            self.report(typed.line, typed.column, format!("{key} `{typed}` is too short"), &accepted);
        }
        Some(typed.value.0)
    }

    /// A number that must not be too small or too large.
    pub(super) fn in_range(
        &mut self,
        key: &str,
        typed: Option<Located<u32>>,
        least: u32,
        most: u32,
    ) -> Option<u32> {
        let typed = typed?;
        if !(least..=most).contains(&typed.value) {
            let accepted = [format!("{least} to {most}")];
            self.report(typed.line, typed.column, format!("{key} {typed} is out of range"), &accepted);
        }
        Some(typed.value)
    }
}

/// `a/b/../c` as `a/c`, so that messages show the path that a person would type.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir if tidy.file_name().is_some() => {
                tidy.pop();
            }
            std::path::Component::CurDir => {}
            part => tidy.push(part),
        }
    }
    tidy
}
