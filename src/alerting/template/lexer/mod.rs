//! From text to tokens, as Go's template lexer cuts it.

mod inside;
mod token;

pub(super) use token::{Kind, Token};

use crate::promql::Dialect;

/// Whether a character can be within a name: Go's letters and decimal digits of any script, and `_`.
fn is_word(c: char) -> bool {
    if c.is_ascii() { c == '_' || c.is_ascii_alphanumeric() } else { super::unicode::is_letter_or_digit(c) }
}

/// What may stand between words, and what trim markers eat.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Cuts a text into tokens, one at a time.
pub(super) struct Lexer<'t> {
    text: &'t str,
    /// Where the next token begins to be read.
    at: usize,
    inside: bool,
    parens: usize,
    /// After an error or the end there is nothing more.
    done: Option<Token>,
    dialect: Dialect,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Lexer<'t> {
        Lexer { text, at: 0, inside: false, parens: 0, done: None, dialect }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next token; the end, or the error that ended the reading, forever after the last.
    pub(super) fn next(&mut self) -> Token {
        if let Some(done) = &self.done {
            return done.clone();
        }
        let token = if self.inside { self.action() } else { self.text() };
        if matches!(token.kind, Kind::Eof | Kind::Error) {
            self.done = Some(token.clone());
        }
        token
    }

    fn token(&self, kind: Kind, start: usize) -> Token {
        let text = self.text.get(start..self.at).unwrap_or_default();
        Token { kind, start, end: self.at, text: text.to_owned() }
    }

    fn error(&self, start: usize, message: String) -> Token {
        Token { kind: Kind::Error, start, end: self.at.max(start), text: message }
    }

    /// Text up to the next action; comments are passed over.
    fn text(&mut self) -> Token {
        loop {
            let (start, rest) = (self.at, self.rest());
            let Some(length) = rest.find("{{") else {
                self.at = self.text.len();
                return self.token(if rest.is_empty() { Kind::Eof } else { Kind::Text }, start);
            };
            let after = rest.get(length + 2..).unwrap_or_default();
            let trim = has_left_trim(after);
            let kept = match rest.get(..length) {
                Some(text) if trim => text.trim_end_matches(is_space).len(),
                _ => length,
            };
            self.at = start + length;
            if kept > 0 {
                let text = rest.get(..kept).unwrap_or_default().to_owned();
                return Token { kind: Kind::Text, start, end: start + kept, text };
            }
            let open = self.at;
            self.at += 2;
            let marker = if trim { 2 } else { 0 };
            if after.get(marker..).is_some_and(|inner| inner.starts_with("/*")) {
                self.at += marker;
                if let Some(error) = self.comment() {
                    return error;
                }
                continue;
            }
            let token = self.token(Kind::LeftDelim, open);
            self.at += marker;
            self.inside = true;
            self.parens = 0;
            return token;
        }
    }

    /// Passes over a comment, whose `/*` comes next.
    fn comment(&mut self) -> Option<Token> {
        let start = self.at;
        let Some(length) = self.rest().get(2..).and_then(|rest| rest.find("*/")) else {
            return Some(self.error(start, "unclosed comment".to_owned()));
        };
        self.at += length + 4;
        let Some(trim) = right_delim(self.rest()) else {
            return Some(self.error(start, "comment ends before closing delimiter".to_owned()));
        };
        self.close(trim);
        None
    }

    /// Passes over the right delimiter and what its trim marker eats.
    fn close(&mut self, trim: bool) {
        self.at += if trim { 4 } else { 2 };
        if trim {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(is_space).len();
        }
    }
}

/// `{{- `: the marker needs a space after it, or it is a minus.
fn has_left_trim(after: &str) -> bool {
    after.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_space))
}

/// Whether an action ends here, and if so whether with a trim marker.
fn right_delim(rest: &str) -> Option<bool> {
    if rest.starts_with(is_space) && rest.get(1..).is_some_and(|rest| rest.starts_with("-}}")) {
        return Some(true);
    }
    rest.starts_with("}}").then_some(false)
}
