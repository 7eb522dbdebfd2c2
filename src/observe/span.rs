use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::{SpanKind, SpanSelector};

/// A span as it arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// 32 lower-case hex digits.
    pub trace_id: String,
    /// 16 lower-case hex digits.
    pub span_id: String,
    /// The parent's span id, if it has one.
    pub parent_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: SpanKind,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// Whether its status is an error.
    pub failed: bool,
    /// Its attributes.
    pub attributes: BTreeMap<String, Value>,
    /// The attributes of the service that recorded it.
    pub resource: BTreeMap<String, Value>,
}

/// What became of spans on their way, as parties of ours counted; never the judged server's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanLoss {
    /// Lost because a queue was full.
    pub dropped: u64,
    /// Lost because the collector did not take them.
    pub failed: u64,
}

impl Span {
    /// Whether a selector picks this span.
    pub fn is(&self, selector: &SpanSelector) -> bool {
        let service = self.resource.get("service.name").and_then(Value::as_str).unwrap_or_default();
        selector.name.as_ref().is_none_or(|glob| glob.matches(&self.name))
            && selector.kind.is_none_or(|kind| kind == self.kind)
            && selector.service.as_ref().is_none_or(|glob| glob.matches(service))
    }
}

/// The spans of a leg by trace and id.
#[derive(Clone, Debug)]
pub struct Trees<'a> {
    spans: BTreeMap<(&'a str, &'a str), &'a Span>,
}

impl<'a> Trees<'a> {
    /// Indexes `spans`. Of two with the same ids the later stays.
    pub fn new(spans: &'a [Span]) -> Self {
        Self {
            spans: spans.iter().map(|span| ((span.trace_id.as_str(), span.span_id.as_str()), span)).collect(),
        }
    }

    /// The parent, if it arrived.
    pub fn parent(&self, span: &Span) -> Option<&'a Span> {
        let id = span.parent_id.as_deref()?;
        self.spans.get(&(span.trace_id.as_str(), id)).copied()
    }

    /// The ancestors, nearest first. A cycle, which no honest tracer makes, ends after as many steps as there are
    /// spans.
    pub fn ancestors(&self, span: &'a Span) -> impl Iterator<Item = &'a Span> {
        std::iter::successors(self.parent(span), |span| self.parent(span)).take(self.spans.len())
    }
}
