//! What is said of test files, and where two differ in it.

use std::collections::{BTreeMap, BTreeSet};

/// An expectation within its file: an alert's name and time, or an expression, which ends in a number of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Alert(String, i64),
    Query(String),
}

pub(crate) type Pairs = BTreeMap<String, String>;

/// What came where something else was expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Got {
    /// Labels and annotations.
    pub(crate) alerts: Vec<(Pairs, Pairs)>,
    /// Labels and the bits of the value; NaN is one.
    pub(crate) samples: Vec<(Pairs, u64)>,
    /// The expression could not be evaluated.
    pub(crate) failed: bool,
}

impl Got {
    pub(crate) fn sorted(mut self) -> Got {
        self.alerts.sort();
        self.samples.sort();
        self
    }

    pub(crate) fn push(&mut self, labels: Pairs, value: f64) {
        // The two zeros are one to promtool.
        let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
        self.samples.push((labels, value.to_bits()));
    }
}

/// What is said of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileSaid {
    pub(crate) failed: bool,
    /// The rules that could not be evaluated and when, in milliseconds: of each test the first that failed.
    pub(crate) rules: Vec<(String, i64)>,
    pub(crate) cases: BTreeMap<Key, Got>,
    /// When evaluation ended for want of a rule, for those of our cases whose test it concerns.
    pub(crate) ended: BTreeMap<Key, i64>,
}

/// What is said of many.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) files: BTreeMap<String, FileSaid>,
    pub(crate) text: String,
}

/// Whether promtool takes what came as expected: to it no NaN is like another.
pub(crate) fn may_be_expected(got: &Got) -> bool {
    !got.failed && !got.samples.iter().any(|(_, bits)| f64::from_bits(*bits).is_nan())
}

/// Where the two differ, one text each.
pub(crate) fn differences(files: &[String], ours: &Said, theirs: &Said) -> Vec<String> {
    let mut found = Vec::new();
    let none = FileSaid::default();
    for file in files {
        let Some(their) = theirs.files.get(file) else {
            found.push(format!("{file}: promtool did not come to it: {}", theirs.text));
            continue;
        };
        let our = ours.files.get(file).unwrap_or(&none);
        if our.failed != their.failed {
            found.push(format!("{file}: fails here: {}, there: {}", our.failed, their.failed));
        }
        let (mut one, mut other) = (our.rules.clone(), their.rules.clone());
        one.sort();
        other.sort();
        if one != other {
            found.push(format!("{file}: rules fail here: {one:?}, there: {other:?}"));
        }
        let keys: BTreeSet<&Key> = our.cases.keys().chain(their.cases.keys()).collect();
        for key in keys {
            let (one, other) = (our.cases.get(key), their.cases.get(key));
            let never_asked = match (key, our.ended.get(key)) {
                (Key::Alert(_, at_ms), Some(ended)) => at_ms >= ended,
                (Key::Query(_), ended) => ended.is_some(),
                _ => false,
            };
            if one != other && !(other.is_none() && never_asked) {
                found.push(format!(
                    "{file}: {key:?}\n   ours: {}\n theirs: {}",
                    rest(one, other),
                    rest(other, one)
                ));
            }
        }
    }
    let failed = files.iter().any(|file| theirs.files.get(file).is_some_and(|said| said.failed));
    // 3: expectations that do not hold. Promtool's is 1.
    if (ours.code, theirs.code) != if failed { (3, 1) } else { (0, 0) } {
        found.push(format!("exit codes {} and {}, {files:?}", ours.code, theirs.code));
    }
    found
}

/// What one has and the other has not.
fn rest(one: Option<&Got>, other: Option<&Got>) -> String {
    let Some(one) = one else { return "as expected".to_owned() };
    let none = Got::default();
    let other = other.unwrap_or(&none);
    let alerts: Vec<_> = one.alerts.iter().filter(|it| !other.alerts.contains(it)).collect();
    let samples = one.samples.iter().filter(|it| !other.samples.contains(it));
    let samples: Vec<(&Pairs, f64)> = samples.map(|(labels, bits)| (labels, f64::from_bits(*bits))).collect();
    format!("{}alerts {alerts:?}, samples {samples:?}", if one.failed { "failed, " } else { "" })
}
