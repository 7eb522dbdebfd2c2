//! Which files a pattern names, as Go's `filepath.Glob` finds them.

use std::path::{Component, Path, PathBuf};

/// A pattern that is none: an open bracket, or a backslash at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

impl std::fmt::Display for BadPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("syntax error in pattern")
    }
}

impl std::error::Error for BadPattern {}

/// The files that a pattern names, sorted within each directory; none if there are none. A relative pattern starts in
/// `directory`, whose own name is no pattern. What cannot be read is passed over.
///
/// # Errors
///
/// The pattern is none.
pub fn matching_files(pattern: &str, directory: &Path) -> Result<Vec<PathBuf>, BadPattern> {
    check(pattern)?;
    if pattern.is_empty() {
        return Ok(Vec::new());
    }
    let path = Path::new(pattern);
    let mut found = vec![if path.is_absolute() { PathBuf::new() } else { directory.to_owned() }];
    for part in path.components() {
        let Component::Normal(name) = part else {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        };
        let name = name.to_string_lossy();
        found = found.iter().flat_map(|directory| named(directory, &name)).collect();
    }
    found.retain(|path| path.symlink_metadata().is_ok());
    Ok(found)
}

/// What is called so in a directory.
fn named(directory: &Path, pattern: &str) -> Vec<PathBuf> {
    if !pattern.contains(['*', '?', '[', '\\']) {
        return vec![directory.join(pattern)];
    }
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let Ok(entries) = std::fs::read_dir(here) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pattern: Vec<char> = pattern.chars().collect();
    let mut names: Vec<String> =
        names.filter(|name| is_match(&pattern, &name.chars().collect::<Vec<_>>()).unwrap_or(false)).collect();
    names.sort_unstable();
    names.into_iter().map(|name| directory.join(name)).collect()
}

/// Whether text is a pattern.
pub(super) fn check(pattern: &str) -> Result<(), BadPattern> {
    let mut rest: &[char] = &pattern.chars().collect::<Vec<_>>();
    while let Some((part, after)) = Part::first(rest)? {
        drop(part);
        rest = after;
    }
    Ok(())
}

/// One character's worth of a pattern.
enum Part {
    Any,
    Many,
    Just(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Part {
    /// The first part of a pattern and what follows it.
    fn first(pattern: &[char]) -> Result<Option<(Part, &[char])>, BadPattern> {
        Ok(Some(match pattern {
            [] => return Ok(None),
            ['*', rest @ ..] => (Part::Many, rest),
            ['?', rest @ ..] => (Part::Any, rest),
            ['\\', c, rest @ ..] => (Part::Just(*c), rest),
            ['\\'] => return Err(BadPattern),
            ['[', rest @ ..] => Part::class(rest)?,
            [c, rest @ ..] => (Part::Just(*c), rest),
        }))
    }

    fn class(mut rest: &[char]) -> Result<(Part, &[char]), BadPattern> {
        let negated = rest.first() == Some(&'^');
        rest = &rest[usize::from(negated)..];
        let mut ranges = Vec::new();
        loop {
            if let [']', after @ ..] = rest
                && !ranges.is_empty()
            {
                return Ok((Part::Class { negated, ranges }, after));
            }
            let (low, after) = Part::bound(rest)?;
            let (high, after) =
                if let ['-', after @ ..] = after { Part::bound(after)? } else { (low, after) };
            ranges.push((low, high));
            rest = after;
        }
    }

    fn bound(pattern: &[char]) -> Result<(char, &[char]), BadPattern> {
        let (c, rest) = match pattern {
            [] | ['-' | ']', ..] | ['\\'] => return Err(BadPattern),
            ['\\', c, rest @ ..] | [c, rest @ ..] => (*c, rest),
        };
        if rest.is_empty() { Err(BadPattern) } else { Ok((c, rest)) }
    }

    fn takes(&self, c: char) -> bool {
        match self {
            Part::Any | Part::Many => c != '/',
            Part::Just(wanted) => *wanted == c,
            Part::Class { negated, ranges } => {
                c != '/' && ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

/// Whether a name fits a pattern. Goes back to the last `*` only, which is enough.
fn is_match(pattern: &[char], name: &[char]) -> Result<bool, BadPattern> {
    let (mut rest, mut at) = (pattern, 0);
    let mut star: Option<(&[char], usize)> = None;
    loop {
        match Part::first(rest)? {
            Some((Part::Many, after)) => {
                star = Some((after, at));
                rest = after;
                continue;
            }
            Some((part, after)) if name.get(at).is_some_and(|c| part.takes(*c)) => {
                (rest, at) = (after, at + 1);
                continue;
            }
            None if at == name.len() => return Ok(true),
            _ => {}
        }
        let Some((after, from)) = star.filter(|(_, from)| *from < name.len()) else { return Ok(false) };
        (rest, at) = (after, from + 1);
        star = Some((after, from + 1));
    }
}
