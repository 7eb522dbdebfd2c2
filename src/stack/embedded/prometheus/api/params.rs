//! The parameters of a question, and the times and durations in them.

use jiff::Timestamp;
use reqwest::Url;

use super::answer::Answer;
use crate::promql::{Dialect, ExprKind, Selection, parse_as};

/// The largest time and the largest duration that are taken, in seconds: milliseconds must fit.
const MOST_SECONDS: f64 = 9.2e15;

/// Names and values in their order; those of the URL go before those of the form.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn new(query: Option<&str>, form: &[u8]) -> Params {
        let mut all = Vec::new();
        // A form's text is decoded before the URL's in Go: the first value of a name counts.
        for text in [&String::from_utf8_lossy(form), query.unwrap_or_default()] {
            // The host is never looked at; a URL is what takes a query apart here.
            if let Ok(url) = Url::parse(&format!("http://localhost/?{text}")) {
                all.extend(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())));
            }
        }
        Params(all)
    }

    /// The first value of a name, if it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let first = self.0.iter().find(|(known, _)| known == name)?;
        Some(first.1.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A time in milliseconds since 1970.
    pub(super) fn time(&self, name: &str, default: i64) -> Result<i64, Answer> {
        let Some(text) = self.get(name) else { return Ok(default) };
        time(text).ok_or_else(|| {
            let why = format!("cannot parse {text:?} to a valid timestamp");
            Answer::bad(format!("invalid parameter {name:?}: {why}"))
        })
    }

    /// A duration in milliseconds.
    pub(super) fn duration(&self, name: &str) -> Result<Option<i64>, Answer> {
        let Some(text) = self.get(name) else { return Ok(None) };
        duration(text).map(Some).ok_or_else(|| {
            let why = format!("cannot parse {text:?} to a valid duration");
            Answer::bad(format!("invalid parameter {name:?}: {why}"))
        })
    }

    /// The number of things that are asked for at most; none is any number.
    pub(super) fn limit(&self) -> Result<Option<usize>, Answer> {
        let Some(text) = self.get("limit") else { return Ok(None) };
        match text.parse::<usize>() {
            Ok(0) => Ok(None),
            Ok(limit) => Ok(Some(limit)),
            Err(_) => Err(Answer::bad(format!(
                "invalid parameter \"limit\": cannot parse {text:?} to a positive number"
            ))),
        }
    }

    /// The series that `match[]` asks for, one entry for each time that it is given.
    pub(super) fn selections(&self, dialect: Dialect) -> Result<Vec<Selection>, Answer> {
        self.all("match[]").map(|text| selection(text, dialect)).collect()
    }
}

fn selection(text: &str, dialect: Dialect) -> Result<Selection, Answer> {
    let wrong = |why: String| Answer::bad(format!("invalid parameter \"match[]\": {why}"));
    let expr = parse_as(text, dialect).map_err(|error| wrong(error.to_string()))?;
    match &expr.kind {
        ExprKind::Vector(selector) => Selection::new(selector, dialect).map_err(wrong),
        _ => Err(wrong("1:1: parse error: a series selector is expected".to_owned())),
    }
}

/// Seconds since 1970 or RFC 3339, in milliseconds.
pub(super) fn time(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds.is_finite() && seconds.abs() < MOST_SECONDS)
            .then(|| (seconds * 1000.0).round() as i64);
    }
    text.parse::<Timestamp>().ok().map(|at| at.as_millisecond())
}

/// Seconds or a Prometheus duration, in milliseconds.
fn duration(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds.is_finite() && seconds.abs() < MOST_SECONDS).then_some((seconds * 1000.0) as i64);
    }
    // `1h30m` is what stands in a range: whatever the parser takes there.
    let expr = parse_as(&format!("x[{text}]"), Dialect::V2).ok()?;
    match &expr.kind {
        ExprKind::Matrix(matrix) => Some(matrix.range.millis()),
        _ => None,
    }
}
