//! What Prometheus evaluates of a rule: it prints the expression and reads that anew, and its printing has slips.

use crate::promql::{Dialect, Expr, ExprKind, MatchOp, NAME, VectorSelector};

/// An expression as it is after it was printed and read. 2.42 forgets a condition `__name__=""`.
///
/// # Errors
///
/// It cannot be read again: 3.5 prints labels of `on`, `ignoring` and `group_left` without quotes. Every evaluation of the
/// rule fails then.
pub(super) fn reread(expr: &Expr, dialect: Dialect) -> Result<Expr, String> {
    let mut expr = expr.clone();
    walk(&mut expr, dialect)?;
    Ok(expr)
}

fn walk(expr: &mut Expr, dialect: Dialect) -> Result<(), String> {
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::String(_) => {}
        ExprKind::Vector(selector) => forget(selector, dialect),
        ExprKind::Matrix(matrix) => forget(&mut matrix.selector, dialect),
        ExprKind::Subquery(subquery) => walk(&mut subquery.expr, dialect)?,
        ExprKind::Unary(unary) => walk(&mut unary.expr, dialect)?,
        ExprKind::Paren(inner) => walk(inner, dialect)?,
        ExprKind::Call(call) => call.args.iter_mut().try_for_each(|arg| walk(arg, dialect))?,
        ExprKind::Aggregation(aggregation) => {
            aggregation.param.iter_mut().try_for_each(|param| walk(param, dialect))?;
            walk(&mut aggregation.expr, dialect)?;
        }
        ExprKind::Binary(binary) => {
            let matching = binary.matching.iter();
            let labels =
                matching.flat_map(|it| it.labels.iter().chain(it.group.iter().flat_map(|it| &it.include)));
            if let Some(label) = labels.map(|label| label.name.as_str()).find(|name| !plain(name)) {
                return Err(format!(
                    "the label {label:?} of a vector matching: Prometheus prints rules before it evaluates them, and \
                     prints that without quotes, so that it cannot be read"
                ));
            }
            walk(&mut binary.left, dialect)?;
            walk(&mut binary.right, dialect)?;
        }
    }
    Ok(())
}

fn forget(selector: &mut VectorSelector, dialect: Dialect) {
    if dialect == Dialect::V2 && selector.name.is_none() {
        selector.matchers.retain(|it| it.label != NAME || it.op != MatchOp::Equal || !it.value.is_empty());
    }
}

/// Whether a label can stand without quotes.
fn plain(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !label.starts_with(|first: char| first.is_ascii_digit())
}
