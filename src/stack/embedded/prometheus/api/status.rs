//! What the server is.

use std::collections::BTreeMap;

use axum::response::Response;
use serde::Serialize;

use super::answer::{Answer, body};
use super::params::Params;
use super::query::answer;
use super::rules::at;
use super::targets::duration;
use crate::promql::{Dialect, Series};
use crate::stack::embedded::prometheus::Look;

/// How many of the most are told, unless a limit is given.
const TOP: usize = 10;

/// What only a server that was told to allow it does.
pub(super) fn forbidden() -> Response {
    let text = "{\"status\":\"error\",\"errorType\":\"unavailable\",\"error\":\"admin APIs disabled\"}";
    body(503, "application/json", text.to_owned())
}

pub(super) fn config(look: &Look<'_>, _: &Params) -> Answer {
    #[derive(Serialize)]
    struct Config<'a> {
        yaml: &'a str,
    }
    Answer::data(&Config { yaml: look.config_text })
}

/// The flags of Prometheus that mean something here.
pub(super) fn flags(look: &Look<'_>, _: &Params) -> Answer {
    let flags = BTreeMap::from([
        ("query.lookback-delta", duration(look.options.look_back_ms)),
        ("query.max-samples", look.options.max_samples.to_string()),
        ("web.enable-admin-api", "false".to_owned()),
        ("web.enable-lifecycle", "false".to_owned()),
    ]);
    Answer::data(&flags)
}

pub(super) fn runtime(look: &Look<'_>, _: &Params) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Runtime {
        start_time: String,
        #[serde(rename = "CWD")]
        folder: &'static str,
        reload_config_success: bool,
        last_config_time: String,
        corruption_count: u32,
        storage_retention: &'static str,
    }
    let start = at(Some(look.started_ms));
    Answer::data(&Runtime {
        start_time: start.clone(),
        folder: "/",
        reload_config_success: true,
        last_config_time: start,
        corruption_count: 0,
        storage_retention: "as long as it runs",
    })
}

/// It does not pretend to be a Prometheus: only the version is of the one that is imitated, for tools that look at it.
pub(super) fn build(look: &Look<'_>, _: &Params) -> Answer {
    let version = match look.dialect {
        Dialect::V2 => "2.42.0",
        Dialect::V3 => "3.5.0",
    };
    let build = BTreeMap::from([
        ("version", version),
        ("revision", concat!("probity ", env!("CARGO_PKG_VERSION"))),
        ("branch", "twin"),
        ("buildUser", ""),
        ("buildDate", ""),
        ("goVersion", ""),
    ]);
    Answer::data(&build)
}

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

pub(super) fn tsdb(look: &Look<'_>, params: &Params) -> Answer {
    answer(|| {
        let limit = params.limit()?.unwrap_or(TOP);
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
        let bytes =
            |values: &BTreeMap<&str, usize>| values.iter().map(|(value, times)| value.len() * times).sum();
        Ok(Answer::data(&Tsdb {
            head_stats: Head {
                num_series: look.storage.iter().len(),
                num_label_pairs: values.values().map(BTreeMap::len).sum(),
                // Samples are not cut into chunks here: one for each series.
                chunk_count: look.storage.iter().len(),
                min_time: times().filter_map(|times| times.first().copied()).min().unwrap_or(i64::MAX),
                max_time: times().filter_map(|times| times.last().copied()).max().unwrap_or(i64::MIN),
            },
            series_count_by_metric_name: top(metrics.iter().map(|(name, all)| count(name, *all)), limit),
            label_value_count_by_label_name: top(
                values.iter().map(|(name, all)| count(name, all.len())),
                limit,
            ),
            memory_in_bytes_by_label_name: top(
                values.iter().map(|(name, all)| count(name, bytes(all))),
                limit,
            ),
            series_count_by_label_value_pair: top(pairs.iter().map(|(name, all)| count(name, *all)), limit),
        }))
    })
}

fn top(counts: impl Iterator<Item = Count>, limit: usize) -> Vec<Count> {
    let mut counts: Vec<Count> = counts.collect();
    counts.sort_by(|one, other| other.value.cmp(&one.value).then_with(|| one.name.cmp(&other.name)));
    counts.truncate(limit);
    counts
}
