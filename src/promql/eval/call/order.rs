//! `sort` and `sort_desc`, and the order that Go's `sort.Sort` leaves equals in.

use super::{Steps, Table, present};
use crate::promql::Dialect;

/// Below this many, one by one.
const FEW: usize = 12;

/// From this many on, the pivot is a median of medians, and pairs out of order may be mended.
const MANY: usize = 50;

/// By value, NaN last both ways. It has no meaning over several steps, where series are in the order of labels.
pub(super) fn sort(mut table: Table, descending: bool, steps: &Steps<'_>) -> Table {
    if steps.at_ms.len() != 1 {
        return table;
    }
    let value = |column: &super::Column| column.values.first().copied().unwrap_or(super::ABSENT);
    table.retain(|column| present(value(column)));
    // As Prometheus has it: NaN is less than all, itself included, in the reverse of the order that is wanted.
    let worse = |one: f64, other: f64| one.is_nan() || if descending { one < other } else { one > other };
    sort_by(&mut table, steps.dialect, |one, other| worse(value(other), value(one)));
    table
}

/// Sorts by `less` as the Go of a release does: not stable, but always in the same way, so that equals come out in
/// the order in which a server shows them. `less` need not be an order.
pub(in crate::promql::eval) fn sort_by<T>(items: &mut [T], dialect: Dialect, less: impl Fn(&T, &T) -> bool) {
    // Of the generator in `break_patterns`; both were found by asking a server.
    let shifts = if dialect == Dialect::V2 { (13, 17, 5) } else { (13, 7, 17) };
    let limit = usize::BITS - items.len().leading_zeros();
    let end = items.len();
    Sorter { items, less, shifts }.sort(0, end, limit);
}

/// What the choice of a pivot says of the items.
#[derive(PartialEq, Eq)]
enum Hint {
    Increasing,
    Decreasing,
    Unknown,
}

struct Sorter<'a, T, F> {
    items: &'a mut [T],
    less: F,
    shifts: (u32, u32, u32),
}

impl<T, F: Fn(&T, &T) -> bool> Sorter<'_, T, F> {
    fn less(&self, one: usize, other: usize) -> bool {
        (self.less)(&self.items[one], &self.items[other])
    }

    /// Quicksort that falls back to a heap after `limit` bad pivots.
    fn sort(&mut self, mut from: usize, mut to: usize, mut limit: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = to - from;
            if length <= FEW {
                return self.insert(from, to);
            }
            if limit == 0 {
                return self.heap(from, to);
            }
            if !balanced {
                self.break_patterns(from, to);
                limit -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(from, to);
            if hint == Hint::Decreasing {
                self.items[from..to].reverse();
                pivot = to - 1 - (pivot - from);
                hint = Hint::Increasing;
            }
            if balanced && partitioned && hint == Hint::Increasing && self.mend(from, to) {
                return;
            }
            if from > 0 && !self.less(from - 1, pivot) {
                from = self.split_equals(from, to, pivot);
                continue;
            }
            let (middle, was_partitioned) = self.split(from, to, pivot);
            partitioned = was_partitioned;
            let (left, right) = (middle - from, to - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.sort(from, middle, limit);
                from = middle + 1;
            } else {
                self.sort(middle + 1, to, limit);
                to = middle;
            }
        }
    }

    fn insert(&mut self, from: usize, to: usize) {
        for start in from + 1..to.max(from + 1) {
            self.sink(start, from);
        }
    }

    /// Moves an item towards the front, at most to `floor`, past all that are greater.
    fn sink(&mut self, mut place: usize, floor: usize) {
        while place > floor && self.less(place, place - 1) {
            self.items.swap(place, place - 1);
            place -= 1;
        }
    }

    fn heap(&mut self, from: usize, to: usize) {
        let length = to - from;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift(root, length, from);
        }
        for end in (0..length).rev() {
            self.items.swap(from, from + end);
            self.sift(0, end, from);
        }
    }

    fn sift(&mut self, mut root: usize, end: usize, from: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.less(from + child, from + child + 1) {
                child += 1;
            }
            if !self.less(from + root, from + child) {
                return;
            }
            self.items.swap(from + root, from + child);
            root = child;
        }
    }

    /// Less than the pivot to the left of it; where it is then, and whether all were so before.
    fn split(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.items.swap(from, pivot);
        let (mut left, mut right) = (from + 1, to - 1);
        let mut swaps = 0;
        loop {
            while left <= right && self.less(left, from) {
                left += 1;
            }
            while left <= right && !self.less(right, from) {
                right -= 1;
            }
            if left > right {
                break;
            }
            self.items.swap(left, right);
            swaps += 1;
            left += 1;
            right -= 1;
        }
        self.items.swap(right, from);
        (right, swaps == 0)
    }

    /// Equals of the pivot, which is known to be the least, to the left; where the others start.
    fn split_equals(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.items.swap(from, pivot);
        let (mut left, mut right) = (from + 1, to - 1);
        loop {
            while left <= right && !self.less(from, left) {
                left += 1;
            }
            while left <= right && self.less(from, right) {
                right -= 1;
            }
            if left > right {
                return left;
            }
            self.items.swap(left, right);
            left += 1;
            right -= 1;
        }
    }

    /// Tries whether a few moves put all in order.
    fn mend(&mut self, from: usize, to: usize) -> bool {
        let mut place = from + 1;
        for _ in 0..5 {
            while place < to && !self.less(place, place - 1) {
                place += 1;
            }
            if place == to {
                return true;
            }
            if to - from < MANY {
                return false;
            }
            self.items.swap(place, place - 1);
            if place - from >= 2 {
                self.sink(place - 1, 0);
            }
            for next in place + 1..to {
                if !self.less(next, next - 1) {
                    break;
                }
                self.items.swap(next, next - 1);
            }
        }
        false
    }

    /// Moves three items from the middle to places that look random.
    fn break_patterns(&mut self, from: usize, to: usize) {
        let length = to - from;
        if length < 8 {
            return;
        }
        let mut random = length as u64;
        let mask = (1_u64 << (u64::BITS - random.leading_zeros())) - 1;
        for place in 0..3 {
            random ^= random << self.shifts.0;
            random ^= random >> self.shifts.1;
            random ^= random << self.shifts.2;
            let other = (random & mask) as usize;
            let other = if other >= length { other - length } else { other };
            self.items.swap(from + length / 4 * 2 - 1 + place, from + other);
        }
    }

    fn pivot(&self, from: usize, to: usize) -> (usize, Hint) {
        let quarter = (to - from) / 4;
        let mut swaps = 0;
        let mut places = [from + quarter, from + quarter * 2, from + quarter * 3];
        if to - from >= MANY {
            places = places.map(|place| self.median([place - 1, place, place + 1], &mut swaps));
        }
        let pivot = self.median(places, &mut swaps);
        match swaps {
            0 => (pivot, Hint::Increasing),
            // Three in each of four medians.
            12 => (pivot, Hint::Decreasing),
            _ => (pivot, Hint::Unknown),
        }
    }

    fn median(&self, mut places: [usize; 3], swaps: &mut u32) -> usize {
        for (one, other) in [(0, 1), (1, 2), (0, 1)] {
            if self.less(places[other], places[one]) {
                places.swap(one, other);
                *swaps += 1;
            }
        }
        places[1]
    }
}
