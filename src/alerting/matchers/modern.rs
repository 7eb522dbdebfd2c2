//! The syntax that came with UTF-8 names: whatever is not a plain word must be quoted.

use super::quoted::{is_blank, is_reserved, unquote};
use super::{Matcher, MatcherError, Matchers, Op};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Open,
    Close,
    Comma,
    Op(Op),
    Quoted,
    Word,
    End,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    at: usize,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn error<T>(&self, at: usize, message: &str) -> Result<T, MatcherError> {
        Err(MatcherError::new(self.text, at, message))
    }

    /// The next token, which stays where it is.
    fn peek(&self) -> Result<Token<'a>, MatcherError> {
        let rest = self.text[self.at..].trim_start_matches(is_blank);
        let at = self.text.len() - rest.len();
        let token = |kind, length| Ok(Token { kind, text: &rest[..length], at });
        let Some(first) = rest.chars().next() else { return token(Kind::End, 0) };
        match first {
            '{' => token(Kind::Open, 1),
            '}' => token(Kind::Close, 1),
            ',' => token(Kind::Comma, 1),
            '=' | '!' => match Op::starting(rest) {
                Some(op) => token(Kind::Op(op), op.text().len()),
                None => self.error(at + 1, "after `!` stands `=` or `~`"),
            },
            '"' => match closing_quote(rest) {
                Some(end) => token(Kind::Quoted, end),
                None => self.error(at, "a double quote that is never closed"),
            },
            _ if is_reserved(first) => {
                let message = format!("`{first}` must stand in double quotes, as whatever holds it");
                self.error(at, &message)
            }
            _ => token(Kind::Word, rest.find(is_reserved).unwrap_or(rest.len())),
        }
    }

    fn next(&mut self) -> Result<Token<'a>, MatcherError> {
        let token = self.peek()?;
        self.at = token.at + token.text.len();
        Ok(token)
    }

    /// A name or a value.
    fn word(&mut self, missing: &str) -> Result<(String, usize), MatcherError> {
        let token = self.next()?;
        match token.kind {
            Kind::Word => Ok((token.text.to_owned(), token.at)),
            Kind::Quoted => match unquote(token.text) {
                Some(text) => Ok((text, token.at)),
                None => self.error(token.at, "no quoted text: an escape or a line break that Go has not"),
            },
            _ => self.error(token.at, missing),
        }
    }
}

/// Where a string that starts with a double quote ends.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Conditions separated by commas, all in braces or none.
pub(super) fn matchers(text: &str) -> Result<Matchers, MatcherError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = Vec::new();
    let first = lexer.peek()?;
    if first.kind == Kind::End {
        return Ok(Matchers(found));
    }
    let braced = first.kind == Kind::Open;
    if braced {
        lexer.next()?;
    }
    let mut more = !(braced && matches!(lexer.peek()?.kind, Kind::Close | Kind::End));
    while more {
        found.push(condition(&mut lexer)?);
        more = match lexer.peek()?.kind {
            Kind::Close | Kind::End => false,
            Kind::Comma => {
                lexer.next()?;
                !matches!(lexer.peek()?.kind, Kind::Close | Kind::End)
            }
            _ => return lexer.error(lexer.peek()?.at, "after a condition stands a comma or the end"),
        };
    }
    let last = lexer.next()?;
    match (braced, last.kind) {
        (true, Kind::Close) => {
            let end = lexer.peek()?;
            if end.kind != Kind::End {
                return lexer.error(end.at, "after the closing brace stands nothing");
            }
        }
        (true, _) => return lexer.error(last.at, "the opening brace is never closed"),
        (false, Kind::Close) => return lexer.error(last.at, "a closing brace without an opening one"),
        (false, _) => {}
    }
    Ok(Matchers(found))
}

fn condition(lexer: &mut Lexer<'_>) -> Result<Matcher, MatcherError> {
    let (name, _) = lexer.word("a condition starts with the name of a label")?;
    let token = lexer.next()?;
    let Kind::Op(op) = token.kind else {
        return lexer.error(token.at, "after the name of a label stands `=`, `!=`, `=~` or `!~`");
    };
    let (value, at) = lexer.word("after the operator stands a value, `\"\"` for none")?;
    Matcher::new(&name, op, &value).map_err(|error| MatcherError::new(lexer.text, at, error))
}

/// Exactly one condition.
pub(super) fn matcher(text: &str) -> Result<Matcher, MatcherError> {
    let mut found = matchers(text)?.0;
    match (found.pop(), found.is_empty()) {
        (Some(matcher), true) => Ok(matcher),
        (None, _) => Err(MatcherError::new(text, 0, "no condition")),
        (Some(_), false) => Err(MatcherError::new(text, 0, "more than one condition")),
    }
}
