//! A rule made ready to be evaluated many times.

use std::collections::BTreeMap;

use super::file::{Group, Rule, RuleKind};
use super::order::shifts;
use super::reread::reread;
use super::texts::{Expander, Texts, texts, texts_of};
use super::{Alert, Seen, Timing};
use crate::promql::{Dialect, Labels, NAME, Query, Sample, Selection};

/// A rule with its query and templates ready.
#[derive(Debug)]
pub(crate) struct Compiled {
    name: String,
    kind: Kind,
    query: Query,
    /// Why it can never be evaluated, if it cannot.
    broken: Option<String>,
    labels: Texts,
    timing: Timing,
    query_offset_ms: i64,
    /// What is known of every series it writes.
    writes: Vec<Labels>,
    sees_the_future: bool,
    moves_with_the_query: bool,
    /// Whether one of its templates asks queries of its own.
    asks: bool,
    /// Labels of an alert that are templates, as written.
    unexpanded: Vec<(String, String)>,
}

#[derive(Debug)]
enum Kind {
    Record,
    Alert { annotations: Texts },
}

impl Compiled {
    /// Makes a rule of a group ready.
    ///
    /// # Errors
    ///
    /// A pattern too large to be compiled, or a template that is none.
    pub(crate) fn new(rule: &Rule, group: &Group, dialect: Dialect) -> Result<Compiled, String> {
        let alert = matches!(rule.kind, RuleKind::Alert { .. }).then(|| rule.name());
        let mut labels: BTreeMap<&String, &String> = group.labels.iter().collect();
        labels.extend(&rule.labels);
        let templates = labels.iter().filter(|(_, text)| alert.is_some() && text.contains("{{"));
        let unexpanded = templates.map(|(name, text)| ((*name).clone(), (*text).clone())).collect();
        let labels = texts(labels, alert, dialect)?;
        let (kind, for_ms, keep_firing_for_ms) = match &rule.kind {
            RuleKind::Record { .. } => (Kind::Record, 0, 0),
            RuleKind::Alert { for_ms, keep_firing_for_ms, annotations, .. } => {
                let annotations = texts(annotations, alert, dialect)?;
                (Kind::Alert { annotations }, *for_ms, *keep_firing_for_ms)
            }
        };
        let name = rule.name();
        let fixed = labels.iter().filter_map(|(name, text)| Some((name.as_str(), text.plain()?)));
        let writes = match &kind {
            Kind::Record => vec![Labels::new(fixed.chain([(NAME, name)]))],
            Kind::Alert { .. } => ["ALERTS", "ALERTS_FOR_STATE"]
                .map(|series| {
                    // An alert's own labels do not change what these are called, nor its state.
                    let fixed = fixed.clone().filter(|(label, _)| *label != "alertstate");
                    Labels::new(fixed.chain([(NAME, series), ("alertname", name)]))
                })
                .to_vec(),
        };
        let asking = |text: &&String| text.contains("{{") && text.contains("query");
        let asks = texts_of(rule, group).any(|text| asking(&text));
        let shifting = |text: &String| text.contains('@') || text.contains("offset");
        let (expr, broken) = match reread(&rule.expr, dialect) {
            Ok(expr) => (expr, None),
            Err(why) => (rule.expr.clone(), Some(why)),
        };
        let (future, moves_with_the_query) = shifts(&expr);
        let sees_the_future = future || texts_of(rule, group).filter(asking).any(shifting);
        Ok(Compiled {
            name: name.to_owned(),
            query: Query::new(expr, dialect).map_err(|error| error.to_string())?,
            broken,
            timing: Timing { for_ms, keep_firing_for_ms, limit: group.limit },
            query_offset_ms: group.query_offset_ms.unwrap_or(0),
            kind,
            labels,
            writes,
            sees_the_future,
            moves_with_the_query,
            asks,
            unexpanded,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_alert(&self) -> bool {
        matches!(self.kind, Kind::Alert { .. })
    }

    pub(crate) fn query(&self) -> &Query {
        &self.query
    }

    /// Its expression as Prometheus shows it.
    pub(crate) fn expression(&self) -> String {
        format!("{:#}", self.query.expr())
    }

    /// Why it can never be evaluated, if it cannot.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    pub(crate) fn timing(&self) -> Timing {
        self.timing
    }

    /// Whether it reads samples that are later than its evaluation.
    pub(crate) fn sees_the_future(&self) -> bool {
        self.sees_the_future
    }

    /// Whether `@ start()` or `@ end()` stands in it, which mean another time in a range query.
    pub(crate) fn moves_with_the_query(&self) -> bool {
        self.moves_with_the_query
    }

    /// The time for which its expression is evaluated, and of its samples.
    pub(crate) fn sample_time(&self, at_ms: i64) -> i64 {
        at_ms.saturating_sub(self.query_offset_ms)
    }

    /// Whether it may read a series that another rule writes.
    pub(crate) fn may_read(&self, other: &Compiled) -> bool {
        self.asks || other.is_read_by(&self.query)
    }

    /// Whether a query may read what it writes.
    pub(crate) fn is_read_by(&self, query: &Query) -> bool {
        self.writes.iter().any(|known| query.selections().iter().any(|selection| selection.may_match(known)))
    }

    /// Whether one of its templates asks queries of its own.
    pub(crate) fn asks(&self) -> bool {
        self.asks
    }

    /// How far before its evaluation it looks and writes, in milliseconds.
    pub(crate) fn query_offset_ms(&self) -> i64 {
        self.query_offset_ms
    }

    /// Whether it may write a series that another rule writes too.
    pub(crate) fn may_write_with(&self, other: &Compiled) -> bool {
        let agree = |one: &Labels, another: &Labels| {
            one.iter().all(|(name, value)| another.get(name).is_none_or(|held| held == value))
        };
        self.writes.iter().any(|one| other.writes.iter().any(|another| agree(one, another)))
    }

    /// Whether it may write a series of these labels.
    pub(crate) fn may_write(&self, labels: &Labels) -> bool {
        self.writes.iter().any(|known| known.iter().all(|(name, value)| labels.value(name) == value))
    }

    /// Whether the labels of an alert depend on nothing but those of the result.
    pub(crate) fn labels_are_plain(&self) -> bool {
        self.labels.iter().all(|(_, text)| text.plain().is_some())
    }

    /// What its expression selects.
    pub(crate) fn selections(&self) -> &[Selection] {
        self.query.selections()
    }

    /// The samples that a recording rule writes for what its expression yielded.
    ///
    /// # Errors
    ///
    /// Two of them are of one series, or there are more than the group's limit.
    pub(crate) fn recorded(&self, results: Vec<Sample>) -> Result<Vec<(Labels, f64)>, String> {
        let mut samples: Vec<(Labels, f64)> = Vec::with_capacity(results.len());
        for Sample { labels, value } in results {
            let mut labels = labels.with(NAME, &self.name);
            for (name, text) in &self.labels {
                labels = labels.with(name, text.plain().unwrap_or_default());
            }
            samples.push((labels, value));
        }
        let mut all: Vec<&Labels> = samples.iter().map(|(labels, _)| labels).collect();
        all.sort();
        if all.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(
                "vector contains metrics with the same labelset after applying rule labels".to_owned()
            );
        }
        let limit = self.timing.limit;
        if limit > 0 && samples.len() > limit {
            return Err(format!("exceeded limit of {limit} with {} series", samples.len()));
        }
        Ok(samples)
    }

    /// The labels of the alert that a result stands for.
    pub(crate) fn alert_labels(&self, seen: &Seen, expander: &Expander<'_>) -> Labels {
        let mut labels = seen.labels.without_name();
        for (name, text) in &self.labels {
            labels = match text.plain() {
                Some(plain) => labels.with(name, plain),
                None => labels.with(name, &expander.expand(text, seen)),
            };
        }
        labels.with("alertname", &self.name)
    }

    /// The series that tell of an alert: `ALERTS` and `ALERTS_FOR_STATE`. A label whose template yields nothing is none
    /// of the alert's, and stands there as it is written: Prometheus begins with the labels of the rule.
    pub(crate) fn alert_series(&self, alert: &Alert) -> [Labels; 2] {
        [alert.alerts_labels(), alert.for_state_labels()].map(|mut labels| {
            for (name, text) in &self.unexpanded {
                if labels.get(name).is_none() {
                    labels = labels.with(name, text);
                }
            }
            labels
        })
    }

    /// The annotations of an alert.
    pub(crate) fn annotations(&self, seen: &Seen, expander: &Expander<'_>) -> BTreeMap<String, String> {
        match &self.kind {
            Kind::Record => BTreeMap::new(),
            Kind::Alert { annotations } => {
                annotations.iter().map(|(name, text)| (name.clone(), expander.expand(text, seen))).collect()
            }
        }
    }
}
