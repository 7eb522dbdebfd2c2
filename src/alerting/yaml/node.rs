//! A YAML document as a tree whose nodes know their place.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use serde_saphyr::granit_parser::ScalarStyle;

use super::Library;
use super::scalar::{Kind, resolve};
use crate::alerting::problem::Place;

/// One key, scalar, list, mapping or alias.
///
/// There are many, so the numbers are no wider than a file of 4 GiB needs.
#[derive(Debug, Clone)]
pub(in crate::alerting) struct Node<'a> {
    pub(super) line: u32,
    pub(super) column: u32,
    /// The bytes of a scalar in the file with its quotes, or of what stands in brackets; empty for any other.
    pub(super) raw: Range<u32>,
    /// Nodes in it, itself and those behind aliases included.
    pub(super) size: u32,
    /// Levels in it, likewise.
    pub(super) height: u32,
    pub(super) tag: Option<Box<Tag>>,
    pub(in crate::alerting) value: Value<'a>,
}

#[derive(Debug, Clone)]
pub(in crate::alerting) enum Value<'a> {
    Scalar { text: Cow<'a, str>, style: ScalarStyle },
    Seq(Vec<Node<'a>>),
    Map(Vec<(Node<'a>, Node<'a>)>),
    Alias { name: &'a str, target: Rc<Node<'a>> },
}

/// What a tag says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tag {
    /// One of the core schema, without its `!!`; `!` alone is `str`.
    Core(String),
    /// Any other.
    Other,
}

impl<'a> Node<'a> {
    /// Where it stands; an alias stands where it is written, what it stands for elsewhere.
    pub(in crate::alerting) fn place(&self) -> Place {
        Place { line: self.line as usize, column: self.column as usize }
    }

    /// Where it stands, or what it is an alias of.
    pub(in crate::alerting) fn target_place(&self) -> Place {
        self.target().place()
    }

    /// The node itself, or the one that an alias stands for.
    pub(in crate::alerting) fn target(&self) -> &Node<'a> {
        let mut node = self;
        while let Value::Alias { target, .. } = &node.value {
            node = target;
        }
        node
    }

    /// The content of a scalar, aliases followed.
    pub(in crate::alerting) fn text(&self) -> Option<&str> {
        match &self.target().value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What a scalar means; `Err` if its tag says another.
    pub(in crate::alerting) fn kind(&self, library: Library) -> Option<Result<Kind, &str>> {
        let node = self.target();
        let Value::Scalar { text, style } = &node.value else { return None };
        let plain = *style == ScalarStyle::Plain;
        let resolved = || resolve(text, library);
        Some(match node.tag.as_deref() {
            None if plain => Ok(resolved()),
            None => Ok(Kind::Text),
            // Go knows no types behind these, and takes what stands there for a text.
            Some(Tag::Other) => Ok(Kind::Text),
            Some(Tag::Core(tag)) => match (tag.as_str(), resolved()) {
                ("float", Kind::Int(value)) => Ok(Kind::Float(value as f64)),
                ("int", kind @ Kind::Int(_))
                | ("float", kind @ Kind::Float(_))
                | ("bool", kind @ Kind::Bool(_))
                | ("null", kind @ Kind::Null) => Ok(kind),
                ("int" | "float" | "bool" | "null" | "binary", _) => Err(tag),
                _ => Ok(Kind::Text),
            },
        })
    }

    /// Whether nothing was written, or `null`.
    pub(in crate::alerting) fn is_null(&self, library: Library) -> bool {
        self.kind(library) == Some(Ok(Kind::Null))
    }

    /// The value of a key of a mapping, merged keys left out.
    pub(in crate::alerting) fn get(&self, key: &str) -> Option<&Node<'a>> {
        let Value::Map(entries) = &self.target().value else { return None };
        entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// Whether this is the key that merges other mappings into its own.
    pub(in crate::alerting) fn is_merge(&self) -> bool {
        let plain = matches!(&self.value, Value::Scalar { text, style: ScalarStyle::Plain } if text == "<<");
        plain && self.tag.is_none()
    }

    /// What it is, in words.
    pub(super) fn described(&self) -> &'static str {
        match &self.target().value {
            Value::Scalar { .. } => "a single value",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Alias { .. } => "an alias",
        }
    }
}
