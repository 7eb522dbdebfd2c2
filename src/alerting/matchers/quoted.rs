//! Go's quoted strings, as far as conditions have them.

use std::fmt::Write as _;

/// Whether a character ends a word, so that names and values with it must be quoted.
pub(super) fn is_reserved(c: char) -> bool {
    is_blank(c) || "{}!=~,\\\"'`".contains(c)
}

/// What Go's `unicode.IsSpace` is.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// A text in double quotes, as Go's `strconv.Quote` makes them.
pub(in crate::alerting) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            // Writing to a text never fails.
            '\0'..='\u{1f}' | '\u{7f}' => drop(write!(quoted, "\\x{:02x}", u32::from(c))),
            _ if is_printed(c) => quoted.push(c),
            _ if u32::from(c) < 0x1_0000 => drop(write!(quoted, "\\u{:04x}", u32::from(c))),
            _ => drop(write!(quoted, "\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether Go prints a character as it is: letters, marks, numbers, signs and the space, as Rust's tables have them too.
fn is_printed(c: char) -> bool {
    // Rust escapes a mark where it would join the quote before it, so something stands between.
    let as_it_is = || format!("a{c}").escape_debug().skip(1).eq(std::iter::once(c));
    c == ' ' || !(c.is_whitespace() || c.is_control()) && as_it_is()
}

/// The text of a string in double quotes; `None` if it is none to Go's `strconv.Unquote`, or no UTF-8.
pub(super) fn unquote(quoted: &str) -> Option<String> {
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' | '\n' => return None,
            '\\' => rest = escape(rest, &mut bytes)?,
            _ => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Takes an escape, its backslash gone already, and returns what follows.
fn escape<'a>(text: &'a str, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let escape = text.chars().next()?;
    let rest = &text[escape.len_utf8()..];
    let plain = match escape {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' | '"' => escape as u8,
        'x' => return byte(rest, 2, 16, bytes),
        '0'..='7' => return byte(text, 3, 8, bytes),
        'u' | 'U' => {
            let (value, rest) = number(rest, if escape == 'u' { 4 } else { 8 }, 16)?;
            bytes.extend(char::from_u32(value)?.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(rest);
        }
        _ => return None,
    };
    bytes.push(plain);
    Some(rest)
}

fn byte<'a>(text: &'a str, digits: usize, radix: u32, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let (value, rest) = number(text, digits, radix)?;
    bytes.push(u8::try_from(value).ok()?);
    Some(rest)
}

fn number(text: &str, digits: usize, radix: u32) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(digits)?;
    let sound = digits.chars().all(|c| c.is_digit(radix));
    sound.then(|| u32::from_str_radix(digits, radix).ok())?.map(|value| (value, rest))
}
