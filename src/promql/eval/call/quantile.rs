//! What a histogram's buckets say: quantiles and fractions.

use crate::promql::Dialect;
use crate::promql::eval::pattern_sort::sort;

/// Counts that differ by less, in relation to their sum, are taken for the same by Prometheus 3.
const SMALL_DIFFERENCE: f64 = 1e-12;

/// All observations up to a bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    pub(super) bound: f64,
    pub(super) count: f64,
}

/// By bound, one of each, the last unbounded. `None` if there is none such.
fn ordered(mut buckets: Vec<Bucket>, dialect: Dialect) -> Option<Vec<Bucket>> {
    sort(&mut buckets, &|one, other| one.bound < other.bound, dialect);
    if buckets.last()?.bound != f64::INFINITY {
        return None;
    }
    let mut merged: Vec<Bucket> = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        match merged.last_mut() {
            Some(last) if last.bound == bucket.bound => last.count += bucket.count,
            _ => merged.push(bucket),
        }
    }
    Some(merged)
}

/// Counts made to rise.
fn monotonic(buckets: &mut [Bucket], dialect: Dialect) {
    let Some(mut most) = buckets.first().map(|first| first.count) else { return };
    for bucket in buckets {
        let same = dialect == Dialect::V3 && almost_equal(most, bucket.count);
        if same || bucket.count < most {
            bucket.count = most;
        } else if dialect == Dialect::V3 || bucket.count > most {
            // Where a count is NaN, Prometheus 3 goes on from it and Prometheus 2 from the one before.
            most = bucket.count;
        }
    }
}

fn almost_equal(one: f64, other: f64) -> bool {
    if one == other || (one.is_nan() && other.is_nan()) {
        return true;
    }
    let (sum, difference) = (one.abs() + other.abs(), (one - other).abs());
    if one == 0.0 || other == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < SMALL_DIFFERENCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < SMALL_DIFFERENCE
}

/// The value that a share of all observations is at most, as if they were spread evenly within each bucket.
pub(super) fn quantile(share: f64, buckets: Vec<Bucket>, dialect: Dialect) -> f64 {
    if share.is_nan() {
        return f64::NAN;
    }
    if share < 0.0 {
        return f64::NEG_INFINITY;
    }
    if share > 1.0 {
        return f64::INFINITY;
    }
    let Some(mut buckets) = ordered(buckets, dialect) else { return f64::NAN };
    monotonic(&mut buckets, dialect);
    let (Some(below), Some(last)) = (buckets.len().checked_sub(2), buckets.last()) else { return f64::NAN };
    if last.count == 0.0 {
        return f64::NAN;
    }
    let rank = share * last.count;
    // A search by halves, whose steps matter where counts are NaN.
    let (mut place, mut end) = (0, below + 1);
    while place < end {
        let middle = place.midpoint(end);
        if buckets[middle].count >= rank {
            end = middle;
        } else {
            place = middle + 1;
        }
    }
    if place > below {
        return buckets[below].bound;
    }
    let found = buckets[place];
    match place.checked_sub(1) {
        None if found.bound <= 0.0 => found.bound,
        None => 0.0 + found.bound * (rank / found.count),
        Some(before) => {
            let Bucket { bound, count } = buckets[before];
            bound + (found.bound - bound) * ((rank - count) / (found.count - count))
        }
    }
}

/// The share of all observations between two values.
pub(super) fn fraction(lower: f64, upper: f64, buckets: Vec<Bucket>, dialect: Dialect) -> f64 {
    let Some(buckets) = ordered(buckets, dialect) else { return f64::NAN };
    let all = buckets.last().map_or(0.0, |last| last.count);
    if all == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    let (lower, upper) = (rank_of(lower, &buckets, all), rank_of(upper, &buckets, all));
    (upper - lower) / all
}

/// How many observations are at most a value, as if they were spread evenly within each bucket.
fn rank_of(value: f64, buckets: &[Bucket], all: f64) -> f64 {
    let (mut below, mut start) = (0.0, f64::NEG_INFINITY);
    let mut rank = None;
    for bucket in buckets {
        if start >= value {
            rank = Some(below);
        } else if start < value && bucket.bound > value {
            rank = Some(below + (bucket.count - below) * (value - start) / (bucket.bound - start));
        }
        if rank.is_some() {
            break;
        }
        (below, start) = (bucket.count, bucket.bound);
    }
    match rank {
        Some(rank) if rank > all => all,
        Some(rank) => rank,
        None => all,
    }
}
