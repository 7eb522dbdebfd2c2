//! Samples that came after later ones of their series, put in their place.

use std::collections::HashMap;

use crate::observe::exposition::{Grade, Problem};
use crate::promql::{Labels, Series, SeriesId, Storage};

/// A sample that was not later than the one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Late {
    pub(super) series: SeriesId,
    pub(super) time_ms: i64,
    pub(super) value: f64,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The same samples and the late ones between them, series in the order they were in. Of the same sample twice one is
/// kept; another value at the same time is a problem.
pub(super) fn merged(mut storage: Storage, late: Vec<Late>, problems: &mut Vec<Problem>) -> Storage {
    if late.is_empty() {
        return storage;
    }
    let mut of_series: HashMap<SeriesId, Vec<Late>> = HashMap::new();
    for sample in late {
        of_series.entry(sample.series).or_default().push(sample);
    }
    let all: Vec<Labels> = storage.iter().map(|series| series.labels().clone()).collect();
    let mut whole = Storage::new();
    for labels in &all {
        let known = storage.series(labels);
        let mut mine = of_series.remove(&known).unwrap_or_default();
        // Stable, so that of two samples at one time the one on the earlier line stands first.
        mine.sort_by_key(|sample| sample.time_ms);
        merge(storage.get(known), &mine, &mut whole, problems);
    }
    whole
}

fn merge(series: &Series, late: &[Late], whole: &mut Storage, problems: &mut Vec<Problem>) {
    let id = whole.series(series.labels());
    let mut before: Option<(i64, f64)> = None;
    let (mut at, mut late) = (0, late.iter().peekable());
    loop {
        let punctual = series.times().get(at).copied();
        let turn = late.next_if(|sample| punctual.is_none_or(|time| sample.time_ms < time));
        let (time_ms, value, place) = match (turn, punctual) {
            (Some(sample), _) => (sample.time_ms, sample.value, Some(sample)),
            (None, Some(time)) => {
                at += 1;
                (time, series.values()[at - 1], None)
            }
            (None, None) => return,
        };
        match (before, place) {
            (Some((time, known)), Some(sample)) if time == time_ms => {
                if !same(known, value) {
                    problems.push(contradiction(sample, &series.labels().to_string(), known));
                }
            }
            _ => {
                // Two rising sequences in one, of equal times only the first: never out of order.
                let _ = whole.push(id, time_ms, value);
                before = Some((time_ms, value));
            }
        }
    }
}

/// Whether two values are one: NaN is itself here.
fn same(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
}

fn contradiction(sample: &Late, labels: &str, known: f64) -> Problem {
    let Late { time_ms, value, .. } = sample;
    let message = format!(
        "expected one value of `{labels}` at {time_ms} ms, saw {value} beside the {known} of an earlier line"
    );
    Problem { line: sample.line, column: sample.column, message, grade: Grade::Violation }
}
