//! Go's quoting of strings and characters.

use super::super::unicode::is_print;

/// `strconv.Quote`.
pub(crate) fn quote(text: &str) -> String {
    quote_with(text, '"', false)
}

/// Quotes with a quote character; `ascii` escapes everything else.
pub(super) fn quote_with(text: &str, mark: char, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for c in text.chars() {
        match c {
            _ if c == mark || c == '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            _ if is_print(c) && (!ascii || c.is_ascii()) => out.push(c),
            _ => {
                let code = u32::from(c);
                out.push_str(&match code {
                    ..0x20 | 0x7f => format!("\\x{code:02x}"),
                    ..0x1_0000 => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                });
            }
        }
    }
    out.push(mark);
    out
}

/// Whether a text fits between backquotes unchanged.
pub(super) fn can_backquote(text: &str) -> bool {
    text.chars().all(|c| !matches!(c, '\u{feff}' | '`' | '\u{7f}') && (c >= ' ' || c == '\t'))
}

/// `%#U` of a character.
pub(in super::super) fn code_point(c: char) -> String {
    let code = u32::from(c);
    if is_print(c) { format!("U+{code:04X} '{c}'") } else { format!("U+{code:04X}") }
}
