//! What is stored, counted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Question;
use super::answer::Answer;
use super::params::Params;
use crate::promql::{Dialect, Series};
use crate::stack::embedded::prometheus::Look;

/// How many of the most are told, unless a limit is given.
const TOP: usize = 10;

/// What a label of a series takes beside its name and value, as 3.5 counts it.
const AROUND: usize = 2;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tsdb {
    head_stats: Head,
    series_count_by_metric_name: Vec<Count>,
    label_value_count_by_label_name: Vec<Count>,
    memory_in_bytes_by_label_name: Vec<Count>,
    series_count_by_label_value_pair: Vec<Count>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    num_series: usize,
    num_label_pairs: usize,
    chunk_count: usize,
    min_time: i64,
    max_time: i64,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Count {
    name: String,
    value: usize,
}

pub(super) fn tsdb(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let limit = limit(params, look.dialect)?;
    let (mut metrics, mut pairs) = (BTreeMap::<&str, usize>::new(), BTreeMap::<String, usize>::new());
    let mut values: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for series in look.storage.iter() {
        *metrics.entry(series.labels().metric()).or_default() += 1;
        for (name, value) in series.labels().iter() {
            *pairs.entry(format!("{name}={value}")).or_default() += 1;
            *values.entry(name).or_default().entry(value).or_default() += 1;
        }
    }
    let count = |name: &str, value: usize| Count { name: name.to_owned(), value };
    let times = || look.storage.iter().map(Series::times);
    // 2.42 counts each value once and alone.
    let bytes = |name: &str, value: &str, times: usize| match look.dialect {
        Dialect::V2 => value.len(),
        Dialect::V3 => (name.len() + value.len() + AROUND) * times,
    };
    let memory = values.iter().map(|(name, values)| {
        count(name, values.iter().map(|(value, times)| bytes(name, value, *times)).sum())
    });
    let tsdb = Tsdb {
        head_stats: Head {
            num_series: look.storage.iter().len(),
            num_label_pairs: values.values().map(BTreeMap::len).sum(),
            // Samples are not cut into chunks here: one for each series.
            chunk_count: look.storage.iter().len(),
            min_time: times().filter_map(|times| times.first().copied()).min().unwrap_or(i64::MAX),
            max_time: times().filter_map(|times| times.last().copied()).max().unwrap_or(i64::MIN),
        },
        series_count_by_metric_name: top(metrics.iter().map(|(name, all)| count(name, *all)), limit),
        label_value_count_by_label_name: top(values.iter().map(|(name, all)| count(name, all.len())), limit),
        memory_in_bytes_by_label_name: top(memory, limit),
        series_count_by_label_value_pair: top(pairs.iter().map(|(name, all)| count(name, *all)), limit),
    };
    Ok(Answer::data(&tsdb, look.dialect))
}

/// 2.42 knows of no limit.
fn limit(params: &Params, dialect: Dialect) -> Result<usize, Answer> {
    if dialect == Dialect::V2 {
        return Ok(TOP);
    }
    let wrong = || Answer::bad("limit must be a positive number");
    match params.count("limit").map_err(|_| wrong())? {
        None => Ok(TOP),
        Some(limit) => usize::try_from(limit).ok().filter(|limit| *limit > 0).ok_or_else(wrong),
    }
}

fn top(counts: impl Iterator<Item = Count>, limit: usize) -> Vec<Count> {
    let mut counts: Vec<Count> = counts.collect();
    counts.sort_by(|one, other| other.value.cmp(&one.value).then_with(|| one.name.cmp(&other.name)));
    counts.truncate(limit);
    counts
}
