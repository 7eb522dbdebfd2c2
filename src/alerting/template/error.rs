//! What can be wrong with a template, and where.

use std::fmt;

/// Why a template cannot be read, or why it stopped while it was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    message: String,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    executing: bool,
}

impl TemplateError {
    pub(super) fn new(
        message: String,
        text: &str,
        start: usize,
        end: usize,
        executing: bool,
    ) -> TemplateError {
        let (line, column) = place(text, start);
        TemplateError { message, start, end: end.max(start), line, column, executing }
    }

    /// The whole message as Go words it, with the template's name, the line and, for errors of execution,
    /// the byte of the line and the node.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The bytes of the text that are to be underlined: start and end.
    #[must_use]
    pub const fn span(&self) -> (usize, usize) {
        (self.start, self.end)
    }

    /// Line of the text, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Character of the line, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Whether the template could be read and failed only with these data.
    #[must_use]
    pub const fn is_execution(&self) -> bool {
        self.executing
    }

    /// The same error seen from a text that begins `bytes` later: what was put before the text of a person is
    /// not theirs to mend. The message stays what Go says.
    pub(super) fn without_prefix(mut self, prefix: &str) -> TemplateError {
        let bytes = prefix.len();
        if self.line == 1 {
            self.column = self.column.saturating_sub(prefix.chars().count()).max(1);
        }
        self.start = self.start.saturating_sub(bytes);
        self.end = self.end.saturating_sub(bytes).max(self.start);
        self
    }
}

/// Line and character of a byte, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}
