//! Serde's and Rust's words in the words of the person who wrote the file.

use serde::de::Unexpected;

use super::{
    nearest::nearest,
    scalar::{Kind, Scalar, resolve},
    tree::{Node, Value},
};

/// A message is one line: longer text is cut, the file itself is shown below it.
const MAX_SHOWN: usize = 40;

/// What serde says it expected, for the visitors of serde itself and of its derive; other text is kept.
pub(super) fn expected(said: &str) -> String {
    let plain = match said {
        "a string" => "text",
        "a character" => "a single character",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a mapping",
        "unit" => "nothing",
        "f32" | "f64" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "u128" | "usize" => "a whole number, 0 or more",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" | "i64" | "i128" | "isize" => "a whole number",
        _ => return compound(said).unwrap_or_else(|| said.to_owned()),
    };
    plain.to_owned()
}

fn compound(said: &str) -> Option<String> {
    if let Some(kind) = said.strip_prefix("a nonzero ") {
        return Some(
            if kind.starts_with('u') { "a whole number, 1 or more" } else { "a whole number but 0" }.into(),
        );
    }
    if let Some(length) = said.strip_prefix("a tuple of size ").or(said.strip_prefix("an array of length ")) {
        return Some(format!("a list of {length}"));
    }
    if let Some(rest) = said.strip_prefix("tuple ") {
        let length = rest.split_once(" with ").and_then(|(_, size)| size.split(' ').next());
        return Some(length.map_or_else(|| "a list".to_owned(), |length| format!("a list of {length}")));
    }
    said.starts_with("struct ").then(|| "a mapping".to_owned())
}

/// What a visitor says it was given.
pub(super) fn given(unexpected: &Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Char(value) => format!("text \"{value}\""),
        Unexpected::Str(value) => text(value),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        Unexpected::Other(other) => (*other).to_owned(),
        other => other.to_string(),
    }
}

/// What stands in the file.
pub(super) fn seen(node: &Node) -> String {
    match &node.value {
        Value::Seq(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
        Value::Scalar(scalar) => match scalar.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Int(_) | Kind::Float(_) => format!("the number {}", shown(&scalar.text)),
            Kind::Text => text(&scalar.text),
        },
    }
}

/// How to turn what stands in the file into what was expected, when that is a matter of how it was written.
pub(super) fn advice(said: &str, node: &Node) -> Option<String> {
    let Value::Scalar(scalar) = &node.value else { return None };
    match said {
        "a string" | "a character" => (scalar.kind != Kind::Text && !scalar.text.is_empty())
            .then(|| format!("put quotes around it to make it text: \"{}\"", shown(&scalar.text))),
        "a sequence" => {
            (scalar.kind != Kind::Null).then(|| format!("put it into a list: [{}]", as_written(scalar)))
        }
        _ => unquoted(said, scalar).then(|| format!("remove the quotes: {}", scalar.text)),
    }
}

fn as_written(scalar: &Scalar) -> String {
    let text = shown(&scalar.text);
    if scalar.quoted { format!("\"{text}\"") } else { text }
}

/// Whether the scalar would be what is expected but for its quotes.
fn unquoted(said: &str, scalar: &Scalar) -> bool {
    let kind = resolve(&scalar.text);
    let fits = match kind {
        Kind::Bool(_) => said == "a boolean",
        Kind::Int(_) => expected(said).starts_with("a whole number") || expected(said) == "a number",
        Kind::Float(_) => expected(said) == "a number",
        Kind::Null | Kind::Text => false,
    };
    scalar.quoted && fits
}

/// ``unknown key `personnas`; did you mean `personas`?``
pub(super) fn unknown<'a>(what: &str, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let name_shown = shown(name);
    match nearest(name, candidates) {
        Some(meant) => format!("unknown {what} `{name_shown}`; did you mean `{meant}`?"),
        None => format!("unknown {what} `{name_shown}`"),
    }
}

fn text(value: &str) -> String {
    format!("text \"{}\"", shown(value))
}

/// The text on one line, cut when long.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).flat_map(escaped).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Line breaks and terminal control characters are spelt out, quotes and other languages' letters are not.
fn escaped(c: char) -> impl Iterator<Item = char> {
    let spelt = c.is_control().then(|| c.escape_default());
    let kept = spelt.is_none().then_some(c);
    spelt.into_iter().flatten().chain(kept)
}
