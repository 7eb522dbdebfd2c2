//! The functions that Alertmanager adds. 0.25 has a few, 0.33 more.

mod json;
mod time;
mod url;

use super::functions::{Call, Function, Param, function, variadic};
use super::prometheus::{humanize, text};
use super::value::{List, Map, Value};
use crate::promql::Dialect;

pub(crate) use json::{number as json_number, quote as json_quote};

const ANY: &[Param] = &[Param::Any];
const TEXT: &[Param] = &[Param::Text];
const TEXTS: &[Param] = &[Param::Text, Param::Text];
const TIME: &[Param] = &[Param::Typed("time.Time")];
const TEXT_AND_TIME: &[Param] = &[Param::Text, Param::Typed("time.Time")];

/// Go's name of the type that `list` makes and `append` takes.
const ANYS: &str = "[]interface {}";

/// Everything that Alertmanager's templates can call besides Go's builtins. What only 0.33 has is marked by the dialect
/// of its Go.
pub static FUNCTIONS: &[Function] = &[
    newer(variadic("append", &[Param::Nilable(ANYS), Param::Any], append)),
    newer(function("date", TEXT_AND_TIME, time::date)),
    newer(variadic("dict", ANY, dict)),
    newer(function("humanizeDuration", ANY, humanize::duration)),
    function("join", &[Param::Text, Param::Nilable("[]string")], join),
    newer(variadic("list", ANY, |call| Ok(Value::List(List::of_any(call.args.to_vec()))))),
    function("match", TEXTS, text::matches),
    newer(function("now", &[], time::now)),
    function("reReplaceAll", &[Param::Text, Param::Text, Param::Text], text::replace_all),
    function("safeHtml", TEXT, |call| Ok(Value::Html(call.text(0).into()))),
    newer(function("safeUrl", TEXT, |call| Ok(Value::Url(call.text(0).into())))),
    newer(function("since", TIME, time::since)),
    variadic("stringSlice", TEXT, |call| {
        Ok(Value::List(List::of_texts((0..call.args.len()).map(|i| call.text(i)))))
    }),
    function("title", TEXT, |call| Ok(text::title_and_lower(call.text(0)).into())),
    newer(function("toJson", ANY, |call| json::write(call.value(0), call.dialect).map(Value::from))),
    function("toLower", TEXT, |call| Ok(text::lower(call.text(0)).into())),
    function("toUpper", TEXT, |call| Ok(text::upper(call.text(0)).into())),
    newer(function("trimSpace", TEXT, |call| Ok(call.text(0).trim().into()))),
    newer(function("tz", TEXT_AND_TIME, time::tz)),
    newer(function("urlUnescape", TEXT, |call| url::unescape(call.text(0)).map(Value::from))),
];

/// What 0.25 lacks.
const fn newer(mut function: Function) -> Function {
    function.only = Some(Dialect::V3);
    function
}

/// `strings.Join`, the separator first.
fn join(call: &Call<'_>) -> Result<Value, String> {
    let items = match call.value(1) {
        Value::List(list) => list.items(),
        _ => &[],
    };
    let texts = items.iter().map(|item| match item {
        Value::Text(text) => &**text,
        _ => "",
    });
    Ok(texts.collect::<Vec<&str>>().join(call.text(0)).into())
}

fn append(call: &Call<'_>) -> Result<Value, String> {
    let mut items = match call.value(0) {
        Value::List(list) => list.items().to_vec(),
        _ => Vec::new(),
    };
    items.extend_from_slice(call.args.get(1..).unwrap_or_default());
    Ok(Value::List(List::of_any(items)))
}

/// Keys and values in turn.
fn dict(call: &Call<'_>) -> Result<Value, String> {
    if !call.args.len().is_multiple_of(2) {
        return Err("dict requires an even number of arguments".to_owned());
    }
    let mut entries = Vec::with_capacity(call.args.len() / 2);
    for pair in call.args.chunks(2) {
        match pair {
            [Value::Text(key), value] => entries.push((key.clone(), value.clone())),
            _ => return Err("dict keys must be strings".to_owned()),
        }
    }
    Ok(Value::Map(Map::of_any(entries)))
}
