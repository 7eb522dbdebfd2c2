//! `query`, `query_range`, `query_exemplars` and `format_query`.

use super::Question;
use super::answer::{Answer, Refused};
use super::params::Params;
use crate::promql::{
    Dialect, Expr, Options, Query, Samples, Value, ValueType, matrix_json, parse_as, value_json,
};
use crate::stack::embedded::prometheus::Look;

/// The most steps of a range, as in Prometheus.
const MOST_STEPS: i128 = 11_000;

const MILLISECOND: i64 = 1_000_000;

pub(super) fn instant(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let limit = params.limit(look.dialect)?;
    let at_ms = params.time_or("time", look.now_ms, look.dialect)?;
    params.duration("timeout")?;
    let options = options(look, params)?;
    let query = ready(expr(look, params)?, look.dialect)?;
    let mut value = query.instant(look.storage, at_ms, &options).map_err(failed)?;
    if let Value::Matrix(series) = &mut value {
        series.sort_by(by_labels);
    }
    let truncated = match &mut value {
        Value::Vector(samples) => cut(samples, limit),
        Value::Matrix(series) => cut(series, limit),
        _ => false,
    };
    Ok(Answer::document(value_json(&value, at_ms, look.dialect), truncated))
}

pub(super) fn range(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let limit = params.limit(look.dialect)?;
    let (start, end) = (params.time("start")?, params.time("end")?);
    if end < start {
        return Err(Answer::wrong("end", "end timestamp must not be before start time"));
    }
    let Some(step) = params.duration("step")? else {
        return Err(Answer::wrong("step", "cannot parse \"\" to a valid duration"));
    };
    if step <= 0 {
        let why = "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(Answer::wrong("step", why));
    }
    let length = (i128::from(end) - i128::from(start)) * i128::from(MILLISECOND);
    if length / i128::from(step) > MOST_STEPS {
        let why = "exceeded maximum resolution of 11,000 points per timeseries. \
                   Try decreasing the query resolution (?step=XX)";
        return Err(Answer::bad(why));
    }
    let step = step / MILLISECOND;
    if step == 0 {
        return Err(Answer::wrong("step", "steps of less than a millisecond are not accepted"));
    }
    params.duration("timeout")?;
    let options = options(look, params)?;
    let expr = expr(look, params).map_err(|answer| bare(answer, look.dialect))?;
    let kind = expr.value_type();
    if !matches!(kind, ValueType::Scalar | ValueType::Vector) {
        let why = format!(
            "invalid expression type \"{}\" for range query, must be Scalar or instant Vector",
            kind.name()
        );
        return Err(bare(Answer::wrong("query", why), look.dialect));
    }
    let query = ready(expr, look.dialect).map_err(|answer| bare(answer, look.dialect))?;
    let mut series = query.range(look.storage, (start, end, step), &options).map_err(failed)?;
    series.sort_by(by_labels);
    let truncated = cut(&mut series, limit);
    Ok(Answer::document(matrix_json(&series, look.dialect), truncated))
}

/// No exemplars are kept: there are none.
pub(super) fn exemplars(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let start = params.time_or("start", i64::MIN, look.dialect)?;
    let end = params.time_or("end", i64::MAX, look.dialect)?;
    if end < start {
        return Err(Answer::bad("end timestamp must not be before start timestamp"));
    }
    let expr = expr(look, params).map_err(without_parameter)?;
    if expr.selectors().is_empty() {
        return Ok(Answer::empty(204).with("vary", "Origin"));
    }
    Ok(Answer::written("[]", false))
}

/// The query as it is printed, in one line however long it is.
pub(super) fn format(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    Ok(Answer::data(&expr(look, params)?.to_string(), look.dialect))
}

fn expr(look: &Look<'_>, params: &Params) -> Result<Expr, Answer> {
    let text = params.get("query").unwrap_or_default();
    parse_as(text, look.dialect).map_err(|error| {
        let place = match error.span.line_and_column(text) {
            _ if text.is_empty() && look.dialect == Dialect::V3 => "unknown position".to_owned(),
            (line, column) => format!("{line}:{column}"),
        };
        Answer::wrong("query", format!("{place}: parse error: {}", error.message))
    })
}

fn ready(expr: Expr, dialect: Dialect) -> Result<Query, Answer> {
    Query::new(expr, dialect).map_err(|error| Answer::wrong("query", error))
}

/// 2.42 does not say of a range's query that it is the parameter that is wrong.
fn bare(answer: Answer, dialect: Dialect) -> Answer {
    if dialect == Dialect::V2 { without_parameter(answer) } else { answer }
}

fn without_parameter(mut answer: Answer) -> Answer {
    answer.body = answer.body.replacen("invalid parameter \\\"query\\\": ", "", 1);
    answer
}

fn options(look: &Look<'_>, params: &Params) -> Result<Options, Answer> {
    let mut options = look.options.clone();
    if look.dialect == Dialect::V3
        && let Some(text) = params.get("lookback_delta")
    {
        let look_back = super::numbers::duration(text)
            .map_err(|why| Answer::bad(format!("error parsing lookback delta duration: {why}")))?;
        if look_back > 0 {
            options.look_back_ms = look_back / MILLISECOND;
        }
    }
    Ok(options)
}

fn failed(error: impl std::fmt::Display) -> Answer {
    Answer::refused(Refused::Execution, &error.to_string())
}

fn by_labels(one: &Samples, other: &Samples) -> std::cmp::Ordering {
    one.labels.cmp(&other.labels)
}

/// Leaves the first of what was found; whether that is not all of it.
fn cut<T>(all: &mut Vec<T>, limit: Option<usize>) -> bool {
    let limit = limit.unwrap_or(usize::MAX);
    let truncated = all.len() > limit;
    all.truncate(limit);
    truncated
}
