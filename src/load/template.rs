//! Text in which `{name}` stands for what a session knows; `{{` and `}}` are braces.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

/// The name of a session's own number, which every session knows.
pub(crate) const SESSION: &str = "session";

/// What a session knows: its own number, and what earlier answers held.
pub(super) type Known = BTreeMap<String, Value>;

/// Text with names in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadTemplate {
    #[error("a `{{` is never closed; write `{{{{` for a brace")]
    Unclosed,
    #[error("a `}}` closes nothing; write `}}}}` for a brace")]
    Unopened,
    #[error("`{{{0}}}` holds no name: use letters, digits, `-` and `_`, or write `{{{{` for a brace")]
    NoName(String),
}

/// Whether it can stand between braces.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

impl Template {
    /// Reads a template; every mistake in it, if there is one.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<BadTemplate>> {
        let (mut parts, mut literal, mut bad) = (Vec::new(), String::new(), Vec::new());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            rest = after;
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
            } else if brace == "}" {
                bad.push(BadTemplate::Unopened);
            } else if let Some(end) = rest.find(['{', '}']).filter(|end| rest[*end..].starts_with('}')) {
                let name = &rest[..end];
                rest = &rest[end + 1..];
                if is_name(name) {
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                    parts.push(Part::Name(name.to_owned()));
                } else {
                    bad.push(BadTemplate::NoName(name.to_owned()));
                }
            } else {
                bad.push(BadTemplate::Unclosed);
            }
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        parts.retain(|part| *part != Part::Text(String::new()));
        if bad.is_empty() { Ok(Self { parts }) } else { Err(bad) }
    }

    /// The names in it, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text around the names, in order.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Name(_) => None,
        })
    }

    /// Whether it begins with a name.
    pub(crate) fn starts_with_name(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Name(_)))
    }

    /// The name, when there is one and nothing else.
    pub(super) fn alone(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// The text with every name replaced by its value.
    pub(super) fn text(&self, known: &Known) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Name(name) => value_text(known, name).into_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// A header's value: what no header can hold is percent-encoded.
    pub(super) fn header(&self, known: &Known) -> String {
        encode(&self.text(known), |byte| matches!(byte, b' '..=b'~'))
    }

    /// A path with its query. Values are percent-encoded, so that none can end its segment; but a value that comes
    /// first is a path or a URL itself, as in a `Location` header. Its scheme and host are dropped: a session asks
    /// nobody but the target.
    pub(super) fn path(&self, known: &Known) -> String {
        let mut path = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => path.push_str(&encode(text, is_visible)),
                Part::Name(name) if path.is_empty() => path = reference(&value_text(known, name)),
                Part::Name(name) => path.push_str(&encode(&value_text(known, name), is_unreserved)),
            }
        }
        path
    }
}

/// A name that is not known is refused with the scenario; here it is nothing.
fn value_text<'a>(known: &'a Known, name: &str) -> Cow<'a, str> {
    match known.get(name) {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(value) => Cow::Owned(value.to_string()),
        None => Cow::Borrowed(""),
    }
}

fn reference(value: &str) -> String {
    let path = match value.split_once("://") {
        Some(("http" | "https", rest)) => rest.find(['/', '?']).map_or("", |at| &rest[at..]),
        _ => value,
    };
    let path = encode(path.split('#').next().unwrap_or_default(), is_visible);
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// The characters that mean nothing in a URL (RFC 3986, section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

fn encode(text: &str, keeps: fn(u8) -> bool) -> String {
    let byte = |byte: u8| if keeps(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn known() -> Known {
        let pairs = [
            (SESSION, json!(7)),
            ("id", json!("a/b ü")),
            ("next", json!("https://elsewhere:1/x y?z=1#w")),
            ("line", json!("a\r\nb")),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).into()
    }

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap_or_else(|bad| panic!("{text}: {bad:?}"))
    }

    #[test]
    fn names_are_replaced_and_braces_are_kept() {
        for (text, filled) in [
            ("", ""),
            ("plain", "plain"),
            ("{session}", "7"),
            ("t-{session}/{id}", "t-7/a/b ü"),
            ("{{session}}", "{session}"),
            ("{{{session}}}", "{7}"),
            ("a }} b {{", "a } b {"),
        ] {
            assert_eq!(template(text).text(&known()), filled, "{text}");
        }
    }

    #[test]
    fn every_mistake_is_found_at_once() {
        let bad = Template::parse("{a b} {session} } {").expect_err("three mistakes");
        assert_eq!(
            bad.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "`{a b}` holds no name: use letters, digits, `-` and `_`, or write `{{` for a brace",
                "a `}` closes nothing; write `}}` for a brace",
                "a `{` is never closed; write `{{` for a brace",
            ]
        );
        assert_eq!(Template::parse("{}"), Err(vec![BadTemplate::NoName(String::new())]));
        assert_eq!(Template::parse("{a{session}"), Err(vec![BadTemplate::Unclosed]));
    }

    #[test]
    fn values_cannot_leave_their_place_in_a_path_or_header() {
        for (text, path) in [
            ("/x/{id}?q={id}&s={session}", "/x/a%2Fb%20%C3%BC?q=a%2Fb%20%C3%BC&s=7"),
            ("/ü/{session}", "/%C3%BC/7"),
            ("{next}", "/x%20y?z=1"),
            ("{next}&more={session}", "/x%20y?z=1&more=7"),
            ("{session}", "/7"),
        ] {
            assert_eq!(template(text).path(&known()), path, "{text}");
        }
        assert_eq!(template("v {line}").header(&known()), "v a%0D%0Ab");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_literal_text_comes_back(text in ".{0,40}", braces in "[{}a-c ]{0,20}") {
            for text in [&text, &braces] {
                if let Ok(template) = Template::parse(text) {
                    template.path(&known());
                    template.header(&known());
                    template.text(&known());
                }
                let literal = text.replace('{', "{{").replace('}', "}}");
                prop_assert_eq!(&template(&literal).text(&known()), text);
            }
        }
    }
}
