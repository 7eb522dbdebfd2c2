//! Functions and aggregations by chance.

use super::queries::Writer;
use super::series::Nature;
use super::vectors::{Vector, labels, quoted_label};
use crate::engines::Generation;

/// Functions of a window that take nothing else.
const OVER_TIME: &[&str] = &[
    "avg_over_time",
    "changes",
    "count_over_time",
    "delta",
    "deriv",
    "idelta",
    "increase",
    "irate",
    "last_over_time",
    "max_over_time",
    "min_over_time",
    "present_over_time",
    "rate",
    "resets",
    "stddev_over_time",
    "stdvar_over_time",
    "sum_over_time",
];

/// Functions of an instant vector whose results are exact, the time of day among them.
const EXACT: &[&str] = &[
    "abs",
    "ceil",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "deg",
    "floor",
    "histogram_count",
    "histogram_sum",
    "hour",
    "minute",
    "month",
    "rad",
    "round",
    "sgn",
    "sqrt",
    "timestamp",
    "year",
];

const QUANTILES: &[&str] = &["0.5", "0.9", "0", "1", "0.99", "0.123", "-1", "1.5", "NaN"];

impl Writer<'_> {
    /// A function of a window.
    pub(super) fn over_time(&mut self, depth: usize) -> Vector {
        use Nature::{Buckets, Counter, Gauge, Info, Odd, Whole};
        let function = self.chance.pick(OVER_TIME);
        let natures: &[Nature] = match function {
            "rate" | "increase" | "irate" | "resets" => &[Counter, Buckets],
            "delta" | "idelta" | "deriv" => &[Gauge],
            _ => &[Counter, Gauge, Info, Odd, Whole],
        };
        match self.chance.below(12) {
            0 | 1 => {
                let quantile = if self.chance.one_in(4) {
                    self.scalar(depth)
                } else {
                    self.chance.pick(QUANTILES).into()
                };
                self.matrix(natures, depth).around(|inner| format!("quantile_over_time({quantile}, {inner})"))
            }
            2 => {
                let ahead = self.scalar(depth);
                self.matrix(&[Gauge, Counter], depth)
                    .around(|inner| format!("predict_linear({inner}, {ahead})"))
            }
            3 if self.generation == Generation::V2 => {
                let factors = self.chance.pick(&[
                    "0.5, 0.5",
                    "0.1, 0.9",
                    "0.99, 0.01",
                    "0.3, 0.7",
                    "0.5, scalar(alpha) ",
                ]);
                self.matrix(&[Gauge], depth).around(|inner| format!("holt_winters({inner}, {factors})"))
            }
            _ => self.matrix(natures, depth).around(|inner| format!("{function}({inner})")),
        }
    }

    /// A function of an instant vector.
    pub(super) fn function(&mut self, depth: usize) -> Vector {
        let inner = self.vector(depth);
        match self.chance.below(12) {
            0 => {
                let (low, high) = (self.scalar(depth), self.scalar(depth));
                inner.around(|inner| format!("clamp({inner}, {low}, {high})"))
            }
            1 => {
                let (function, bound) = (self.chance.pick(&["clamp_min", "clamp_max"]), self.scalar(depth));
                inner.around(|inner| format!("{function}({inner}, {bound})"))
            }
            2 => {
                let to = self.scalar(depth);
                inner.around(|inner| format!("round({inner}, {to})"))
            }
            3 => {
                let function = self.chance.pick(&["hour", "minute", "day_of_week", "year", "days_in_month"]);
                inner.around(|inner| format!("{function}({inner} * 86401 * 13)"))
            }
            4 => match self.chance.below(3) {
                0 => Vector::of(
                    format!("{}()", self.chance.pick(&["hour", "minute", "day_of_year", "month"])),
                    &[],
                ),
                1 => Vector::of(format!("vector({})", self.scalar(depth)), &[]),
                _ => Vector::of(format!("vector(scalar({}))", inner.text), &[]),
            },
            5 if self.generation == Generation::V3 => {
                let function = self.chance.pick(&["histogram_avg", "histogram_stddev", "histogram_stdvar"]);
                inner.around(|inner| format!("{function}({inner}) or {inner}"))
            }
            6 => {
                let function = self.chance.pick(&["sort", "sort_desc"]);
                inner.around(|inner| format!("{function}({inner})"))
            }
            _ => {
                let function = self.chance.pick(EXACT);
                inner.around(|inner| format!("{function}({inner})"))
            }
        }
    }

    /// A quantile or a fraction of buckets.
    pub(super) fn buckets(&mut self, depth: usize) -> Vector {
        let family = self.family_like(&[Nature::Buckets]);
        let selected = self.select(family);
        let inner = match self.chance.below(4) {
            0 => selected,
            1 => format!("sum by (le, instance) (rate({selected}[{}]))", self.window()),
            2 => format!("sum by (le) (increase({selected}[{}]))", self.window()),
            _ => format!("rate({selected}[{}])", self.window()),
        };
        let text = if self.chance.one_in(5) {
            let bounds = [self.scalar(0), self.scalar(depth.min(1))];
            format!("histogram_fraction({}, {}, {inner})", bounds[0], bounds[1])
        } else {
            format!("histogram_quantile({}, {inner})", self.chance.pick(QUANTILES))
        };
        let left: Vec<&str> = labels(family).into_iter().filter(|label| *label != "le").collect();
        Vector::of(text, &left)
    }

    /// Labels written anew.
    pub(super) fn relabelled(&mut self, depth: usize) -> Vector {
        let inner = self.vector(depth);
        let from = inner.labels.first().copied().unwrap_or("instance");
        let from_label = from.to_owned();
        if self.chance.one_in(2) {
            let between = self.chance.pick(&["", "-", "/é"]);
            return inner.around(|inner| {
                format!("label_join({inner}, \"joined\", \"{between}\", \"{from_label}\", \"shard\")")
            });
        }
        let (pattern, to) = (
            self.chance.pick(&["(.*)", "([a-z]*).*", "(?P<first>.).*(.)", "a.*", "()"]),
            self.chance.pick(&["$1", "x-$1", "${1}y$2", "$first", "", "$$1", "fixed"]),
        );
        let target = self.chance.pick(&["other", "other", "other", "shard", "__name__"]);
        inner.around(|inner| {
            format!("label_replace({inner}, \"{target}\", \"{to}\", \"{from_label}\", \"{pattern}\")")
        })
    }

    /// What is there when something else is not.
    pub(super) fn absent(&mut self, depth: usize) -> Vector {
        let text = match self.chance.below(6) {
            0 => "absent(nothing{instance=\"a:9090\", shard=~\"1|2\", code!=\"5\"})".to_owned(),
            1 => "absent({__name__=\"nothing\", x=\"y\", x=\"z\", instance=\"\"})".to_owned(),
            2 => format!("absent({})", self.vector(depth).text),
            3 => format!("absent({} > 1e300)", self.vector(depth).text),
            4 => format!("absent_over_time(nothing{{job=\"x\"}}[{}]{})", self.window(), self.shifts()),
            _ => format!("absent_over_time({})", self.matrix(&[Nature::Whole], depth).text),
        };
        Vector::of(text, &[])
    }

    /// Many series made few, by some of their labels.
    pub(super) fn aggregation(&mut self, depth: usize) -> Vector {
        let inner = self.vector(depth);
        let kept: Vec<&'static str> =
            inner.labels.iter().copied().filter(|_| self.chance.one_in(2)).collect();
        let lost: Vec<&'static str> =
            inner.labels.iter().copied().filter(|label| !kept.contains(label)).collect();
        let list =
            |labels: &[&str]| labels.iter().map(|label| quoted_label(label)).collect::<Vec<_>>().join(", ");
        let (grouping, mut labels) = match self.chance.below(5) {
            0 => (String::new(), Vec::new()),
            1 | 2 => (format!(" without ({}) ", list(&lost)), kept),
            _ => (format!(" by ({}) ", list(&kept)), kept),
        };
        let (op, body) = match self.chance.below(12) {
            0 | 1 => {
                // The series themselves come out.
                labels.clone_from(&inner.labels);
                let k = if self.chance.one_in(4) {
                    self.scalar(depth)
                } else {
                    self.chance.pick(&["1", "2", "3", "5"]).into()
                };
                (self.chance.pick(&["topk", "bottomk"]), format!("({k}, {})", inner.text))
            }
            2 => {
                let quantile = if self.chance.one_in(4) {
                    self.scalar(depth)
                } else {
                    self.chance.pick(QUANTILES).into()
                };
                ("quantile", format!("({quantile}, {})", inner.text))
            }
            3 => {
                labels.push("value");
                ("count_values", format!("(\"value\", {})", inner.text))
            }
            _ => {
                let ops = ["sum", "sum", "avg", "avg", "count", "min", "max", "group", "stddev", "stdvar"];
                (self.chance.pick(&ops), format!("({})", inner.text))
            }
        };
        let text = if self.chance.one_in(2) {
            format!("{op}{grouping}{body}")
        } else {
            format!("{op}{body}{grouping}")
        };
        Vector::of(text, &labels)
    }
}
