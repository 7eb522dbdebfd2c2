//! One test from its series to its outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::file::{InputSeries, Test};
use super::super::judge::{judge_alerts, judge_query, shown};
use super::super::memo::{Contents, Identity, Memo};
use super::super::notifications::told;
use super::super::outcome::CaseOutcome;
use super::times::{place, times};
use super::{Loaded, Prepared, Tried, rules};
use crate::alerting::deployed::Told;
use crate::alerting::notifier::SentAlert;
use crate::alerting::rules::{
    Asked, Block, Firing, Pace, RuleRun, Timeline, alone, as_time_goes, blocks, together,
};
use crate::promql::{Labels, Options, Storage};

/// How soon Prometheus sends a firing alert again, in milliseconds: its default.
const RESEND_DELAY_MS: i64 = 60_000;

/// What came of a test.
#[derive(Debug, Default)]
pub(super) struct Came {
    pub(super) cases: Vec<CaseOutcome>,
    pub(super) notes: Vec<String>,
    pub(super) tried: Tried,
}

/// One test that is being run.
pub(super) struct Running<'a> {
    prepared: &'a Prepared<'a>,
    test: &'a Test,
    alertmanager: Option<&'a Told>,
    options: Options,
    external_labels: Labels,
    /// When its rules are evaluated, in milliseconds since 1970.
    steps: Vec<i64>,
    /// How alerts are sent, if anybody looks at notifications.
    sent: Option<Pace>,
    /// For each rule the places of the steps whose alerts are looked at.
    wanted: Vec<Vec<usize>>,
}

impl<'a> Running<'a> {
    pub(super) fn new(prepared: &'a Prepared<'a>, test: usize, options: &Options) -> Running<'a> {
        let alertmanager = prepared.alertmanagers.get(test).copied().flatten();
        let test = &prepared.tests.tests[test];
        let every = prepared.tests.evaluation_interval_ms;
        let last = test.last_ms();
        let steps: Vec<i64> = (0..=last / every).map(|step| test.start_ms + step * every).collect();
        let pace = Pace { interval_ms: every, resend_delay_ms: RESEND_DELAY_MS };
        let sent = Some(pace).filter(|_| !test.notification_tests.is_empty());
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
        Running { prepared, test, alertmanager, options, steps, sent, wanted, external_labels }
    }

    /// `cut` is what all the rules are cut into unless time must go on for all of them at once.
    pub(super) fn run(&self, memo: &Memo, cut: &[Block]) -> Came {
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
        let mut runs: Vec<Arc<RuleRun>> = Vec::with_capacity(rules.len());
        let mut refused: Vec<(usize, i64, String)> = Vec::new();
        for block in blocks {
            if !block.step_by_step {
                let place = block.rules.start;
                let identity = self.identity(place, &contents, &storage);
                let run = memo.get(identity, || alone(rules[place], self.asked(place), &storage, &timeline));
                if let Some((at_ms, why)) = run.written.store(&mut storage) {
                    refused.push((place, at_ms.saturating_add(rules[place].query_offset_ms()), why));
                }
                self.note(&mut contents, &run, identity);
                runs.push(run);
                continue;
            }
            let asked: Vec<Asked<'_>> = block.rules.clone().map(|place| self.asked(place)).collect();
            let mut seen = i64::MIN;
            let arrive = |storage: &mut Storage, at_ms: i64| {
                if as_time_goes {
                    self.arrive(storage, seen, at_ms);
                    seen = at_ms;
                }
            };
            let together = together(&rules[block.rules.clone()], &asked, &mut storage, &timeline, arrive);
            for (place, run) in block.rules.clone().zip(together) {
                // Whatever it read is in its identity, which nobody else shares.
                let identity = self.identity(place, &contents, &storage);
                let identity = Identity::of(&(identity, std::ptr::from_ref(self.test).addr()));
                self.note(&mut contents, &run, identity);
                runs.push(Arc::new(run));
            }
        }
        let mut came =
            Came { tried: runs.iter().map(|run| (run.produced, run.fired)).collect(), ..Came::default() };
        self.cases(&runs, &refused, &storage, &mut came.cases);
        if self.sent.is_some() {
            let sent = self.sent(&runs);
            let (cases, notes) =
                told(self.test, self.alertmanager, &self.external_labels, &sent, &self.options);
            came.cases.extend(cases);
            came.notes = notes;
        }
        came
    }

    /// What is asked for of a rule.
    fn asked(&self, place: usize) -> Asked<'_> {
        Asked { firing: &self.wanted[place], sent: self.sent }
    }

    /// What all the rules sent, by time, and at one time in the order of the rules.
    fn sent(&self, runs: &[Arc<RuleRun>]) -> BTreeMap<i64, Vec<SentAlert>> {
        let mut sent: BTreeMap<i64, Vec<SentAlert>> = BTreeMap::new();
        for (at_ms, alerts) in runs.iter().flat_map(|run| &run.sent) {
            sent.entry(*at_ms).or_default().extend(alerts.iter().cloned());
        }
        sent
    }

    /// Puts the samples into the storage that come after one time and not after another.
    fn arrive(&self, storage: &mut Storage, after_ms: i64, until_ms: i64) {
        for input in &self.test.input_series {
            let id = storage.series(&input.labels);
            if after_ms == i64::MIN {
                let most = (until_ms - self.test.start_ms) / self.test.interval_ms + 1;
                let samples = input.values.len().min(u64::try_from(most).unwrap_or(0));
                storage.reserve(id, usize::try_from(samples).unwrap_or(0));
            }
            let every = self.test.interval_ms;
            for (place, value) in input.values.iter().enumerate() {
                let at_ms = every.saturating_mul(place as i64).saturating_add(self.test.start_ms);
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
        let time = (self.test.start_ms, time);
        let outside = (&self.external_labels, &self.test.external_url, self.sent);
        Identity::of(&(loaded.identity, time, outside, &self.wanted[place], selected))
    }

    fn note(&self, contents: &mut Contents, run: &RuleRun, identity: Identity) {
        for (place, (labels, _)) in run.written.series.iter().enumerate() {
            contents.add(labels, Identity::of(&(identity, place)));
        }
    }

    /// The rules that failed at the first time at which any did: `promtool` ends a test there.
    fn failed(&self, runs: &[Arc<RuleRun>], refused: &[(usize, i64, String)]) -> Vec<String> {
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
            format!("rule {name} ({file}:{line}) failed at {}: {why}", shown(at_ms - self.test.start_ms))
        };
        errors.into_iter().take_while(|(at_ms, ..)| Some(*at_ms) == first).map(told).collect()
    }

    fn cases(
        &self,
        runs: &[Arc<RuleRun>],
        refused: &[(usize, i64, String)],
        storage: &Storage,
        cases: &mut Vec<CaseOutcome>,
    ) {
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
            cases.push(judge_query(case, (self.test.start_ms, every), storage, &self.options));
        }
    }
}

/// Identifies the samples of an input series.
fn contents_of(input: &InputSeries) -> Identity {
    let runs = input.values.runs().iter();
    let runs: Vec<(Option<u64>, u64, u64)> =
        runs.map(|run| (run.first.map(f64::to_bits), run.step.to_bits(), run.count)).collect();
    Identity::of(&(&input.labels, runs))
}
