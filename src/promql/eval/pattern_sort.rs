//! The unstable sort of Go's `sort` package: a quicksort that defeats patterns (pdqsort, Orson Peters).
//!
//! Where series are equal, `topk` and `sort` show them in the order in which this sort leaves them, and where samples
//! are NaN a quantile depends on it: Prometheus' comparison takes NaN to be less than everything, another NaN too. So
//! it makes the same comparisons and swaps, with any `before`, consistent or not.

use crate::promql::Dialect;

/// Slices up to this length are sorted by insertion, which is stable.
pub(super) const SHORT: usize = 12;

/// From this length the pivot is a median of medians, and a nearly sorted slice is worth mending.
const LONG: usize = 50;

/// The swaps made to find the pivot of a falling slice: all that are possible.
const ALL_SWAPS: usize = 12;

/// Out-of-order pairs that are mended before a nearly sorted slice is given up.
const MENDED_PAIRS: usize = 5;

/// Sorts as Go does; `before` says whether the first must come before the second.
pub(super) fn sort<T>(items: &mut [T], before: &impl Fn(&T, &T) -> bool, dialect: Dialect) {
    let count = items.len();
    if count > 1 {
        let bad_choices = bit_length(count);
        Sort { items, before, dialect }.quick(0, count, bad_choices);
    }
}

fn bit_length(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

struct Sort<'a, T, F> {
    items: &'a mut [T],
    before: &'a F,
    dialect: Dialect,
}

impl<T, F: Fn(&T, &T) -> bool> Sort<'_, T, F> {
    fn less(&self, one: usize, other: usize) -> bool {
        (self.before)(&self.items[one], &self.items[other])
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.items.swap(one, other);
    }

    /// Sorts `start..end`. Calls itself for the smaller part only, so the depth is at most the bits of a length.
    fn quick(&mut self, mut start: usize, mut end: usize, mut bad_choices: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = end - start;
            if length <= SHORT {
                self.insertion(start, end);
                return;
            }
            if bad_choices == 0 {
                self.heap(start, end);
                return;
            }
            if !balanced {
                self.break_patterns(start, end);
                bad_choices -= 1;
            }
            let (mut pivot, swaps) = self.pivot(start, end);
            if swaps == ALL_SWAPS {
                self.items[start..end].reverse();
                pivot = (end - 1) - (pivot - start);
            }
            let rising = swaps == 0 || swaps == ALL_SWAPS;
            if balanced && partitioned && rising && self.mend(start, end) {
                return;
            }
            if start > 0 && !self.less(start - 1, pivot) {
                start = self.partition_equal(start, end, pivot);
                continue;
            }
            let (middle, was_partitioned) = self.partition(start, end, pivot);
            partitioned = was_partitioned;
            let (left, right) = (middle - start, end - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.quick(start, middle, bad_choices);
                start = middle + 1;
            } else {
                self.quick(middle + 1, end, bad_choices);
                end = middle;
            }
        }
    }

    fn insertion(&mut self, start: usize, end: usize) {
        for next in start + 1..end {
            let mut place = next;
            while place > start && self.less(place, place - 1) {
                self.swap(place, place - 1);
                place -= 1;
            }
        }
    }

    fn heap(&mut self, start: usize, end: usize) {
        let length = end - start;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift_down(root, length, start);
        }
        for last in (0..length).rev() {
            self.swap(start, start + last);
            self.sift_down(0, last, start);
        }
    }

    fn sift_down(&mut self, mut root: usize, end: usize, first: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.swap(first + root, first + child);
            root = child;
        }
    }

    /// Parts what is before the pivot from what is not. Yields the pivot's new place and whether nothing moved.
    fn partition(&mut self, start: usize, end: usize, pivot: usize) -> (usize, bool) {
        self.swap(start, pivot);
        let (mut low, mut high) = (start + 1, end - 1);
        let mut untouched = true;
        loop {
            while low <= high && self.less(low, start) {
                low += 1;
            }
            while low <= high && !self.less(high, start) {
                high -= 1;
            }
            if low > high {
                break;
            }
            self.swap(low, high);
            untouched = false;
            low += 1;
            high -= 1;
        }
        self.swap(high, start);
        (high, untouched)
    }

    /// Parts what equals the pivot from what comes after it. Yields where the latter starts.
    fn partition_equal(&mut self, start: usize, end: usize, pivot: usize) -> usize {
        self.swap(start, pivot);
        let (mut low, mut high) = (start + 1, end - 1);
        loop {
            while low <= high && !self.less(start, low) {
                low += 1;
            }
            while low <= high && self.less(start, high) {
                high -= 1;
            }
            if low > high {
                return low;
            }
            self.swap(low, high);
            low += 1;
            high -= 1;
        }
    }

    /// Puts a few misplaced items right; whether the slice is sorted then.
    fn mend(&mut self, start: usize, end: usize) -> bool {
        let mut next = start + 1;
        for _ in 0..MENDED_PAIRS {
            while next < end && !self.less(next, next - 1) {
                next += 1;
            }
            if next == end {
                return true;
            }
            if end - start < LONG {
                return false;
            }
            self.swap(next, next - 1);
            if next - start >= 2 {
                let mut place = next - 1;
                while place >= 1 && self.less(place, place - 1) {
                    self.swap(place, place - 1);
                    place -= 1;
                }
            }
            if end - next >= 2 {
                let mut place = next + 1;
                while place < end && self.less(place, place - 1) {
                    self.swap(place, place - 1);
                    place += 1;
                }
            }
        }
        false
    }

    /// Scatters three items around the middle, by random numbers that are the same for every slice of a length.
    fn break_patterns(&mut self, start: usize, end: usize) {
        let length = end - start;
        if length < 8 {
            return;
        }
        let mut random = length as u64;
        let mask = (1_u64 << bit_length(length)) - 1;
        let first = start + (length / 4) * 2 - 1;
        for offset in 0..3 {
            random = self.next_random(random);
            let mut other = (random & mask) as usize;
            if other >= length {
                other -= length;
            }
            self.swap(first + offset, start + other);
        }
    }

    /// Xorshift. The Go of 2.42 (1.19) shifts 64 bits as if they were 32; later ones do not.
    fn next_random(&self, mut bits: u64) -> u64 {
        let (right, left) = if self.dialect == Dialect::V2 { (17, 5) } else { (7, 17) };
        bits ^= bits << 13;
        bits ^= bits >> right;
        bits ^ (bits << left)
    }

    /// A pivot, and how many swaps would have sorted the candidates.
    fn pivot(&self, start: usize, end: usize) -> (usize, usize) {
        let length = end - start;
        let mut swaps = 0;
        let quarter = length / 4;
        let mut places = [start + quarter, start + quarter * 2, start + quarter * 3];
        if length >= LONG {
            places = places.map(|place| self.median([place - 1, place, place + 1], &mut swaps));
        }
        (self.median(places, &mut swaps), swaps)
    }

    fn median(&self, [mut one, mut two, three]: [usize; 3], swaps: &mut usize) -> usize {
        if self.less(two, one) {
            *swaps += 1;
            (one, two) = (two, one);
        }
        if self.less(three, two) {
            *swaps += 1;
            two = three;
        }
        if self.less(two, one) {
            *swaps += 1;
            two = one;
        }
        two
    }
}
