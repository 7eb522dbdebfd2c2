//! Queries made ready, and put to a storage.

use super::node::Evaluator;
use super::select::Steps as Grid;
use super::table::{Evaluated, present};
use super::{EvalError, Options, Sample, Samples, Value};
use crate::promql::regex::Room;
use crate::promql::storage::Selection;
use crate::promql::{Dialect, Expr, ExprKind, Labels, Storage, ValueType, VectorSelector};

/// An expression with its matchers compiled, to be evaluated many times.
#[derive(Debug)]
pub struct Query {
    /// Boxed, so that its selectors keep their addresses when the query moves.
    expr: Box<Expr>,
    /// What its selectors ask for.
    selections: Vec<Selection>,
    /// The address of each of those selectors within `expr`.
    addresses: Vec<usize>,
}

fn address(selector: &VectorSelector) -> usize {
    std::ptr::from_ref(selector).addr()
}

impl Query {
    /// Makes an expression ready.
    ///
    /// # Errors
    ///
    /// A pattern too large to be compiled.
    pub fn new(expr: Expr, dialect: Dialect) -> Result<Query, EvalError> {
        let expr = Box::new(expr);
        let (mut selections, mut addresses) = (Vec::new(), Vec::new());
        let mut left: Vec<&Expr> = vec![&expr];
        let mut room = Room::default();
        while let Some(part) = left.pop() {
            left.extend(part.children());
            let selector = match &part.kind {
                ExprKind::Vector(selector) => selector,
                ExprKind::Matrix(matrix) => &matrix.selector,
                _ => continue,
            };
            let selection = Selection::within(selector, dialect, &mut room)
                .map_err(|message| EvalError::new(part.span, message))?;
            selections.push(selection);
            addresses.push(address(selector));
        }
        Ok(Query { expr, selections, addresses })
    }

    /// What is evaluated.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// What its selectors ask for, in no particular order.
    #[must_use]
    pub fn selections(&self) -> &[Selection] {
        &self.selections
    }

    /// The selection of one of its own selectors.
    pub(super) fn selection(&self, selector: &VectorSelector) -> &Selection {
        let place = self.addresses.iter().position(|known| *known == address(selector));
        &self.selections[place.expect("every selector was compiled when the query was made")]
    }

    /// Evaluates at one time, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// What Prometheus refuses to answer (many-to-many matching, duplicate series), and what is beyond
    /// [`Options::max_samples`].
    pub fn instant(&self, storage: &Storage, at_ms: i64, options: &Options) -> Result<Value, EvalError> {
        let evaluator = Evaluator::new(self, storage, options, at_ms, at_ms);
        let steps = Grid::one(at_ms);
        if self.expr.value_type() == ValueType::Matrix {
            let mut series = evaluator.points(&self.expr, &steps)?;
            series.sort_by(|one, other| one.labels.cmp(&other.labels));
            return Ok(Value::Matrix(series));
        }
        Ok(match evaluator.eval(&self.expr, &steps)? {
            Evaluated::Numbers(numbers) => Value::Scalar(numbers[0]),
            Evaluated::Text(text) => Value::String(text),
            Evaluated::Table(table) => {
                let valued = table.into_iter().filter(|column| present(column.values[0]));
                Value::Vector(
                    valued.map(|column| Sample { labels: column.labels, value: column.values[0] }).collect(),
                )
            }
        })
    }

    /// Evaluates from a start to an end, both included, at every step; all in milliseconds. Series come in the
    /// order of their labels.
    ///
    /// # Errors
    ///
    /// As [`Query::instant`], and for range vectors, strings, and steps that do not lead from start to end.
    pub fn range(
        &self,
        storage: &Storage,
        (start_ms, end_ms, step_ms): (i64, i64, i64),
        options: &Options,
    ) -> Result<Vec<Samples>, EvalError> {
        let span = self.expr.span;
        let of = self.expr.value_type();
        if !matches!(of, ValueType::Scalar | ValueType::Vector) {
            let message =
                format!("a range query needs a scalar or an instant vector, this is {}", of.with_article());
            return Err(EvalError::new(span, message));
        }
        let steps = Grid::many(start_ms, end_ms, step_ms, options.max_samples)
            .map_err(|message| EvalError::new(span, message))?;
        let evaluator = Evaluator::new(self, storage, options, start_ms, end_ms);
        let table = match evaluator.eval(&self.expr, &steps)? {
            Evaluated::Table(table) => table,
            Evaluated::Numbers(values) => vec![super::table::Column { labels: Labels::empty(), values }],
            Evaluated::Text(_) => Vec::new(),
        };
        let mut series: Vec<Samples> = table
            .into_iter()
            .map(|column| {
                let count = column.values.iter().filter(|value| present(**value)).count();
                let mut points = Vec::with_capacity(count);
                let all = steps.at_ms.iter().copied().zip(column.values);
                points.extend(all.filter(|(_, value)| present(*value)));
                Samples { labels: column.labels, points }
            })
            .filter(|series| !series.points.is_empty())
            .collect();
        series.sort_by(|one, other| one.labels.cmp(&other.labels));
        Ok(series)
    }
}

/// Evaluates an expression at one time, in milliseconds since 1970.
///
/// # Errors
///
/// As [`Query::instant`] and [`Query::new`].
pub fn instant(storage: &Storage, expr: &Expr, at_ms: i64, options: &Options) -> Result<Value, EvalError> {
    Query::new(expr.clone(), options.dialect)?.instant(storage, at_ms, options)
}

/// Evaluates an expression from a start to an end, both included, at every step; all in milliseconds.
///
/// # Errors
///
/// As [`Query::range`] and [`Query::new`].
pub fn range(
    storage: &Storage,
    expr: &Expr,
    start_ms: i64,
    end_ms: i64,
    step_ms: i64,
    options: &Options,
) -> Result<Vec<Samples>, EvalError> {
    Query::new(expr.clone(), options.dialect)?.range(storage, (start_ms, end_ms, step_ms), options)
}
