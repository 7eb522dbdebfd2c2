//! The functions that Go's templates have by themselves.

mod compare;
mod escape;
mod index;

use super::format;
use super::functions::{Call, Function, Param, function, variadic};
use super::value::Value;

const ANYS: &[Param] = &[Param::Any];
const REFLECTED: &[Param] = &[Param::Reflected];
const TWO: &[Param] = &[Param::Reflected, Param::Reflected];

/// `and` and `or` are here for their names and signatures; the evaluator runs them, since they stop at the
/// first argument that decides.
pub(super) static FUNCTIONS: &[Function] = &[
    variadic("and", TWO, last),
    variadic("call", TWO, call),
    variadic("eq", TWO, compare::eq),
    function("ge", TWO, compare::ge),
    function("gt", TWO, compare::gt),
    variadic("html", ANYS, |call| Ok(escape::html(&escape::text(call.args)?).into())),
    variadic("index", TWO, index::index),
    variadic("js", ANYS, |call| Ok(escape::js(&escape::text(call.args)?).into())),
    function("le", TWO, compare::le),
    function("len", REFLECTED, index::len),
    function("lt", TWO, compare::lt),
    function("ne", TWO, compare::ne),
    function("not", REFLECTED, |call| Ok(Value::Bool(!call.value(0).is_true()))),
    variadic("or", TWO, last),
    variadic("print", ANYS, |call| format::sprint(call.args).map(Value::from)),
    variadic("printf", &[Param::Text, Param::Any], |call| {
        format::sprintf(call.text(0), call.args.get(1..).unwrap_or_default()).map(Value::from)
    }),
    variadic("println", ANYS, |call| format::sprintln(call.args).map(Value::from)),
    variadic("slice", TWO, index::slice),
    variadic("urlquery", ANYS, |call| Ok(escape::url_query(&escape::text(call.args)?).into())),
];

fn last(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.args.last().cloned().unwrap_or(Value::Nil))
}

/// No value of ours is a function.
fn call(call: &Call<'_>) -> Result<Value, String> {
    Err(match call.value(0) {
        Value::Nil => "call of nil".to_owned(),
        other => format!("non-function of type {}", other.type_name()),
    })
}

pub(super) use escape::url_query;
