//! Conditions on labels as Alertmanager writes them: `severity="critical"`, `team=~"a|b"`.
//!
//! [`parse`] reads a list of them, [`parse_one`] exactly one. `classic` is the parser of 0.25, `modern` the one that
//! came with UTF-8 names; 0.33 asks both, which is its "fallback mode".
//!
//! # Decisions
//!
//! * 0.33's feature flags `classic-mode` and `utf8-strict-mode` are not followed: what a file means must not depend on
//!   how somebody starts the program. Revisit when strict mode becomes the default, as is announced.
//! * A pattern is matched by the rules of Go's regexp with `.` matching no line feed, as in both releases.

mod classic;
mod matcher;
mod modern;
mod quoted;

pub use matcher::{Matcher, Matchers, Op};
pub(in crate::alerting) use quoted::quote;

use crate::alerting::alertmanager::Release;

/// Why a text is no list of conditions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MatcherError {
    /// What is wrong, as a fragment without a full stop.
    pub message: String,
    /// The byte of the text at which it is.
    pub at: usize,
    /// The column of that byte in characters, from 1.
    pub column: usize,
}

impl MatcherError {
    fn new(text: &str, at: usize, message: impl Into<String>) -> MatcherError {
        let column = text.get(..at).unwrap_or(text).chars().count() + 1;
        MatcherError { message: message.into(), at, column }
    }
}

/// Reads conditions, separated by commas, in braces or not: `{severity="critical",team!="a"}`. No text is no condition.
///
/// # Errors
///
/// The text is no such list to this release.
pub fn parse(text: &str, release: Release) -> Result<Matchers, MatcherError> {
    let classic = classic::matchers(text, release);
    if release == Release::V0_25 {
        return classic;
    }
    // Where both parsers understand a text and disagree, and where only the old one understands it, the old one wins.
    match (modern::matchers(text), classic) {
        (Ok(new), Ok(old)) if new != old => Ok(old),
        (Ok(new), _) => Ok(new),
        (Err(_), Ok(old)) => Ok(old),
        (Err(new), Err(_)) => Err(new),
    }
}

/// Reads one condition: an item of the HTTP interface's `filter`, an argument of `amtool`.
///
/// # Errors
///
/// The text is none to this release, or more than one.
pub fn parse_one(text: &str, release: Release) -> Result<Matcher, MatcherError> {
    let classic = classic::matcher(text, release);
    if release == Release::V0_25 {
        return classic;
    }
    if text.starts_with('{') || text.ends_with('}') {
        return Err(MatcherError::new(text, 0, "one condition stands in no braces"));
    }
    match (modern::matcher(text), classic) {
        (Ok(new), Ok(old)) if new != old => Ok(old),
        (Ok(new), _) => Ok(new),
        (Err(_), Ok(old)) => Ok(old),
        (Err(new), Err(_)) => Err(new),
    }
}

/// Whether a text is the name of a label: to 0.25 letters, digits and `_`, to 0.33 whatever is not empty.
#[must_use]
pub fn is_label_name(name: &str, release: Release) -> bool {
    let mut chars = name.chars();
    let Some(first) = chars.next() else { return false };
    let classic =
        (first.is_ascii_alphabetic() || first == '_') && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    classic || release == Release::V0_33
}
