//! The four types of a PromQL value.

use std::fmt;

/// What an expression yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// One number at each time.
    Scalar,
    /// An instant vector: a sample for each series at one time.
    Vector,
    /// A range vector: the samples of each series within a window.
    Matrix,
    /// Text; only functions take it.
    String,
}

impl ValueType {
    /// The name used in Prometheus' documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ValueType::Scalar => "scalar",
            ValueType::Vector => "instant vector",
            ValueType::Matrix => "range vector",
            ValueType::String => "string",
        }
    }

    /// The name with its article, for sentences.
    pub(super) fn with_article(self) -> String {
        let article = if self == ValueType::Vector { "an" } else { "a" };
        format!("{article} {}", self.name())
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
