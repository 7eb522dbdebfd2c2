//! JSON as Go writes it.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::alerting::alertmanager::Release;

/// How texts are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Html {
    /// `<`, `>` and `&` too: what Go does unless it is told otherwise.
    Escaped,
    /// They stand as they are.
    Plain,
}

struct Go {
    html: Html,
    release: Release,
}

impl Formatter for Go {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let special = |c: char| match c {
            '<' | '>' | '&' => self.html == Html::Escaped,
            c => matches!(c, '\u{2028}' | '\u{2029}'),
        };
        let mut rest = fragment;
        while let Some(at) = rest.find(special) {
            let (plain, after) = rest.split_at(at);
            let escaped = after.chars().next().unwrap_or_default();
            write!(to, "{plain}\\u{:04x}", u32::from(escaped))?;
            rest = &after[escaped.len_utf8()..];
        }
        to.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, to: &mut W, escape: CharEscape) -> io::Result<()> {
        let text = match escape {
            CharEscape::Quote => "\\\"",
            CharEscape::ReverseSolidus => "\\\\",
            CharEscape::Solidus => "/",
            // Go 1.22 learned these.
            CharEscape::Backspace if self.release == Release::V0_25 => "\\u0008",
            CharEscape::FormFeed if self.release == Release::V0_25 => "\\u000c",
            CharEscape::Backspace => "\\b",
            CharEscape::FormFeed => "\\f",
            CharEscape::LineFeed => "\\n",
            CharEscape::CarriageReturn => "\\r",
            CharEscape::Tab => "\\t",
            CharEscape::AsciiControl(byte) => return write!(to, "\\u{byte:04x}"),
        };
        to.write_all(text.as_bytes())
    }
}

/// A value as text.
pub(super) fn write(value: &impl Serialize, html: Html, release: Release) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Go { html, release });
    // Maps with keys that are no texts are all that can fail, and there are none.
    let _ = value.serialize(&mut serializer);
    String::from_utf8_lossy(&text).into_owned()
}
