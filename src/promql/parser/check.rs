//! The rules of types between operands, checked where a node is made.

use super::{Built, MOST_HIGH, Parsed};
use crate::promql::{Binary, BinaryOp, Expr, ExprKind, Matching, ParseError, Span, ValueType};

/// An operator with what is written between it and its right side.
pub(super) struct Operator {
    pub(super) op: BinaryOp,
    pub(super) op_span: Span,
    pub(super) bool_span: Option<Span>,
    pub(super) matching: Option<Matching>,
}

/// The height of a node over these.
pub(super) fn height(parts: &[&Built], span: Span) -> Result<usize, ParseError> {
    let height = parts.iter().map(|part| part.height).max().unwrap_or_default() + 1;
    if height <= MOST_HIGH {
        return Ok(height);
    }
    Err(ParseError::new(
        span,
        format!("over {MOST_HIGH} operators, calls and parentheses around one another"),
    ))
}

pub(super) fn binary(left: Built, operator: Operator, right: Built) -> Parsed {
    let span = left.expr.span.to(right.expr.span);
    let Operator { op, op_span, bool_span, mut matching } = operator;
    if let Some(bool_span) = bool_span.filter(|_| !op.is_comparison()) {
        return Err(ParseError::new(bool_span, format!("`bool` is for comparisons, not for `{op}`")));
    }
    for side in [&left, &right] {
        if !matches!(side.value, ValueType::Scalar | ValueType::Vector) {
            let found = side.value.with_article();
            let message = format!("`{op}` takes scalars and instant vectors, not {found}");
            let error = ParseError::new(side.expr.span, message);
            return Err(if side.value == ValueType::Matrix { reduce_help(error) } else { error });
        }
    }
    let scalar = [&left, &right].into_iter().find(|side| side.value == ValueType::Scalar);
    let both_scalars = left.value == ValueType::Scalar && right.value == ValueType::Scalar;
    if both_scalars && op.is_comparison() && bool_span.is_none() {
        let error = ParseError::new(op_span, format!("`{op}` between two scalars needs `bool`"));
        return Err(error.help(format!("write `{op} bool`; without it a comparison filters series")));
    }
    if let Some(matching) = &matching {
        check_labels(matching)?;
        if scalar.is_some() && !matching.labels.is_empty() {
            let word = if matching.on { "on" } else { "ignoring" };
            let message = format!("`{word}` matches series, but one side is a scalar");
            return Err(ParseError::new(matching.span, message));
        }
    }
    if op.is_set() {
        if let Some(scalar) = scalar {
            let message = format!("`{op}` takes instant vectors only, not a scalar");
            let error = ParseError::new(scalar.expr.span, message);
            return Err(error.help("vector(...) makes an instant vector of a scalar"));
        }
        if let Some(matching) = matching.as_ref().filter(|matching| matching.group.is_some()) {
            let message = format!("`{op}` is many to many: no group_left or group_right");
            return Err(ParseError::new(matching.span, message));
        }
    }
    if scalar.is_some() {
        matching = None;
    }
    let height = height(&[&left, &right], span)?;
    let value = if both_scalars { ValueType::Scalar } else { ValueType::Vector };
    let kind = ExprKind::Binary(Binary {
        op,
        op_span,
        bool_modifier: bool_span.is_some(),
        matching,
        left: left.expr,
        right: right.expr,
    });
    Ok(Built { expr: Box::new(Expr { kind, span }), value, height })
}

/// No label may be both matched on and taken over: it is the same on both sides.
fn check_labels(matching: &Matching) -> Result<(), ParseError> {
    let Some(group) = matching.group.as_ref().filter(|_| matching.on) else { return Ok(()) };
    let twice = group.include.iter().find(|label| matching.labels.iter().any(|on| on.name == label.name));
    match twice {
        None => Ok(()),
        Some(label) => {
            let message = format!("label `{}` stands in `on` and in the group's labels", label.name);
            Err(ParseError::new(label.span, message)
                .help("what is matched on is there already: leave it out"))
        }
    }
}

/// The error for a value of a type that is not wanted; `user` is who wants another.
pub(super) fn wrong_type(found: &Built, wanted: ValueType, user: &str) -> ParseError {
    let message = format!("{user} takes {}, not {}", wanted.with_article(), found.value.with_article());
    let error = ParseError::new(found.expr.span, message);
    match (wanted, found.value, &found.expr.kind) {
        (ValueType::Matrix, ValueType::Vector, ExprKind::Vector(it)) => {
            let name = it.metric_name().unwrap_or("selector");
            error.help(format!("add a range, as in `{name}[5m]`"))
        }
        (ValueType::Matrix, ValueType::Vector, _) => error.help(
            "rates are taken of what is stored: rate first, then sum; or make a subquery, `(...)[1h:5m]`",
        ),
        (ValueType::Vector, ValueType::Matrix, _) => reduce_help(error),
        (ValueType::Vector, ValueType::Scalar, _) => {
            error.help("vector(...) makes an instant vector of a scalar")
        }
        (ValueType::Scalar, ValueType::Vector, _) => {
            error.help("scalar(...) makes a scalar of an instant vector with one series")
        }
        _ => error,
    }
}

fn reduce_help(error: ParseError) -> ParseError {
    error.help("a function such as rate or max_over_time makes an instant vector of a range vector")
}
