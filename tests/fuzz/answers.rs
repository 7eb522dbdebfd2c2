//! What must hold of the answers to a query, whatever it is.

use probity::promql::{
    Dialect, EvalError, Expr, ExprKind, Instant, Labels, Options, Query, Samples, Storage, Value,
    matrix_json, value_json,
};

use super::numbers::{END_MS, START_MS};

/// So few that inputs stay small, so many that most of them have an answer.
const MOST_SAMPLES: usize = 100_000;

/// Times at which nothing is, and at which arithmetic could overflow.
const FAR: [i64; 5] = [0, -1, i64::MIN, i64::MAX, i64::MAX / 1_000_000];

pub(crate) fn options(dialect: Dialect) -> Options {
    Options { dialect, max_samples: MOST_SAMPLES, ..Options::default() }
}

/// The series of an answer in the order of their labels, and a value of each; every NaN is the same.
type Row = Vec<(Labels, u64)>;

fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn row(value: &Value) -> Option<Row> {
    let mut row: Row = match value {
        Value::Scalar(number) => vec![(Labels::empty(), bits(*number))],
        Value::Vector(samples) => samples.iter().map(|it| (it.labels.clone(), bits(it.value))).collect(),
        Value::String(_) | Value::Matrix(_) => return None,
    };
    row.sort();
    Some(row)
}

fn row_at(series: &[Samples], at_ms: i64) -> Row {
    let at =
        |one: &Samples| one.points.iter().find(|(time, _)| *time == at_ms).map(|(_, value)| bits(*value));
    let mut row: Row = series.iter().filter_map(|one| Some((one.labels.clone(), at(one)?))).collect();
    row.sort();
    row
}

/// Whether a range query may mean something else than a query at each of its steps.
fn moves(expr: &Expr) -> bool {
    let mut moves = false;
    expr.walk(&mut |part, above| {
        let at = match &part.kind {
            ExprKind::Vector(it) => it.at,
            ExprKind::Matrix(it) => it.selector.at,
            ExprKind::Subquery(it) => it.at,
            // Their order is the answer of an instant query; what sums or ranks it in that order sees another one.
            ExprKind::Call(it) if it.function.name.starts_with("sort") && !above.is_empty() => {
                moves = true;
                None
            }
            ExprKind::Aggregation(it) if matches!(it.op.name(), "topk" | "bottomk") && !above.is_empty() => {
                moves = true;
                None
            }
            _ => None,
        };
        moves |= at.is_some_and(|at| matches!(at.when, Instant::Start | Instant::End));
    });
    moves
}

fn told(error: &EvalError, text: &str) -> Result<(), String> {
    if error.message.is_empty() || text.get(error.span.start..error.span.end).is_none() {
        return Err(format!("an error that says nothing or underlines no text: {error:?}"));
    }
    Ok(())
}

/// A query at one time is a range of one step, and each step of a range is a query at that time.
pub(crate) fn agree(expr: &Expr, text: &str, storage: &Storage, dialect: Dialect) -> Result<(), String> {
    let options = options(dialect);
    let query = match Query::new(expr.clone(), dialect) {
        Ok(query) => query,
        Err(error) => return told(&error, text),
    };
    let moves = moves(expr);
    // A step that no other time divides, so that windows end anywhere.
    for (start_ms, step_ms, steps) in
        [(START_MS + 97_003, 101_007, 5), (END_MS - 1, 60_000, 1), (END_MS, 299_999, 3)]
    {
        let end_ms = start_ms + step_ms * (steps - 1);
        let whole = query.range(storage, (start_ms, end_ms, step_ms), &options);
        if let Ok(series) = &whole {
            drop(matrix_json(series, dialect));
        }
        for at_ms in (0..steps).map(|step| start_ms + step * step_ms) {
            let single = query.instant(storage, at_ms, &options);
            let asked = format!("{dialect:?}, {start_ms} to {end_ms} by {step_ms}, at {at_ms}");
            if let Ok(value) = &single {
                drop(value_json(value, at_ms, dialect));
            }
            match (&whole, &single) {
                (Ok(series), Ok(value)) => {
                    let (of_range, of_instant) = (row_at(series, at_ms), row(value));
                    if !moves && of_instant.as_ref() != Some(&of_range) {
                        return Err(format!("{asked}:\n range {of_range:?}\n instant {of_instant:?}"));
                    }
                }
                (Ok(_), Err(error)) if !moves => return Err(format!("{asked}: only at one time: {error}")),
                (Err(error), Ok(Value::Vector(_) | Value::Scalar(_))) if steps == 1 => {
                    return Err(format!("{asked}: only over a time: {error}"));
                }
                _ => {}
            }
            single.as_ref().err().map_or(Ok(()), |error| told(error, text))?;
        }
        whole.as_ref().err().map_or(Ok(()), |error| told(error, text))?;
    }
    far(&query, text, storage, &options)?;
    limited(&query, text, storage, &options)
}

/// At times where nothing is there is an answer too.
fn far(query: &Query, text: &str, storage: &Storage, options: &Options) -> Result<(), String> {
    for at_ms in FAR {
        match query.instant(storage, at_ms, options) {
            Ok(value) => drop(value_json(&value, at_ms, options.dialect)),
            Err(error) => told(&error, text)?,
        }
        let bounds = (at_ms.saturating_sub(3_600_000), at_ms, 600_000);
        query.range(storage, bounds, options).err().map_or(Ok(()), |error| told(&error, text))?;
    }
    Ok(())
}

/// A limit changes no answer: there is the same or none.
fn limited(query: &Query, text: &str, storage: &Storage, options: &Options) -> Result<(), String> {
    let whole = query.instant(storage, END_MS, options);
    for max_samples in [0, 1, 10, 100] {
        let options = Options { max_samples, ..options.clone() };
        match (query.instant(storage, END_MS, &options), &whole) {
            (Err(error), _) => told(&error, text)?,
            (Ok(few), Ok(whole)) if format!("{few:?}") == format!("{whole:?}") => {}
            (Ok(few), whole) => {
                return Err(format!("with {max_samples} samples {few:?}, without limit {whole:?}"));
            }
        }
    }
    Ok(())
}
