//! The types of what is posted, with Go's words where they are others.

use super::instant;
use super::json::Json;
use super::posted::Texts;
use crate::alerting::alertmanager::Release;

/// A value that is of another type than its place wants.
#[derive(Debug)]
pub(super) struct TypeError {
    /// What it is.
    found: &'static str,
    /// What is wanted.
    wanted: &'static str,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// The whole.
    Value,
    /// A field of a named structure, and the key in it where it is a map.
    Field { of: String, key: String, inside: Option<String> },
    /// A text that reads itself: 0.33 no longer says where it stands.
    Own { of: String, key: String },
    /// An item of the matchers.
    Item(usize),
    /// A field of one.
    Inner(usize, &'static str),
}

impl TypeError {
    pub(super) fn value(found: &Json, wanted: &'static str) -> TypeError {
        TypeError { found: found.kind(), wanted, place: Place::Value }
    }

    pub(super) fn field(found: &Json, (of, key): (&str, &str), wanted: &'static str) -> TypeError {
        let place = Place::Field { of: of.to_owned(), key: key.to_owned(), inside: None };
        TypeError { found: found.kind(), wanted, place }
    }

    pub(super) fn item(found: &Json, place: usize, wanted: &'static str) -> TypeError {
        TypeError { found: found.kind(), wanted, place: Place::Item(place) }
    }

    /// In the words of a release.
    pub(super) fn text(&self, release: Release) -> String {
        let old = release == Release::V0_25;
        let place = match &self.place {
            Place::Value => "Go value".to_owned(),
            Place::Own { .. } if !old => "Go value".to_owned(),
            Place::Field { of, key, inside: Some(inside) } if !old => {
                format!("Go struct field {of}.{key}.{inside}")
            }
            Place::Field { of, key, .. } | Place::Own { of, key } => format!("Go struct field {of}.{key}"),
            Place::Item(_) if old => "Go struct field Silence.matchers".to_owned(),
            Place::Item(place) => format!("Silence.matchers.{place}"),
            Place::Inner(_, key) if old => format!("Go struct field Matcher.matchers.{key}"),
            Place::Inner(place, key) => format!("Go struct field Silence.matchers.{place}.{key}"),
        };
        format!("json: cannot unmarshal {} into {place} of type {}", self.found, self.wanted)
    }
}

/// Texts by name; none where there is nothing or null. A null among them is an empty one.
pub(super) fn texts(json: &Json, (of, key): (&str, &str)) -> Result<Option<Texts>, TypeError> {
    let fields = match json.field(key) {
        Json::Null => return Ok(None),
        Json::Object(fields) => fields,
        other => return Err(TypeError::field(other, (of, key), "models.LabelSet")),
    };
    let mut texts = Texts::new();
    for (name, value) in fields {
        let text = match value {
            Json::Text(text) => text.clone(),
            Json::Null => String::new(),
            other => {
                let place =
                    Place::Field { of: of.to_owned(), key: key.to_owned(), inside: Some(name.clone()) };
                return Err(TypeError { found: other.kind(), wanted: "string", place });
            }
        };
        texts.insert(name.clone(), text);
    }
    Ok(Some(texts))
}

/// A text; none where there is nothing or null.
pub(super) fn plain(json: &Json, (of, key): (&str, &str)) -> Result<Option<String>, TypeError> {
    match json.field(key) {
        Json::Null => Ok(None),
        Json::Text(text) => Ok(Some(text.clone())),
        // A URL reads itself.
        other if key == "generatorURL" => {
            let place = Place::Own { of: of.to_owned(), key: key.to_owned() };
            Err(TypeError { found: other.kind(), wanted: "string", place })
        }
        other => Err(TypeError::field(other, (of, key), "string")),
    }
}

/// An instant in milliseconds since 1970; none where there is nothing or null.
pub(super) fn instant(json: &Json, (of, key): (&str, &str), release: Release) -> Result<Option<i64>, String> {
    match json.field(key) {
        Json::Null => Ok(None),
        Json::Text(text) => instant::read(text, release).map(Some),
        other => {
            let place = Place::Own { of: of.to_owned(), key: key.to_owned() };
            Err(TypeError { found: other.kind(), wanted: "string", place }.text(release))
        }
    }
}

/// A text of a matcher.
pub(super) fn inner(json: &Json, (place, key): (usize, &'static str)) -> Result<Option<String>, TypeError> {
    match json.field(key) {
        Json::Null => Ok(None),
        Json::Text(text) => Ok(Some(text.clone())),
        other => Err(TypeError { found: other.kind(), wanted: "string", place: Place::Inner(place, key) }),
    }
}

/// A truth value of a matcher.
pub(super) fn truth(json: &Json, (place, key): (usize, &'static str)) -> Result<Option<bool>, TypeError> {
    match json.field(key) {
        Json::Null => Ok(None),
        Json::Bool(truth) => Ok(Some(*truth)),
        other => Err(TypeError { found: other.kind(), wanted: "bool", place: Place::Inner(place, key) }),
    }
}

/// As Go's `%q` shows a text, for what is common in names and URLs.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_ascii_control() => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
