//! The order in which Prometheus sorts samples, where it is no order.
//!
//! Its comparison takes NaN to be less than everything, another NaN included, and 0 and -0 to be equal; the
//! sort is not stable. What comes out then depends on the steps of the sort: the pattern-defeating quicksort
//! of Go's library, whose every comparison and exchange is made here in the same order.

use crate::promql::Dialect;

/// Up to this many samples are sorted by insertion, which is stable and puts all NaN in front.
pub(super) const SMALL: usize = 12;

/// From this length on pivots are chosen among nine, and nearly sorted ranges are mended.
const LONG: usize = 50;

/// Samples in Prometheus' order.
pub(super) fn in_order(values: &[f64], dialect: Dialect) -> Vec<f64> {
    let mut sorted = values.to_vec();
    let length = sorted.len();
    // Debian's 2.42 was built with Go 1.19, whose shifts are those of a generator half as wide.
    let shifts = match dialect {
        Dialect::V2 => (17, 5),
        Dialect::V3 => (7, 17),
    };
    Sort(&mut sorted, shifts).quick(0, length, usize::BITS - length.leading_zeros());
    sorted
}

/// Samples being sorted, and the shifts of the generator that breaks patterns.
struct Sort<'a>(&'a mut [f64], (u32, u32));

/// What the choice of a pivot says about a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Rising,
    Falling,
    Neither,
}

impl Sort<'_> {
    fn less(&self, one: usize, other: usize) -> bool {
        self.0[one].is_nan() || self.0[one] < self.0[other]
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.0.swap(one, other);
    }

    /// Sorts `from..to`; after `patience` lopsided partitions it turns to a heap. Only the smaller part is
    /// sorted by recursion, which is thus no deeper than the logarithm of the length.
    fn quick(&mut self, mut from: usize, mut to: usize, mut patience: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = to - from;
            if length <= SMALL {
                return self.insertion(from, to);
            }
            if patience == 0 {
                return self.heap(from, to);
            }
            if !balanced {
                self.shuffle(from, to);
                patience -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(from, to);
            if hint == Hint::Falling {
                self.0[from..to].reverse();
                (pivot, hint) = (to - 1 - (pivot - from), Hint::Rising);
            }
            if balanced && partitioned && hint == Hint::Rising && self.mend(from, to) {
                return;
            }
            if from > 0 && !self.less(from - 1, pivot) {
                from = self.partition_equal(from, to, pivot);
                continue;
            }
            let middle;
            (middle, partitioned) = self.partition(from, to, pivot);
            let (left, right) = (middle - from, to - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.quick(from, middle, patience);
                from = middle + 1;
            } else {
                self.quick(middle + 1, to, patience);
                to = middle;
            }
        }
    }

    fn insertion(&mut self, from: usize, to: usize) {
        for next in from + 1..to {
            let mut place = next;
            while place > from && self.less(place, place - 1) {
                self.swap(place, place - 1);
                place -= 1;
            }
        }
    }

    fn heap(&mut self, from: usize, to: usize) {
        let length = to - from;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift(root, length, from);
        }
        for last in (0..length).rev() {
            self.swap(from, from + last);
            self.sift(0, last, from);
        }
    }

    fn sift(&mut self, mut root: usize, length: usize, from: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= length {
                return;
            }
            if child + 1 < length && self.less(from + child, from + child + 1) {
                child += 1;
            }
            if !self.less(from + root, from + child) {
                return;
            }
            self.swap(from + root, from + child);
            root = child;
        }
    }

    /// Breaks a pattern that made a partition lopsided, with numbers drawn from the length.
    fn shuffle(&mut self, from: usize, to: usize) {
        let length = to - from;
        let mask = (1 << (usize::BITS - length.leading_zeros())) - 1;
        let middle = from + length / 4 * 2;
        let mut drawn = length as u64;
        for place in middle - 1..=middle + 1 {
            drawn ^= drawn << 13;
            drawn ^= drawn >> self.1.0;
            drawn ^= drawn << self.1.1;
            let other = drawn as usize & mask;
            self.swap(place, from + if other >= length { other - length } else { other });
        }
    }

    /// A median of three, or of three medians. No exchange on the way to it hints at a sorted range, nothing
    /// but exchanges at a reversed one.
    fn pivot(&self, from: usize, to: usize) -> (usize, Hint) {
        let quarter = (to - from) / 4;
        let mut candidates = [1, 2, 3].map(|nth| from + quarter * nth);
        let mut swaps = 0;
        if to - from >= LONG {
            candidates = candidates.map(|middle| self.median([middle - 1, middle, middle + 1], &mut swaps));
        }
        let pivot = self.median(candidates, &mut swaps);
        let hint = match swaps {
            0 => Hint::Rising,
            12 => Hint::Falling,
            _ => Hint::Neither,
        };
        (pivot, hint)
    }

    fn median(&self, [mut low, mut middle, mut high]: [usize; 3], swaps: &mut u32) -> usize {
        let mut arrange = |one: &mut usize, other: &mut usize| {
            if self.less(*other, *one) {
                *swaps += 1;
                std::mem::swap(one, other);
            }
        };
        arrange(&mut low, &mut middle);
        arrange(&mut middle, &mut high);
        arrange(&mut low, &mut middle);
        middle
    }

    /// Tries to sort a range by a few exchanges. Short ranges are only looked at.
    fn mend(&mut self, from: usize, to: usize) -> bool {
        let mut next = from + 1;
        for _ in 0..5 {
            while next < to && !self.less(next, next - 1) {
                next += 1;
            }
            if next == to {
                return true;
            }
            if to - from < LONG {
                return false;
            }
            self.swap(next, next - 1);
            if next - from >= 2 {
                let mut place = next - 1;
                while place >= 1 && self.less(place, place - 1) {
                    self.swap(place, place - 1);
                    place -= 1;
                }
            }
            if to - next >= 2 {
                let mut place = next + 1;
                while place < to && self.less(place, place - 1) {
                    self.swap(place, place - 1);
                    place += 1;
                }
            }
        }
        false
    }

    /// Puts what is less than the pivot before it. Yields the pivot's place, and whether that was so already.
    fn partition(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.swap(from, pivot);
        let (mut low, mut high) = (from + 1, to - 1);
        let mut untouched = true;
        loop {
            while low <= high && self.less(low, from) {
                low += 1;
            }
            while low <= high && !self.less(high, from) {
                high -= 1;
            }
            if low > high {
                break;
            }
            self.swap(low, high);
            low += 1;
            high -= 1;
            untouched = false;
        }
        self.swap(high, from);
        (high, untouched)
    }

    /// Puts what equals the pivot before what is greater. Yields where the greater begin.
    fn partition_equal(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.swap(from, pivot);
        let (mut low, mut high) = (from + 1, to - 1);
        loop {
            while low <= high && !self.less(from, low) {
                low += 1;
            }
            while low <= high && self.less(from, high) {
                high -= 1;
            }
            if low > high {
                break;
            }
            self.swap(low, high);
            low += 1;
            high -= 1;
        }
        low
    }
}
