//! Labels of a storage, from the text of a series and from an exposition.

use std::collections::HashMap;
use std::sync::Arc;

use super::bounds::Bound;
use crate::observe::exposition;
use crate::promql::{Labels, NAME};

/// Names and values that many series share are held once.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    known: HashMap<&'a str, Arc<str>>,
    /// Bounds as Prometheus 3 writes them, by what was written.
    bounds: HashMap<&'a str, Arc<str>>,
}

impl<'a> Words<'a> {
    fn word(&mut self, text: &'a str) -> Arc<str> {
        Arc::clone(self.known.entry(text).or_insert_with(|| text.into()))
    }

    fn pair(&mut self, bound: Bound, name: &'a str, value: &'a str) -> (Arc<str>, Arc<str>) {
        let written = || bound.written(name, value).map_or_else(|| value.into(), Arc::from);
        let value = if bound.is_on(name) {
            Arc::clone(self.bounds.entry(value).or_insert_with(written))
        } else {
            self.word(value)
        };
        (self.word(name), value)
    }

    /// What a sample is stored under.
    pub(super) fn labels(
        &mut self,
        metric: &'a str,
        labels: impl Iterator<Item = (&'a str, &'a str)>,
        bound: Bound,
    ) -> Labels {
        let mut pairs: Vec<_> = labels.map(|(name, value)| self.pair(bound, name, value)).collect();
        pairs.push((self.word(NAME), self.word(metric)));
        Labels::new(pairs)
    }

    /// The labels of a series if its text is as plain as almost all are: `name{label="value",...}` without escapes,
    /// blanks and reserved names. Whatever else it may be is left to the strict parser.
    pub(super) fn plain(&mut self, series: &'a str, bound: Bound) -> Option<Labels> {
        let (name, block) = match series.split_once('{') {
            Some((name, block)) => (name, Some(block.strip_suffix('}')?)),
            None => (series, None),
        };
        if !is_plain(name, true) {
            return None;
        }
        let mut pairs = Vec::with_capacity(8);
        pairs.push((self.word(NAME), self.word(name)));
        let mut rest = block.unwrap_or_default();
        while !rest.is_empty() {
            let (label, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            let twice = pairs.iter().any(|(known, _)| **known == *label);
            if twice || !is_plain(label, false) || label.starts_with('_') || value.contains('\\') {
                return None;
            }
            pairs.push(self.pair(bound, label, value));
            // A comma at the end is for the strict parser: OpenMetrics has none.
            rest = match after.strip_prefix(',') {
                Some("") => return None,
                Some(next) => next,
                None if after.is_empty() => after,
                None => return None,
            };
        }
        Some(Labels::new(pairs))
    }
}

/// The labels of a sample that the strict parser has read.
pub(super) fn strict(sample: &exposition::Sample, bound: Bound) -> Labels {
    Words::default().labels(&sample.name, sample.labels.iter(), bound)
}

fn is_plain(name: &str, colons: bool) -> bool {
    let mut bytes = name.bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || (colons && byte == b':');
    bytes.next().is_some_and(|first| word(first) && !first.is_ascii_digit()) && bytes.all(word)
}
