//! What a query is made of.

use crate::promql::{AggregationOp, Span};

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::promql) struct Token {
    pub(in crate::promql) kind: Kind,
    pub(in crate::promql) span: Span,
}

/// The kinds of pieces. Names, numbers and durations are read from the text again, strings hold what they
/// spell.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::promql) enum Kind {
    Name,
    /// With a colon in it: no label and no function.
    MetricName,
    Word(Word),
    Number,
    Duration,
    Text(String),
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    EqualEqual,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    EqualRegex,
    NotRegex,
    At,
    Comma,
    Colon,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    End,
    /// What could not be read.
    Bad,
}

/// The words that mean something to the language, in any case: `SUM` is `sum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::promql) enum Word {
    Aggregation(AggregationOp),
    /// An aggregation behind a feature flag.
    Experimental(&'static str),
    And,
    Or,
    Unless,
    Atan2,
    Offset,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Bool,
    Start,
    End,
    /// `inf` and `nan`.
    Number,
}

impl Word {
    /// Whether it can also be the name of a metric.
    pub(in crate::promql) const fn can_name_metric(self) -> bool {
        use Word::{Atan2, Bool, GroupLeft, GroupRight, Ignoring, Number, On};
        !matches!(self, Atan2 | Bool | GroupLeft | GroupRight | Ignoring | Number | On)
    }
}

pub(in crate::promql) fn keyword(word: &str) -> Option<Word> {
    let lower = word.to_ascii_lowercase();
    if let Some(op) = AggregationOp::ALL.into_iter().find(|op| op.name() == lower) {
        return Some(Word::Aggregation(op));
    }
    Some(match lower.as_str() {
        "limitk" => Word::Experimental("limitk"),
        "limit_ratio" => Word::Experimental("limit_ratio"),
        "and" => Word::And,
        "or" => Word::Or,
        "unless" => Word::Unless,
        "atan2" => Word::Atan2,
        "offset" => Word::Offset,
        "by" => Word::By,
        "without" => Word::Without,
        "on" => Word::On,
        "ignoring" => Word::Ignoring,
        "group_left" => Word::GroupLeft,
        "group_right" => Word::GroupRight,
        "bool" => Word::Bool,
        "start" => Word::Start,
        "end" => Word::End,
        "inf" | "nan" => Word::Number,
        _ => return None,
    })
}

impl Token {
    /// What it is, for the end of a sentence that starts with "found".
    pub(in crate::promql) fn describe(&self, text: &str) -> String {
        let written = self.span.of(text);
        match &self.kind {
            Kind::End => "the end".to_owned(),
            Kind::Text(_) => format!("the string {written}"),
            Kind::Number => format!("the number `{written}`"),
            Kind::Duration => format!("the duration `{written}`"),
            _ => format!("`{written}`"),
        }
    }
}
