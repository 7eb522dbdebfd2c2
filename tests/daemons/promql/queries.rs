//! Expressions by chance that mostly have an answer: labels are followed through every part, so that partners are
//! found and groups are not empty.

use super::series::{END_MS, Nature, REGULAR_END_MS, START_MS};
use super::settled::{APPROXIMATE, Asked, Settled, settled};
use super::vectors::{Vector, labels};
use crate::engines::Generation;
use crate::promql_promtool::Chance;

/// Steps of range queries, in milliseconds.
const STEPS: [i64; 6] = [15_000, 30_000, 60_000, 300_000, 13_700, 421_000];

/// The most steps of a range query.
const MOST_STEPS: usize = 50;

/// One question.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) text: String,
    /// Start, end and step in milliseconds; the first counts when it is asked at one time.
    pub(crate) when: (i64, i64, i64),
    /// What may be compared of its answers.
    pub(crate) settled: Settled,
}

/// What writes an expression.
pub(super) struct Writer<'a> {
    pub(super) chance: &'a mut Chance,
    pub(super) generation: Generation,
    asked: Asked,
}

/// A question whose answer is settled, to be asked so.
pub(crate) fn query(chance: &mut Chance, generation: Generation, asked: Asked) -> Query {
    let mut writer = Writer { chance, generation, asked };
    let start = writer.time();
    let step = STEPS[writer.chance.below(STEPS.len())];
    let end = start + step * writer.chance.below(MOST_STEPS) as i64 + writer.chance.below(2) as i64 * 999;
    loop {
        let text = writer.whole();
        if let Some(settled) = settled(&text, generation, asked) {
            return Query { text, when: (start, end, step), settled };
        }
    }
}

impl Writer<'_> {
    /// A time within the data or shortly after, in milliseconds; often one at which samples were taken.
    pub(super) fn time(&mut self) -> i64 {
        let (start, end) = match self.asked {
            Asked::Test => (0, REGULAR_END_MS),
            _ => (START_MS, END_MS),
        };
        let at = start + self.chance.below((end - start) as usize + 400_000) as i64;
        match self.chance.below(5) {
            0 | 1 => at - at % 30_000,
            2 => at - at % 5_000,
            _ => at,
        }
    }

    /// An expression of any type that may be asked so.
    fn whole(&mut self) -> String {
        let depth = self.chance.below(4);
        match self.chance.below(60) {
            0 | 1 => self.scalar(depth + 1),
            2 | 3 if self.asked == Asked::Instant => self.matrix(&[Nature::Gauge], depth).text,
            4 if self.asked == Asked::Instant => "\"te\\tx\\u00fct\"".to_owned(),
            5 | 6 => self.wrong(depth),
            7..=11 => self.approximate(depth),
            12 | 13 => {
                let op = self.chance.pick(&["sort", "sort_desc"]);
                format!("{op}({})", self.crowd(depth))
            }
            14 => {
                let (op, k) = (self.chance.pick(&["topk", "bottomk"]), self.chance.below(40));
                format!("{op}({k}, {})", self.crowd(depth))
            }
            _ => self.vector(depth + 1).text,
        }
    }

    /// Many series with many equals: from thirteen on, the order of equals is no longer that in which they came.
    fn crowd(&mut self, depth: usize) -> String {
        match self.chance.below(6) {
            0 => format!("{{__name__=~\".+\"}} <= {}", self.number()),
            1 => format!("{{__name__!~\"{}.*\"}}", self.chance.pick(&["odd", "http", "request", "a"])),
            2 => format!("resets(request_seconds_bucket[{}])", self.window()),
            3 => format!("http_requests_total % {}", self.number()),
            _ => self.vector(depth).text,
        }
    }

    /// One of the functions that differ in the last places, around everything else.
    fn approximate(&mut self, depth: usize) -> String {
        match self.chance.below(8) {
            0 => format!("({}) ^ {}", self.vector(depth).text, self.scalar(depth)),
            1 => format!("{} ^ ({})", self.scalar(depth), self.vector(depth).text),
            2 => format!("({}) atan2 {}", self.vector(depth).text, self.scalar(depth)),
            3 => self.join(&["^", "atan2"], depth).text,
            _ => {
                let function = self.chance.pick(&APPROXIMATE);
                // Half of them of what most of these functions have a value for.
                let inside = match self.chance.below(4) {
                    0 => format!("abs({})", self.vector(depth).text),
                    1 => format!("({}) / 300", self.vector(depth).text),
                    _ => self.vector(depth).text,
                };
                format!("{function}({inside})")
            }
        }
    }

    /// What has no answer, mostly.
    fn wrong(&mut self, depth: usize) -> String {
        let vector = self.vector(depth).text;
        match self.chance.below(12) {
            0 => "alpha + on(instance) beta".to_owned(),
            11 if self.generation == Generation::V2 => {
                format!("holt_winters(slow[10m], 1, {})", self.number())
            }
            1 => "alpha * on(instance) group_left() beta".to_owned(),
            2 => "temperature * on(instance) group_left(region) instance_info".to_owned(),
            3 => format!("label_replace({vector}, \"instance\", \"x\", \"instance\", \".*\")"),
            4 => format!("label_replace({vector}, \"shard\", \"$1\", \"instance\", \"(\")"),
            5 => "rate({__name__=~\"alpha|beta\"}[5m])".to_owned(),
            6 => "-{__name__=~\"alpha|beta\"}".to_owned(),
            7 => format!("count_values(\"a-b\", {vector})"),
            8 => format!("label_join({vector}, \"~bad\", \"\", \"instance\")"),
            9 => format!("topk({}, {vector})", self.chance.pick(&["NaN", "1e30", "-Inf"])),
            _ => format!("quantile_over_time(0.5, {vector})"),
        }
    }

    /// An instant vector.
    pub(super) fn vector(&mut self, depth: usize) -> Vector {
        if depth == 0 {
            if self.chance.one_in(40) {
                return self.several();
            }
            let family = self.family();
            let (selected, shifts) = (self.select(family), self.shifts());
            return Vector::of(format!("{selected}{shifts}"), &labels(family));
        }
        let depth = depth - 1;
        match self.chance.below(24) {
            0..=5 => self.over_time(depth),
            6..=9 => self.aggregation(depth),
            10..=15 => self.binary(depth),
            16..=18 => self.function(depth),
            19 => self.buckets(depth),
            20 => self.relabelled(depth),
            21 => {
                let sign = self.chance.pick(&["-", "+", "-"]);
                self.vector(depth).around(|inner| format!("{sign}({inner})"))
            }
            22 => self.absent(depth),
            _ => self.vector(depth).around(|inner| format!("({inner})")),
        }
    }
}
