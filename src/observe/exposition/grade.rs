//! What is wrong with an exposition, and how much it matters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One departure from the format. Displays as `line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Counted from 1. The position after a final line feed belongs to the line after it.
    pub line: usize,
    /// Counted from 1, in characters. The end of a line of `n` characters is column `n + 1`.
    pub column: usize,
    /// What was expected and what was seen.
    pub message: String,
    /// How much it matters.
    pub grade: Grade,
}

/// How much a departure from the format matters to whoever reads the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Readers refuse it, or read something else than was meant.
    Violation,
    /// The document asks for it, and Prometheus takes every sample as it is written without it.
    Remark,
}

impl Problem {
    /// A violation.
    pub(super) fn new(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { line, column, message: message.into(), grade: Grade::Violation }
    }

    /// The same problem as a remark.
    #[must_use]
    pub(super) fn remark(self) -> Self {
        Self { grade: Grade::Remark, ..self }
    }

    /// The same problem, as a remark if `harmless`.
    #[must_use]
    pub(super) fn remark_if(self, harmless: bool) -> Self {
        if harmless { self.remark() } else { self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}
