//! Templates in the labels and annotations of alerting rules.

use super::error::TemplateError;
use super::functions::{Functions, World};
use super::prometheus::FUNCTIONS;
use super::value::{Field, Map, Struct, StructShape, Value};
use super::{Template, value::Element};
use crate::promql::{Dialect, Labels};

/// What Prometheus puts before every text.
const PREFIX: &str = concat!(
    "{{$labels := .Labels}}",
    "{{$externalLabels := .ExternalLabels}}",
    "{{$externalURL := .ExternalURL}}",
    "{{$value := .Value}}",
);

/// What an alert's templates see.
#[derive(Debug, Clone)]
pub struct AlertData {
    /// Labels of the sample that fired, with `__name__` if the query left it.
    pub labels: Labels,
    /// The server's external labels.
    pub external_labels: Labels,
    /// The URL under which users reach the server; empty where it has none, as in unit tests.
    pub external_url: String,
    /// The sample's value.
    pub value: f64,
}

/// Runs a query at the time of the evaluation.
pub type Query<'a> = &'a dyn Fn(&str) -> Result<Vec<(Labels, f64)>, String>;

/// What an expansion happens in.
pub struct Context<'a> {
    /// Whose templates are spoken.
    pub dialect: Dialect,
    /// Runs a query at the time of the evaluation.
    pub query: Query<'a>,
    /// The URL under which users reach the server, for the function of that name; `None` in unit tests,
    /// where Prometheus knows none and the function fails.
    pub external_url: Option<&'a str>,
    /// The path of that URL.
    pub path_prefix: Option<&'a str>,
}

impl World for Context<'_> {
    fn query(&self, text: &str) -> Result<Vec<(Labels, f64)>, String> {
        (self.query)(text)
    }

    fn external_url(&self) -> Option<&str> {
        self.external_url
    }

    fn path_prefix(&self) -> Option<&str> {
        self.path_prefix
    }
}

/// The type of the data in 2.42, where the value is a number.
static V2: StructShape = StructShape {
    name: "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; \
           Value float64 }",
    pointer: false,
    fields: &[
        Field { name: "Labels", any: false },
        Field { name: "ExternalLabels", any: false },
        Field { name: "ExternalURL", any: false },
        Field { name: "Value", any: false },
    ],
    methods: &[],
};

/// The type of the data in 3.5, where the value may be a histogram.
static V3: StructShape = StructShape {
    name: "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; \
           Value interface {} }",
    pointer: false,
    fields: &[
        Field { name: "Labels", any: false },
        Field { name: "ExternalLabels", any: false },
        Field { name: "ExternalURL", any: false },
        Field { name: "Value", any: true },
    ],
    methods: &[],
};

impl AlertData {
    fn value(&self, dialect: Dialect) -> Value {
        let shape = match dialect {
            Dialect::V2 => &V2,
            Dialect::V3 => &V3,
        };
        let fields = vec![
            labels(&self.labels),
            labels(&self.external_labels),
            Value::text(self.external_url.as_str()),
            Value::Float(self.value),
        ];
        Value::Struct(Struct::new(shape, fields))
    }
}

/// Labels as `map[string]string`.
pub(super) fn labels(labels: &Labels) -> Value {
    let map = Map::of_texts(labels.iter());
    debug_assert_eq!(map.shape().element, Element::Text);
    Value::Map(map)
}

/// A label's or annotation's text, read once.
#[derive(Debug, Clone)]
pub struct AlertTemplate {
    text: String,
    name: String,
    dialect: Dialect,
    /// Nothing where the text has no actions.
    template: Option<Template>,
}

impl AlertTemplate {
    /// Reads a text of the alerting rule of a name.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with `text`, as Prometheus says it when it loads the rule; the span is
    /// of `text`, the message counts what Prometheus puts before it.
    pub fn parse(text: &str, alert: &str, dialect: Dialect) -> Result<AlertTemplate, TemplateError> {
        let name = format!("__alert_{alert}");
        let template = if text.contains("{{") {
            let functions = Functions::new(dialect, &[FUNCTIONS]);
            let whole = format!("{PREFIX}{text}");
            let template = Template::parse(&name, &whole, &functions);
            Some(template.map_err(|error| error.without_prefix(PREFIX))?)
        } else {
            None
        };
        Ok(AlertTemplate { text: text.to_owned(), name, dialect, template })
    }

    /// The text for an alert.
    ///
    /// # Errors
    ///
    /// What the template cannot do with these data.
    pub fn expand(&self, data: &AlertData, context: &Context<'_>) -> Result<String, TemplateError> {
        match &self.template {
            None => Ok(self.text.clone()),
            Some(template) => template
                .execute(&data.value(self.dialect), context)
                .map_err(|error| error.without_prefix(PREFIX)),
        }
    }

    /// The text for an alert, or what Prometheus shows instead of it when there is none.
    #[must_use]
    pub fn render(&self, data: &AlertData, context: &Context<'_>) -> String {
        match self.expand(data, context) {
            Ok(text) => text,
            Err(error) => {
                format!("<error expanding template: error executing template {}: {error}>", self.name)
            }
        }
    }
}

/// Reads and expands a text at once, for those that are looked at only once.
///
/// # Errors
///
/// What is wrong with `text`, or what it cannot do with these data.
pub fn expand(
    text: &str,
    alert: &str,
    data: &AlertData,
    context: &Context<'_>,
) -> Result<String, TemplateError> {
    AlertTemplate::parse(text, alert, context.dialect)?.expand(data, context)
}
