//! Why a sound query has no answer.

use std::fmt;

use crate::promql::Span;

/// What went wrong, and in which part of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// What is wrong, as a fragment that starts in lower case.
    pub message: String,
    /// Where to underline.
    pub span: Span,
    /// How to mend it, where that is known.
    pub help: Option<String>,
}

impl EvalError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> EvalError {
        EvalError { message: message.into(), span, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> EvalError {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}
