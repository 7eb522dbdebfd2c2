//! Keys of our own for the way of alerts through Alertmanager: what goes in, and who must be told.

mod expected;
mod model;

use std::collections::BTreeMap;

pub use model::{ExpectedNotification, ExpectedNotified, InputAlert, InputSilence, NotificationTest};

use super::{Node, Reader, Test, VERSION, Written};
use crate::alerting::alertmanager::Release;
use crate::alerting::matchers::{Matchers, parse};
use crate::alerting::yaml::Fields;
use crate::promql::Labels;

const ALERT_KEYS: &[&str] = &["labels", "annotations", "from", "to"];
const SILENCE_KEYS: &[&str] = &["matchers", "from", "to"];

impl<'a> Reader<'a> {
    pub(super) fn input_alerts(&mut self, fields: &Fields<'_, 'a>) -> Vec<InputAlert> {
        let Some(node) = fields.get("input_alerts") else { return Vec::new() };
        let items = self.decoder.items(node, &"`input_alerts`");
        items.into_iter().map(|item| self.input_alert(item)).collect()
    }

    fn input_alert(&mut self, node: &Node<'a>) -> InputAlert {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `input_alerts`", ALERT_KEYS);
        let (from_ms, to_ms) = self.span(&fields);
        let given = self.map(&fields, "labels").unwrap_or_default();
        let labels = Labels::new(given.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if labels.is_empty() {
            let problem = self.decoder.problem(place, "an item of `input_alerts` needs labels");
            self.decoder.report(problem.accepted(&["labels: {alertname: Down, severity: critical}"]));
        }
        let annotations = self.map(&fields, "annotations").unwrap_or_default();
        InputAlert { labels, annotations, from_ms, to_ms, place }
    }

    pub(super) fn silences(&mut self, fields: &Fields<'_, 'a>, release: Release) -> Vec<InputSilence> {
        let Some(node) = fields.get("silences") else { return Vec::new() };
        let items = self.decoder.items(node, &"`silences`");
        items.into_iter().map(|item| self.silence(item, release)).collect()
    }

    fn silence(&mut self, node: &Node<'a>, release: Release) -> InputSilence {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `silences`", SILENCE_KEYS);
        let (from_ms, to_ms) = self.span(&fields);
        let items = fields.get("matchers").map(|it| self.decoder.items(it, &"`matchers`"));
        let accepted = ["matchers: ['alertname=\"Down\"', 'severity=~\"warning|info\"']"];
        let mut matchers = Matchers::default();
        for item in items.iter().flatten() {
            let Some(text) = self.decoder.text(item, &"a matcher") else { continue };
            match parse(text, release) {
                Ok(more) => matchers.0.extend(more.0),
                Err(error) => {
                    let place = Written::new(item).place_of(error.at, self.text);
                    let problem = self.decoder.problem(place, error.message);
                    self.decoder.report(problem.accepted(&accepted));
                }
            }
        }
        if items.is_none_or(|items| items.is_empty()) {
            let problem = self.decoder.problem(place, "an item of `silences` needs matchers");
            self.decoder.report(problem.accepted(&accepted));
        }
        InputSilence { matchers, from_ms, to_ms, place }
    }

    /// From when to when something holds: `from`, the start of the test when absent, and `to`.
    fn span(&mut self, fields: &Fields<'_, 'a>) -> (i64, Option<i64>) {
        let from_ms = self.moment(fields, "from").unwrap_or(0);
        let to_ms = self.moment(fields, "to");
        if to_ms.is_some_and(|to_ms| to_ms <= from_ms) {
            let place = fields.key_place("to").unwrap_or_default();
            let problem = self.decoder.problem(place, "`to` must be after `from`");
            self.decoder.report(problem.accepted(&["from: 2m with to: 20m", "no `to`: until the test ends"]));
        }
        (from_ms, to_ms)
    }

    /// A time of a test.
    fn moment(&mut self, fields: &Fields<'_, 'a>, key: &str) -> Option<i64> {
        fields.get(key).and_then(|it| self.decoder.duration(it, &format_args!("`{key}`")))
    }

    /// A mapping from text to text, if it is there.
    fn map(&mut self, fields: &Fields<'_, 'a>, key: &str) -> Option<BTreeMap<String, String>> {
        let pairs = fields.get(key).map(|it| self.decoder.pairs(it, &format_args!("`{key}`")))?;
        Some(pairs.into_iter().map(|pair| (pair.name, pair.value)).collect())
    }

    /// Whose Alertmanager it is, if that is said.
    pub(super) fn release(&mut self, fields: &Fields<'_, 'a>) -> Option<Release> {
        let given = self.written(fields, VERSION)?;
        match given.text.as_str() {
            "0.25" => Some(Release::V0_25),
            "0.33" => Some(Release::V0_33),
            other => {
                let problem = self.decoder.problem(given.place, format!("`{other}` is not known here"));
                self.decoder.report(problem.accepted(&["0.25", "0.33"]));
                None
            }
        }
    }

    /// When a test starts, in milliseconds since 1970.
    pub(super) fn start(&mut self, fields: &Fields<'_, 'a>) -> i64 {
        let Some(node) = fields.get("start_timestamp") else { return 0 };
        let Some(text) = self.decoder.text(node, &"`start_timestamp`") else { return 0 };
        let stamp: Option<i64> = match text.parse::<f64>() {
            Ok(seconds) => Some((seconds * 1000.0) as i64).filter(|_| seconds.is_finite()),
            Err(_) => text.parse::<jiff::Timestamp>().ok().map(|stamp| stamp.as_millisecond()),
        };
        if let Some(stamp) = stamp.filter(|stamp| (0..=LATEST_MS).contains(stamp)) {
            return stamp;
        }
        let message = format!("`{text}` is no time from 1970 to 2200");
        let problem = self.decoder.problem(node.target_place(), message);
        self.decoder.report(problem.accepted(&["2026-01-05T09:00:00Z", "1767603600"]));
        0
    }

    /// Whether what a test says of notifications is of use.
    pub(super) fn complete(&mut self, fields: &Fields<'_, 'a>, test: &Test) {
        let place = |key| fields.key_place(key);
        if let Some(at) = place("notification_test") {
            if test.alertmanager.config.is_none() {
                let problem = self.decoder.problem(at, "`notification_test` needs an Alertmanager");
                let accepted = "alertmanager_config: the name of a file, here or beside `rule_files`";
                self.decoder.report(problem.accepted(&[accepted]));
            }
            if test.last_ms() == 0 {
                let problem = self.decoder.problem(at, "nothing says until when the test lasts");
                self.decoder.report(problem.accepted(&["to: 10m, in an item of `notification_test`"]));
            }
            return;
        }
        for key in ["input_alerts", "silences"] {
            let unseen = format!("nobody looks at `{key}` without `notification_test`");
            self.notes.extend(place(key).map(|at| self.decoder.problem(at, unseen)));
        }
    }
}

/// The start of the year 2200: Alertmanager's times are nanoseconds of 64 bits.
const LATEST_MS: i64 = 7_258_118_400_000;
