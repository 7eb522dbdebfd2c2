//! A YAML document as a tree whose nodes know their place.

use super::scalar::Scalar;

/// Where a node stands: line and column from 1, and how many characters of that line are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) length: usize,
}

/// One key, scalar, list or mapping.
#[derive(Debug)]
pub(super) struct Node {
    /// Its number in reading order; the nodes inside it have the numbers up to `last`.
    pub(super) id: usize,
    pub(super) last: usize,
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Scalar(Scalar),
    Seq(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar as written; a list or mapping, which only a refused key can be, has none.
    pub(super) fn text(&self) -> &str {
        match &self.value {
            Value::Scalar(scalar) => &scalar.text,
            Value::Seq(_) | Value::Map(_) => "",
        }
    }
}
