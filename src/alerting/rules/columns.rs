//! What rules make of their results, kept from step to step where it stays the same.

use super::write::Written;
use super::{Compiled, Timeline};
use crate::promql::{Sample, Samples, stale_marker};

/// What a recording rule writes for the results of all steps; none where two of its series get the same labels or the
/// limit may be exceeded, so that each step must be judged by itself.
pub(super) fn recorded(rule: &Compiled, series: &[Samples], timeline: &Timeline<'_>) -> Option<Written> {
    let [first, second, ..] = timeline.steps else { return None };
    let step_ms = second - first;
    let last_ms = rule.sample_time(*timeline.steps.last()?);
    if rule.is_alert() {
        return None;
    }
    let all = series.iter().map(|series| Sample { labels: series.labels.clone(), value: 0.0 });
    let named = rule.recorded(all.collect()).ok()?;
    let mut written: Vec<_> = named
        .into_iter()
        .zip(series)
        .map(|((labels, _), series)| (labels, with_ends(&series.points, step_ms, last_ms)))
        .collect();
    // Step by step they would have come in this order.
    written.sort_by_key(|(_, points)| points.first().map(|(at_ms, _)| *at_ms));
    Some(Written { series: written })
}

/// Samples, and a staleness marker at each step that is missing after one that is not.
fn with_ends(points: &[(i64, f64)], step_ms: i64, last_ms: i64) -> Vec<(i64, f64)> {
    let mut all = Vec::with_capacity(points.len() + 1);
    for (place, (at_ms, value)) in points.iter().enumerate() {
        all.push((*at_ms, *value));
        let next = at_ms.saturating_add(step_ms);
        if next <= last_ms && points.get(place + 1).is_none_or(|(after, _)| *after != next) {
            all.push((next, stale_marker()));
        }
    }
    all
}

/// What was made of something at the step before, by its place among all that was there: it is mostly the same again.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    made: Vec<(K, V)>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Recent<K, V> {
        Recent { made: Vec::new() }
    }
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    /// What is made of `key`, which stands at a place; places are asked for from the first on.
    pub(super) fn get(&mut self, place: usize, key: K, make: impl FnOnce() -> V) -> V {
        match self.made.get_mut(place) {
            Some((known, value)) if *known == key => value.clone(),
            Some(other) => {
                *other = (key, make());
                other.1.clone()
            }
            None => {
                let value = make();
                self.made.push((key, value.clone()));
                value
            }
        }
    }
}
