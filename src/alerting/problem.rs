//! What is wrong with a file, and where.

use std::fmt;

/// One thing that is wrong with a file, or worth knowing about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, as a fragment without a full stop.
    pub message: String,
    /// What would have been accepted, when that is a closed list; otherwise empty.
    pub accepted: Vec<String>,
    /// What to do about it, when that can be said.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place, with nothing accepted and no help.
    pub fn new(file: &str, place: Place, message: impl Into<String>) -> Problem {
        let (file, message) = (file.to_owned(), message.into());
        Problem { file, line: place.line, column: place.column, message, accepted: Vec::new(), help: None }
    }

    /// The same problem with the list of what is accepted.
    #[must_use]
    pub fn accepted(mut self, accepted: &[&str]) -> Problem {
        self.accepted = accepted.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    /// `file:line:column: message (accepted: a, b)`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if !self.accepted.is_empty() {
            write!(f, " (accepted: {})", self.accepted.join(", "))?;
        }
        Ok(())
    }
}

/// A place in a file: line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Default for Place {
    /// The start of a file.
    fn default() -> Place {
        Place { line: 1, column: 1 }
    }
}
