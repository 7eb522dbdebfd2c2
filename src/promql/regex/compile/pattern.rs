//! Patterns whose groups are asked for.

use regex::Regex;

use super::{Flags, Translated, build, template, translate};
use crate::promql::Dialect;
use crate::promql::regex::matches_empty;

/// A pattern in Go's syntax that must match a whole text, with what its groups are called.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    /// The name of each group from the first on; empty where it has none. Several may have the same.
    names: Vec<String>,
}

impl Pattern {
    /// The pattern of `label_replace`, of relabelling and of Alertmanager's matchers. Unlike a selector's it is put into a
    /// group before it is read, so `a)(?:b` is one. In Prometheus 3 its `.` matches a line feed too, in Alertmanager never.
    ///
    /// # Errors
    ///
    /// The pattern is too large, or none.
    pub fn whole(pattern: &str, dialect: Dialect) -> Result<Pattern, String> {
        let flag = if dialect == Dialect::V3 { "s" } else { "" };
        Pattern::new(&format!("^(?{flag}:{pattern})$"), dialect)
    }

    /// A pattern as Go's regexp takes it, with no flag set.
    fn new(pattern: &str, dialect: Dialect) -> Result<Pattern, String> {
        matches_empty(pattern, dialect)?;
        let Translated { text, names } = translate(pattern, dialect, Flags::default(), true);
        Ok(Pattern { regex: build(&text)?, names })
    }

    /// Whether it matches the whole text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The template with the groups of the first match in a text put in; `None` without a match.
    #[must_use]
    pub fn replacement(&self, text: &str, template: &str) -> Option<String> {
        self.regex.captures(text).map(|captures| template::expand(&captures, &self.names, template))
    }
}

/// The text with every match replaced by the template, in which `$1` and `${name}` stand for groups: Go's
/// `ReplaceAllString`. The pattern is in Go's syntax, neither anchored nor with a `.` that matches line feeds.
///
/// # Errors
///
/// The pattern is too large, or none.
pub fn replace_all(pattern: &str, text: &str, template: &str) -> Result<String, String> {
    let pattern = Pattern::new(pattern, Dialect::V3)?;
    let mut replaced = String::with_capacity(text.len());
    let (mut copied, mut from) = (0, 0);
    while from <= text.len() {
        let Some(captures) = pattern.regex.captures_at(text, from) else { break };
        let found = captures.get_match();
        replaced.push_str(&text[copied..found.start()]);
        // Nothing, right behind a match, is no match of its own.
        if found.end() > copied || found.start() == 0 {
            replaced.push_str(&template::expand(&captures, &pattern.names, template));
        }
        copied = found.end();
        let next = text[from..].chars().next().map_or(1, char::len_utf8);
        from = found.end().max(from + next);
    }
    replaced.push_str(&text[copied..]);
    Ok(replaced)
}
