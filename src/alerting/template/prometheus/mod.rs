//! The functions that Prometheus adds. 2.42 and 3.5 have the same.

mod address;
pub(super) mod humanize;
mod number;
mod query;
pub(super) mod text;
mod time;

use super::functions::{Function, Param, function, variadic};
use super::value::{Map, Value};

const ANY: &[Param] = &[Param::Any];
const TEXT: &[Param] = &[Param::Text];
const TEXTS: &[Param] = &[Param::Text, Param::Text];
const SAMPLE: &[Param] = &[Param::Nilable(query::SAMPLE.name)];

/// What happens when Go follows a pointer to nothing.
const NIL: &str = "runtime error: invalid memory address or nil pointer dereference";

/// Everything that Prometheus' templates can call besides Go's builtins.
pub static FUNCTIONS: &[Function] = &[
    variadic("args", ANY, |call| {
        let named = call.args.iter().enumerate();
        Ok(Value::Map(Map::of_any(named.map(|(i, arg)| (format!("arg{i}").into(), arg.clone())))))
    }),
    function("externalURL", &[], |call| Ok(call.world.external_url().ok_or(NIL)?.into())),
    function("first", &[Param::Nilable(query::RESULT.name)], query::first),
    function("graphLink", TEXT, |call| Ok(address::link(call.text(0), 0))),
    function("humanize", ANY, humanize::humanize),
    function("humanize1024", ANY, humanize::humanize1024),
    function("humanizeDuration", ANY, humanize::duration),
    function("humanizePercentage", ANY, humanize::percentage),
    function("humanizeTimestamp", ANY, time::humanize),
    function("label", &[Param::Text, Param::Nilable(query::SAMPLE.name)], query::label),
    function("match", TEXTS, text::matches),
    function("parseDuration", TEXT, time::parse_duration),
    function("pathPrefix", &[], |call| Ok(call.world.path_prefix().ok_or(NIL)?.into())),
    function("query", TEXT, query::query),
    function("reReplaceAll", &[Param::Text, Param::Text, Param::Text], text::replace_all),
    function("safeHtml", TEXT, |call| Ok(Value::Html(call.text(0).into()))),
    function("sortByLabel", &[Param::Text, Param::Nilable(query::RESULT.name)], query::sort_by_label),
    function("stripDomain", TEXT, |call| Ok(address::strip_domain(call.text(0)).into())),
    function("stripPort", TEXT, |call| Ok(address::strip_port(call.text(0)).into())),
    function("strvalue", SAMPLE, query::string_value),
    function("tableLink", TEXT, |call| Ok(address::link(call.text(0), 1))),
    function("title", TEXT, |call| Ok(text::title(call.text(0), call.dialect).into())),
    function("toLower", TEXT, |call| Ok(text::lower(call.text(0)).into())),
    function("toTime", ANY, time::to_time),
    function("toUpper", TEXT, |call| Ok(text::upper(call.text(0)).into())),
    function("value", SAMPLE, query::value),
];
