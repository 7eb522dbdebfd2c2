//! Comparisons: of one kind only, where all integers are one.

use std::cmp::Ordering;

use super::super::format;
use super::super::functions::Call;
use super::super::value::{IntKind, Struct, Value};
use crate::promql::Dialect;

const WRONG_TYPE: &str = "invalid type for comparison";
const NO_ARGUMENT: &str = "missing argument for comparison";

/// What can be compared with what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Unsigned,
    Float,
    Text,
    Other,
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Int(_, IntKind::Byte) => Kind::Unsigned,
        Value::Int(..) | Value::Duration(_) => Kind::Int,
        Value::Float(_) => Kind::Float,
        Value::Text(_) | Value::Html(_) | Value::Url(_) => Kind::Text,
        _ => Kind::Other,
    }
}

fn incompatible(one: &Value, other: &Value, dialect: Dialect) -> String {
    let types = match dialect {
        Dialect::V2 => String::new(),
        Dialect::V3 => format!(": {} and {}", one.type_name(), other.type_name()),
    };
    format!("incompatible types for comparison{types}")
}

fn show(value: &Value) -> String {
    format::sprintf("%s", std::slice::from_ref(value)).unwrap_or_default()
}

/// The first argument equals one of the others.
pub(super) fn eq(call: &Call<'_>) -> Result<Value, String> {
    let (first, others) = call.args.split_first().ok_or(NO_ARGUMENT)?;
    if others.is_empty() {
        return Err(NO_ARGUMENT.to_owned());
    }
    for other in others {
        if equal(first, other, call.dialect)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn is_comparable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) => false,
        Value::Struct(inner) => inner.shape().pointer || inner.iter().all(|(_, field)| is_comparable(field)),
        _ => true,
    }
}

fn equal(one: &Value, other: &Value, dialect: Dialect) -> Result<bool, String> {
    let (left, right) = (kind(one), kind(other));
    if left != right && !matches!((left, right), (Kind::Int, Kind::Unsigned) | (Kind::Unsigned, Kind::Int)) {
        let nil = matches!(one, Value::Nil) || matches!(other, Value::Nil);
        if nil {
            return Ok(false);
        }
        return Err(incompatible(one, other, dialect));
    }
    Ok(match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Float(one), Value::Float(other)) => one == other,
        (
            Value::Text(one) | Value::Html(one) | Value::Url(one),
            Value::Text(other) | Value::Html(other) | Value::Url(other),
        ) => one == other,
        (Value::Int(one, _) | Value::Duration(one), Value::Int(other, _) | Value::Duration(other)) => {
            one == other
        }
        _ => return equal_others(one, other),
    })
}

/// Neither is a bool, number or string.
fn equal_others(one: &Value, other: &Value) -> Result<bool, String> {
    let nil = matches!(one, Value::Nil) || matches!(other, Value::Nil);
    if nil {
        return Ok(matches!(one, Value::Nil) && matches!(other, Value::Nil));
    }
    if !is_comparable(other) || !is_comparable(one) {
        return Err(format!("non-comparable type {}: {}", show(other), other.type_name()));
    }
    Ok(match (one, other) {
        (Value::Time(one), Value::Time(other)) => one.is_same_as(other),
        (Value::Struct(one), Value::Struct(other)) if one.shape().pointer => one.is_same_as(other),
        (Value::Struct(one), Value::Struct(other)) => are_alike(one, other),
        _ => false,
    })
}

/// Whether two structs are of one type and have the same in their fields.
fn are_alike(one: &Struct, other: &Struct) -> bool {
    let alike = |(one, other): (&Value, &Value)| match (one, other) {
        (Value::Text(one), Value::Text(other)) => one == other,
        _ => equal_others(one, other).unwrap_or(false),
    };
    std::ptr::eq(one.shape(), other.shape())
        && one.iter().zip(other.iter()).all(|((_, one), (_, other))| alike((one, other)))
}

/// How two arguments are ordered; nothing where one is NaN.
fn order(call: &Call<'_>) -> Result<Option<Ordering>, String> {
    let (one, other) = (call.value(0), call.value(1));
    let (left, right) = (kind(one), kind(other));
    if left == Kind::Other || right == Kind::Other {
        return Err(WRONG_TYPE.to_owned());
    }
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => Ok(one.partial_cmp(other)),
        (
            Value::Text(one) | Value::Html(one) | Value::Url(one),
            Value::Text(other) | Value::Html(other) | Value::Url(other),
        ) => Ok(Some(one.cmp(other))),
        (Value::Int(one, _) | Value::Duration(one), Value::Int(other, _) | Value::Duration(other)) => {
            Ok(Some(one.cmp(other)))
        }
        (Value::Bool(_), Value::Bool(_)) => Err(WRONG_TYPE.to_owned()),
        _ => Err(incompatible(one, other, call.dialect)),
    }
}

pub(super) fn ne(call: &Call<'_>) -> Result<Value, String> {
    match eq(call)? {
        Value::Bool(equal) => Ok(Value::Bool(!equal)),
        other => Ok(other),
    }
}

pub(super) fn lt(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::Bool(order(call)? == Some(Ordering::Less)))
}

pub(super) fn le(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::Bool(order(call)?.is_some_and(Ordering::is_le)))
}

/// The opposite of `le`, so that NaN is greater than everything.
pub(super) fn gt(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::Bool(!order(call)?.is_some_and(Ordering::is_le)))
}

/// The opposite of `lt`, so that NaN is at least everything.
pub(super) fn ge(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::Bool(order(call)? != Some(Ordering::Less)))
}
