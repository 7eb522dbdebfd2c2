//! What an aggregation takes before its expression.

use crate::promql::eval::EvalError;
use crate::promql::eval::table::{Evaluated, Table, present};
use crate::promql::number::format_float;
use crate::promql::{Aggregation, Dialect, Span};

/// The lowest and the highest float that are integers of 64 bits.
const LOWEST: f64 = -9_223_372_036_854_775_808.0;
const HIGHEST: f64 = 9_223_372_036_854_774_784.0;

fn span(node: &Aggregation) -> Span {
    node.param.as_ref().map_or(node.op_span, |param| param.span)
}

/// The parameter's number at each step.
pub(super) fn numbers(node: &Aggregation, param: Option<Evaluated>) -> Result<Vec<f64>, EvalError> {
    match param {
        Some(Evaluated::Numbers(numbers)) => Ok(numbers),
        _ => Err(EvalError::new(span(node), format!("{} needs a number", node.op))),
    }
}

/// How many series each step keeps; `None` where no step keeps any. 2.42 refuses a number at any step, 3.5 only
/// where there is a series to keep, and not at all if every number is below 1.
pub(super) fn counts(
    node: &Aggregation,
    param: Option<Evaluated>,
    input: &Table,
    dialect: Dialect,
) -> Result<Option<Vec<usize>>, EvalError> {
    let numbers = numbers(node, param)?;
    let newer = dialect == Dialect::V3;
    if newer && numbers.iter().all(|number| *number < 1.0) {
        return Ok(None);
    }
    let needed = |step: usize| !newer || input.iter().any(|column| present(column.values[step]));
    let refused = numbers
        .iter()
        .enumerate()
        .find(|(step, number)| !(LOWEST..=HIGHEST).contains(*number) && needed(*step));
    if let Some((_, number)) = refused {
        let message = format!("Scalar value {} overflows int64", shown(*number));
        return Err(EvalError::new(span(node), message));
    }
    // A cast saturates; it takes what is below zero or NaN to zero.
    let counts: Vec<usize> = numbers.iter().map(|number| *number as usize).collect();
    Ok(counts.iter().any(|count| *count > 0).then_some(counts))
}

/// As Go prints a number of 19 digits or more, and those that are none.
fn shown(number: f64) -> String {
    if number.is_finite() { format!("{number:e}").replacen('e', "e+", 1) } else { format_float(number) }
}

/// The label of `count_values`.
pub(super) fn label(
    node: &Aggregation,
    param: Option<Evaluated>,
    dialect: Dialect,
) -> Result<String, EvalError> {
    let Some(Evaluated::Text(label)) = param else {
        return Err(EvalError::new(span(node), "count_values needs the name of a label"));
    };
    let valid = match dialect {
        Dialect::V2 => crate::promql::is_plain_label(&label),
        Dialect::V3 => !label.is_empty(),
    };
    if valid { Ok(label) } else { Err(EvalError::new(span(node), format!("invalid label name {label:?}"))) }
}
