//! The lowest and the highest of a window.

use std::collections::VecDeque;

use super::{Run, set};

/// Which sample of a window leads, while the window moves forward.
///
/// Holds the samples that lead now or will when those before them have left, in order. Of equals the earliest
/// leads, as in Prometheus: that decides between 0 and -0.
pub(super) struct Leader {
    queue: VecDeque<usize>,
    next: usize,
}

impl Leader {
    pub(super) fn new() -> Leader {
        Leader { queue: VecDeque::new(), next: 0 }
    }

    /// The leader of those in `first..end` that are `counted`, if any is. `better` says whether a sample beats
    /// one before it. Neither end may be less than when it was asked before.
    pub(super) fn slide(
        &mut self,
        first: usize,
        end: usize,
        counted: impl Fn(usize) -> bool,
        better: impl Fn(usize, usize) -> bool,
    ) -> Option<usize> {
        while self.queue.front().is_some_and(|place| *place < first) {
            self.queue.pop_front();
        }
        for place in self.next.max(first)..end {
            if counted(place) {
                while self.queue.back().is_some_and(|before| better(place, *before)) {
                    self.queue.pop_back();
                }
                self.queue.push_back(place);
            }
        }
        self.next = self.next.max(end);
        self.queue.front().copied()
    }
}

/// `max_over_time`.
pub(super) fn highest(run: &Run<'_>, out: &mut [f64]) -> u64 {
    extreme(run, out, |new, old| new > old)
}

/// `min_over_time`.
pub(super) fn lowest(run: &Run<'_>, out: &mut [f64]) -> u64 {
    extreme(run, out, |new, old| new < old)
}

/// NaN counts only where there is nothing else.
fn extreme(run: &Run<'_>, out: &mut [f64], better: impl Fn(f64, f64) -> bool) -> u64 {
    let values = run.values;
    let mut leader = Leader::new();
    for (step, frame) in run.steps() {
        let counted = |place: usize| !values[place].is_nan();
        let found =
            leader.slide(frame.first, frame.end, counted, |new, old| better(values[new], values[old]));
        set(out, step, found.map_or(f64::NAN, |place| values[place]));
    }
    (values.len() + run.frames.len()) as u64
}
