//! Folds over windows, several windows at a time.
//!
//! In a fold each sample waits for the one before. Folds of different windows wait for nothing of each other,
//! so a processor does them at once.

use super::{Frame, Run, set};

/// How many windows go side by side: enough to fill the wait for an addition on two vector units.
pub(super) const LANES: usize = 8;

/// The state of [`LANES`] folds.
pub(super) trait Fold {
    /// Before the first sample.
    fn start() -> Self;

    /// Takes a window's sample, counted from 1.
    fn push(&mut self, lane: usize, nth: f64, value: f64);

    /// What a window yields that had that many samples.
    fn finish(&self, lane: usize, count: f64) -> f64;
}

/// Windows that wait until there are enough to go side by side.
pub(super) struct Queue {
    waiting: Vec<(usize, Frame)>,
    work: u64,
}

impl Queue {
    pub(super) fn new() -> Queue {
        Queue { waiting: Vec::with_capacity(LANES), work: 0 }
    }

    /// Adds a step. It gets its value now or later, at the latest from [`Queue::finish`].
    pub(super) fn push<F: Fold>(&mut self, run: &Run<'_>, out: &mut [f64], step: usize, frame: &Frame) {
        if self.work > run.most {
            return;
        }
        self.waiting.push((step, *frame));
        if self.waiting.len() == LANES {
            self.flush::<F>(run, out);
        }
    }

    /// Sets the steps that still wait. Yields the number of samples visited from the beginning.
    pub(super) fn finish<F: Fold>(mut self, run: &Run<'_>, out: &mut [f64]) -> u64 {
        self.flush::<F>(run, out);
        self.work
    }

    fn flush<F: Fold>(&mut self, run: &Run<'_>, out: &mut [f64]) {
        let mut windows: [&[f64]; LANES] = [&[]; LANES];
        for (window, (_, frame)) in windows.iter_mut().zip(&self.waiting) {
            *window = run.values_of(frame);
        }
        let fold = fold::<F>(&windows, self.waiting.len());
        for (lane, (step, frame)) in self.waiting.drain(..).enumerate() {
            set(out, step, fold.finish(lane, frame.len() as f64));
            self.work += frame.len() as u64;
        }
    }
}

/// Folds the first `used` windows.
fn fold<F: Fold>(windows: &[&[f64]; LANES], used: usize) -> F {
    let mut state = F::start();
    let shared = if used == LANES { windows.iter().map(|window| window.len()).min().unwrap_or(0) } else { 0 };
    let heads = windows.map(|window| &window[..shared]);
    // Spelt like this the loop becomes vector instructions; with `heads.map` in place of `from_fn` it does not.
    (0..shared).for_each(|nth| {
        let values: [f64; LANES] = std::array::from_fn(|lane| heads[lane][nth]);
        let count = (nth + 1) as f64;
        for (lane, value) in values.iter().enumerate() {
            state.push(lane, count, *value);
        }
    });
    for (lane, window) in windows.iter().enumerate().take(used) {
        for (nth, value) in window.iter().enumerate().skip(shared) {
            state.push(lane, (nth + 1) as f64, *value);
        }
    }
    state
}

/// Gives every step that repeats the samples of the step before its value.
pub(super) fn copy_repeats(run: &Run<'_>, out: &mut [f64]) {
    let mut before: Option<(usize, &Frame)> = None;
    for (step, frame) in run.steps() {
        if let Some((last, _)) = before.filter(|(_, last)| last.repeats(frame))
            && let Some(value) = out.get(last).copied()
        {
            set(out, step, value);
        }
        before = Some((step, frame));
    }
}
