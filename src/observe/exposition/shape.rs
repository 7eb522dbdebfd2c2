//! What the numbers of one histogram must satisfy, whatever they were read from.

use super::Format;
use super::number::shown;

/// One histogram at one time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// In the order they were given.
    pub buckets: Vec<Bucket>,
    /// `_sum` or `_gsum`.
    pub sum: Option<f64>,
    /// `_count` or `_gcount`.
    pub count: Option<f64>,
    /// Whether buckets may fall over time; only the sum is judged differently.
    pub gauge: bool,
}

/// How many observations were at most `le`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The upper bound, inclusive.
    pub le: f64,
    /// Cumulative.
    pub value: f64,
}

/// What a [`Fault`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Something that is not there.
    Missing,
    /// The bound of the bucket at this index.
    Bound(usize),
    /// The value of the bucket at this index.
    Bucket(usize),
    /// The sum.
    Sum,
    /// The count.
    Count,
}

/// A rule that the histogram breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where to point.
    pub part: Part,
    /// What was expected and what was seen.
    pub message: String,
    /// Quantiles, sums and counts are read from it as they were meant all the same.
    pub harmless: bool,
}

impl Shape {
    /// Every rule of the format that this histogram breaks.
    ///
    /// Both formats want rising bounds, cumulative counts and a `+Inf` bucket that equals the count.
    /// OpenMetrics adds whole counts, a sum that could be a counter's, and "a sum if and only if a count"; the
    /// text format wants both.
    #[must_use]
    pub fn faults(&self, format: Format) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.bounds(&mut faults);
        self.values(format, &mut faults);
        self.infinity(&mut faults);
        self.companions(format, &mut faults);
        faults
    }

    fn bounds(&self, faults: &mut Vec<Fault>) {
        for (index, bucket) in self.buckets.iter().enumerate() {
            let le = shown(bucket.le);
            if bucket.le.is_nan() {
                faults.push(fault(
                    Part::Bound(index),
                    "expected a bound that is a number, saw `NaN`".to_owned(),
                ));
            } else if let Some(before) = index.checked_sub(1).map(|before| self.buckets[before].le)
                && bucket.le <= before
            {
                let before = shown(before);
                let message =
                    format!("expected bounds in rising order, saw le=\"{le}\" after le=\"{before}\"");
                let twice = self.buckets[..index].iter().any(|earlier| earlier.le == bucket.le);
                // Readers sort the bounds; of one bound twice they take the sum.
                faults.push(Fault { harmless: !twice, ..fault(Part::Bound(index), message) });
            }
        }
    }

    fn values(&self, format: Format, faults: &mut Vec<Fault>) {
        let counts =
            self.buckets.iter().enumerate().map(|(index, bucket)| (Part::Bucket(index), bucket.value));
        for (part, value) in counts.chain(self.count.map(|count| (Part::Count, count))) {
            let what = if part == Part::Count { "count" } else { "bucket" };
            if value.is_nan() || value < 0.0 {
                let value = shown(value);
                faults.push(fault(part, format!("expected a {what} of zero or more, saw {value}")));
            } else if format == Format::OpenMetrics && value.fract() != 0.0 {
                // The remainder of infinity is NaN, so this covers it.
                let value = shown(value);
                let message = format!("expected a whole number as {what}, saw {value}");
                faults.push(Fault { harmless: true, ..fault(part, message) });
            }
        }
        let mut rising: Vec<(usize, Bucket)> = self.buckets.iter().copied().enumerate().collect();
        rising.sort_by(|(_, one), (_, other)| one.le.total_cmp(&other.le));
        for pair in rising.windows(2) {
            let ((_, below), (index, above)) = (pair[0], pair[1]);
            if above.value < below.value {
                let (le, value) = (shown(above.le), shown(above.value));
                let (lower, before) = (shown(below.le), shown(below.value));
                faults.push(fault(
                    Part::Bucket(index),
                    format!(
                        "expected le=\"{le}\" to hold at least the {before} of le=\"{lower}\", saw {value}"
                    ),
                ));
            }
        }
    }

    fn infinity(&self, faults: &mut Vec<Fault>) {
        let Some(infinity) = self.buckets.iter().find(|bucket| bucket.le == f64::INFINITY) else {
            let saw = match self.buckets.iter().map(|bucket| bucket.le).reduce(f64::max) {
                Some(last) => format!("buckets up to le=\"{}\"", shown(last)),
                None => "no bucket".to_owned(),
            };
            faults.push(fault(Part::Missing, format!("expected a bucket with le=\"+Inf\", saw {saw}")));
            return;
        };
        if let Some(count) = self.count
            && count != infinity.value
        {
            let (count, value) = (shown(count), shown(infinity.value));
            faults.push(fault(
                Part::Count,
                format!("expected the count to equal the {value} of le=\"+Inf\", saw {count}"),
            ));
        }
    }

    fn companions(&self, format: Format, faults: &mut Vec<Fault>) {
        let mut missing = |what, why| {
            let message = format!("expected a {what} {why}, saw none");
            faults.push(Fault { harmless: true, ..fault(Part::Missing, message) });
        };
        match (self.sum, self.count, format) {
            (Some(_), None, _) => missing("count", "beside the sum"),
            (None, Some(_), _) => missing("sum", "beside the count"),
            (None, None, Format::Text) => missing("sum and a count", "beside the buckets"),
            _ => {}
        }
        let Some(sum) = self.sum.filter(|_| format == Format::OpenMetrics) else {
            return;
        };
        let negative_bounds = self.buckets.iter().any(|bucket| bucket.le < 0.0);
        if negative_bounds && !self.gauge {
            let message = format!("expected no sum beside buckets with negative bounds, saw {}", shown(sum));
            faults.push(Fault { harmless: true, ..fault(Part::Sum, message) });
        } else if sum.is_nan() || (sum < 0.0 && !negative_bounds) {
            let message = format!("expected a sum of zero or more, saw {}", shown(sum));
            faults.push(Fault { harmless: true, ..fault(Part::Sum, message) });
        }
    }
}

fn fault(part: Part, message: String) -> Fault {
    Fault { part, message, harmless: false }
}
