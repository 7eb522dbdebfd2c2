//! What unit-test files hold.

use std::collections::BTreeMap;

use super::{InputAlert, InputSilence, NotificationTest, Place, Problem, Values, Written};
use crate::alerting::alertmanager::Release;
use crate::promql::Labels;

/// A file of unit tests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestFile {
    /// Which rules are loaded.
    pub rule_files: Vec<Pattern>,
    /// How often rules are evaluated, in milliseconds; never 0.
    pub evaluation_interval_ms: i64,
    /// Groups that are evaluated in this order, each once; the others after them.
    pub group_eval_order: Vec<String>,
    /// Whether values may differ in the last few bits.
    pub fuzzy_compare: bool,
    /// The tests, in the order of the file.
    pub tests: Vec<Test>,
}

impl TestFile {
    /// Everything that is wrong with single tests and expectations, in the order of the file.
    #[must_use]
    pub fn problems(&self) -> Vec<&Problem> {
        let mut problems = Vec::new();
        for test in &self.tests {
            problems.extend(&test.problems);
            let samples = test.query_tests.iter().flat_map(|query| &query.exp_samples);
            problems.extend(samples.filter_map(|sample| sample.labels.as_ref().err()));
        }
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }
}

/// Names of files with `*`, `?` and `[a-z]`, relative to the file it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// An Alertmanager, as a test names it or all tests of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alertmanager {
    /// The file that it is configured with, relative to the file of the test.
    pub config: Option<Written>,
    /// Which it is.
    pub release: Release,
}

/// One entry of `tests`.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its name, empty if it has none.
    pub name: String,
    /// The time between samples of the input series, in milliseconds; never 0.
    pub interval_ms: i64,
    /// When it starts, in milliseconds since 1970.
    pub start_ms: i64,
    /// The Alertmanager that its alerts go to.
    pub alertmanager: Alertmanager,
    /// Input, with distinct labels.
    pub input_series: Vec<InputSeries>,
    /// Alerts that come from elsewhere than the rules.
    pub input_alerts: Vec<InputAlert>,
    /// What is silenced.
    pub silences: Vec<InputSilence>,
    /// Expectations of alerts.
    pub alert_tests: Vec<AlertTest>,
    /// Expectations of queries.
    pub query_tests: Vec<QueryTest>,
    /// Expectations of notifications.
    pub notification_tests: Vec<NotificationTest>,
    /// What templates see as `$externalLabels`, and what alerts have besides on their way to Alertmanager.
    pub external_labels: BTreeMap<String, String>,
    /// What templates see as `$externalURL`.
    pub external_url: String,
    /// Why it cannot be run, if it cannot.
    pub problems: Vec<Problem>,
    /// Where it starts.
    pub place: Place,
}

impl Test {
    /// The last time that it names, in milliseconds from its start: there it ends.
    #[must_use]
    pub fn last_ms(&self) -> i64 {
        let alerts = self.input_alerts.iter().map(|alert| alert.to_ms.unwrap_or(alert.from_ms));
        let silences = self.silences.iter().map(|silence| silence.to_ms.unwrap_or(silence.from_ms));
        let told = self.notification_tests.iter().map(NotificationTest::last_ms);
        let outside = alerts.chain(silences).filter(|_| !self.notification_tests.is_empty());
        self.whens().map(When::last_ms).chain(told).chain(outside).fold(0, i64::max)
    }

    /// When its alerts and answers must hold.
    pub(in crate::alerting) fn whens(&self) -> impl Iterator<Item = When> {
        let alerts = self.alert_tests.iter().map(|case| case.when);
        alerts.chain(self.query_tests.iter().map(|case| case.when))
    }
}

/// A series that is there before any rule is evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSeries {
    /// Its labels, at least one.
    pub labels: Labels,
    /// Its samples, the first at time 0, then one each interval of the test.
    pub values: Values,
    /// Where its item starts.
    pub place: Place,
}

/// When an expectation must hold, in milliseconds from the start of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once.
    At(i64),
    /// At `from_ms`, then `every_ms` so often up to and including `to_ms`, which is not less than `from_ms`.
    Each {
        /// The first time.
        from_ms: i64,
        /// The last time, if a step falls on it.
        to_ms: i64,
        /// The time between, never 0; the evaluation interval where not given.
        every_ms: Option<i64>,
    },
}

impl When {
    /// The last time at which something must hold.
    pub(in crate::alerting) fn last_ms(self) -> i64 {
        match self {
            When::At(at_ms) => at_ms,
            When::Each { to_ms, .. } => to_ms,
        }
    }
}

/// An item of `alert_rule_test`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertTest {
    /// When the alerts must fire.
    pub when: When,
    /// Which alert, empty only if [`Test::problems`] says so.
    pub alertname: String,
    /// The alerts that must fire, and no others.
    pub exp_alerts: Vec<ExpectedAlert>,
    /// Where it starts.
    pub place: Place,
}

/// An alert that must fire. `promtool` compares labels and annotations as they are given, with empty values too:
/// an alert never has an empty label, but may have an empty annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedAlert {
    /// Its labels, `alertname` with the test's included.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Where it starts.
    pub place: Place,
}

/// An item of `promql_expr_test`.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryTest {
    /// The query, which may be none.
    pub expr: Written,
    /// When it is asked.
    pub when: When,
    /// What it must yield, in any order.
    pub exp_samples: Vec<ExpectedSample>,
    /// Where it starts.
    pub place: Place,
}

/// A sample that a query must yield.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedSample {
    /// Its labels, empty values left out; or why the test fails whatever the query yields.
    pub labels: Result<Labels, Problem>,
    /// Its value.
    pub value: Expected,
    /// Where it starts.
    pub place: Place,
}

/// Which values are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected {
    /// Just this one.
    Exactly(f64),
    /// Those no further from a value than a share of it.
    Near {
        /// The value.
        value: f64,
        /// The share, not negative: 0.01 is one percent.
        tolerance: f64,
    },
    /// Those within bounds, of which at least one is given.
    Within {
        /// The least.
        at_least: Option<f64>,
        /// The most, not less than the least.
        at_most: Option<f64>,
    },
}

impl Expected {
    /// Whether a value is taken. NaN is only near NaN and within nothing; `exactly` says whether two values are
    /// the same, which is the caller's business.
    #[must_use]
    pub fn takes(&self, actual: f64, exactly: impl Fn(f64, f64) -> bool) -> bool {
        match *self {
            Expected::Exactly(value) => exactly(value, actual),
            Expected::Near { value, tolerance } => {
                exactly(value, actual)
                    || value.is_nan() && actual.is_nan()
                    || (value - actual).abs() <= value.abs() * tolerance && actual.is_finite()
            }
            Expected::Within { at_least, at_most } => {
                at_least.is_none_or(|least| actual >= least) && at_most.is_none_or(|most| actual <= most)
            }
        }
    }
}
