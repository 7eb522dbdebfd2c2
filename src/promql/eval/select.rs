//! What a selector sees at each step.

use std::borrow::Cow;

use super::over::Frame;
use super::table::ABSENT;
use crate::promql::{Dialect, Duration, Series, is_stale};

/// The times at which something is evaluated.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    /// Milliseconds since 1970, rising by the same step.
    pub(super) at_ms: Vec<i64>,
}

impl Steps {
    pub(super) fn one(at_ms: i64) -> Steps {
        Steps { at_ms: vec![at_ms] }
    }

    /// From a start to an end, both included. An error says why that is impossible.
    pub(super) fn many(start_ms: i64, end_ms: i64, step_ms: i64, most: usize) -> Result<Steps, String> {
        if step_ms <= 0 {
            return Err("the step must be longer than zero milliseconds".to_owned());
        }
        if end_ms < start_ms {
            return Err("the end lies before the start".to_owned());
        }
        let count = (i128::from(end_ms) - i128::from(start_ms)) / i128::from(step_ms) + 1;
        match usize::try_from(count) {
            Ok(count) if count <= most => {
                Ok(Steps { at_ms: (0..count).map(|i| start_ms + step_ms * i as i64).collect() })
            }
            _ => Err(format!("{count} steps are over the limit of {most} samples")),
        }
    }

    /// The times at which a subquery evaluates what is in it: multiples of its step.
    pub(super) fn of_subquery(
        &self,
        shift: Shift,
        range: Duration,
        step_ms: i64,
        dialect: Dialect,
        most: usize,
    ) -> Result<Steps, String> {
        let (Some(first), Some(last)) = (self.at_ms.first(), self.at_ms.last()) else {
            return Ok(Steps { at_ms: Vec::new() });
        };
        // Below a millisecond a step is none; servers then would not end.
        let step_ms = step_ms.max(1);
        let from = shift.of(*first).saturating_sub(range.millis());
        let end = shift.of(*last);
        let mut start = step_ms.saturating_mul(from / step_ms);
        let outside = match dialect {
            Dialect::V2 => start < from,
            Dialect::V3 => start <= from,
        };
        if outside {
            start = start.saturating_add(step_ms);
        }
        if end < start { Ok(Steps { at_ms: Vec::new() }) } else { Steps::many(start, end, step_ms, most) }
    }
}

/// `offset` and `@`, with the query's own start and end put in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    pub(super) offset_ms: i64,
    pub(super) fixed_ms: Option<i64>,
}

impl Shift {
    /// The time that is read when a step is at this time.
    pub(super) fn of(self, at_ms: i64) -> i64 {
        self.fixed_ms.unwrap_or(at_ms).saturating_sub(self.offset_ms)
    }
}

/// The samples of a series that windows of this length may see, without staleness markers. The whole of a long series
/// would cost more than most queries.
pub(super) fn fresh<'a>(
    series: &'a Series,
    steps: &Steps,
    shift: Shift,
    range_ms: i64,
) -> (Cow<'a, [i64]>, Cow<'a, [f64]>) {
    // Times rise from step to step, and so does what is read.
    let (first, last) = (steps.at_ms.first().copied(), steps.at_ms.last().copied());
    let from_ms = first.map_or(i64::MAX, |at| shift.of(at).saturating_sub(range_ms));
    let to_ms = last.map_or(i64::MIN, |at| shift.of(at));
    let low = series.times().partition_point(|time| *time < from_ms);
    let high = series.times().partition_point(|time| *time <= to_ms).max(low);
    let (times, values) = (&series.times()[low..high], &series.values()[low..high]);
    if !series.has_stale() || !values.iter().any(|value| is_stale(*value)) {
        return (Cow::Borrowed(times), Cow::Borrowed(values));
    }
    let samples = times.iter().copied().zip(values.iter().copied());
    let (times, values): (Vec<i64>, Vec<f64>) = samples.filter(|(_, value)| !is_stale(*value)).unzip();
    (Cow::Owned(times), Cow::Owned(values))
}

/// The place of the last sample at or before each time; times must not fall. One pass over the samples.
fn last_at<'a>(
    times: &'a [i64],
    reads: impl Iterator<Item = i64> + 'a,
) -> impl Iterator<Item = (i64, Option<usize>)> + 'a {
    let mut next: Option<usize> = None;
    reads.map(move |read| {
        let mut place = next.unwrap_or_else(|| times.partition_point(|time| *time <= read));
        while times.get(place).is_some_and(|time| *time <= read) {
            place += 1;
        }
        next = Some(place);
        (read, place.checked_sub(1))
    })
}

/// What an instant selector yields of a series at each step: the sample's value and its time.
pub(super) fn latest<'a>(
    series: &'a Series,
    steps: &'a Steps,
    shift: Shift,
    look_back_ms: i64,
    dialect: Dialect,
) -> impl Iterator<Item = Option<(i64, f64)>> + 'a {
    let (times, values) = (series.times(), series.values());
    let reads = steps.at_ms.iter().map(move |at| shift.of(*at));
    last_at(times, reads).map(move |(read, place)| {
        let (time, value) = (times[place?], values[place?]);
        let oldest = read.saturating_sub(look_back_ms);
        let in_sight = match dialect {
            Dialect::V2 => time >= oldest,
            Dialect::V3 => time > oldest,
        };
        (in_sight && !is_stale(value)).then_some((time, value))
    })
}

/// [`latest`] as a column.
pub(super) fn latest_values(
    series: &Series,
    steps: &Steps,
    shift: Shift,
    look_back_ms: i64,
    dialect: Dialect,
) -> Vec<f64> {
    let seen = latest(series, steps, shift, look_back_ms, dialect);
    seen.map(|sample| sample.map_or(ABSENT, |(_, value)| value)).collect()
}

/// The window of each step over samples at these times, which rise.
pub(super) fn frames(
    times: &[i64],
    steps: &Steps,
    shift: Shift,
    range_ms: i64,
    dialect: Dialect,
) -> Vec<Frame> {
    let outside = |time: i64, from: i64| match dialect {
        Dialect::V2 => time < from,
        Dialect::V3 => time <= from,
    };
    let mut first: Option<usize> = None;
    let mut end: Option<usize> = None;
    let mut frames = Vec::with_capacity(steps.at_ms.len());
    for at in &steps.at_ms {
        let to_ms = shift.of(*at);
        let from_ms = to_ms.saturating_sub(range_ms);
        let mut low = first.unwrap_or_else(|| times.partition_point(|time| outside(*time, from_ms)));
        while times.get(low).is_some_and(|time| outside(*time, from_ms)) {
            low += 1;
        }
        let mut high = end.unwrap_or_else(|| times.partition_point(|time| *time <= to_ms)).max(low);
        while times.get(high).is_some_and(|time| *time <= to_ms) {
            high += 1;
        }
        (first, end) = (Some(low), Some(high));
        frames.push(Frame { first: low, end: high, from_ms, to_ms });
    }
    frames
}
