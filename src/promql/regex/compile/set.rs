//! Sets of characters, which in Go are of ASCII unless they are Unicode's.

use super::Writer;
use crate::promql::Dialect;

/// No character at all.
const NONE: &str = "[^\\x{0}-\\x{10FFFF}]";

/// Surrogates, which no text holds and the regex crate refuses.
const SURROGATES: std::ops::RangeInclusive<u32> = 0xD800..=0xDFFF;

impl Writer<'_> {
    /// What follows a backslash.
    pub(super) fn escaped(&mut self) -> bool {
        if let Some(set) = self.named_set() {
            self.folded(&format!("[{set}]"), true);
        } else if let Ok(Some(code)) = self.reader.escape() {
            match char::from_u32(code) {
                Some(c) => self.character(c),
                None => self.text.push_str(NONE),
            }
        }
        true
    }

    /// From after `[` to after `]`.
    pub(super) fn class(&mut self) -> bool {
        let mut class = String::from(if self.reader.accept("^") { "[^" } else { "[" });
        let opening = class.len();
        let mut first = true;
        while first || !self.reader.accept("]") {
            first = false;
            if let Some(after) = self.reader.rest.strip_prefix("[:")
                && let Some((name, after)) = after.split_once(":]")
            {
                class.push_str(&posix(name));
                self.reader.rest = after;
                continue;
            }
            if self.reader.accept("\\") {
                if let Some(set) = self.named_set() {
                    class.push_str(&set);
                    continue;
                }
                let Ok(Some(low)) = self.reader.escape() else { break };
                self.range(low, &mut class);
            } else {
                let Some(low) = self.reader.next() else { break };
                self.range(u32::from(low), &mut class);
            }
        }
        if class.len() == opening {
            class.push_str(NONE);
        }
        class.push(']');
        self.folded(&class, true);
        true
    }

    /// A character of a class, or from it to another.
    fn range(&mut self, low: u32, class: &mut String) {
        let mut high = low;
        if self.reader.rest.len() > 1 && !self.reader.rest.starts_with("-]") && self.reader.accept("-") {
            high = match self.reader.next() {
                Some('\\') => self.reader.escape().ok().flatten().unwrap_or(low),
                Some(c) => u32::from(c),
                None => low,
            };
        }
        let low = if SURROGATES.contains(&low) { SURROGATES.end() + 1 } else { low };
        let high = if SURROGATES.contains(&high) { SURROGATES.start() - 1 } else { high };
        if low <= high {
            class.push_str(&format!("\\x{{{low:X}}}-\\x{{{high:X}}}"));
        }
    }

    /// `d`, `pL` and their like, after the backslash, as part of a class.
    fn named_set(&mut self) -> Option<String> {
        let letter = self.reader.rest.chars().next()?;
        let set = match letter.to_ascii_lowercase() {
            'd' => "0-9",
            's' => "\\t\\n\\f\\r ",
            'w' => "0-9A-Za-z_",
            'p' => return Some(self.unicode_set()),
            _ => return None,
        };
        self.reader.next();
        Some(if letter.is_ascii_uppercase() { format!("[^{set}]") } else { set.to_owned() })
    }

    /// `pL`, `p{Greek}`, `P{^Greek}`.
    fn unicode_set(&mut self) -> String {
        let mut negated = self.reader.next() == Some('P');
        let name = if let Some(rest) = self.reader.rest.strip_prefix('{') {
            let (name, after) = rest.split_once('}').unwrap_or_default();
            self.reader.rest = after;
            name
        } else {
            let one = self.reader.rest.chars().next().map_or(0, char::len_utf8);
            let (name, after) = self.reader.rest.split_at(one);
            self.reader.rest = after;
            name
        };
        let bare = name.strip_prefix('^').unwrap_or(name);
        negated ^= bare.len() < name.len();
        let set = match bare {
            "Any" => "\\x{0}-\\x{10FFFF}".to_owned(),
            "Cs" => NONE.to_owned(),
            // Go counted no character without a meaning among these before 1.25.
            "C" if self.reader.dialect == Dialect::V2 => "\\p{Cc}\\p{Cf}\\p{Co}".to_owned(),
            _ if bare.len() < 3 => format!("\\p{{gc={bare}}}"),
            _ => format!("\\p{{sc={bare}}}"),
        };
        if negated { format!("[^{set}]") } else { set }
    }
}

/// `alpha` or `^alpha`, as part of a class.
fn posix(name: &str) -> String {
    let bare = name.strip_prefix('^').unwrap_or(name);
    let set = match bare {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => "\\x00-\\x7F",
        "blank" => "\\t ",
        "cntrl" => "\\x00-\\x1F\\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => "!-/:-@\\[-`{-~",
        "space" => "\\t\\n\\x0B\\f\\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => NONE,
    };
    if bare.len() < name.len() { format!("[^{set}]") } else { set.to_owned() }
}
