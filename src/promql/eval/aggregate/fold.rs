//! Aggregations that take one value after the other.

use super::Group;
use crate::promql::eval::table::{ABSENT, Column, Steps, Table, present};

/// What is known of a group at one step.
pub(super) trait Fold: Copy {
    /// After the first value.
    fn first(value: f64) -> Self;

    /// After another.
    fn add(&mut self, value: f64);

    /// The group's value.
    fn result(self) -> f64;
}

/// Folds each group's values at each step, in the order of the series.
pub(super) fn fold<F: Fold>(input: &Table, groups: Vec<Group>, steps: &Steps<'_>) -> Table {
    let mut states: Vec<Option<F>> = Vec::new();
    let mut folded = Table::with_capacity(groups.len());
    for group in groups {
        states.clear();
        states.resize(steps.at_ms.len(), None);
        for &member in &group.members {
            for (state, &value) in states.iter_mut().zip(&input[member].values) {
                if !present(value) {
                    continue;
                }
                match state {
                    Some(state) => state.add(value),
                    None => *state = Some(F::first(value)),
                }
            }
        }
        if states.iter().any(Option::is_some) {
            let values = states.iter().map(|state| state.map_or(ABSENT, F::result)).collect();
            folded.push(Column { labels: group.labels, values });
        }
    }
    folded
}

/// `sum` of 2.42.
#[derive(Clone, Copy)]
pub(super) struct PlainSum(f64);

impl Fold for PlainSum {
    fn first(value: f64) -> PlainSum {
        PlainSum(value)
    }

    fn add(&mut self, value: f64) {
        self.0 += value;
    }

    fn result(self) -> f64 {
        self.0
    }
}

/// A sum and what rounding took from it: Kahan's summation as Neumaier improved it.
#[derive(Clone, Copy)]
pub(super) struct CompensatedSum {
    sum: f64,
    lost: f64,
}

impl CompensatedSum {
    fn plus(self, value: f64) -> CompensatedSum {
        let sum = self.sum + value;
        let lost = if sum.is_infinite() {
            0.0
        } else if self.sum.abs() >= value.abs() {
            self.lost + ((self.sum - sum) + value)
        } else {
            self.lost + ((value - sum) + self.sum)
        };
        CompensatedSum { sum, lost }
    }
}

impl Fold for CompensatedSum {
    fn first(value: f64) -> CompensatedSum {
        CompensatedSum { sum: value, lost: 0.0 }
    }

    fn add(&mut self, value: f64) {
        *self = self.plus(value);
    }

    fn result(self) -> f64 {
        self.sum + self.lost
    }
}

/// `avg` of 2.42: a mean that moves with each value.
#[derive(Clone, Copy)]
pub(super) struct RunningMean {
    mean: f64,
    count: f64,
}

impl Fold for RunningMean {
    fn first(value: f64) -> RunningMean {
        RunningMean { mean: value, count: 1.0 }
    }

    fn add(&mut self, value: f64) {
        self.count += 1.0;
        // An infinite mean is left by NaN and by the other infinity only; Inf - Inf would make it NaN.
        let stays = if value.is_infinite() { (self.mean > 0.0) == (value > 0.0) } else { !value.is_nan() };
        if self.mean.is_infinite() && stays {
            return;
        }
        self.mean += value / self.count - self.mean / self.count;
    }

    fn result(self) -> f64 {
        self.mean
    }
}

/// `avg` of 3.5: a compensated sum, or a compensated moving mean from where the sum would overflow.
#[derive(Clone, Copy)]
pub(super) struct CompensatedMean {
    /// Of the values, or their mean once `moving`.
    so_far: CompensatedSum,
    count: f64,
    moving: bool,
}

impl Fold for CompensatedMean {
    fn first(value: f64) -> CompensatedMean {
        CompensatedMean { so_far: CompensatedSum::first(value), count: 1.0, moving: false }
    }

    fn add(&mut self, value: f64) {
        let before = self.count;
        self.count += 1.0;
        if !self.moving {
            let next = self.so_far.plus(value);
            if !next.sum.is_infinite() {
                self.so_far = next;
                return;
            }
            self.moving = true;
            self.so_far.sum /= before;
            self.so_far.lost /= before;
        }
        let share = before / self.count;
        let kept = CompensatedSum { sum: share * self.so_far.sum, lost: share * self.so_far.lost };
        self.so_far = kept.plus(value / self.count);
    }

    fn result(self) -> f64 {
        if self.moving {
            self.so_far.result()
        } else {
            self.so_far.sum / self.count + self.so_far.lost / self.count
        }
    }
}

/// `count`
#[derive(Clone, Copy)]
pub(super) struct Counted(f64);

impl Fold for Counted {
    fn first(_: f64) -> Counted {
        Counted(1.0)
    }

    fn add(&mut self, _: f64) {
        self.0 += 1.0;
    }

    fn result(self) -> f64 {
        self.0
    }
}

/// `group`
#[derive(Clone, Copy)]
pub(super) struct Presence;

impl Fold for Presence {
    fn first(_: f64) -> Presence {
        Presence
    }

    fn add(&mut self, _: f64) {}

    fn result(self) -> f64 {
        1.0
    }
}

/// `min`; NaN only where all are.
#[derive(Clone, Copy)]
pub(super) struct Lowest(f64);

impl Fold for Lowest {
    fn first(value: f64) -> Lowest {
        Lowest(value)
    }

    fn add(&mut self, value: f64) {
        if self.0 > value || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn result(self) -> f64 {
        self.0
    }
}

/// `max`; NaN only where all are.
#[derive(Clone, Copy)]
pub(super) struct Highest(f64);

impl Fold for Highest {
    fn first(value: f64) -> Highest {
        Highest(value)
    }

    fn add(&mut self, value: f64) {
        if self.0 < value || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn result(self) -> f64 {
        self.0
    }
}

/// `stdvar` and, with `ROOT`, `stddev`, by Welford's method. Where the first value is not finite, 2.42 starts
/// from 0 as ever and `NEWER` from NaN: they differ where it is the only one.
#[derive(Clone, Copy)]
pub(super) struct Variance<const NEWER: bool, const ROOT: bool> {
    mean: f64,
    squares: f64,
    count: f64,
}

impl<const NEWER: bool, const ROOT: bool> Fold for Variance<NEWER, ROOT> {
    fn first(value: f64) -> Self {
        let squares = if NEWER && !value.is_finite() { f64::NAN } else { 0.0 };
        Variance { mean: value, squares, count: 1.0 }
    }

    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    fn result(self) -> f64 {
        let variance = self.squares / self.count;
        if ROOT { variance.sqrt() } else { variance }
    }
}
