//! Whether a matcher's pattern is one that Go would compile, and whether it matches the empty string.
//!
//! Not a matcher: a reader of the syntax of RE2 (<https://github.com/google/re2/wiki/Syntax>) as Go has it.

use super::Dialect;

mod class;
mod compile;

pub use compile::{Pattern, replace_all};
pub(super) use compile::{Room, anchored};

/// Go refuses to repeat more often, also when repetitions are nested.
const MOST_REPEATS: u32 = 1000;

/// Go's limit on nesting.
const MOST_NESTED: usize = 1000;

/// Whether the whole pattern matches the empty string; an error says why it is no pattern.
pub(super) fn matches_empty(pattern: &str, dialect: Dialect) -> Result<bool, String> {
    let mut reader = Reader { rest: pattern, dialect, nested: 0, quote_open: false };
    let whole = reader.alternatives()?;
    // Prometheus 2 compiles the pattern within `^(?:` and `)$`, so an open `\Q` swallows the end.
    if reader.quote_open && dialect == Dialect::V2 {
        return Err("a missing `\\E`".to_owned());
    }
    if reader.rest.is_empty() { Ok(whole.empty) } else { Err("an unexpected `)`".to_owned()) }
}

/// What is known of a part of a pattern.
#[derive(Clone, Copy)]
struct Part {
    /// Whether it matches an empty string that is all there is.
    empty: bool,
    /// How often the innermost thing in it is repeated at most, counting `{n}` only.
    repeats: u32,
}

/// One character, or one of a set.
const CHARACTER: Part = Part { empty: false, repeats: 1 };

impl Part {
    fn then(self, next: Option<Part>) -> Part {
        let next = next.unwrap_or(Part { empty: true, repeats: 1 });
        Part { empty: self.empty && next.empty, repeats: self.repeats.max(next.repeats) }
    }
}

struct Reader<'a> {
    rest: &'a str,
    dialect: Dialect,
    nested: usize,
    /// Whether a `\Q` had no `\E`.
    quote_open: bool,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn accept(&mut self, wanted: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(wanted) else { return false };
        self.rest = rest;
        true
    }

    fn alternatives(&mut self) -> Result<Part, String> {
        let mut all = self.sequence()?;
        while self.accept("|") {
            let next = self.sequence()?;
            all = Part { empty: all.empty || next.empty, repeats: all.repeats.max(next.repeats) };
        }
        Ok(all)
    }

    fn sequence(&mut self) -> Result<Part, String> {
        let mut all = Part { empty: true, repeats: 1 };
        // The part that a repetition would be of. Flags and empty quotations leave the one before.
        let mut last: Option<Part> = None;
        let mut just_repeated = false;
        while let Some(c) = self.rest.chars().next().filter(|c| *c != '|' && *c != ')') {
            if let Some((least, most)) = self.repetition()? {
                let shown = if c == '{' { "{n}".to_owned() } else { c.to_string() };
                let part = last.ok_or_else(|| format!("a missing argument to the repetition `{shown}`"))?;
                if just_repeated {
                    return Err(format!("a repetition `{shown}` of a repetition"));
                }
                last = Some(repeat(part, least, most)?);
                just_repeated = true;
                self.accept("?");
                continue;
            }
            just_repeated = false;
            if self.accept("\\Q") {
                let length = self.quotation();
                // A repetition is of the last character only.
                all.empty &= length < 2;
                if length == 0 {
                    continue;
                }
                all = all.then(last.replace(CHARACTER));
            } else if let Some(part) = self.atom()? {
                all = all.then(last.replace(part));
            }
        }
        Ok(all.then(last))
    }

    /// From after `\Q` to after `\E`, or to the end; how many characters that were.
    fn quotation(&mut self) -> usize {
        self.quote_open = !self.rest.contains("\\E");
        let (quoted, after) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
        self.rest = after;
        quoted.chars().count()
    }

    /// `*`, `+`, `?` or `{n,m}`. Braces that hold anything else are themselves.
    fn repetition(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        for (sign, least, most) in [("*", 0, None), ("+", 1, None), ("?", 0, Some(1))] {
            if self.accept(sign) {
                return Ok(Some((least, most)));
            }
        }
        let Some((inside, after)) = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            return Ok(None);
        };
        let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let padded = text.len() > 1 && text.starts_with('0');
            (digits && !padded).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let Some(least) = number(least) else { return Ok(None) };
        let most = if most.is_empty() { None } else { Some(number(most)) };
        if most == Some(None) {
            return Ok(None);
        }
        self.rest = after;
        let most = most.flatten();
        let too_many = least > MOST_REPEATS || most.is_some_and(|most| most > MOST_REPEATS || most < least);
        if too_many {
            Err(format!("an invalid repeat count `{{{inside}}}`"))
        } else {
            Ok(Some((least, most)))
        }
    }

    /// One thing that can be repeated; `None` for flags, which cannot.
    fn atom(&mut self) -> Result<Option<Part>, String> {
        let one = Some(CHARACTER);
        let nothing = Some(Part { empty: true, repeats: 1 });
        match self.next() {
            Some('(') => self.group(),
            Some('[') => self.class().map(|()| one),
            // An empty string starts and ends at once.
            Some('^' | '$') => Ok(nothing),
            Some('\\') if self.accept("A") || self.accept("z") || self.accept("B") => Ok(nothing),
            // No word, no edge of a word.
            Some('\\') if self.accept("b") => Ok(one),
            Some('\\') => self.escape().map(|_| one),
            _ => Ok(one),
        }
    }

    fn group(&mut self) -> Result<Option<Part>, String> {
        if self.accept("?") && !self.group_kind()? {
            return Ok(None);
        }
        self.nested += 1;
        // Far below Go's limit the stack has room; above it Go refuses too.
        if self.nested > MOST_NESTED / 4 {
            return Err("groups nested too deeply".to_owned());
        }
        let inside = self.alternatives()?;
        self.nested -= 1;
        if self.accept(")") { Ok(Some(inside)) } else { Err("a missing `)`".to_owned()) }
    }

    /// What follows `(?`. False if the group ends there, having set flags.
    fn group_kind(&mut self) -> Result<bool, String> {
        let named = self.accept("P<") || (self.dialect == Dialect::V3 && self.accept("<"));
        if named {
            let name = self.rest.split_once('>').map_or("", |(name, _)| name);
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err("an invalid name for a group".to_owned());
            }
            self.rest = &self.rest[name.len() + 1..];
            return Ok(true);
        }
        let (mut minus, mut any_since_minus) = (false, false);
        loop {
            match self.next() {
                Some('i' | 'm' | 's' | 'U') => any_since_minus = true,
                Some('-') if !minus => (minus, any_since_minus) = (true, false),
                Some(end @ (':' | ')')) if !minus || any_since_minus => return Ok(end == ':'),
                _ => return Err("a group with an unknown flag after `(?`".to_owned()),
            }
        }
    }
}

fn repeat(part: Part, least: u32, most: Option<u32>) -> Result<Part, String> {
    if most == Some(0) {
        return Ok(Part { empty: true, repeats: 1 });
    }
    let counted = most.filter(|most| *most > 1).unwrap_or(if most.is_none() { least.max(1) } else { 1 });
    let repeats = part.repeats.saturating_mul(counted);
    if repeats > MOST_REPEATS {
        return Err(format!("over {MOST_REPEATS} repeats in one another"));
    }
    Ok(Part { empty: part.empty || least == 0, repeats })
}
