//! JSON as Prometheus writes it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

use crate::promql::{Dialect, json_float};

/// What holds labels: 3.5 writes those without a care for HTML.
const LABELS: [&str; 5] = ["labels", "annotations", "discoveredLabels", "target", "metric"];

/// Data as JSON.
pub(super) fn text(data: &impl Serialize, dialect: Dialect) -> String {
    written(data, Go { dialect, ..Go::default() })
}

/// Label sets as JSON.
pub(super) fn labels(data: &impl Serialize, dialect: Dialect) -> String {
    let plain_from = (dialect == Dialect::V3).then_some(0);
    written(data, Go { dialect, plain_from, ..Go::default() })
}

fn written(data: &impl Serialize, go: Go) -> String {
    let mut bytes = Vec::new();
    // Only types of ours, with text keys: they can be written, and what is written is text.
    let _ = data.serialize(&mut Serializer::with_formatter(&mut bytes, go));
    String::from_utf8(bytes).unwrap_or_default()
}

/// Escapes `<`, `>` and `&` outside labels, and writes numbers as Go does.
#[derive(Default)]
struct Go {
    dialect: Dialect,
    in_key: bool,
    key: String,
    depth: usize,
    /// The depth of the object from which on nothing is escaped for HTML's sake.
    plain_from: Option<usize>,
}

impl Formatter for Go {
    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.in_key = true;
        self.key.clear();
        CompactFormatter.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.plain_from.is_none() && self.dialect == Dialect::V3 && LABELS.contains(&self.key.as_str()) {
            self.plain_from = Some(self.depth);
        }
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.plain_from == Some(self.depth) {
            self.plain_from = None;
        }
        self.depth -= 1;
        self.key.clear();
        writer.write_all(b"}")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        if self.in_key {
            self.key.push_str(text);
        }
        if self.plain_from.is_some() {
            return writer.write_all(text.as_bytes());
        }
        let minded = |c: char| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        let mut rest = text;
        while let Some(at) = rest.find(minded) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut chars = from.chars();
            if let Some(escaped) = chars.next() {
                write!(writer, "\\u{:04x}", u32::from(escaped))?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Backspace => writer.write_all(b"\\u0008"),
            CharEscape::FormFeed => writer.write_all(b"\\u000c"),
            other => CompactFormatter.write_char_escape(writer, other),
        }
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(json_float(value).as_bytes())
    }
}
