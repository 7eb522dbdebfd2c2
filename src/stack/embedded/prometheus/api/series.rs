//! Which series there are, and their labels.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Answer;
use super::params::Params;
use super::query::answer;
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
    fn new(look: &Look<'_>, params: &Params) -> Result<Asked, Answer> {
        let limit = params.limit()?;
        let (start_ms, end_ms) = (params.time("start", i64::MIN)?, params.time("end", i64::MAX)?);
        if end_ms < start_ms {
            return Err(Answer::bad(
                "invalid parameter \"end\": end timestamp must not be before start timestamp",
            ));
        }
        Ok(Asked { selections: params.selections(look.dialect)?, start_ms, end_ms, limit })
    }

    /// The labels of every series that has a sample in the time that is asked about, sorted.
    fn labels<'a>(&self, look: &Look<'a>) -> BTreeSet<&'a Labels> {
        let storage = look.storage;
        let among =
            |series: &&Series| series.times().iter().any(|time| (self.start_ms..=self.end_ms).contains(time));
        if self.selections.is_empty() {
            return storage.iter().filter(among).map(Series::labels).collect();
        }
        let selected = self.selections.iter().flat_map(|selection| storage.select(selection));
        selected.filter(among).map(Series::labels).collect()
    }

    /// The first of what was found, where no more is asked for.
    fn cut<T: serde::Serialize>(&self, all: impl Iterator<Item = T>) -> Answer {
        Answer::data(&all.take(self.limit.unwrap_or(usize::MAX)).collect::<Vec<_>>())
    }
}

pub(super) fn series(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let asked = Asked::new(look, params)?;
        if asked.selections.is_empty() {
            return Err(Answer::bad("no match[] parameter provided"));
        }
        let as_map = |labels: &Labels| -> BTreeMap<String, String> {
            labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        Ok(asked.cut(asked.labels(look).into_iter().map(as_map)))
    })
}

pub(super) fn labels(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let asked = Asked::new(look, params)?;
        let all = asked.labels(look);
        let names: BTreeSet<&str> =
            all.iter().flat_map(|labels| labels.iter().map(|(name, _)| name)).collect();
        Ok(asked.cut(names.into_iter()))
    })
}

pub(super) fn label_values(look: &Look<'_>, params: &Params, name: &str) -> Answer {
    answer(|| {
        if !is_label(name, look.dialect) {
            return Err(Answer::bad(format!("invalid label name: {name:?}")));
        }
        let asked = Asked::new(look, params)?;
        let all = asked.labels(look);
        let values: BTreeSet<&str> = all.iter().filter_map(|labels| labels.get(name)).collect();
        Ok(asked.cut(values.into_iter()))
    })
}

/// Prometheus 3 takes any name.
fn is_label(name: &str, dialect: Dialect) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let classic = name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit());
    !name.is_empty() && (classic || dialect == Dialect::V3)
}
