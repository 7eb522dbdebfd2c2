//! Escaping for HTML, JavaScript and URLs.

use std::borrow::Cow;

use super::super::format;
use super::super::unicode::is_print;
use super::super::value::Value;

/// The arguments as one text.
pub(super) fn text(args: &[Value]) -> Result<Cow<'_, str>, String> {
    match args {
        [Value::Text(text)] => Ok(Cow::Borrowed(text)),
        _ => {
            let shown = args.iter().map(|arg| match arg {
                Value::Nil => Value::text("<no value>"),
                other => other.clone(),
            });
            format::sprint_followed(&shown.collect::<Vec<Value>>()).map(Cow::Owned)
        }
    }
}

pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

pub(super) fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' => out.push_str("\\u003C"),
            '>' => out.push_str("\\u003E"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003D"),
            ' '..='~' => out.push(c),
            _ if !c.is_ascii() && is_print(c) => out.push(c),
            _ => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    out
}

/// `url.QueryEscape`.
pub(in super::super) fn url_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
