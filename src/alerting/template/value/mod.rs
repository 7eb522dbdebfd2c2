//! What templates work on: Go's values, as far as templates can tell them apart.

mod container;
mod duration;
mod layout;
mod named;
mod time;

use std::sync::Arc;

pub use container::{Element, Field, List, Map, Shape, Struct, StructShape};
pub use time::Time;

use super::functions::{Call, Function, Nowhere};
use crate::promql::Dialect;

/// A value of a template.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing at all, as `nil` and what a missing key of a map of anything yields.
    Nil,
    /// `bool`.
    Bool(bool),
    /// An integer of some width.
    Int(i64, IntKind),
    /// `float64`.
    Float(f64),
    /// `string`.
    Text(Arc<str>),
    /// `template.HTML`: text that functions of text refuse.
    Html(Arc<str>),
    /// `template.URL`, the same for addresses.
    Url(Arc<str>),
    /// `time.Time`.
    Time(Time),
    /// `time.Duration`, in nanoseconds.
    Duration(i64),
    /// A slice.
    List(List),
    /// A map with text for keys.
    Map(Map),
    /// A struct, or a pointer to one.
    Struct(Struct),
}

/// Go's integer types that templates meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntKind {
    /// `int`: literals, lengths, indices.
    Int,
    /// `int64`: what methods of times and durations yield.
    Int64,
    /// `int32`: runes.
    Rune,
    /// `uint8`: a byte of a string.
    Byte,
    /// `time.Month`.
    Month,
    /// `time.Weekday`.
    Weekday,
}

impl IntKind {
    const fn name(self) -> &'static str {
        match self {
            IntKind::Int => "int",
            IntKind::Int64 => "int64",
            IntKind::Rune => "int32",
            IntKind::Byte => "uint8",
            IntKind::Month => "time.Month",
            IntKind::Weekday => "time.Weekday",
        }
    }
}

impl Value {
    /// A `string`.
    pub fn text(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }

    /// An `int`.
    #[must_use]
    pub fn int(value: usize) -> Value {
        Value::Int(i64::try_from(value).unwrap_or(i64::MAX), IntKind::Int)
    }

    /// Go's name of its type; `<nil>` for nothing.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_, kind) => kind.name(),
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::Html(_) => "template.HTML",
            Value::Url(_) => "template.URL",
            Value::Time(time) if time.is_pointer() => "*time.Time",
            Value::Time(_) => "time.Time",
            Value::Duration(_) => "time.Duration",
            Value::List(list) => list.shape().name,
            Value::Map(map) => map.shape().name,
            Value::Struct(value) => value.type_name(),
        }
    }

    /// Whether `if` takes its first branch.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(value, _) | Value::Duration(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Text(text) | Value::Html(text) | Value::Url(text) => !text.is_empty(),
            Value::List(list) => !list.items().is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Time(_) | Value::Struct(_) => true,
        }
    }

    /// What the `String` method yields, of the types that have one.
    pub(super) fn stringer(&self) -> Option<String> {
        match self {
            Value::Time(time) => Some(time.to_string()),
            Value::Duration(nanos) => Some(duration::text(*nanos)),
            Value::Int(value, IntKind::Month) => Some(named::month(*value)),
            Value::Int(value, IntKind::Weekday) => Some(named::weekday(*value)),
            Value::List(_) | Value::Map(_) | Value::Struct(_) => self.string_method(),
            _ => None,
        }
    }

    /// What a `String` method among those of a container yields.
    fn string_method(&self) -> Option<String> {
        let method = self.methods().iter().find(|method| method.name == "String")?;
        let call = Call { receiver: self, args: &[], world: &Nowhere, dialect: Dialect::V3 };
        match (method.run)(&call) {
            Ok(Value::Text(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    /// The methods of its type.
    pub(super) fn methods(&self) -> &'static [Function] {
        match self {
            Value::Time(_) => time::METHODS,
            Value::Duration(_) => duration::METHODS,
            Value::Int(_, IntKind::Month | IntKind::Weekday) => named::METHODS,
            Value::List(list) => list.shape().methods,
            Value::Map(map) => map.shape().methods,
            Value::Struct(value) => value.shape().methods,
            _ => &[],
        }
    }

    /// How many containers lie within one another.
    pub(super) fn depth(&self) -> usize {
        match self {
            Value::List(list) => list.depth(),
            Value::Map(map) => map.depth(),
            Value::Struct(value) => value.depth(),
            _ => 0,
        }
    }

    /// How many bytes or elements it has, not counting what is in them.
    pub(super) fn size(&self) -> usize {
        match self {
            Value::Text(text) | Value::Html(text) | Value::Url(text) => text.len(),
            Value::List(list) => list.items().len(),
            Value::Map(map) => map.len(),
            _ => 0,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Float(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}
