//! `label_replace` and `label_join`.

use std::collections::HashSet;

use super::{Args, EvalError, Steps, Table, present};
use crate::promql::regex::Pattern;
use crate::promql::{Call, Dialect, Labels, Span, is_plain_label};

/// The most bytes of a label's value. Calls within calls could double one each, and 128 of them fit into a query.
const MOST_BYTES: usize = 256 << 10;

/// `label_replace(vector, to, template, from, pattern)`
pub(super) fn replace(call: &Call, mut args: Args, steps: &Steps<'_>) -> Result<Table, EvalError> {
    let mut table = args.table();
    let [to, template, from, written] = [args.text(), args.text(), args.text(), args.text()];
    let pattern = Pattern::whole(&written, steps.dialect)
        .map_err(|why| EvalError::new(span(call, 4), format!("an invalid pattern: {why}")))?;
    check(call, 1, &to, steps.dialect)?;
    let references = template.matches('$').count();
    for column in &mut table {
        let value = column.labels.value(&from);
        // Each reference can stand for the whole value.
        fits(call, template.len().saturating_add(value.len().saturating_mul(references)))?;
        if let Some(value) = pattern.replacement(value, &template) {
            column.labels = column.labels.with(&to, &value);
        }
    }
    unique(table, call, steps)
}

/// `label_join(vector, to, separator, from, ...)`
pub(super) fn join(call: &Call, mut args: Args, steps: &Steps<'_>) -> Result<Table, EvalError> {
    let mut table = args.table();
    let (to, separator) = (args.text(), args.text());
    let sources = args.texts();
    for (place, source) in sources.iter().enumerate() {
        check(call, place + 3, source, steps.dialect)?;
    }
    check(call, 1, &to, steps.dialect)?;
    for column in &mut table {
        let values: Vec<&str> = sources.iter().map(|source| column.labels.value(source)).collect();
        let length = values.iter().map(|value| value.len() + separator.len());
        fits(call, length.fold(0, usize::saturating_add))?;
        column.labels = column.labels.with(&to, &values.join(&separator));
    }
    unique(table, call, steps)
}

fn span(call: &Call, place: usize) -> Span {
    call.args.get(place).map_or(call.name_span, |arg| arg.span)
}

/// Whether the argument at that place names a label. In Prometheus 3 everything does but nothing.
fn check(call: &Call, place: usize, name: &str, dialect: Dialect) -> Result<(), EvalError> {
    let valid = if dialect == Dialect::V2 { is_plain_label(name) } else { !name.is_empty() };
    if valid {
        Ok(())
    } else {
        Err(EvalError::new(span(call, place), format!("`{name}` is no name of a label")))
    }
}

fn fits(call: &Call, length: usize) -> Result<(), EvalError> {
    if length <= MOST_BYTES {
        return Ok(());
    }
    let message = format!("`{}` makes a label of over {MOST_BYTES} bytes", call.function.name);
    Err(EvalError::new(call.name_span, message))
}

/// Prometheus 3 refuses two series of the same labels even where they have no value at the same step.
fn unique(table: Table, call: &Call, steps: &Steps<'_>) -> Result<Table, EvalError> {
    let mut seen: HashSet<&Labels> = HashSet::with_capacity(table.len());
    let twice = table
        .iter()
        .filter(|column| column.values.iter().any(|value| present(*value)))
        .find(|column| !seen.insert(&column.labels));
    match twice {
        Some(column) if steps.dialect == Dialect::V3 => {
            let message = format!("vector cannot contain metrics with the same labelset: {}", column.labels);
            Err(EvalError::new(call.name_span, message))
        }
        _ => Ok(table),
    }
}
