//! Go's quoted strings and characters.

/// What a string literal with its quotes stands for; `None` if it is none. Escapes can spell bytes that are
/// not UTF-8; those become U+FFFD, as they would in every answer of Prometheus' HTTP interface.
pub(super) fn unquote(quoted: &str) -> Option<String> {
    if let Some(raw) = quoted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        return (!raw.contains('`')).then(|| raw.replace('\r', ""));
    }
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (value, after) = one(rest, '"')?;
        value.push_to(&mut bytes);
        rest = after;
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The character that a literal such as `'a'` stands for, as its code point.
pub(super) fn character(quoted: &str) -> Result<u32, String> {
    let inner = quoted.get(1..).unwrap_or_default();
    match one(inner, '\'') {
        None => Err("invalid syntax".to_owned()),
        Some((Spelled::Char(c), "'")) => Ok(u32::from(c)),
        Some((Spelled::Byte(byte), "'")) => Ok(u32::from(byte)),
        Some(_) => Err(format!("malformed character constant: {quoted}")),
    }
}

enum Spelled {
    Char(char),
    /// `\xff` and `\377` are bytes in strings and code points in characters.
    Byte(u8),
}

impl Spelled {
    fn push_to(self, bytes: &mut Vec<u8>) {
        match self {
            Spelled::Char(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Spelled::Byte(byte) => bytes.push(byte),
        }
    }
}

/// Takes one character or escape off the front.
fn one(text: &str, quote: char) -> Option<(Spelled, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Spelled::Char(first), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let plain = |c: char| Some((Spelled::Char(c), rest));
    match escape {
        'a' => plain('\u{7}'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        'n' => plain('\n'),
        'r' => plain('\r'),
        't' => plain('\t'),
        'v' => plain('\u{b}'),
        '\\' => plain('\\'),
        _ if escape == quote => plain(quote),
        'x' => {
            let (value, rest) = digits(rest, 2, 16)?;
            Some((Spelled::Byte(u8::try_from(value).ok()?), rest))
        }
        'u' | 'U' => {
            let (value, rest) = digits(rest, if escape == 'u' { 4 } else { 8 }, 16)?;
            Some((Spelled::Char(char::from_u32(value)?), rest))
        }
        '0'..='7' => {
            let (value, rest) = digits(text.get(1..)?, 3, 8)?;
            Some((Spelled::Byte(u8::try_from(value).ok()?), rest))
        }
        _ => None,
    }
}

fn digits(text: &str, count: usize, radix: u32) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    let valid = digits.chars().all(|c| c.is_digit(radix));
    let value = valid.then(|| u32::from_str_radix(digits, radix).ok())??;
    Some((value, rest))
}
