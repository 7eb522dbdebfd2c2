//! One mistake in a file, with its place and what would have been accepted.

use std::fmt;

/// Stands before each accepted value that [`reject`] writes into its message.
///
/// An invisible character rather than a control character, so that the message still reads well when another
/// deserializer than this one prints it.
const SEPARATOR: char = '\u{2063}';

/// What stands before the accepted values in the text of a problem and of [`reject`].
const ACCEPTED: &str = " (accepted: ";

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of that line to underline; 0 when not known, which underlines the word found there.
    pub length: usize,
    /// What is wrong, as a lower-case fragment without a full stop.
    pub message: String,
    /// The values that would have been accepted, when they are a closed list; otherwise empty.
    pub accepted: Vec<String>,
    /// What to do about it, when that can be said.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place, with nothing accepted and no help.
    pub fn new(file: &str, line: usize, column: usize, message: impl Into<String>) -> Self {
        let (file, message) = (file.to_owned(), message.into());
        Self { file, line, column, length: 0, message, accepted: Vec::new(), help: None }
    }

    /// The same problem with the list of accepted values.
    #[must_use]
    pub fn accepted(mut self, accepted: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.accepted = accepted.into_iter().map(Into::into).collect();
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    /// `file:line:column: message (accepted: a, b, c)`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if !self.accepted.is_empty() {
            write!(f, "{ACCEPTED}{})", self.accepted.join(", "))?;
        }
        Ok(())
    }
}

/// The text a hand-written `Deserialize` gives to `serde::de::Error::custom` when the accepted values are a closed
/// list: [`decode`](super::decode()) turns it back into [`Problem::message`] and [`Problem::accepted`].
///
/// Any other deserializer shows `message (accepted: a, b)`.
pub fn reject(message: &str, accepted: &[&str]) -> String {
    if accepted.is_empty() {
        return message.to_owned();
    }
    let listed: Vec<String> = accepted.iter().map(|value| format!("{SEPARATOR}{value}")).collect();
    format!("{message}{ACCEPTED}{})", listed.join(", "))
}

/// What [`reject`] was given; text of another origin is all message.
pub(super) fn unreject(text: &str) -> (String, Vec<String>) {
    let taken = text.split_once(&format!("{ACCEPTED}{SEPARATOR}"));
    match taken.and_then(|(message, rest)| Some((message, rest.strip_suffix(')')?))) {
        Some((message, rest)) => {
            let accepted = rest.split(&format!(", {SEPARATOR}")).map(str::to_owned).collect();
            (message.to_owned(), accepted)
        }
        None => (text.to_owned(), Vec::new()),
    }
}
