//! What reads series: names, matchers, windows and shifts in time.

use super::{Duration, Span};

/// A metric's name where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, without quotes.
    pub text: String,
    /// Where it stands, with its quotes if it has them.
    pub span: Span,
}

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends.
    Regex,
    /// `!~`, anchored at both ends.
    NotRegex,
}

impl MatchOp {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex => "=~",
            MatchOp::NotRegex => "!~",
        }
    }

    /// Whether the value is a pattern.
    #[must_use]
    pub const fn is_regex(self) -> bool {
        matches!(self, MatchOp::Regex | MatchOp::NotRegex)
    }
}

/// One condition in braces. A label that a series has not counts as empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// The label's name, without quotes.
    pub label: String,
    /// How it compares.
    pub op: MatchOp,
    /// The value or pattern, unescaped. Patterns are known to be sound.
    pub value: String,
    /// Whether it holds for a series without the label.
    pub matches_empty: bool,
    /// The whole condition.
    pub span: Span,
    /// The label in it.
    pub label_span: Span,
    /// The value in it, with its quotes.
    pub value_span: Span,
}

/// `offset 5m`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// How far back; negative looks forward.
    pub by: Duration,
    /// From `offset` to the last digit or unit.
    pub span: Span,
}

/// A point in time that does not move with the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    /// Milliseconds since 1970.
    Millis(i64),
    /// `start()`: where the range query starts.
    Start,
    /// `end()`: where the range query ends.
    End,
}

/// `@ 1603774568`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// When.
    pub when: Instant,
    /// From `@` to the last digit or parenthesis.
    pub span: Span,
}

/// An instant selector; a series must satisfy the name and all matchers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorSelector {
    /// The name before the braces, or the only one that stands quoted in them.
    pub name: Option<Name>,
    /// What stands in braces, in that order; conditions on `__name__` are among them.
    pub matchers: Vec<Matcher>,
    /// The shift back in time.
    pub offset: Option<Offset>,
    /// The fixed time.
    pub at: Option<At>,
}

impl VectorSelector {
    /// The metric, if only one can be meant: by its name, or by a matcher that says `__name__="..."`.
    #[must_use]
    pub fn metric_name(&self) -> Option<&str> {
        let by_matcher = || self.matchers.iter().find(|m| m.label == "__name__" && m.op == MatchOp::Equal);
        self.name.as_ref().map(|name| name.text.as_str()).or_else(|| by_matcher().map(|m| m.value.as_str()))
    }
}

/// A selector with a window: `up[5m]`. Its shift and fixed time are the inner selector's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixSelector {
    /// What is read.
    pub selector: VectorSelector,
    /// How far back the window reaches.
    pub range: Duration,
    /// The duration between the brackets.
    pub range_span: Span,
}
