//! The syntax of 0.25, which takes nearly anything for a value.

use super::{Matcher, MatcherError, Matchers, Op};
use crate::alerting::alertmanager::Release;

/// Conditions separated by commas that stand in no quotes.
pub(super) fn matchers(text: &str, release: Release) -> Result<Matchers, MatcherError> {
    let mut found = Vec::new();
    for (at, token) in tokens(text) {
        let inner = matcher(token, release);
        found.push(inner.map_err(|error| MatcherError::new(text, at + error.at, error.message))?);
    }
    Ok(Matchers(found))
}

/// The texts between the commas, and where they start. A brace at either end is left out, whether or not the other is
/// there; so is nothing at the end.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let offset = text.len() - inner.len();
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut tokens, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in inner.char_indices() {
        match c {
            ',' if !quoted => {
                tokens.push((offset + start, &inner[start..at]));
                start = at + 1;
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            '\\' => {
                escaped = !escaped;
                continue;
            }
            _ => {}
        }
        escaped = false;
    }
    let last = &inner[start..];
    let trimmed = last.trim();
    if !trimmed.is_empty() {
        let blanks = last.len() - last.trim_start().len();
        tokens.push((offset + start + blanks, trimmed));
    }
    tokens
}

/// A name, an operator and a value, which may be in quotes.
pub(super) fn matcher(text: &str, release: Release) -> Result<Matcher, MatcherError> {
    let wrong = |rest: &str, message: &str| Err(MatcherError::new(text, text.len() - rest.len(), message));
    let rest = text.trim_start_matches(is_blank);
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    if !rest.starts_with(first) {
        return wrong(rest, "a condition starts with the name of a label");
    }
    let end = rest.find(|c: char| !first(c) && !c.is_ascii_digit()).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let rest = rest.trim_start_matches(is_blank);
    let Some(op) = Op::starting(rest) else {
        return wrong(rest, "after the name of a label stands `=`, `!=`, `=~` or `!~`");
    };
    let raw = rest[op.text().len()..].trim_start_matches(is_blank);
    let Some(value) = value(raw.trim_end_matches(is_blank)) else {
        return wrong(
            raw,
            "a double quote within the value needs a backslash, and one at its start another at its end",
        );
    };
    match Matcher::of(name, op, &value, release) {
        Ok(matcher) => Ok(matcher),
        Err(error) => wrong(raw, &error),
    }
}

/// What Go's `\s` is.
const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// A value without its quotes and escapes; `None` if a quote is where none belongs.
fn value(raw: &str) -> Option<String> {
    let (inner, mut awaits_quote) = match raw.strip_prefix('"') {
        Some(inner) => (inner, true),
        None => (raw, false),
    };
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, c @ ('"' | '\\'))) => value.push(c),
                // An escape of anything else is none.
                Some((_, c)) => value.extend(['\\', c]),
                None => value.push('\\'),
            },
            '"' if !awaits_quote || at + 1 < inner.len() => return None,
            '"' => awaits_quote = false,
            _ => value.push(c),
        }
    }
    (!awaits_quote).then_some(value)
}
