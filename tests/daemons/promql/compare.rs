//! Two answers to one question: whether they are the same, and how many were what.

use std::fmt::Write as _;
use std::io::Write as _;

use probity::promql::{Labels, Sample, Samples, Value};

use super::settled::{Nearness, Settled};

/// How many differences are printed.
const MOST_PRINTED: usize = 20;

/// How much of an answer is printed.
const MOST_LINES: usize = 8;

/// How far apart two results may be where Go's own approximations are asked for: see [`super::settled::APPROXIMATE`].
const ULPS: u64 = 4;

/// What an engine makes of a query.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// It refuses, and says why.
    Failed(String),
    /// It answers.
    Gave(Value),
}

impl Answer {
    /// What a range query gives.
    pub(crate) fn matrix(samples: Vec<Samples>) -> Answer {
        Answer::Gave(Value::Matrix(samples))
    }

    /// As promtool sees it: a number is a sample without labels, and only samples can be expected.
    pub(crate) fn sampled(self) -> Answer {
        match self {
            Answer::Gave(Value::Scalar(value)) => {
                Answer::Gave(Value::Vector(vec![Sample { labels: Labels::empty(), value }]))
            }
            Answer::Gave(Value::String(_) | Value::Matrix(_)) => {
                Answer::Failed("not a vector or scalar".to_owned())
            }
            other => other,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Answer::Gave(Value::Vector(samples)) => samples.is_empty(),
            Answer::Gave(Value::Matrix(samples)) => samples.iter().all(|series| series.points.is_empty()),
            _ => false,
        }
    }

    /// In the order of labels, for answers whose order the engine leaves to chance.
    fn sorted(&self) -> Answer {
        let mut sorted = self.clone();
        match &mut sorted {
            Answer::Gave(Value::Vector(samples)) => {
                samples.sort_by(|one, other| one.labels.cmp(&other.labels))
            }
            Answer::Gave(Value::Matrix(samples)) => {
                samples.sort_by(|one, other| one.labels.cmp(&other.labels))
            }
            _ => {}
        }
        sorted
    }

    /// Whether two engines say the same, as far as it is settled. Both refusing is the same: the words are their own.
    fn same(&self, other: &Answer, settled: Settled) -> bool {
        let (one, other) = match settled.ordered {
            true => (self.clone(), other.clone()),
            false => (self.sorted(), other.sorted()),
        };
        let near = |one: f64, other: f64| near(one, other, settled.nearness);
        match (&one, &other) {
            (Answer::Failed(_), Answer::Failed(_)) => true,
            (Answer::Gave(Value::Scalar(one)), Answer::Gave(Value::Scalar(other))) => near(*one, *other),
            (Answer::Gave(Value::String(one)), Answer::Gave(Value::String(other))) => one == other,
            (Answer::Gave(Value::Vector(one)), Answer::Gave(Value::Vector(other))) => {
                let same = |(one, other): (&Sample, &Sample)| {
                    one.labels == other.labels && near(one.value, other.value)
                };
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            (Answer::Gave(Value::Matrix(one)), Answer::Gave(Value::Matrix(other))) => {
                let same = |(one, other): (&Samples, &Samples)| {
                    let mut points = one.points.iter().zip(&other.points);
                    one.labels == other.labels
                        && one.points.len() == other.points.len()
                        && points.all(|(one, other)| one.0 == other.0 && near(one.1, other.1))
                };
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            _ => false,
        }
    }
}

/// Whether two values are the same, any NaN being any other.
fn near(one: f64, other: f64, nearness: Nearness) -> bool {
    // Made so that neighbours differ by one, through zero too.
    let place = |value: f64| {
        let bits = value.to_bits().cast_signed();
        if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
    };
    if one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan()) {
        return true;
    }
    let last = one.is_finite() && other.is_finite() && place(one).abs_diff(place(other)) <= ULPS;
    match nearness {
        Nearness::Bits => false,
        Nearness::Last => last,
    }
}

impl Answer {
    fn lines(&self) -> Vec<String> {
        let point = |labels: &Labels, at: Option<i64>, value: f64| {
            let at = at.map(|at| format!(" @{at}")).unwrap_or_default();
            format!("{labels}{at} {value:?}")
        };
        match self {
            Answer::Failed(why) => vec![format!("failed: {why}")],
            Answer::Gave(Value::Scalar(value)) => vec![format!("scalar {value:?}")],
            Answer::Gave(Value::String(text)) => vec![format!("string {text:?}")],
            Answer::Gave(Value::Vector(samples)) => {
                samples.iter().map(|sample| point(&sample.labels, None, sample.value)).collect()
            }
            Answer::Gave(Value::Matrix(samples)) => samples
                .iter()
                .flat_map(|one| one.points.iter().map(|(at, value)| point(&one.labels, Some(*at), *value)))
                .collect(),
        }
    }

    /// Only what the other has not, or has elsewhere; all of it when that is nothing.
    fn apart(&self, other: &Answer) -> String {
        let others = other.lines();
        let lines = self.lines();
        let own: Vec<&String> = lines.iter().filter(|line| !others.contains(line)).collect();
        let shown = if own.is_empty() { lines.iter().collect() } else { own };
        let mut text = format!("{} lines", lines.len());
        for line in shown.iter().take(MOST_LINES) {
            write!(text, "\n    {line}").expect("a string takes everything");
        }
        text
    }
}

/// Said aloud, whether the test passes or not: a run that asked too little is not seen otherwise.
pub(crate) fn say(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).expect("stderr is there");
}

/// What many answers came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    asked: usize,
    empty: usize,
    failed: usize,
    /// The questions whose answers differ, each with both.
    pub(crate) differences: Vec<(String, String)>,
}

impl Tally {
    /// Compares two answers to a question.
    pub(crate) fn add(&mut self, question: &str, settled: Settled, ours: &Answer, theirs: &Answer) {
        self.asked += 1;
        self.empty += usize::from(theirs.is_empty());
        self.failed += usize::from(matches!(theirs, Answer::Failed(_)));
        if !ours.same(theirs, settled) {
            let both = format!("  ours: {}\n  theirs: {}", ours.apart(theirs), theirs.apart(ours));
            self.differences.push((question.to_owned(), both));
        }
    }

    /// Takes in what another thread counted.
    pub(crate) fn join(&mut self, other: Tally) {
        self.asked += other.asked;
        self.empty += other.empty;
        self.failed += other.failed;
        self.differences.extend(other.differences);
    }

    /// Says what was asked, and fails on any difference, and on questions too poor to prove anything.
    pub(crate) fn judge(&self, what: &str) {
        let Tally { asked, empty, failed, differences } = self;
        let differ = differences.len();
        say(&format!("{what}: {asked} asked, {empty} answers empty, {failed} errors, {differ} differ"));
        let mut text = String::new();
        for (question, both) in differences.iter().take(MOST_PRINTED) {
            writeln!(text, "{question}\n{both}").expect("a string takes everything");
        }
        assert!(differences.is_empty(), "{what}: {} of {asked} differ:\n{text}", differences.len());
        assert!(failed * 100 < asked * 15, "{what}: {failed} of {asked} are errors, which prove little");
        assert!(
            (asked - empty - failed) * 2 > *asked,
            "{what}: {empty} of {asked} are empty, which prove little"
        );
    }
}
