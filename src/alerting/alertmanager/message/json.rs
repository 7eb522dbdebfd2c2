//! JSON objects as Go's encoder writes them: fields in the order of their struct, some left out when empty.

use super::{Release, dialect};
use crate::alerting::template::json_quote;

/// An object on its way.
pub(super) struct Object {
    release: Release,
    out: String,
}

impl Object {
    pub(super) fn new(release: Release) -> Object {
        Object { release, out: "{".to_owned() }
    }

    fn key(&mut self, key: &str) {
        if self.out.len() > 1 {
            self.out.push(',');
        }
        json_quote(key, dialect(self.release), &mut self.out);
        self.out.push(':');
    }

    /// A text.
    pub(super) fn text(mut self, key: &str, value: &str) -> Object {
        self.key(key);
        json_quote(value, dialect(self.release), &mut self.out);
        self
    }

    /// A text that is left out when it is empty.
    pub(super) fn text_or_none(self, key: &str, value: &str) -> Object {
        if value.is_empty() { self } else { self.text(key, value) }
    }

    /// A value that is JSON already.
    pub(super) fn json(mut self, key: &str, value: &str) -> Object {
        self.key(key);
        self.out.push_str(value);
        self
    }

    /// Items that are JSON already, left out when there are none.
    pub(super) fn items_or_none(self, key: &str, items: &[String]) -> Object {
        if items.is_empty() { self } else { self.json(key, &list(items)) }
    }

    /// Texts by name.
    pub(super) fn map<'m>(
        self,
        key: &str,
        entries: impl IntoIterator<Item = (&'m String, &'m String)>,
    ) -> Object {
        let release = self.release;
        let inner =
            entries.into_iter().fold(Object::new(release), |object, (name, value)| object.text(name, value));
        self.json(key, &inner.finish())
    }

    /// What is JSON already, by name.
    pub(super) fn object<'m>(
        self,
        key: &str,
        entries: impl IntoIterator<Item = (&'m String, &'m String)>,
    ) -> Object {
        let empty = Object::new(self.release);
        let inner = entries.into_iter().fold(empty, |object, (name, value)| object.json(name, value));
        self.json(key, &inner.finish())
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }

    /// As Go's `Encoder` ends a message.
    pub(super) fn finish_line(self) -> String {
        let mut out = self.finish();
        out.push('\n');
        out
    }
}

/// An array of what is JSON already.
pub(super) fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

/// A text as JSON.
pub(super) fn text(release: Release, text: &str) -> String {
    let mut out = String::new();
    json_quote(text, dialect(release), &mut out);
    out
}
