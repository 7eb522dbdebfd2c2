//! One condition, and several that must all hold.

use std::cmp::Ordering;
use std::fmt;

use super::quoted::{is_reserved, quote};
use crate::alerting::alertmanager::Release;
use crate::promql::{Dialect, Labels, Pattern};

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

impl Op {
    /// As it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Op::Equal => "=",
            Op::NotEqual => "!=",
            Op::Regex => "=~",
            Op::NotRegex => "!~",
        }
    }

    /// The one that a text starts with.
    pub(super) fn starting(text: &str) -> Option<Op> {
        // `=~` before `=`.
        [Op::Regex, Op::Equal, Op::NotEqual, Op::NotRegex].into_iter().find(|op| text.starts_with(op.text()))
    }
}

/// A condition on one label; a label that is absent is empty.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The label.
    pub name: String,
    /// How it is compared.
    pub op: Op,
    /// With what: a text or a pattern that must match the whole value.
    pub value: String,
    pattern: Option<Pattern>,
}

impl Matcher {
    /// A condition of 0.33.
    ///
    /// # Errors
    ///
    /// Why the value is no pattern, where it has to be one.
    pub fn new(name: &str, op: Op, value: &str) -> Result<Matcher, String> {
        Matcher::of(name, op, value, Release::V0_33)
    }

    /// A condition of a release: they were built with Go releases of which only the newer has `(?<name>)`.
    pub(in crate::alerting) fn of(
        name: &str,
        op: Op,
        value: &str,
        release: Release,
    ) -> Result<Matcher, String> {
        let pattern = match op {
            Op::Equal | Op::NotEqual => None,
            Op::Regex | Op::NotRegex => Some(match Pattern::whole(value, Dialect::V2) {
                // The newer syntax comes with a `.` that matches line feeds, which Alertmanager's never does.
                Err(_) if release == Release::V0_33 => {
                    Pattern::whole(&format!("(?-s:{value})"), Dialect::V3)?
                }
                other => other?,
            }),
        };
        Ok(Matcher { name: name.to_owned(), op, value: value.to_owned(), pattern })
    }

    /// Whether a value satisfies it.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        let like = self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(value));
        match self.op {
            Op::Equal => value == self.value,
            Op::NotEqual => value != self.value,
            Op::Regex => like,
            Op::NotRegex => !like,
        }
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Matcher) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Matcher {}

impl PartialOrd for Matcher {
    fn partial_cmp(&self, other: &Matcher) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Matcher {
    /// By name, then value, then operator: the order in which Alertmanager keeps the conditions of a route.
    fn cmp(&self, other: &Matcher) -> Ordering {
        (&self.name, &self.value, self.op).cmp(&(&other.name, &other.value, other.op))
    }
}

impl fmt::Display for Matcher {
    /// As Alertmanager prints it. Names that the old syntax has no words for are quoted as Go quotes them, and their
    /// values too; else only what OpenMetrics escapes is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(is_reserved) {
            return write!(f, "{}{}{}", quote(&self.name), self.op.text(), quote(&self.value));
        }
        write!(f, "{}{}\"", self.name, self.op.text())?;
        for c in self.value.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                _ => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

/// Conditions that must all hold; none hold always.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matchers(pub Vec<Matcher>);

impl Matchers {
    /// Whether labels satisfy all of them.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|matcher| matcher.matches(labels.value(&matcher.name)))
    }
}

impl fmt::Display for Matchers {
    /// In braces, as keys of routes have them: `{severity="critical",team!="a"}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, matcher) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{matcher}")?;
        }
        f.write_str("}")
    }
}
