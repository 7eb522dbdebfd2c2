//! LogQL cut into words, texts and marks.

use std::ops::Range;

use super::{Checked, Fault};

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Text,
    Number,
    Mark,
    Window,
}

/// A token and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// Cuts a query into tokens.
pub(super) fn tokens(text: &str) -> Checked<Vec<Token>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match c {
            _ if c.is_whitespace() => (None, c.len_utf8()),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' | '`' => (
                Some(Kind::Text),
                quoted(rest, c).ok_or_else(|| unclosed(text, at, "this quote is never closed"))?,
            ),
            '\'' => {
                return Err(unclosed(text, at, "LogQL has no single quotes").help("write \"...\" or `...`"));
            }
            '[' => {
                let end = rest.find(']').ok_or_else(|| unclosed(text, at, "this bracket is never closed"))?;
                (Some(Kind::Window), end + 1)
            }
            _ if c.is_alphabetic() || c == '_' => (
                Some(Kind::Word),
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '.')))
                    .unwrap_or(rest.len()),
            ),
            '0'..='9' => (
                Some(Kind::Number),
                rest.find(|c: char| !(c.is_alphanumeric() || c == '.')).unwrap_or(rest.len()),
            ),
            _ => {
                let pair = ["|=", "|~", "!=", "!~", "=~", "==", ">=", "<=", "|>", "!>", "--"]
                    .into_iter()
                    .find(|pair| rest.starts_with(pair));
                (Some(Kind::Mark), pair.map_or(c.len_utf8(), str::len))
            }
        };
        found.extend(kind.map(|kind| Token { kind, at: at..at + length }));
        at += length;
    }
    Ok(found)
}

fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            '\n' if quote == '"' => return None,
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn unclosed(text: &str, at: usize, message: &str) -> Fault {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    Fault { at: at..end, message: message.to_owned(), help: None }
}
