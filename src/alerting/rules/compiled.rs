//! A rule made ready to be evaluated many times.

use std::collections::BTreeMap;

use super::evaluate::Timeline;
use super::{Seen, Timing};
use crate::alerting::template::{AlertData, AlertTemplate, Context, TemplateError};
use crate::promql::{
    At, Dialect, Expr, ExprKind, Instant, Labels, NAME, Offset, Query, Sample, Selection, Storage, Value,
    parse_as,
};

use super::file::{Group, Rule, RuleKind};

/// A rule with its query and templates ready.
#[derive(Debug)]
pub(crate) struct Compiled {
    name: String,
    kind: Kind,
    query: Query,
    labels: Texts,
    timing: Timing,
    query_offset_ms: i64,
    /// What is known of every series it writes.
    writes: Vec<Labels>,
    sees_the_future: bool,
    moves_with_the_query: bool,
    /// Whether one of its templates asks queries of its own.
    asks: bool,
}

#[derive(Debug)]
enum Kind {
    Record,
    Alert { annotations: Texts },
}

/// A label's or annotation's value.
#[derive(Debug)]
enum Text {
    Plain(String),
    Template(Box<AlertTemplate>),
}

impl Text {
    /// A value as it stands, or a template if there are actions in it and the rule is an alert.
    fn new(value: &str, alert: Option<&str>, dialect: Dialect) -> Result<Text, TemplateError> {
        match alert.filter(|_| value.contains("{{")) {
            None => Ok(Text::Plain(value.to_owned())),
            Some(alert) => Ok(Text::Template(Box::new(AlertTemplate::parse(value, alert, dialect)?))),
        }
    }

    fn plain(&self) -> Option<&str> {
        match self {
            Text::Plain(text) => Some(text),
            Text::Template(_) => None,
        }
    }
}

type Texts = Vec<(String, Text)>;

/// What a template can ask while it is expanded.
pub(crate) struct Expander<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) storage: &'a Storage,
    pub(crate) at_ms: i64,
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
                    // An alert's own labels do not change what these are called.
                    Labels::new(fixed.clone().chain([(NAME, series), ("alertname", name)]))
                })
                .to_vec(),
        };
        let asks = texts_of(rule, group).any(|text| text.contains("{{") && text.contains("query"));
        let (sees_the_future, moves_with_the_query) = shifts(&rule.expr);
        Ok(Compiled {
            name: name.to_owned(),
            query: Query::new(rule.expr.clone(), dialect).map_err(|error| error.to_string())?,
            timing: Timing { for_ms, keep_firing_for_ms, limit: group.limit },
            query_offset_ms: group.query_offset_ms.unwrap_or(0),
            kind,
            labels,
            writes,
            sees_the_future,
            moves_with_the_query,
            asks,
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

    /// What its expression selects.
    pub(crate) fn selections(&self) -> Vec<&Selection> {
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
            return Err("vector contains metrics with the same labelset after applying rule labels".to_owned());
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

    /// The annotations of an alert.
    pub(crate) fn annotations(&self, seen: &Seen, expander: &Expander<'_>) -> BTreeMap<String, String> {
        match &self.kind {
            Kind::Record => BTreeMap::new(),
            Kind::Alert { annotations } => annotations
                .iter()
                .map(|(name, text)| (name.clone(), expander.expand(text, seen)))
                .collect(),
        }
    }
}

impl Expander<'_> {
    fn expand(&self, text: &Text, seen: &Seen) -> String {
        let template = match text {
            Text::Plain(text) => return text.clone(),
            Text::Template(template) => template,
        };
        let options = self.timeline.options;
        // An alert is expanded anew at each evaluation that yields it; the last of those counts.
        let at_ms = seen.at_ms.min(self.at_ms);
        let ask = |query: &str| -> Result<Vec<(Labels, f64)>, String> {
            let expr = parse_as(query, options.dialect).map_err(|error| error.to_string())?;
            let query = Query::new(expr, options.dialect).map_err(|error| error.to_string())?;
            match query.instant(self.storage, at_ms, options).map_err(|error| error.to_string())? {
                Value::Vector(samples) => Ok(samples.into_iter().map(|it| (it.labels, it.value)).collect()),
                Value::Scalar(value) => Ok(vec![(Labels::empty(), value)]),
                _ => Err("query result is not a vector or scalar".to_owned()),
            }
        };
        let data = AlertData {
            labels: seen.labels.clone(),
            external_labels: self.timeline.external_labels.clone(),
            external_url: self.timeline.external_url.to_owned(),
            value: seen.value,
        };
        let context = Context { dialect: options.dialect, query: &ask, external_url: None, path_prefix: None };
        template.render(&data, &context)
    }
}

fn texts<'a>(
    given: impl IntoIterator<Item = (&'a String, &'a String)>,
    alert: Option<&str>,
    dialect: Dialect,
) -> Result<Texts, String> {
    let text = |(name, value): (&String, &String)| match Text::new(value, alert, dialect) {
        Ok(text) => Ok((name.clone(), text)),
        Err(error) => Err(error.to_string()),
    };
    given.into_iter().map(text).collect()
}

/// Everything of a rule that may be a template.
fn texts_of<'a>(rule: &'a Rule, group: &'a Group) -> impl Iterator<Item = &'a String> {
    let annotations = match &rule.kind {
        RuleKind::Alert { annotations, .. } => Some(annotations.values()),
        RuleKind::Record { .. } => None,
    };
    group.labels.values().chain(rule.labels.values()).chain(annotations.into_iter().flatten())
}

/// Whether an expression reads later samples than its own time, and whether `@ start()` or `@ end()` is in it.
fn shifts(expr: &Expr) -> (bool, bool) {
    let (mut future, mut moves) = (false, false);
    let mut left = vec![expr];
    while let Some(part) = left.pop() {
        left.extend(part.children());
        let (offset, at): (Option<Offset>, Option<At>) = match &part.kind {
            ExprKind::Vector(selector) => (selector.offset, selector.at),
            ExprKind::Matrix(matrix) => (matrix.selector.offset, matrix.selector.at),
            ExprKind::Subquery(subquery) => (subquery.offset, subquery.at),
            _ => continue,
        };
        future |= offset.is_some_and(|offset| offset.by.nanos() < 0);
        future |= at.is_some_and(|at| matches!(at.when, Instant::Millis(_)));
        moves |= at.is_some_and(|at| matches!(at.when, Instant::Start | Instant::End));
    }
    (future, moves)
}
