//! Labels and annotations of rules, as they stand or as templates.

use super::Seen;
use super::evaluate::Timeline;
use super::file::{Group, Rule, RuleKind};
use crate::alerting::template::{AlertData, AlertTemplate, Context, TemplateError};
use crate::promql::{Dialect, Labels, Query, Storage, Value, parse_as};

/// A label's or annotation's value.
#[derive(Debug)]
pub(super) enum Text {
    Plain(String),
    Template(Box<AlertTemplate>),
}

impl Text {
    /// A value as it stands, or a template if there are actions in it and the rule is an alert.
    pub(super) fn new(value: &str, alert: Option<&str>, dialect: Dialect) -> Result<Text, TemplateError> {
        match alert.filter(|_| value.contains("{{")) {
            None => Ok(Text::Plain(value.to_owned())),
            Some(alert) => Ok(Text::Template(Box::new(AlertTemplate::parse(value, alert, dialect)?))),
        }
    }

    pub(super) fn plain(&self) -> Option<&str> {
        match self {
            Text::Plain(text) => Some(text),
            Text::Template(_) => None,
        }
    }
}

/// By their names.
pub(super) type Texts = Vec<(String, Text)>;

/// What a template can ask while it is expanded.
pub(crate) struct Expander<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) storage: &'a Storage,
    pub(crate) at_ms: i64,
}

impl Expander<'_> {
    pub(super) fn expand(&self, text: &Text, seen: &Seen) -> String {
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
        let context =
            Context { dialect: options.dialect, query: &ask, external_url: None, path_prefix: None };
        template.render(&data, &context)
    }
}

/// Makes values ready; those of an alert may be templates.
pub(super) fn texts<'a>(
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
pub(super) fn texts_of<'a>(rule: &'a Rule, group: &'a Group) -> impl Iterator<Item = &'a String> {
    let annotations = match &rule.kind {
        RuleKind::Alert { annotations, .. } => Some(annotations.values()),
        RuleKind::Record { .. } => None,
    };
    group.labels.values().chain(rule.labels.values()).chain(annotations.into_iter().flatten())
}
