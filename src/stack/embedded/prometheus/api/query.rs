//! `query` and `query_range`.

use super::answer::Answer;
use super::params::Params;
use crate::promql::{EvalError, Options, Query, Refusal, Samples, Value, matrix_json, parse_as, value_json};
use crate::stack::embedded::prometheus::Look;

/// The most steps of a range, as in Prometheus.
const MOST_STEPS: i64 = 11_000;

pub(super) fn instant(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let limit = params.limit()?;
        let at_ms = params.time("time", look.now_ms)?;
        params.duration("timeout")?;
        let query = ready(look, params)?;
        let value = query.instant(look.storage, at_ms, &options(look, params)?).map_err(failed)?;
        Ok(Answer::Whole(value_json(&cut(value, limit), at_ms, look.dialect)))
    })
}

pub(super) fn range(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let limit = params.limit()?;
        let required = |name: &str| match params.get(name) {
            Some(_) => params.time(name, 0),
            None => {
                let why = "cannot parse \"\" to a valid timestamp";
                Err(Answer::bad(format!("invalid parameter {name:?}: {why}")))
            }
        };
        let (start, end) = (required("start")?, required("end")?);
        if end < start {
            return Err(Answer::bad(
                "invalid parameter \"end\": end timestamp must not be before start time",
            ));
        }
        let Some(step) = params.duration("step")? else {
            return Err(Answer::bad("invalid parameter \"step\": cannot parse \"\" to a valid duration"));
        };
        if step <= 0 {
            let why =
                "zero or negative query resolution step widths are not accepted. Try a positive integer";
            return Err(Answer::bad(format!("invalid parameter \"step\": {why}")));
        }
        if (end - start) / step > MOST_STEPS {
            let why = "exceeded maximum resolution of 11,000 points per timeseries. \
                       Try decreasing the query resolution (?step=XX)";
            return Err(Answer::bad(why));
        }
        params.duration("timeout")?;
        let query = ready(look, params)?;
        let bounds = (start, end, step);
        let mut series = query.range(look.storage, bounds, &options(look, params)?).map_err(failed)?;
        series.sort_by(|one, other| one.labels.cmp(&other.labels));
        series.truncate(limit.unwrap_or(usize::MAX));
        Ok(Answer::Whole(matrix_json(&series, look.dialect)))
    })
}

/// No exemplars are kept: there are none.
pub(super) fn exemplars(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        ready(look, params)?;
        Ok(Answer::Data("[]".to_owned()))
    })
}

/// A refusal is an answer too.
pub(super) fn answer(ask: impl FnOnce() -> Result<Answer, Answer>) -> Answer {
    ask().unwrap_or_else(|refused| refused)
}

fn ready(look: &Look<'_>, params: &Params) -> Result<Query, Answer> {
    let text = params.get("query").unwrap_or_default();
    let wrong = |why: String| Answer::bad(format!("invalid parameter \"query\": {why}"));
    let expr = parse_as(text, look.dialect).map_err(|error| {
        let (line, column) = error.span.line_and_column(text);
        wrong(format!("{line}:{column}: parse error: {}", error.message))
    })?;
    Query::new(expr, look.dialect).map_err(|error| wrong(error.to_string()))
}

fn options(look: &Look<'_>, params: &Params) -> Result<Options, Answer> {
    let look_back = params.duration("lookback_delta")?;
    Ok(Options { look_back_ms: look_back.unwrap_or(look.options.look_back_ms), ..look.options.clone() })
}

fn failed(error: EvalError) -> Answer {
    Answer::Refused(Refusal::Execution, error.to_string())
}

/// The first of what was found, where no more is asked for.
fn cut(value: Value, limit: Option<usize>) -> Value {
    let Some(limit) = limit else { return sorted(value) };
    match sorted(value) {
        Value::Vector(mut samples) => {
            samples.truncate(limit);
            Value::Vector(samples)
        }
        Value::Matrix(mut series) => {
            series.truncate(limit);
            Value::Matrix(series)
        }
        other => other,
    }
}

/// Series of a range vector are sorted, samples of a vector stay as the query yields them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Matrix(mut series) => {
            series.sort_by(|one: &Samples, other| one.labels.cmp(&other.labels));
            Value::Matrix(series)
        }
        other => other,
    }
}
