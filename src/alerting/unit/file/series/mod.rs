//! `up{job="api"} 1+2x5 _ stale`: series as unit tests write them.

mod labels;
mod number;
mod values;

pub use values::{Run, Values};

use crate::promql::{Dialect, Labels};

/// How many samples the series of one test may have, missing ones counted: as samples they would take 320 MB.
/// `promtool` takes as many as fit into memory.
pub const MOST_SAMPLES: u64 = 20_000_000;

/// What is wrong with a text, and at which byte of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Wrong {
    fn new(at: usize, message: impl Into<String>) -> Wrong {
        Wrong { at, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Wrong {
        self.help = Some(help.into());
        self
    }
}

/// The labels that a metric spells: `up{job="api"}`, `{}` or nothing at all. Labels may have blanks around them.
pub(super) fn metric(text: &str, dialect: Dialect) -> Result<Labels, Wrong> {
    let mut scanner = Scanner { text, at: 0, dialect };
    scanner.skip_blank();
    let (labels, twice) = scanner.metric(true)?;
    if let Some(twice) = twice {
        return Err(twice);
    }
    scanner.skip_blank();
    match scanner.peek() {
        None => Ok(labels),
        Some(c) => Err(Wrong::new(scanner.at, format!("expected nothing more, found `{c}`"))),
    }
}

/// A series with its values. There are no blanks before or after it.
pub(super) fn series(line: &str, dialect: Dialect) -> Result<(Labels, Values), Wrong> {
    let mut scanner = Scanner { text: line, at: 0, dialect };
    let (labels, twice) = scanner.metric(false)?;
    let values = scanner.values()?;
    if values.runs().iter().all(|run| run.first.is_none()) {
        // Labels are only looked at when a sample is stored.
        return Ok((labels, values));
    }
    if let Some(twice) = twice {
        return Err(twice);
    }
    if labels.is_empty() {
        return Err(Wrong::new(0, "a series must have a name or a label that is not empty"));
    }
    Ok((labels, values))
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over the next character if it is one of those.
    fn accept(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let Some(next) = self.peek().filter(|c| wanted(*c)) else { return false };
        self.at += next.len_utf8();
        true
    }

    /// Steps over all that follow, and returns them.
    fn accept_run(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        while self.accept(&wanted) {}
        &self.text[start..self.at]
    }

    /// Blanks and comments.
    fn skip_blank(&mut self) {
        loop {
            self.accept_run(is_blank);
            if self.peek() != Some('#') {
                return;
            }
            self.accept_run(|c| c != '\n' && c != '\r');
        }
    }

    /// What stands next, for messages.
    fn found(&self) -> String {
        self.peek().map_or_else(|| "the end".to_owned(), |c| format!("`{}`", c.escape_debug()))
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_alphanumeric(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit()
}
