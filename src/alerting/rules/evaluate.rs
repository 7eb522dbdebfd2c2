//! Rules over time: one range query where that is the same, else step by step.

use std::collections::BTreeMap;

use super::columns::recorded;
use super::write::{Collector, Writer, Written, write};
use super::{Compiled, Expander, Pace, Standing};
use crate::alerting::notifier::SentAlert;
use crate::promql::{EvalError, Labels, Options, Sample, Samples, Storage, Value};

/// When and how rules are evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline<'a> {
    /// Milliseconds since 1970, rising by the same step.
    pub(crate) steps: &'a [i64],
    /// How queries are evaluated.
    pub(crate) options: &'a Options,
    /// What templates see besides the alert.
    pub(crate) external_labels: &'a Labels,
    /// Likewise.
    pub(crate) external_url: &'a str,
}

/// A firing alert as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Firing {
    pub(crate) labels: Labels,
    pub(crate) annotations: BTreeMap<String, String>,
}

/// What became of one rule.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleRun {
    /// What it wrote.
    pub(crate) written: Written,
    /// The alerts that fired at each step that was asked for, by the step's place.
    pub(crate) firing: Vec<(usize, Vec<Firing>)>,
    /// What was sent to Alertmanager, before external labels and relabelling, and when; only if it was asked for.
    pub(crate) sent: Vec<(i64, Vec<SentAlert>)>,
    /// Whether its expression yielded anything.
    pub(crate) produced: bool,
    /// Whether any alert of it fired.
    pub(crate) fired: bool,
    /// The evaluations that failed: when, and why.
    pub(crate) errors: Vec<(i64, String)>,
}

/// What is asked for of a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Places of the steps whose firing alerts are asked for, rising.
    pub(crate) firing: &'a [usize],
    /// How its alerts are sent, if they are asked for.
    pub(crate) sent: Option<Pace>,
}

/// A rule that is being evaluated.
pub(crate) struct Progress<'a> {
    rule: &'a Compiled,
    asked: Asked<'a>,
    standing: Standing,
    writer: Writer,
    collector: Collector,
    run: RuleRun,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(rule: &'a Compiled, asked: Asked<'a>) -> Progress<'a> {
        Progress {
            rule,
            asked,
            standing: Standing::default(),
            writer: Writer::default(),
            collector: Collector::default(),
            run: RuleRun::default(),
        }
    }

    pub(crate) fn finish(self) -> RuleRun {
        RuleRun { written: self.collector.finish(), fired: self.standing.has_fired(), ..self.run }
    }

    /// One evaluation with what the expression yielded, if it could be evaluated. Gives the samples to be written.
    fn step(
        &mut self,
        place: usize,
        results: Result<Vec<Sample>, String>,
        timeline: &Timeline<'_>,
        storage: &Storage,
    ) -> Vec<(Labels, f64)> {
        let (rule, at_ms) = (self.rule, timeline.steps[place]);
        let expander = Expander { timeline, storage, at_ms };
        let samples = results.and_then(|results| {
            self.run.produced |= !results.is_empty();
            let annotate = !self.asked.firing.is_empty() || self.asked.sent.is_some();
            self.standing.step(rule, results, &expander, annotate)
        });
        if self.asked.firing.binary_search(&place).is_ok() {
            let firing = self.standing.alerts().firing().map(|alert| Firing {
                labels: alert.labels.clone(),
                annotations: self.standing.annotations(rule, alert, &expander),
            });
            self.run.firing.push((place, firing.collect()));
        }
        match samples {
            Ok(samples) => {
                let sent = self.asked.sent.map(|pace| self.standing.send(rule, pace, &expander));
                if let Some(sent) = sent.filter(|sent| !sent.is_empty()) {
                    self.run.sent.push((at_ms, sent));
                }
                self.writer.step(samples)
            }
            Err(message) => {
                self.run.errors.push((at_ms, message));
                Vec::new()
            }
        }
    }

    fn collect(&mut self, at_ms: i64, samples: Vec<(Labels, f64)>) {
        for (labels, value) in samples {
            self.collector.add(labels, at_ms, value);
        }
    }
}

/// Evaluates one rule that reads neither itself nor later rules; nothing is written to the storage yet.
pub(crate) fn alone(
    rule: &Compiled,
    asked: Asked<'_>,
    storage: &Storage,
    timeline: &Timeline<'_>,
) -> RuleRun {
    let series = all_steps(rule, storage, timeline);
    if let Some(series) = &series
        && let Some(written) = recorded(rule, series, timeline)
    {
        return RuleRun { written, produced: !series.is_empty(), ..RuleRun::default() };
    }
    let mut progress = Progress::new(rule, asked);
    match series.and_then(|series| by_step(rule, series, timeline)) {
        Some(by_step) => {
            for (place, results) in by_step.into_iter().enumerate() {
                let samples = progress.step(place, Ok(results), timeline, storage);
                progress.collect(rule.sample_time(timeline.steps[place]), samples);
            }
        }
        None => {
            for place in 0..timeline.steps.len() {
                let results = one_step(rule, storage, timeline.options, timeline.steps[place]);
                let samples = progress.step(place, results, timeline, storage);
                progress.collect(rule.sample_time(timeline.steps[place]), samples);
            }
        }
    }
    progress.finish()
}

/// The results of every step by one range query; none where that would not be the same as a query for each.
fn all_steps(rule: &Compiled, storage: &Storage, timeline: &Timeline<'_>) -> Option<Vec<Samples>> {
    let [first, second, ..] = timeline.steps else { return None };
    let (last, step_ms) = (timeline.steps.last()?, second - first);
    if rule.moves_with_the_query() || rule.broken().is_some() {
        return None;
    }
    let bounds = (rule.sample_time(*first), rule.sample_time(*last), step_ms);
    // An error may concern one step only.
    rule.query().range(storage, bounds, timeline.options).ok()
}

/// The results of each step.
fn by_step(rule: &Compiled, all: Vec<Samples>, timeline: &Timeline<'_>) -> Option<Vec<Vec<Sample>>> {
    let [first, second, ..] = timeline.steps else { return None };
    let (first_ms, step_ms) = (rule.sample_time(*first), second - first);
    let mut by_step: Vec<Vec<Sample>> = vec![Vec::new(); timeline.steps.len()];
    for series in all {
        for (at_ms, value) in series.points {
            let place = usize::try_from((at_ms - first_ms) / step_ms).ok()?;
            by_step.get_mut(place)?.push(Sample { labels: series.labels.clone(), value });
        }
    }
    Some(by_step)
}

/// What a rule's expression yields at an evaluation.
///
/// # Errors
///
/// Why it cannot be evaluated.
pub(super) fn one_step(
    rule: &Compiled,
    storage: &Storage,
    options: &Options,
    at_ms: i64,
) -> Result<Vec<Sample>, String> {
    if let Some(why) = rule.broken() {
        return Err(why.to_owned());
    }
    match rule.query().instant(storage, rule.sample_time(at_ms), options) {
        Ok(Value::Vector(samples)) => Ok(samples),
        Ok(Value::Scalar(value)) => Ok(vec![Sample { labels: Labels::empty(), value }]),
        Ok(_) => Err("rule result is not a vector or scalar".to_owned()),
        Err(EvalError { message, .. }) => Err(message),
    }
}

/// Evaluates consecutive rules together, each step whole before the next; their samples go into the storage as they
/// come. `arrive` puts in the samples that have come by the time of a step.
pub(crate) fn together(
    rules: &[&Compiled],
    asked: &[Asked<'_>],
    storage: &mut Storage,
    timeline: &Timeline<'_>,
    mut arrive: impl FnMut(&mut Storage, i64),
) -> Vec<RuleRun> {
    let mut all: Vec<Progress<'_>> =
        rules.iter().zip(asked).map(|(rule, asked)| Progress::new(rule, *asked)).collect();
    for (place, at_ms) in timeline.steps.iter().enumerate() {
        arrive(storage, *at_ms);
        for progress in &mut all {
            let results = one_step(progress.rule, storage, timeline.options, *at_ms);
            let samples = progress.step(place, results, timeline, storage);
            let sample_time = progress.rule.sample_time(*at_ms);
            for (labels, value) in &samples {
                let id = storage.series(labels);
                if let Err(refusal) = write(storage, id, (sample_time, *at_ms), *value) {
                    progress.run.errors.push((*at_ms, refusal.to_owned()));
                }
            }
            progress.collect(sample_time, samples);
        }
    }
    all.into_iter().map(Progress::finish).collect()
}
