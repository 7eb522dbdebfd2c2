//! The unit-test files of `promtool`, read as it reads them.
//!
//! [`read`] takes the text of a file. As in `promtool` some mistakes make the whole file unreadable (YAML, unknown keys,
//! values of the wrong type), some a test (its series, a missing `alertname`) and some only one expectation (labels that
//! are none); each is found where it counts: [`Read::problems`], [`Test::problems`], [`ExpectedSample::labels`].
//! Expressions are not parsed here. The command runs nothing of a file in which anything is wrong.
//!
//! # Keys of our own
//!
//! `promtool` refuses them; a file without them means the same to both.
//!
//! * An item of `alert_rule_test` or `promql_expr_test` may have `from` and `to` instead of `eval_time`, and `every`
//!   with them (the evaluation interval when absent): what is expected must hold at `from`, then `every` so often up
//!   to and including `to`.
//! * An item of `exp_samples` may have `tolerance` with its `value`, the share of it by which a sample may be off:
//!   `{value: 100, tolerance: 0.01}` takes 99 to 101. Instead of `value` it may have `at_least`, `at_most` or both.
//! * `alertmanager_config` of the file, or of a test, which counts first, names a configuration of Alertmanager,
//!   `alertmanager_version` its release (`0.25` or `0.33`). `notification_test` of a test says what its receivers get;
//!   `input_alerts` are alerts that no rule makes, `silences` hold for a time.
//! * `start_timestamp` of a test, which the newest `promtool` has too, says when it starts: its series, its evaluations
//!   and everything else. Otherwise that is the start of 1970, a Thursday.
//!
//! # Decisions
//!
//! * Series are taken from the text that `promtool` makes of them, line by line, since that has holes: a blank line in
//!   `values` (as a block `|` leaves) hides all series after it. What is hidden is hidden here too, and is a note.
//! * Of two series with the same labels the later counts, as there; that is a note as well.
//! * Series hold runs rather than samples, so that `0x1000000` costs nothing until it is used. A test may have
//!   [`MOST_SAMPLES`].
//! * Labels given twice in `exp_samples` are refused, whereas there they merely never match.
//! * Native histograms are refused where they stand, for they are not evaluated.
//! * The labels and annotations of an alert in `exp_notifications` may be fewer than the alert has, unlike `exp_labels`:
//!   which labels an alert has is for `alert_rule_test`, whom it reaches for `notification_test`. How many alerts there
//!   are is always compared, and so is every label of `group_labels`.
//! * Where `to` is absent, a receiver is looked at until the last time that the test names, so that what comes late is
//!   not missed because of one item's times.

mod case;
mod expected;
mod glob;
mod input;
mod model;
mod notification;
mod series;

pub use glob::{BadPattern, matching_files};
pub use model::{
    AlertTest, Alertmanager, Expected, ExpectedAlert, ExpectedSample, InputSeries, Pattern, QueryTest, Test,
    TestFile, When,
};
pub use notification::{ExpectedNotification, ExpectedNotified, InputAlert, InputSilence, NotificationTest};
pub use series::{MOST_SAMPLES, Run, Values};

use std::collections::BTreeSet;

use super::super::rules::file::{Place, Problem, Written};
use crate::alerting::alertmanager::Release;
use crate::alerting::yaml::{Decoder, Documents, Library, Node};
use crate::promql::Dialect;

/// The evaluation interval where none is given, in milliseconds: `promtool`'s.
const DEFAULT_INTERVAL_MS: i64 = 60_000;

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The tests; `None` if anything in the file is such that `promtool` would run none of them.
    pub file: Option<TestFile>,
    /// Why not, in the order of the file.
    pub problems: Vec<Problem>,
    /// What is not wrong, but can hardly be meant.
    pub notes: Vec<Problem>,
}

/// Reads the text of a unit-test file; `file` is what problems call it.
#[must_use]
pub fn read(text: &str, file: &str, dialect: Dialect) -> Read {
    let decoder = Decoder::new(file, Library::V2);
    let mut reader = Reader { text, dialect, decoder, notes: Vec::new() };
    let mut documents = Documents::new(text, file);
    let tests = match documents.next_document() {
        Ok(None) => TestFile { evaluation_interval_ms: DEFAULT_INTERVAL_MS, ..TestFile::default() },
        Ok(Some(root)) => {
            let second = match documents.next_document() {
                Ok(second) => second.map(|second| second.place()),
                Err(problem) => Some(Place { line: problem.line, column: problem.column }),
            };
            let message = "a second document, which promtool never reads";
            reader.notes.extend(second.map(|place| reader.decoder.problem(place, message)));
            reader.file(&root)
        }
        Err(problem) => {
            reader.decoder.report(*problem);
            TestFile::default()
        }
    };
    let (problems, notes) = (reader.decoder.into_problems(), reader.notes);
    Read { file: problems.is_empty().then_some(tests), problems, notes }
}

struct Reader<'a> {
    text: &'a str,
    dialect: Dialect,
    decoder: Decoder<'a>,
    notes: Vec<Problem>,
}

const CONFIG: &str = "alertmanager_config";
const VERSION: &str = "alertmanager_version";

const KEYS_V2: &[&str] = &["rule_files", "evaluation_interval", "group_eval_order", "tests", CONFIG, VERSION];
const KEYS_V3: &[&str] =
    &["rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare", CONFIG, VERSION];

const TEST_KEYS: &[&str] = &[
    "interval",
    "input_series",
    "alert_rule_test",
    "promql_expr_test",
    "external_labels",
    "external_url",
    "name",
    "start_timestamp",
    CONFIG,
    VERSION,
    "input_alerts",
    "silences",
    "notification_test",
];

/// What a file says of the Alertmanager of its tests.
struct Given {
    config: Option<Written>,
    release: Option<Release>,
}

impl<'a> Reader<'a> {
    fn file(&mut self, root: &Node<'a>) -> TestFile {
        let keys = if self.dialect == Dialect::V2 { KEYS_V2 } else { KEYS_V3 };
        let fields = self.decoder.fields(root, &"a file of unit tests", keys);
        let given = fields.get_even_null("evaluation_interval");
        let given = given.and_then(|it| self.decoder.duration(it, &"`evaluation_interval`"));
        let evaluation_interval_ms = given.filter(|ms| *ms != 0).unwrap_or(DEFAULT_INTERVAL_MS);
        let rule_files = fields.get("rule_files").map(|it| self.patterns(it)).unwrap_or_default();
        let group_eval_order = fields.get("group_eval_order").map(|it| self.order(it)).unwrap_or_default();
        let fuzzy = fields.get("fuzzy_compare");
        let fuzzy_compare =
            fuzzy.and_then(|it| self.decoder.boolean(it, &"`fuzzy_compare`")).unwrap_or(false);
        let given = Given { config: self.written(&fields, CONFIG), release: self.release(&fields) };
        let tests = fields.get("tests").map(|it| self.decoder.items(it, &"`tests`")).unwrap_or_default();
        let tests = tests.into_iter().map(|test| self.test(test, evaluation_interval_ms, &given)).collect();
        TestFile { rule_files, evaluation_interval_ms, group_eval_order, fuzzy_compare, tests }
    }

    fn patterns(&mut self, node: &Node<'a>) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for item in self.decoder.items(node, &"`rule_files`") {
            let text = self.decoder.text(item, &"a rule file").unwrap_or_default().to_owned();
            let place = item.target_place();
            if glob::check(&text).is_err() {
                let problem = self.decoder.problem(place, format!("`{text}` is no pattern of file names"));
                self.decoder.report(problem.accepted(&[
                    "*",
                    "?",
                    "[a-z]",
                    "\\ before what is meant literally",
                ]));
            }
            patterns.push(Pattern { text, place });
        }
        patterns
    }

    fn order(&mut self, node: &Node<'a>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for item in self.decoder.items(node, &"`group_eval_order`") {
            let name = self.decoder.text(item, &"a group's name").unwrap_or_default();
            if !seen.insert(name) {
                let message = format!("the group `{name}` stands twice in `group_eval_order`");
                self.decoder.complain(item.target_place(), message);
            }
            names.push(name.to_owned());
        }
        names
    }

    fn test(&mut self, node: &Node<'a>, evaluation_interval_ms: i64, given: &Given) -> Test {
        let fields = self.decoder.fields(node, &"a test", TEST_KEYS);
        let mut text = |key| fields.get(key).and_then(|it| self.decoder.text(it, &format_args!("`{key}`")));
        let name = text("name").unwrap_or_default().to_owned();
        let external_url = text("external_url").unwrap_or_default().to_owned();
        let interval =
            fields.get_even_null("interval").and_then(|it| self.decoder.duration(it, &"`interval`"));
        let interval_ms = interval.filter(|ms| *ms != 0).unwrap_or(evaluation_interval_ms);
        let external = fields.get("external_labels");
        let external = external.map(|it| self.decoder.pairs(it, &"`external_labels`")).unwrap_or_default();
        let mut problems = Vec::new();
        let series = fields.get("input_series").map(|it| self.decoder.items(it, &"`input_series`"));
        let input_series = self.input_series(&series.unwrap_or_default(), &mut problems);
        let alerts = fields.get("alert_rule_test").map(|it| self.decoder.items(it, &"`alert_rule_test`"));
        let alerts = alerts.unwrap_or_default().into_iter();
        let alert_tests: Vec<AlertTest> = alerts.map(|it| self.alert_test(it, &mut problems)).collect();
        let queries = fields.get("promql_expr_test").map(|it| self.decoder.items(it, &"`promql_expr_test`"));
        let queries = queries.unwrap_or_default().into_iter();
        let query_tests = queries.map(|it| self.query_test(it)).collect();
        let release = self.release(&fields).or(given.release).unwrap_or_default();
        let config = self.written(&fields, CONFIG).or_else(|| given.config.clone());
        let test = Test {
            name,
            interval_ms,
            start_ms: self.start(&fields),
            alertmanager: Alertmanager { config, release },
            input_series,
            input_alerts: self.input_alerts(&fields),
            silences: self.silences(&fields, release),
            alert_tests,
            query_tests,
            notification_tests: self.notification_tests(&fields),
            external_labels: external.into_iter().map(|pair| (pair.name, pair.value)).collect(),
            external_url,
            problems,
            place: node.target_place(),
        };
        self.complete(&fields, &test);
        test
    }
}
