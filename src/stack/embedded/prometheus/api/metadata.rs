//! What targets say of their metrics.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Question;
use super::answer::Answer;
use super::params::{Params, selector};
use super::targets::map;
use crate::promql::{Dialect, Selection};
use crate::stack::embedded::prometheus::{Look, Metadata};

/// Metadata as 3.5 writes them.
#[derive(Serialize)]
struct New<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    unit: &'a str,
    help: &'a str,
}

/// The same in the order of 2.42, and of a target's in both.
#[derive(Serialize)]
struct Old<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    help: &'a str,
    unit: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum One<'a> {
    New(New<'a>),
    Old(Old<'a>),
}

impl<'a> One<'a> {
    fn new(metadata: &'a Metadata, dialect: Dialect) -> One<'a> {
        let Metadata { kind, help, unit } = metadata;
        match dialect {
            Dialect::V2 => One::Old(Old { kind, help, unit }),
            Dialect::V3 => One::New(New { kind, unit, help }),
        }
    }
}

/// Metric by metric, everything that different targets say.
pub(super) fn of_metrics(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let limit = most(params.count("limit")?);
    let each = params.count("limit_per_metric");
    // 2.42 does not know of it, and 3.5 takes nothing for no limit.
    let each = if look.dialect == Dialect::V3 { each?.filter(|limit| *limit > 0) } else { None };
    let each = most(each);
    let wanted = params.get("metric");
    let all = look.metadata.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
    let shown = |metadata| One::new(metadata, look.dialect);
    let all: BTreeMap<&String, Vec<One<'_>>> =
        all.take(limit).map(|(name, all)| (name, all.iter().take(each).map(shown).collect())).collect();
    Ok(Answer::data(&all, look.dialect))
}

/// A limit; below zero it is none.
fn most(limit: Option<i64>) -> usize {
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// Target by target.
pub(super) fn of_targets(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    struct OfTarget<'a> {
        target: BTreeMap<String, String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        metric: Option<&'a str>,
        #[serde(flatten)]
        one: One<'a>,
    }
    let limit = most(params.count("limit")?);
    let wanted = params.get("metric");
    let selection = params.get("match_target").map(|text| {
        let selector = selector(text, look.dialect).map_err(|why| Answer::wrong("match_target", why))?;
        Selection::new(&selector, look.dialect).map_err(|why| Answer::wrong("match_target", why))
    });
    let selection = selection.transpose()?;
    let mut all = Vec::new();
    for (target, told) in look.targets.iter().zip(look.told) {
        if selection.as_ref().is_some_and(|selection| !selection.matches(&target.labels)) {
            continue;
        }
        let told = told.iter().filter(|(name, _)| wanted.is_none_or(|it| it == *name));
        all.extend(told.map(|(name, metadata)| OfTarget {
            target: map(&target.labels),
            // Whoever names it knows it.
            metric: wanted.is_none().then_some(name.as_str()),
            one: One::new(metadata, Dialect::V2),
        }));
    }
    all.truncate(limit);
    Ok(Answer::data(&all, look.dialect))
}
