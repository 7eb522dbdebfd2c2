//! Patterns made to run: from Go's syntax to that of the regex crate, with Go's meaning.
//!
//! Every character, set and edge is written out such that it means the same whatever flags are set, but for `i`,
//! which stands around what it is on.

use regex::{Regex, RegexBuilder};

use super::Reader;
use crate::promql::Dialect;

mod pattern;
mod set;
mod template;

pub use pattern::{Pattern, replace_all};

/// Bytes of a compiled pattern. A thousand `\pL` need some two thirds of it.
const MOST_BYTES: usize = 64 << 20;

/// Bytes of a compiled pattern, tried from the least: what one really takes is not told.
const SIZES: [usize; 3] = [64 << 10, 1 << 20, MOST_BYTES];

/// Bytes that the patterns of one query may take together, each counted as the one of [`SIZES`] that it fits into:
/// four thousand patterns as people write them.
const MOST_TOGETHER: usize = 4 * MOST_BYTES;

/// What is left for the patterns of a query.
#[derive(Debug, Clone)]
pub(in crate::promql) struct Room(usize);

impl Default for Room {
    fn default() -> Room {
        Room(MOST_TOGETHER)
    }
}

/// The translation nests deeper than the pattern, by a small factor, and that is at most 250 deep.
const MOST_NESTED: u32 = 4000;

/// A matcher's pattern, known to be sound, which must match a whole label. In Prometheus 3 its `.` matches a line
/// feed too.
///
/// # Errors
///
/// The pattern is too large, alone or beside those before it.
pub(in crate::promql) fn anchored(pattern: &str, dialect: Dialect, room: &mut Room) -> Result<Regex, String> {
    let flags = Flags { any: dialect == Dialect::V3, ..Flags::default() };
    let translated = translate(pattern, dialect, flags, false);
    let text = format!("\\A(?:{})\\z", translated.text);
    let [tight, .., most] = SIZES;
    let (mut size, mut built) = (tight, within(&text, tight));
    for larger in SIZES.into_iter().skip(1) {
        if matches!(built, Err(regex::Error::CompiledTooBig(_))) && room.0 >= larger {
            (size, built) = (larger, within(&text, larger));
        }
    }
    let cut_short = size < most && matches!(built, Err(regex::Error::CompiledTooBig(_)));
    match room.0.checked_sub(size) {
        Some(left) if !cut_short => room.0 = left,
        _ => return Err("a pattern that is too large beside the others of the query".to_owned()),
    }
    told(built)
}

fn within(text: &str, size: usize) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(size).nest_limit(MOST_NESTED).build()
}

fn build(text: &str) -> Result<Regex, String> {
    told(within(text, MOST_BYTES))
}

fn told(built: Result<Regex, regex::Error>) -> Result<Regex, String> {
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "a pattern that is too large".to_owned(),
        _ => "an invalid pattern".to_owned(),
    })
}

/// What `(?i)` and its like have set.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    /// `i`: upper and lower case are the same.
    fold: bool,
    /// `m`: `^` and `$` are the edges of lines.
    lines: bool,
    /// `s`: `.` matches a line feed.
    any: bool,
    /// `U`: repetitions take as little as they can, those with `?` as much.
    lazy: bool,
}

struct Translated {
    text: String,
    names: Vec<String>,
}

/// Of a pattern that is known to be one.
fn translate(pattern: &str, dialect: Dialect, flags: Flags, captures: bool) -> Translated {
    let reader = Reader { rest: pattern, dialect, nested: 0, quote_open: false };
    let mut writer = Writer { reader, flags, captures, text: String::new(), names: Vec::new() };
    writer.alternatives();
    Translated { text: writer.text, names: writer.names }
}

struct Writer<'a> {
    reader: Reader<'a>,
    flags: Flags,
    /// Whether groups are told apart.
    captures: bool,
    text: String,
    names: Vec<String>,
}

impl Writer<'_> {
    fn alternatives(&mut self) {
        self.sequence();
        while self.reader.accept("|") {
            self.text.push('|');
            self.sequence();
        }
    }

    fn sequence(&mut self) {
        // Where the part starts that a repetition would be of. Flags and empty quotations leave the one before.
        let mut last = self.text.len();
        let mut repeated = false;
        while let Some(c) = self.reader.rest.chars().next().filter(|c| *c != '|' && *c != ')') {
            if let Ok(Some((least, most))) = self.reader.repetition() {
                if repeated {
                    self.text.insert_str(last, "(?:");
                    self.text.push(')');
                }
                self.repeat(c, least, most);
                repeated = true;
                continue;
            }
            let start = self.text.len();
            let part = if self.reader.accept("\\Q") { self.quoted() } else { self.atom().then_some(start) };
            if let Some(part) = part {
                (last, repeated) = (part, false);
            }
        }
    }

    fn repeat(&mut self, sign: char, least: u32, most: Option<u32>) {
        match (sign, most) {
            ('{', None) => self.text.push_str(&format!("{{{least},}}")),
            ('{', Some(most)) => self.text.push_str(&format!("{{{least},{most}}}")),
            _ => self.text.push(sign),
        }
        if self.reader.accept("?") != self.flags.lazy {
            self.text.push('?');
        }
    }

    /// From after `\Q` to after `\E`; where the last character was written, if there was one.
    fn quoted(&mut self) -> Option<usize> {
        let (quoted, after) = self.reader.rest.split_once("\\E").unwrap_or((self.reader.rest, ""));
        self.reader.rest = after;
        let mut last = None;
        for c in quoted.chars() {
            last = Some(self.text.len());
            self.character(c);
        }
        last
    }

    fn character(&mut self, c: char) {
        let plain = c.is_ascii_alphanumeric() || !c.is_ascii();
        let escaped = if plain { String::from(c) } else { format!("\\x{:02X}", u32::from(c)) };
        let has_case = c.is_ascii_alphabetic() || !c.is_ascii();
        self.folded(&escaped, has_case);
    }

    fn folded(&mut self, text: &str, has_case: bool) {
        if self.flags.fold && has_case {
            self.text.push_str(&format!("(?i:{text})"));
        } else {
            self.text.push_str(text);
        }
    }

    /// False for flags, which cannot be repeated.
    fn atom(&mut self) -> bool {
        let Flags { lines, any, .. } = self.flags;
        let edge = match self.reader.next() {
            Some('(') => return self.group(),
            Some('[') => return self.class(),
            Some('.') => {
                if any {
                    "(?s:.)"
                } else {
                    "[^\\n]"
                }
            }
            Some('^') => {
                if lines {
                    "(?m:^)"
                } else {
                    "\\A"
                }
            }
            Some('$') => {
                if lines {
                    "(?m:$)"
                } else {
                    "\\z"
                }
            }
            Some('\\') if self.reader.accept("A") => "\\A",
            Some('\\') if self.reader.accept("z") => "\\z",
            Some('\\') if self.reader.accept("b") => "(?-u:\\b)",
            Some('\\') if self.reader.accept("B") => "(?-u:\\B)",
            Some('\\') => return self.escaped(),
            Some(c) => {
                self.character(c);
                return true;
            }
            None => return false,
        };
        self.text.push_str(edge);
        true
    }

    fn group(&mut self) -> bool {
        let outer = self.flags;
        let mut captured = self.captures;
        if self.reader.accept("?") {
            if self.reader.accept("P<") || self.reader.accept("<") {
                let (name, after) = self.reader.rest.split_once('>').unwrap_or_default();
                self.names.push(name.to_owned());
                self.reader.rest = after;
            } else if self.flags_end_group() {
                return false;
            } else {
                captured = false;
            }
        } else {
            self.names.push(String::new());
        }
        self.text.push_str(if captured { "(" } else { "(?:" });
        self.alternatives();
        self.reader.accept(")");
        self.text.push(')');
        self.flags = outer;
        true
    }

    /// Sets what follows `(?`, up to `:` or `)`; true for the latter.
    fn flags_end_group(&mut self) -> bool {
        let mut value = true;
        loop {
            match self.reader.next() {
                Some('i') => self.flags.fold = value,
                Some('m') => self.flags.lines = value,
                Some('s') => self.flags.any = value,
                Some('U') => self.flags.lazy = value,
                Some('-') => value = false,
                end => return end != Some(':'),
            }
        }
    }
}
