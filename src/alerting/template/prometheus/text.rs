//! Case and patterns.

use super::super::format;
use super::super::functions::Call;
use super::super::unicode::{is_in_word, is_letter_or_digit, to_lower, to_title, to_upper};
use super::super::value::Value;
use crate::promql::{self, Dialect};

/// A character that nothing is expected to contain; of one byte.
const MARK: char = '\u{1}';

pub(in super::super) fn upper(text: &str) -> String {
    text.chars().map(to_upper).collect()
}

pub(in super::super) fn lower(text: &str) -> String {
    text.chars().map(to_lower).collect()
}

/// The first letter of every word in title case, the rest as it was.
pub(super) fn title(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::V2 => title_by_separators(text),
        Dialect::V3 => title_by_words(text, false),
    }
}

/// What the words of a text are parted by in `golang.org/x/text/cases`, after Unicode's UAX 29. Two of these
/// in a row end a word, one alone does not.
const fn is_within_word(c: char) -> bool {
    matches!(
        c,
        '\'' | '.'
            | ':'
            | '\u{b7}'
            | '\u{387}'
            | '\u{55f}'
            | '\u{5f4}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{fe13}'
            | '\u{fe52}'
            | '\u{fe55}'
            | '\u{ff07}'
            | '\u{ff0e}'
            | '\u{ff1a}'
    )
}

/// `cases.Title` with lowering, as Alertmanager has it.
pub(in super::super) fn title_and_lower(text: &str) -> String {
    title_by_words(text, true)
}

/// `cases.Title`; Prometheus 3.5 has it without lowering.
fn title_by_words(text: &str, lower: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_word, mut after_mid) = (false, false);
    for (at, c) in text.char_indices() {
        let mid = is_within_word(c);
        if after_mid && mid {
            in_word = false;
        }
        after_mid = mid;
        if (c.is_lowercase() || c.is_uppercase() || to_title(c) != c) && !in_word {
            push_title(c, &mut out);
            in_word = true;
            continue;
        }
        if lower && in_word && c == 'Σ' && !goes_on(text.get(at + c.len_utf8()..).unwrap_or_default()) {
            out.push('ς');
        } else if lower && in_word {
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
        if !(mid || is_in_word(c)) {
            in_word = false;
        }
    }
    out
}

/// Whether a letter that has cases follows before the word ends: where none does, a sigma is a final one.
fn goes_on(rest: &str) -> bool {
    let next = rest.chars().find(|c| !is_within_word(*c));
    next.is_some_and(|c| c.is_lowercase() || c.is_uppercase() || to_title(c) != c)
}

/// The full title case of a letter: `ß` becomes `Ss`.
fn push_title(c: char, out: &mut String) {
    let single = to_title(c);
    let mut upper = c.to_uppercase();
    match upper.next() {
        Some(first) if single == c && upper.len() > 0 => {
            out.push(first);
            // Of `ŉ` only the second is a letter that has cases.
            let cased = to_lower(first) != first;
            upper.for_each(|next| out.push(if cased { to_lower(next) } else { next }));
        }
        _ => out.push(single),
    }
}

/// 2.42: `strings.Title`.
fn title_by_separators(text: &str) -> String {
    let mut before = ' ';
    text.chars()
        .map(|c| {
            let first = is_separator(before);
            before = c;
            if first { to_title(c) } else { c }
        })
        .collect()
}

/// In ASCII everything but letters, digits and the underscore parts words, beyond it only space.
fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !is_letter_or_digit(c) && c.is_whitespace()
}

/// `reReplaceAll pattern replacement text`.
pub(in super::super) fn replace_all(call: &Call<'_>) -> Result<Value, String> {
    let (pattern, template, text) = (call.text(0), call.text(1), call.text(2));
    // Every place of the text may match, and every `$` may stand for all that was matched.
    let references = template.matches('$').count();
    let most = (text.len() + 1)
        .saturating_mul(template.len())
        .saturating_add(text.len().saturating_mul(references.saturating_add(1)));
    if most > 16 * format::MOST_TEXT {
        return Err(format::TOO_LONG.to_owned());
    }
    match promql::replace_all(pattern, text, template) {
        Ok(replaced) => Ok(replaced.into()),
        Err(error) => Err(format!("regexp: Compile({}): error parsing regexp: {error}", backquoted(pattern))),
    }
}

/// As Go's panic of `MustCompile` shows a pattern.
fn backquoted(pattern: &str) -> String {
    if pattern.contains('`') { format::quote(pattern) } else { format!("`{pattern}`") }
}

/// `match pattern text`, anywhere in the text.
pub(in super::super) fn matches(call: &Call<'_>) -> Result<Value, String> {
    let (pattern, text) = (call.text(0), call.text(1));
    // A mark that the text does not have shows whether anything was replaced.
    let longest = text.split(|c| c != MARK).map(str::len).max().unwrap_or(0);
    let mark = MARK.to_string().repeat(longest + 1);
    if mark.len().saturating_mul(text.len() + 1) > 16 * format::MOST_TEXT {
        return Err(format::TOO_LONG.to_owned());
    }
    match promql::replace_all(pattern, text, &mark) {
        Ok(marked) => Ok(Value::Bool(marked.contains(&mark))),
        Err(error) => Err(format!("error parsing regexp: {error}")),
    }
}
