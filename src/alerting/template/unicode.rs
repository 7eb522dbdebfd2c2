//! Go's classes of characters, from the tables of the `regex` crate.

use std::sync::LazyLock;

use regex::Regex;

static LETTER_OR_DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{Nd}]$").ok());
/// What neither is a letter nor parts letters, and letters of scripts without spaces, which do part them.
static EXTENDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{M}\p{Cf}--\u{200b}]$").ok());
static SPACELESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]$").ok());
static GRAPHIC: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").ok());

fn is_in(class: &LazyLock<Option<Regex>>, c: char) -> bool {
    let mut buffer = [0; 4];
    class.as_ref().is_some_and(|class| class.is_match(c.encode_utf8(&mut buffer)))
}

/// `unicode.IsLetter` or `unicode.IsDigit`.
pub(super) fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_in(&LETTER_OR_DIGIT, c) }
}

/// Whether a word goes on after a character, by UAX 29 and as far as letters are concerned.
pub(super) fn is_in_word(c: char) -> bool {
    if c.is_ascii() {
        return c == '_' || c.is_ascii_alphanumeric();
    }
    is_in(&EXTENDS, c) || (is_letter_or_digit(c) && !is_in(&SPACELESS, c))
}

/// `unicode.IsPrint`: of all spaces only the ASCII one.
pub(super) fn is_print(c: char) -> bool {
    if c.is_ascii() { matches!(c, ' '..='~') } else { is_in(&GRAPHIC, c) }
}

/// One character's simple upper case: Go's tables know no `ß` that becomes two letters.
pub(super) fn to_upper(c: char) -> char {
    let code = u32::from(c);
    match code {
        // Greek with an iota below, whose full upper case is two letters.
        0x1f80..=0x1faf if code & 8 == 0 => char::from_u32(code + 8).unwrap_or(c),
        0x1fb3 | 0x1fc3 | 0x1ff3 => char::from_u32(code + 9).unwrap_or(c),
        _ => single(c.to_uppercase(), c),
    }
}

/// One character's simple lower case.
pub(super) fn to_lower(c: char) -> char {
    // The only character whose lower case is two while a simple one exists.
    if c == '\u{130}' { 'i' } else { single(c.to_lowercase(), c) }
}

/// One character's simple title case, which differs from upper case for the digraphs of Croatian, and in
/// Georgian, whose capitals are never mixed with small letters.
pub(super) fn to_title(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10ff}' => c,
        _ => to_upper(c),
    }
}

fn single(mut cased: impl Iterator<Item = char>, otherwise: char) -> char {
    match (cased.next(), cased.next()) {
        (Some(c), None) => c,
        _ => otherwise,
    }
}
