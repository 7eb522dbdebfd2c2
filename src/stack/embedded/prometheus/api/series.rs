//! Which series there are, and their labels.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Refused};
use super::params::{Params, unescaped};
use super::{Question, json};
use crate::promql::{Dialect, Labels, Selection, Series};
use crate::stack::embedded::prometheus::Look;

/// The series that a question is about.
struct Asked {
    selections: Vec<Selection>,
    start_ms: i64,
    end_ms: i64,
    limit: Option<usize>,
}

impl Asked {
    fn new(look: &Look<'_>, params: &Params, selections: Vec<Selection>) -> Result<Asked, Answer> {
        let start_ms = params.time_or("start", i64::MIN, look.dialect)?;
        let end_ms = params.time_or("end", i64::MAX, look.dialect)?;
        Ok(Asked { selections, start_ms, end_ms, limit: params.limit(look.dialect)? })
    }

    /// The labels of every series that has a sample in the time that is asked about, sorted.
    fn labels<'a>(&self, look: &Look<'a>) -> BTreeSet<&'a Labels> {
        let storage = look.storage;
        let among = |series: &&Series| {
            series.times().iter().any(|time| *time >= self.start_ms && *time <= self.end_ms)
        };
        if self.selections.is_empty() {
            return storage.iter().filter(among).map(Series::labels).collect();
        }
        let selected = self.selections.iter().flat_map(|selection| storage.select(selection));
        selected.filter(among).map(Series::labels).collect()
    }

    /// The first of what was found, where no more is asked for, and whether that is not all.
    fn cut<T>(&self, all: impl ExactSizeIterator<Item = T>) -> (Vec<T>, bool) {
        let limit = self.limit.unwrap_or(usize::MAX);
        let truncated = all.len() > limit;
        (all.take(limit).collect(), truncated)
    }
}

pub(super) fn series(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    params.read()?;
    if params.all("match[]").next().is_none() {
        return Err(Answer::bad("no match[] parameter provided"));
    }
    let asked = Asked::new(look, params, Vec::new())?;
    let selections = params.selections(look.dialect).map_err(|why| Answer::wrong("match[]", why))?;
    let asked = Asked { selections, ..asked };
    let as_map = |labels: &Labels| -> BTreeMap<String, String> {
        labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let (all, truncated) = asked.cut(asked.labels(look).into_iter().map(as_map));
    Ok(Answer::written(&json::labels(&all, look.dialect), truncated))
}

/// What nobody ever made.
pub(super) fn delete(_: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    Err(Answer::refused(Refused::Internal, "not implemented"))
}

pub(super) fn labels(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let asked = Asked::new(look, params, Vec::new())?;
    let asked = Asked { selections: params.selections(look.dialect).map_err(Answer::bad)?, ..asked };
    let all = asked.labels(look);
    let names: BTreeSet<&str> = all.iter().flat_map(|labels| labels.iter().map(|(name, _)| name)).collect();
    let (names, truncated) = asked.cut(names.into_iter());
    Ok(Answer::written(&json::text(&names, look.dialect), truncated))
}

/// `/api/v1/label/NAME/values`.
pub(super) fn label_values(look: &Look<'_>, params: &Params, asked: &Question<'_>) -> Result<Answer, Answer> {
    let name = asked.path.strip_prefix("/api/v1/label/").and_then(|rest| rest.strip_suffix("/values"));
    let name = unescaped(name.unwrap_or_default()).map_err(Answer::bad)?;
    let name = String::from_utf8(name)
        .map_err(|error| Answer::bad(format!("invalid label name: \"{}\"", quoted(error.as_bytes()))))?;
    if !is_label(&name, look.dialect) {
        return Err(Answer::bad(format!("invalid label name: {name:?}")));
    }
    let asked = Asked::new(look, params, Vec::new())?;
    let asked = Asked { selections: params.selections(look.dialect).map_err(Answer::bad)?, ..asked };
    let all = asked.labels(look);
    let values: BTreeSet<&str> = all.iter().filter_map(|labels| labels.get(&name)).collect();
    let (values, truncated) = asked.cut(values.into_iter());
    Ok(Answer::written(&json::text(&values, look.dialect), truncated))
}

/// Bytes that are no text, as Go shows them.
fn quoted(bytes: &[u8]) -> String {
    let chunks = bytes.utf8_chunks().map(|chunk| {
        let invalid: String = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("{}{invalid}", chunk.valid().escape_debug())
    });
    chunks.collect()
}

/// Prometheus 3 takes any name.
fn is_label(name: &str, dialect: Dialect) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let classic = name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit());
    !name.is_empty() && (classic || dialect == Dialect::V3)
}
