//! Matchers: `severity="critical"`, several of them behind commas, in braces or not.

use super::super::form::{REGEX, is_name};
use super::super::shape::Shape::{Form as Formed, List};
use super::super::shape::{Form, Shape};

/// A list of matchers.
pub(super) const MATCHERS: Shape =
    List(&Formed(&Form { what: "a matcher such as severity=\"critical\" or team=~\"a|b\"", fits: matchers }));

/// Longest first: `=~` begins with `=`.
const OPERATORS: [&str; 4] = ["=~", "!~", "!=", "="];

fn matchers(text: &str) -> Result<(), &'static str> {
    let mut inner = text.trim();
    inner = inner.strip_prefix('{').unwrap_or(inner);
    inner = inner.strip_suffix('}').unwrap_or(inner).trim();
    let parts = split(inner)?;
    // A comma may end the list.
    let parts = if parts.len() > 1 && parts.last().is_some_and(|last| last.trim().is_empty()) {
        &parts[..parts.len() - 1]
    } else {
        &parts[..]
    };
    parts.iter().try_for_each(|part| matcher(part.trim()))
}

/// At commas outside quotes.
fn split(text: &str) -> Result<Vec<&str>, &'static str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    if quoted { Err("a quote is never closed") } else { Ok(parts) }
}

fn matcher(text: &str) -> Result<(), &'static str> {
    let Some(at) = text.find(['=', '!']) else {
        return Err("it has no operator (=, !=, =~ or !~)");
    };
    let (name, rest) = (text[..at].trim(), &text[at..]);
    // Alertmanager 0.27 takes any name in quotes.
    let quoted = name.len() > 2 && name.starts_with('"') && name.ends_with('"');
    if !quoted && !is_name(name, true) {
        return Err("before the operator stands no label name");
    }
    let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator));
    let Some(operator) = operator else {
        return Err("it has no operator (=, !=, =~ or !~)");
    };
    let value = unquoted(rest[operator.len()..].trim())?;
    match (&REGEX, operator) {
        (Formed(regex), "=~" | "!~") => (regex.fits)(value),
        _ => Ok(()),
    }
}

fn unquoted(value: &str) -> Result<&str, &'static str> {
    let Some(inner) = value.strip_prefix('"') else {
        return if value.contains('"') { Err("a quote stands inside the value") } else { Ok(value) };
    };
    let Some(inner) = inner.strip_suffix('"') else {
        return Err("the value's quote is never closed");
    };
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Err("a quote stands inside the value"),
            _ => {}
        }
    }
    if escaped { Err("the value's quote is never closed") } else { Ok(inner) }
}
