//! Each kind of expression, evaluated at all steps at once.

use std::cell::Cell;

use super::over::Run;
use super::select::{Shift, Steps as Grid, frames, fresh, latest, latest_values};
use super::table::{ABSENT, Column, Evaluated, Steps, Table, nameless, present, same_labels};
use super::{EvalError, Options, Query, Samples, aggregate, binary, call, over};
use crate::promql::{
    Aggregation, At, Binary, Call, Dialect, Expr, ExprKind, Instant, Labels, Offset, Side, Sign, Span,
    Storage, Subquery, Unary, ValueType, VectorSelector,
};

/// How much may be visited for each sample that may be held: windows are read again and again.
const VISITS: u64 = 100;

/// One evaluation of one query.
pub(super) struct Evaluator<'a> {
    query: &'a Query,
    storage: &'a Storage,
    options: &'a Options,
    start_ms: i64,
    end_ms: i64,
    held: Cell<u64>,
    visited: Cell<u64>,
}

/// A series over which windows move.
struct Source {
    labels: Labels,
    times: Vec<i64>,
    values: Vec<f64>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        query: &'a Query,
        storage: &'a Storage,
        options: &'a Options,
        start_ms: i64,
        end_ms: i64,
    ) -> Evaluator<'a> {
        let (held, visited) = (Cell::new(0), Cell::new(0));
        Evaluator { query, storage, options, start_ms, end_ms, held, visited }
    }

    fn dialect(&self) -> Dialect {
        self.options.dialect
    }

    /// Counts values that are held, before they are.
    fn hold(&self, count: usize, span: Span) -> Result<(), EvalError> {
        self.held.set(self.held.get().saturating_add(count as u64));
        if self.held.get() <= self.options.max_samples as u64 {
            return Ok(());
        }
        let message = format!("the query needs more than {} samples at once", self.options.max_samples);
        Err(EvalError::new(span, message).help("ask for fewer series, a longer step, or raise the limit"))
    }

    fn most_visits(&self) -> u64 {
        (self.options.max_samples as u64).saturating_mul(VISITS)
    }

    fn visit(&self, count: u64, span: Span) -> Result<(), EvalError> {
        self.visited.set(self.visited.get().saturating_add(count));
        let most = self.most_visits();
        if self.visited.get() <= most {
            return Ok(());
        }
        let message = format!("the query visits samples more than {most} times");
        Err(EvalError::new(span, message).help("ask for shorter windows, a longer step, or raise the limit"))
    }

    pub(super) fn eval(&self, expr: &Expr, grid: &Grid) -> Result<Evaluated, EvalError> {
        match &expr.kind {
            ExprKind::Number(number) => {
                self.hold(grid.at_ms.len(), expr.span)?;
                Ok(Evaluated::Numbers(vec![*number; grid.at_ms.len()]))
            }
            ExprKind::String(text) => Ok(Evaluated::Text(text.clone())),
            ExprKind::Paren(inner) => self.eval(inner, grid),
            ExprKind::Vector(selector) => self.vector(selector, expr.span, grid).map(Evaluated::Table),
            ExprKind::Unary(unary) => self.unary(unary, expr.span, grid),
            ExprKind::Binary(node) => self.binary(node, expr.span, grid),
            ExprKind::Aggregation(node) => self.aggregation(node, grid).map(Evaluated::Table),
            ExprKind::Call(node) => self.call(node, expr, grid),
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => {
                // Types were checked when the query was read; windows stand only where `points` reads them.
                Err(EvalError::new(expr.span, "a range vector has no value at a single time"))
            }
        }
    }

    fn table(&self, expr: &Expr, grid: &Grid) -> Result<Table, EvalError> {
        match self.eval(expr, grid)? {
            Evaluated::Table(table) => Ok(table),
            Evaluated::Numbers(values) => Ok(vec![Column { labels: Labels::empty(), values }]),
            Evaluated::Text(_) => Err(EvalError::new(expr.span, "text where an instant vector is needed")),
        }
    }

    fn shift(&self, offset: Option<Offset>, at: Option<At>) -> Shift {
        let fixed = at.map(|at| match at.when {
            Instant::Millis(millis) => millis,
            Instant::Start => self.start_ms,
            Instant::End => self.end_ms,
        });
        Shift { offset_ms: offset.map_or(0, |offset| offset.by.millis()), fixed_ms: fixed }
    }

    fn vector(&self, selector: &VectorSelector, span: Span, grid: &Grid) -> Result<Table, EvalError> {
        let shift = self.shift(selector.offset, selector.at);
        let found = self.storage.select(self.query.selection(selector));
        let mut table = Vec::with_capacity(found.len());
        for series in found {
            self.hold(grid.at_ms.len(), span)?;
            let values = latest_values(series, grid, shift, self.options.look_back_ms, self.dialect());
            if values.iter().any(|value| present(*value)) {
                table.push(Column { labels: series.labels().clone(), values });
            }
        }
        Ok(table)
    }

    /// `timestamp(up)`: when the samples are from, not when they are looked at.
    fn sample_times(&self, selector: &VectorSelector, span: Span, grid: &Grid) -> Result<Table, EvalError> {
        let shift = self.shift(selector.offset, selector.at);
        let mut table = Vec::new();
        for series in self.storage.select(self.query.selection(selector)) {
            self.hold(grid.at_ms.len(), span)?;
            let seen = latest(series, grid, shift, self.options.look_back_ms, self.dialect());
            let seen: Vec<Option<(i64, f64)>> = seen.collect();
            if seen.iter().all(Option::is_none) {
                continue;
            }
            let seconds = |(time, _)| time as f64 / 1000.0;
            let values = seen.into_iter().map(|sample| sample.map_or(ABSENT, seconds)).collect();
            table.push(Column { labels: nameless(series.labels(), self.dialect()), values });
        }
        same_labels(table, span)
    }

    fn unary(&self, unary: &Unary, span: Span, grid: &Grid) -> Result<Evaluated, EvalError> {
        let value = self.eval(&unary.expr, grid)?;
        if unary.sign == Sign::Plus {
            return Ok(value);
        }
        let negate = |values: &mut [f64]| {
            values.iter_mut().filter(|value| present(**value)).for_each(|value| *value = -*value);
        };
        Ok(match value {
            Evaluated::Numbers(mut numbers) => {
                negate(&mut numbers);
                Evaluated::Numbers(numbers)
            }
            Evaluated::Table(mut table) => {
                for column in &mut table {
                    negate(&mut column.values);
                    column.labels = nameless(&column.labels, self.dialect());
                }
                Evaluated::Table(all_distinct(table, span)?)
            }
            text @ Evaluated::Text(_) => text,
        })
    }

    fn binary(&self, node: &Binary, span: Span, grid: &Grid) -> Result<Evaluated, EvalError> {
        let left = self.eval(&node.left, grid)?;
        let right = self.eval(&node.right, grid)?;
        let steps = Steps { at_ms: &grid.at_ms, dialect: self.dialect() };
        match (left, right) {
            (Evaluated::Numbers(mut left), Evaluated::Numbers(right)) => {
                for (one, other) in left.iter_mut().zip(right) {
                    *one = binary::scalars(node.op, *one, other);
                }
                Ok(Evaluated::Numbers(left))
            }
            (Evaluated::Table(left), Evaluated::Table(right)) => {
                self.hold(left.len().max(right.len()).saturating_mul(grid.at_ms.len()), span)?;
                binary::vectors(node, left, right, &steps).map(Evaluated::Table)
            }
            (Evaluated::Table(vector), Evaluated::Numbers(numbers)) => {
                binary::with_scalar(node, vector, &numbers, Side::Right, &steps).map(Evaluated::Table)
            }
            (Evaluated::Numbers(numbers), Evaluated::Table(vector)) => {
                binary::with_scalar(node, vector, &numbers, Side::Left, &steps).map(Evaluated::Table)
            }
            _ => Err(EvalError::new(span, "text where a number or an instant vector is needed")),
        }
    }

    fn aggregation(&self, node: &Aggregation, grid: &Grid) -> Result<Table, EvalError> {
        let param = node.param.as_ref().map(|param| self.eval(param, grid)).transpose()?;
        let input = self.table(&node.expr, grid)?;
        let steps = Steps { at_ms: &grid.at_ms, dialect: self.dialect() };
        aggregate::aggregate(node, param, input, &steps, &|| self.hold(grid.at_ms.len(), node.op_span))
    }

    fn call(&self, node: &Call, expr: &Expr, grid: &Grid) -> Result<Evaluated, EvalError> {
        let steps = Steps { at_ms: &grid.at_ms, dialect: self.dialect() };
        if let Some(window) = node.args.iter().find(|arg| arg.value_type() == ValueType::Matrix) {
            if node.function.name == "absent_over_time" {
                let table = self.windows("present_over_time", window, node, grid)?;
                return call::call(node, vec![Evaluated::Table(table)], &steps);
            }
            let table = self.windows(node.function.name, window, node, grid)?;
            return all_distinct(table, expr.span).map(Evaluated::Table);
        }
        if node.function.name == "timestamp"
            && let [arg] = node.args.as_slice()
            && let ExprKind::Vector(selector) = &arg.unwrapped().kind
        {
            return self.sample_times(selector, arg.span, grid).map(Evaluated::Table);
        }
        let args: Result<Vec<Evaluated>, EvalError> =
            node.args.iter().map(|arg| self.eval(arg, grid)).collect();
        // `time`, `absent` and their like make a column of their own.
        self.hold(grid.at_ms.len(), expr.span)?;
        call::call(node, args?, &steps)
    }

    /// A function of a range vector, for every series of it.
    fn windows(&self, function: &str, window: &Expr, node: &Call, grid: &Grid) -> Result<Table, EvalError> {
        let mut args = Vec::new();
        for arg in node.args.iter().filter(|arg| arg.value_type() != ValueType::Matrix) {
            if let Evaluated::Numbers(numbers) = self.eval(arg, grid)? {
                args.push(numbers);
            }
        }
        let keeps_name = function == "last_over_time";
        let (shift, range) = self.window_of(window);
        let mut table = Vec::new();
        self.sources(window, grid, |labels, times, values| {
            self.hold(grid.at_ms.len(), window.span)?;
            let mut all = frames(times, grid, shift, range.millis(), self.dialect());
            let from = all.first().map_or(0, |frame| frame.first);
            let to = all.last().map_or(from, |frame| frame.end);
            if from == to {
                return Ok(());
            }
            for frame in &mut all {
                frame.first -= from;
                frame.end -= from;
            }
            let run = Run {
                times: &times[from..to],
                values: &values[from..to],
                frames: &all,
                range_s: range.seconds(),
                at_ms: &grid.at_ms,
                args: &args,
                dialect: self.dialect(),
                most: self.most_visits().saturating_sub(self.visited.get()),
            };
            if let Some(message) = over::refusal(function, &run) {
                return Err(EvalError::new(node.name_span, message));
            }
            let mut out = vec![ABSENT; grid.at_ms.len()];
            self.visit(over::column(function, &run, &mut out), window.span)?;
            if out.iter().any(|value| present(*value)) {
                let labels = if keeps_name { labels.clone() } else { nameless(labels, self.dialect()) };
                table.push(Column { labels, values: out });
            }
            Ok(())
        })?;
        Ok(table)
    }

    fn window_of(&self, window: &Expr) -> (Shift, crate::promql::Duration) {
        match &window.unwrapped().kind {
            ExprKind::Matrix(matrix) => {
                (self.shift(matrix.selector.offset, matrix.selector.at), matrix.range)
            }
            ExprKind::Subquery(subquery) => (self.shift(subquery.offset, subquery.at), subquery.range),
            _ => (self.shift(None, None), crate::promql::Duration::default()),
        }
    }

    /// Every series over which the windows of a range vector move.
    fn sources(
        &self,
        window: &Expr,
        grid: &Grid,
        mut visit: impl FnMut(&Labels, &[i64], &[f64]) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        match &window.unwrapped().kind {
            ExprKind::Matrix(matrix) => {
                let shift = self.shift(matrix.selector.offset, matrix.selector.at);
                for series in self.storage.select(self.query.selection(&matrix.selector)) {
                    let (times, values) = fresh(series, grid, shift, matrix.range.millis());
                    visit(series.labels(), &times, &values)?;
                }
            }
            ExprKind::Subquery(subquery) => {
                for source in self.subquery(subquery, window.span, grid)? {
                    visit(&source.labels, &source.times, &source.values)?;
                }
            }
            _ => return Err(EvalError::new(window.span, "a range vector is needed here")),
        }
        Ok(())
    }

    fn subquery(&self, subquery: &Subquery, span: Span, grid: &Grid) -> Result<Vec<Source>, EvalError> {
        let shift = self.shift(subquery.offset, subquery.at);
        let step_ms = subquery.step.map_or(self.options.subquery_step_ms, |step| step.millis());
        let inner = grid
            .of_subquery(shift, subquery.range, step_ms, self.dialect(), self.options.max_samples)
            .map_err(|message| EvalError::new(span, message))?;
        self.hold(inner.at_ms.len(), span)?;
        let table = self.table(&subquery.expr, &inner)?;
        Ok(table
            .into_iter()
            .map(|column| {
                let samples = inner.at_ms.iter().copied().zip(column.values);
                let (times, values) = samples.filter(|(_, value)| present(*value)).unzip();
                Source { labels: column.labels, times, values }
            })
            .collect())
    }

    /// The samples of a range vector at the only step.
    pub(super) fn points(&self, window: &Expr, grid: &Grid) -> Result<Vec<Samples>, EvalError> {
        let (shift, range) = self.window_of(window);
        let mut found = Vec::new();
        self.sources(window, grid, |labels, times, values| {
            let all = frames(times, grid, shift, range.millis(), self.dialect());
            let Some(frame) = all.first().filter(|frame| frame.end > frame.first) else { return Ok(()) };
            self.hold(frame.end - frame.first, window.span)?;
            let points = times[frame.first..frame.end]
                .iter()
                .copied()
                .zip(values[frame.first..frame.end].iter().copied());
            found.push(Samples { labels: labels.clone(), points: points.collect() });
            Ok(())
        })?;
        Ok(found)
    }
}

/// As [`same_labels`], but Prometheus checks the result of a whole range here, not each step: series of the same
/// labels that follow one another are refused too.
fn all_distinct(table: Table, span: Span) -> Result<Table, EvalError> {
    let mut labels: Vec<&Labels> = table.iter().map(|column| &column.labels).collect();
    labels.sort();
    if let Some(pair) = labels.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("vector cannot contain metrics with the same labelset: {}", pair[0]);
        return Err(EvalError::new(span, message));
    }
    Ok(table)
}
