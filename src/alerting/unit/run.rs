//! Runs unit tests.
//!
//! A test puts its series into a storage, moves its rules through time and looks at the alerts and at the answers of
//! expressions. Tests are independent and run in as many threads as the machine has cores; a rule is evaluated once for
//! all tests in which everything that it reads is the same.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::file::{InputSeries, Test, TestFile, When};
use super::judge::{judge_alerts, judge_query, shown};
use super::memo::{Contents, Identity, Memo};
use super::outcome::{CaseOutcome, FileOutcome, RuleCoverage, TestOutcome};
use crate::alerting::rules::file::{Group, Rule};
use crate::alerting::rules::{
    Block, Compiled, Firing, RuleRun, Timeline, alone, as_time_goes, blocks, together,
};
use crate::promql::{Dialect, Labels, Options, Query, Storage, parse_as};

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
}

/// The most evaluations of a test, and the most times at which it may expect something: eleven years of minutes. Each
/// takes a few microseconds, and `promtool` would not end either.
const MOST_STEPS: i64 = 6_000_000;

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
            let (cases, tried) = match too_long(given, prepared.tests.evaluation_interval_ms, options) {
                Some(case) => (vec![case], Tried::new()),
                None => Running::new(prepared, given, options).run(&memo, &cuts[*file]),
            };
            let outcome = TestOutcome { name: title(given, *test), line: given.place.line, cases };
            let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            done.push((*file, outcome, tried));
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
    let alerts: BTreeSet<&str> = expected.map(|case| case.alertname.as_str()).collect();
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

/// One test that is being run.
struct Running<'a> {
    prepared: &'a Prepared<'a>,
    test: &'a Test,
    options: Options,
    external_labels: Labels,
    steps: Vec<i64>,
    /// For each rule the places of the steps whose alerts are looked at.
    wanted: Vec<Vec<usize>>,
}

impl<'a> Running<'a> {
    fn new(prepared: &'a Prepared<'a>, test: &'a Test, options: &Options) -> Running<'a> {
        let every = prepared.tests.evaluation_interval_ms;
        let whens = test.alert_tests.iter().map(|case| case.when);
        let whens = whens.chain(test.query_tests.iter().map(|case| case.when));
        let last = whens.map(last_ms).max().unwrap_or(0).max(0);
        let steps: Vec<i64> = (0..=last / every).map(|step| step * every).collect();
        let wanted = |loaded: &&Loaded| {
            let about = test.alert_tests.iter();
            let about = about.filter(|case| loaded.rule.is_alert() && case.alertname == loaded.rule.name());
            let places: BTreeSet<usize> =
                about.flat_map(|case| times(case.when, every)).filter_map(|at| place(at, every)).collect();
            places.into_iter().collect()
        };
        let wanted = prepared.rules.iter().map(wanted).collect();
        let external_labels =
            Labels::new(test.external_labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let options = Options { subquery_step_ms: every, ..options.clone() };
        Running { prepared, test, options, steps, wanted, external_labels }
    }

    /// `cut` is what all the rules are cut into unless time must go on for all of them at once.
    fn run(&self, memo: &Memo, cut: &[Block]) -> (Vec<CaseOutcome>, Tried) {
        let timeline = Timeline {
            steps: &self.steps,
            options: &self.options,
            external_labels: &self.external_labels,
            external_url: &self.test.external_url,
        };
        let rules = rules(self.prepared);
        let as_time_goes = as_time_goes(&rules, self.test.input_series.iter().map(|input| &input.labels));
        let blocks = if as_time_goes { blocks(&rules, true) } else { cut.to_vec() };
        let (mut storage, mut contents) = (Storage::new(), Contents::default());
        let until = *self.steps.last().unwrap_or(&0);
        if !as_time_goes {
            self.arrive(&mut storage, i64::MIN, until);
        }
        for input in &self.test.input_series {
            contents.add(&input.labels, contents_of(input));
        }
        let mut runs: Vec<std::sync::Arc<RuleRun>> = Vec::with_capacity(rules.len());
        let mut refused: Vec<(usize, i64, String)> = Vec::new();
        for block in blocks {
            if !block.step_by_step {
                let place = block.rules.start;
                let identity = self.identity(place, &contents, &storage);
                let run =
                    memo.get(identity, || alone(rules[place], &self.wanted[place], &storage, &timeline));
                if let Some((at_ms, why)) = run.written.store(&mut storage) {
                    refused.push((place, at_ms.saturating_add(rules[place].query_offset_ms()), why));
                }
                self.note(&mut contents, &run, identity);
                runs.push(run);
                continue;
            }
            let wanted: Vec<&[usize]> = self.wanted[block.rules.clone()].iter().map(Vec::as_slice).collect();
            let mut seen = i64::MIN;
            let arrive = |storage: &mut Storage, at_ms: i64| {
                if as_time_goes {
                    self.arrive(storage, seen, at_ms);
                    seen = at_ms;
                }
            };
            let together = together(&rules[block.rules.clone()], &wanted, &mut storage, &timeline, arrive);
            for (place, run) in block.rules.clone().zip(together) {
                // Whatever it read is in its identity, which nobody else shares.
                let identity = self.identity(place, &contents, &storage);
                let identity = Identity::of(&(identity, std::ptr::from_ref(self.test).addr()));
                self.note(&mut contents, &run, identity);
                runs.push(std::sync::Arc::new(run));
            }
        }
        (self.cases(&runs, &refused, &storage), runs.iter().map(|run| (run.produced, run.fired)).collect())
    }

    /// Puts the samples into the storage that come after one time and not after another.
    fn arrive(&self, storage: &mut Storage, after_ms: i64, until_ms: i64) {
        for input in &self.test.input_series {
            let id = storage.series(&input.labels);
            if after_ms == i64::MIN {
                let most = until_ms / self.test.interval_ms + 1;
                let samples = input.values.len().min(u64::try_from(most).unwrap_or(0));
                storage.reserve(id, usize::try_from(samples).unwrap_or(0));
            }
            let every = self.test.interval_ms;
            for (place, value) in input.values.iter().enumerate() {
                let at_ms = every.saturating_mul(place as i64);
                if at_ms > until_ms {
                    break;
                }
                if let Some(value) = value.filter(|_| at_ms > after_ms) {
                    storage.insert(id, at_ms, value);
                }
            }
        }
    }

    /// Everything on which the evaluation of a rule depends.
    fn identity(&self, place: usize, contents: &Contents, storage: &Storage) -> Identity {
        let loaded = self.prepared.rules[place];
        let selected = contents.selected(&loaded.rule, storage);
        let time = (self.steps.len(), self.prepared.tests.evaluation_interval_ms, self.test.interval_ms);
        let outside = (&self.external_labels, &self.test.external_url);
        Identity::of(&(loaded.identity, time, outside, &self.wanted[place], selected))
    }

    fn note(&self, contents: &mut Contents, run: &RuleRun, identity: Identity) {
        for (place, (labels, _)) in run.written.series.iter().enumerate() {
            contents.add(labels, Identity::of(&(identity, place)));
        }
    }

    /// The rules that failed at the first time at which any did: `promtool` ends a test there.
    fn failed(&self, runs: &[std::sync::Arc<RuleRun>], refused: &[(usize, i64, String)]) -> Vec<String> {
        let of_runs = runs.iter().enumerate();
        let of_runs =
            of_runs.flat_map(|(place, run)| run.errors.iter().map(move |(at, why)| (*at, place, why)));
        let refused = refused.iter().map(|(place, at_ms, why)| (*at_ms, *place, why));
        let mut errors: Vec<(i64, usize, &String)> = of_runs.chain(refused).collect();
        // Of several errors of one rule the first tells enough.
        errors.sort_by_key(|(at_ms, place, _)| (*at_ms, *place));
        errors.dedup_by_key(|(at_ms, place, _)| (*at_ms, *place));
        let first = errors.first().map(|(at_ms, ..)| *at_ms);
        let told = |(at_ms, place, why): (i64, usize, &String)| {
            let loaded = self.prepared.rules[place];
            let (name, file, line) = (loaded.rule.name(), &loaded.file, loaded.line);
            format!("rule {name} ({file}:{line}) failed at {}: {why}", shown(at_ms))
        };
        errors.into_iter().take_while(|(at_ms, ..)| Some(*at_ms) == first).map(told).collect()
    }

    fn cases(
        &self,
        runs: &[std::sync::Arc<RuleRun>],
        refused: &[(usize, i64, String)],
        storage: &Storage,
    ) -> Vec<CaseOutcome> {
        let mut cases = Vec::new();
        let errors = self.failed(runs, refused);
        if !errors.is_empty() {
            let title = "every rule can be evaluated".to_owned();
            cases.push(CaseOutcome { title, line: self.test.place.line, failures: errors });
        }
        let every = self.prepared.tests.evaluation_interval_ms;
        for case in &self.test.alert_tests {
            let firing = |at_ms: i64| -> Vec<&Firing> {
                let place = place(at_ms, every);
                let about = self.prepared.rules.iter().zip(runs);
                about
                    .filter(|(loaded, _)| loaded.rule.is_alert() && loaded.rule.name() == case.alertname)
                    .flat_map(|(_, run)| &run.firing)
                    .filter(|(step, _)| Some(*step) == place)
                    .flat_map(|(_, firing)| firing)
                    .collect()
            };
            cases.push(judge_alerts(case, every, firing));
        }
        for case in &self.test.query_tests {
            cases.push(judge_query(case, every, storage, &self.options));
        }
        cases
    }
}

/// Identifies the samples of an input series.
fn contents_of(input: &InputSeries) -> Identity {
    let runs = input.values.runs().iter();
    let runs: Vec<(Option<u64>, u64, u64)> =
        runs.map(|run| (run.first.map(f64::to_bits), run.step.to_bits(), run.count)).collect();
    Identity::of(&(&input.labels, runs))
}

/// An expression of a test, ready to be asked.
pub(super) fn ready(text: &str, dialect: Dialect) -> Result<Query, String> {
    let expr = parse_as(text, dialect).map_err(|error| error.message)?;
    Query::new(expr, dialect).map_err(|error| error.message)
}

fn last_ms(when: When) -> i64 {
    match when {
        When::At(at_ms) => at_ms,
        When::Each { to_ms, .. } => to_ms,
    }
}

/// Why a test is not begun, if it would hardly end.
fn too_long(test: &Test, every_ms: i64, options: &Options) -> Option<CaseOutcome> {
    let most = i64::try_from(options.max_samples).unwrap_or(i64::MAX).min(MOST_STEPS);
    let alerts = test.alert_tests.iter().map(|case| (case.when, case.place));
    let mut looks: i64 = 0;
    for (when, place) in alerts.chain(test.query_tests.iter().map(|case| (case.when, case.place))) {
        looks = looks.saturating_add(match when {
            When::At(_) => 1,
            When::Each { from_ms, to_ms, every_ms: given } => {
                to_ms.saturating_sub(from_ms) / given.unwrap_or(every_ms).max(1) + 1
            }
        });
        let why = if last_ms(when) / every_ms >= most {
            format!("up to {} there are over {most} evaluations", shown(last_ms(when)))
        } else if looks > most {
            format!("something is expected at over {most} times")
        } else {
            continue;
        };
        let help = "expect it earlier, or evaluate less often";
        let title = "the test comes to its end".to_owned();
        return Some(CaseOutcome { title, line: place.line, failures: vec![format!("{why}; {help}")] });
    }
    None
}

/// The times at which something must hold.
pub(super) fn times(when: When, interval_ms: i64) -> impl Iterator<Item = i64> {
    let (from_ms, to_ms, every_ms) = match when {
        When::At(at_ms) => (at_ms, at_ms, 1),
        When::Each { from_ms, to_ms, every_ms } => (from_ms, to_ms, every_ms.unwrap_or(interval_ms).max(1)),
    };
    (0..=(to_ms - from_ms) / every_ms).map(move |step| from_ms + step * every_ms)
}

/// The place of the last evaluation at or before a time.
fn place(at_ms: i64, every_ms: i64) -> Option<usize> {
    usize::try_from(at_ms.div_euclid(every_ms)).ok()
}
