//! PromQL: read strictly and with the place of every word, and evaluated as two generations of Prometheus do.
//!
//! [`parse`] turns the text of a query into an [`Expr`]: the whole stable language of Prometheus, typed and
//! checked as `promtool` checks it. What is wrong is a [`ParseError`] that names the bytes to underline and,
//! for mistakes that people make, how to mend them. [`Expr::walk`] visits a tree with its ancestors,
//! [`Expr::selectors`] lists what it reads, and `Display` prints canonical text that reads back as the same
//! tree.
//!
//! The reading goes from small to large: `lexer` cuts text into tokens, `parser` builds nodes from the inside
//! out and checks types while it builds, `functions` and `operator` hold the tables, `regex` judges matchers'
//! patterns.
//!
//! A [`Storage`] holds [`Series`]; [`instant`] and [`range`] evaluate an expression over one, [`Query`] many times. The
//! generations differ in what the table [`DIFFERENCES`] lists. [`value_json`] and its like print answers as Prometheus'
//! HTTP interface does.
//!
//! # Decisions
//!
//! * All steps of a range query are evaluated together, a column for each series: labels are matched once, and windows
//!   move over the samples instead of being read anew. Answers are the same to the last bit as those of a server, which
//!   goes step by step. What cannot move so (quantiles of NaN, averages of fractions) is computed anew and counts
//!   towards a limit.
//! * Floats only: native histograms are refused wherever they can be written. Revisit when a service that is judged
//!   exposes one.
//! * Transcendental functions are Go's, approximations included, to within 4 units in the last place.
//! * Slips of single releases are not imitated, where what a rule yields would depend on how it is evaluated:
//!   `count_values by` three labels over time and windows that move although `@` fixes them (2.42), parameters of
//!   aggregations that are read once if the rest is fixed by `@`, `timestamp(x @ t offset d)`.
//! * Two [`Dialect`]s, each named after the release whose `promtool` is compared with: 2.42 and 3.5.
//!   Experimental functions, aggregations and duration arithmetic are known by name and refused: no server
//!   takes them unless it was told to. Revisit when a release makes one of them stable.
//! * Written by hand instead of generated from a grammar, for errors that say what was expected at that
//!   place.
//! * Accepted text is the text that Prometheus accepts, with five exceptions, all refused here: letters in
//!   place of a subquery's colon (`x[5m a1m]`, a slip of its lexer), `offset NaN`, classes of Unicode newer
//!   than version 15 (`\p{Garay}`, which depends on the Go of a build), trees over 400 levels high, and
//!   nesting over 128 levels (so that parsing and every walk of a tree fit a thread's 2 MiB, in unoptimised
//!   builds too). Revisit if a rule in use needs one.
//! * Strings are UTF-8. PromQL's escapes can spell bytes that are not (`"\xff"`); those become U+FFFD, as
//!   they would in every answer of the HTTP interface (2.42 refuses patterns with such bytes, which are taken
//!   here). Revisit if a label with such bytes is ever seen.
//! * Constant signs are folded (`-1` is a number) and a duration used as a number (`1h`) is its seconds, as
//!   in Prometheus; parentheses stay in the tree, so that printing never has to guess.

mod answer;
mod ast;
mod duration;
mod error;
mod eval;
mod functions;
mod generations;
mod lexer;
mod number;
mod operator;
mod parser;
mod print;
mod regex;
mod selector;
mod storage;
mod value;
mod walk;

pub use answer::{Refusal, matrix_json, refusal_json, value_json, vector_json};
pub use ast::{
    Aggregation, Binary, Call, Expr, ExprKind, Group, Grouping, Label, Matching, Side, Subquery, Unary,
};
pub use duration::Duration;
pub use error::{ParseError, Span};
pub use eval::{EvalError, Options, Query, Sample, Samples, Value, instant, range};
pub use functions::{Arity, Function, functions};
pub use generations::{Answer, DIFFERENCES, Difference, Question, Topic};
pub use number::{format_float, format_general, json_float, json_time};
pub use operator::{AggregationOp, BinaryOp, Sign};
pub use regex::{Pattern, replace_all};
pub use selector::{At, Instant, MatchOp, Matcher, MatrixSelector, Name, Offset, VectorSelector};
pub(crate) use storage::Mixer;
pub use storage::{Labels, NAME, OutOfOrder, Selection, Series, SeriesId, Storage, is_stale, stale_marker};
pub use value::ValueType;
pub use walk::SelectorUse;

/// Whose PromQL is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// Prometheus 2.42: `holt_winters`, durations need a unit and are no numbers, names are ASCII.
    V2,
    /// Prometheus 3.5: quoted names of any UTF-8, numbers as durations and durations as numbers, `_` in
    /// numbers.
    #[default]
    V3,
}

/// Reads a query as Prometheus 3 does.
///
/// # Errors
///
/// The first thing that is wrong with `text`, in the order of reading.
pub fn parse(text: &str) -> Result<Expr, ParseError> {
    parse_as(text, Dialect::V3)
}

/// Reads a query as the named dialect does.
///
/// # Errors
///
/// The first thing that is wrong with `text`, in the order of reading.
pub fn parse_as(text: &str, dialect: Dialect) -> Result<Expr, ParseError> {
    parser::parse(text, dialect)
}

/// Whether text can stand for a metric without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
fn is_plain_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_' || first == b':')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
}

/// Whether text can stand for a label without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
fn is_plain_label(text: &str) -> bool {
    is_plain_name(text) && !text.contains(':')
}
