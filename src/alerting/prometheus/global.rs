//! `global`: what holds for all jobs.

use super::file::Reader;
use super::names::Names;
use super::schema::{self, GLOBAL};
use crate::alerting::Place;
use crate::alerting::yaml::{Fields, Node};
use crate::promql::{Dialect, Labels};

const MINUTE_MS: i64 = 60_000;
const TIMEOUT_MS: i64 = 10_000;

/// What the section says, with defaults filled in.
pub(super) struct Global {
    pub(super) interval_ms: i64,
    pub(super) timeout_ms: i64,
    pub(super) evaluation_interval_ms: i64,
    pub(super) rule_query_offset_ms: i64,
    pub(super) external_labels: Labels,
    pub(super) sample_limit: u64,
    pub(super) names: Names,
}

impl<'a> Reader<'a> {
    pub(super) fn global(&mut self, node: Option<&Node<'a>>) -> Global {
        let mut global = Global {
            interval_ms: MINUTE_MS,
            timeout_ms: TIMEOUT_MS,
            evaluation_interval_ms: MINUTE_MS,
            rule_query_offset_ms: 0,
            external_labels: Labels::empty(),
            sample_limit: 0,
            names: Names::default(),
        };
        let Some(node) = node else { return global };
        let fields = self.fields(node, &GLOBAL);
        let or = |given: i64, default: i64| if given == 0 { default } else { given };
        global.interval_ms = or(self.duration(&fields, "scrape_interval"), MINUTE_MS);
        let timeout = self.duration(&fields, "scrape_timeout");
        if timeout > global.interval_ms {
            let place = Self::place(&fields, "scrape_timeout", node.target_place());
            self.refuse(place, "`scrape_timeout` is longer than `scrape_interval`", &["no more than that"]);
        }
        global.timeout_ms = or(timeout, TIMEOUT_MS.min(global.interval_ms));
        global.evaluation_interval_ms = or(self.duration(&fields, "evaluation_interval"), MINUTE_MS);
        global.rule_query_offset_ms = self.duration(&fields, "rule_query_offset");
        global.sample_limit = self.count(&fields, "sample_limit");
        global.external_labels = self.external_labels(fields.get("external_labels"));
        global.names = self.names(&fields);
        self.protocols(&fields);
        global
    }

    /// A number that is not negative, 0 where it is absent or null.
    pub(super) fn count(&mut self, fields: &Fields<'_, 'a>, key: &str) -> u64 {
        let node = fields.get(key);
        if let Some(large) = node.filter(|node| schema::is_large(node)) {
            return large.text().and_then(|text| text.parse().ok()).unwrap_or(0);
        }
        let value = node.and_then(|node| self.decoder.integer(node, &format_args!("`{key}`")));
        value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0)
    }

    fn external_labels(&mut self, node: Option<&Node<'a>>) -> Labels {
        let Some(node) = node else { return Labels::empty() };
        let pairs = self.decoder.pairs(node, &"`external_labels`");
        let mut labels = Vec::new();
        for pair in pairs {
            schema::label_name(&mut self.decoder, &pair.name, pair.name_place, self.dialect);
            let value = match self.dialect {
                Dialect::V2 => pair.value,
                Dialect::V3 => self.expanded(&pair.value, pair.value_place),
            };
            labels.push((pair.name, value));
        }
        Labels::new(labels)
    }

    /// Go's `os.Expand` where nothing is set: `$$` is a dollar, and `$NAME` and `${NAME}` are nothing.
    fn expanded(&mut self, text: &str, place: Place) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            expanded.push_str(&rest[..dollar]);
            let after = &rest[dollar + 1..];
            let (name, length) = variable(after);
            if name == "$" {
                expanded.push('$');
            } else if !name.is_empty() {
                let message = format!("the variable `{name}` of the environment counts as empty here");
                self.note(place, message);
            } else if length == 0 {
                // A dollar before nothing that could be a name stays.
                expanded.push('$');
            }
            rest = &after[length..];
        }
        expanded.push_str(rest);
        expanded
    }
}

/// The name behind a dollar and how long it is with its braces.
fn variable(text: &str) -> (&str, usize) {
    let word =
        |text: &str| text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let special = |c: char| matches!(c, '*' | '#' | '$' | '@' | '!' | '?' | '-' | '0'..='9');
    match text.chars().next() {
        Some('{') => {
            if text[1..].starts_with(special) && text[2..].starts_with('}') {
                return (&text[1..2], 3);
            }
            match text.find('}') {
                // Bad syntax, which Go eats.
                Some(1) => ("", 2),
                Some(end) => (&text[1..end], end + 1),
                None => ("", 1),
            }
        }
        Some(c) if special(c) => (&text[..1], 1),
        _ => {
            let end = word(text);
            (&text[..end], end)
        }
    }
}
