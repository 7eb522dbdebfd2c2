//! Texts that know how they stand in their file.

use std::fmt;
use std::ops::{Deref, Range};

use serde_saphyr::granit_parser::ScalarStyle;

use super::node::{Node, Value};
use crate::alerting::problem::Place;

/// A text of a file, and where it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, after escapes and folding.
    pub text: String,
    /// Where it starts.
    pub place: Place,
    raw: Range<usize>,
    style: ScalarStyle,
}

impl Default for Written {
    /// No text, at the start of a file.
    fn default() -> Written {
        Written { text: String::new(), place: Place::default(), raw: 0..0, style: ScalarStyle::Plain }
    }
}

impl Written {
    /// The text of a node, or none where the node is no scalar.
    pub(in crate::alerting) fn new(node: &Node<'_>) -> Written {
        let node = node.target();
        match &node.value {
            Value::Scalar { text, style } => Written {
                text: text.to_string(),
                place: node.place(),
                raw: node.raw.start as usize..node.raw.end as usize,
                style: *style,
            },
            _ => Written::absent(node.place()),
        }
    }

    /// No text, at a place.
    pub(in crate::alerting) fn absent(place: Place) -> Written {
        Written { place, ..Written::default() }
    }

    /// Another text that stands at the place of a node, with nothing known of its characters.
    pub(in crate::alerting) fn instead(node: &Node<'_>, text: &str) -> Written {
        Written { text: text.to_owned(), ..Written::absent(node.place()) }
    }

    /// The place in the file of the character at a byte of the text. `file` is the content of the file it was read
    /// from; with any other, the start of the text is returned.
    #[must_use]
    pub fn place_of(&self, byte: usize, file: &str) -> Place {
        let file = file.strip_prefix('\u{feff}').unwrap_or(file);
        let Some(raw) = file.get(self.raw.clone()).filter(|raw| !raw.is_empty()) else { return self.place };
        let before = raw.get(..align(raw, &self.text, byte, self.style)).unwrap_or_default();
        match before.rfind('\n') {
            None => Place { column: self.place.column + before.chars().count(), ..self.place },
            Some(last) => Place {
                line: self.place.line + before.matches('\n').count(),
                column: before[last + 1..].chars().count() + 1,
            },
        }
    }
}

impl Deref for Written {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Walks what was written and what it means side by side: runs of blanks stand for each other, other characters for
/// themselves. Returns the byte of `raw` where the byte `wanted` of `text` was written.
fn align(raw: &str, text: &str, wanted: usize, style: ScalarStyle) -> usize {
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let mut at = usize::from(quoted);
    let mut blank = false;
    for (byte, c) in text.char_indices() {
        let blank_here = c.is_ascii_whitespace();
        if !blank_here {
            at = after_blanks(raw, at, style);
        }
        if byte >= wanted {
            return at;
        }
        if !blank_here {
            at = after_character(raw, at, style);
        } else if !blank {
            // The end of a text may be asked for, so the first blank is only stepped over when more follows.
            let one = usize::from(raw[at..].starts_with(|c: char| c.is_ascii_whitespace()));
            at += if byte + 1 >= text.len() { 0 } else { one };
        }
        blank = blank_here;
    }
    at
}

/// After blanks, line breaks, and in double quotes escapes that stand for them.
fn after_blanks(raw: &str, mut at: usize, style: ScalarStyle) -> usize {
    loop {
        let rest = &raw[at..];
        let blanks = rest.len() - rest.trim_start().len();
        at += blanks;
        let escaped = style == ScalarStyle::DoubleQuoted
            && raw[at..].starts_with('\\')
            && raw[at + 1..].starts_with([' ', '\t', '\n', '\r', 'n', 't', 'r']);
        if !escaped {
            return at;
        }
        at += 2;
    }
}

/// After one character that is no blank.
fn after_character(raw: &str, at: usize, style: ScalarStyle) -> usize {
    let rest = &raw[at..];
    let Some(first) = rest.chars().next() else { return at };
    let length = match (style, first) {
        (ScalarStyle::SingleQuoted, '\'') if rest[1..].starts_with('\'') => 2,
        (ScalarStyle::DoubleQuoted, '\\') => match rest[1..].chars().next() {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(other) => 1 + other.len_utf8(),
            None => 1,
        },
        _ => first.len_utf8(),
    };
    let mut end = (at + length).min(raw.len());
    while !raw.is_char_boundary(end) {
        end += 1;
    }
    end
}
