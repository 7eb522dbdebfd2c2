//! `index`, `slice` and `len`.

use super::super::functions::Call;
use super::super::value::{IntKind, List, Value};
use crate::promql::Dialect;

pub(super) fn len(call: &Call<'_>) -> Result<Value, String> {
    match call.value(0) {
        Value::Text(text) | Value::Html(text) | Value::Url(text) => Ok(Value::int(text.len())),
        Value::List(list) => Ok(Value::int(list.items().len())),
        Value::Map(map) => Ok(Value::int(map.len())),
        Value::Nil => Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        other => Err(format!("len of type {}", pointed(other))),
    }
}

/// The type behind a pointer.
fn pointed(value: &Value) -> &'static str {
    let name = value.type_name();
    name.strip_prefix('*').unwrap_or(name)
}

pub(super) fn index(call: &Call<'_>) -> Result<Value, String> {
    let (item, places) = call.args.split_first().ok_or("index of untyped nil")?;
    if matches!(item, Value::Nil) {
        return Err("index of untyped nil".to_owned());
    }
    let mut item = item.clone();
    for place in places {
        item = element(&item, place)?;
    }
    Ok(item)
}

fn element(item: &Value, place: &Value) -> Result<Value, String> {
    match item {
        Value::Nil => Err("index of nil pointer".to_owned()),
        Value::Text(text) | Value::Html(text) | Value::Url(text) => {
            let at = position(place, text.len(), true)?;
            if at == text.len() {
                return Err("reflect: string index out of range".to_owned());
            }
            let byte = text.as_bytes().get(at).copied().unwrap_or_default();
            Ok(Value::Int(i64::from(byte), IntKind::Byte))
        }
        Value::List(list) => {
            let at = position(place, list.items().len(), false)?;
            Ok(list.items().get(at).cloned().unwrap_or(Value::Nil))
        }
        Value::Map(map) => match place {
            Value::Text(key) => Ok(map.get(key)),
            Value::Nil => Err("value is nil; should be of type string".to_owned()),
            other => Err(format!("value has type {}; should be string", other.type_name())),
        },
        other => Err(format!("can't index item of type {}", pointed(other))),
    }
}

/// An index; one that ends a slice may be as large as the length.
fn position(place: &Value, length: usize, end: bool) -> Result<usize, String> {
    let number = match place {
        Value::Int(number, _) | Value::Duration(number) => *number,
        Value::Nil => return Err("cannot index slice/array with nil".to_owned()),
        other => return Err(format!("cannot index slice/array with type {}", other.type_name())),
    };
    match usize::try_from(number) {
        Ok(at) if at < length || (end && at == length) => Ok(at),
        _ => Err(format!("index out of range: {number}")),
    }
}

pub(super) fn slice(call: &Call<'_>) -> Result<Value, String> {
    let (item, places) = call.args.split_first().ok_or("slice of untyped nil")?;
    if matches!(item, Value::Nil) {
        return Err("slice of untyped nil".to_owned());
    }
    if places.len() > 3 {
        return Err(format!("too many slice indexes: {}", places.len()));
    }
    let length = match item {
        Value::Text(_) | Value::Html(_) | Value::Url(_) if places.len() == 3 => {
            return Err("cannot 3-index slice a string".to_owned());
        }
        Value::Text(text) | Value::Html(text) | Value::Url(text) => text.len(),
        Value::List(list) => list.items().len(),
        // Go 1.19 does not follow pointers here.
        other if call.dialect == Dialect::V2 => {
            return Err(format!("can't slice item of type {}", other.type_name()));
        }
        other => return Err(format!("can't slice item of type {}", pointed(other))),
    };
    let mut bounds = [0, length, length];
    for (bound, place) in bounds.iter_mut().zip(places) {
        *bound = position(place, length, true)?;
    }
    let [start, end, most] = bounds;
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    if places.len() == 3 && end > most {
        return Err(format!("invalid slice index: {end} > {most}"));
    }
    Ok(match item {
        Value::Text(text) => Value::from(bytes(text, start, end)),
        Value::Html(text) => Value::Html(bytes(text, start, end).into()),
        Value::Url(text) => Value::Url(bytes(text, start, end).into()),
        Value::List(list) => {
            let items = list.items().get(start..end).unwrap_or_default().to_vec();
            Value::List(List::new(list.shape(), items))
        }
        _ => Value::Nil,
    })
}

/// Bytes of a text; what is cut out of the middle of a character becomes U+FFFD.
fn bytes(text: &str, start: usize, end: usize) -> String {
    String::from_utf8_lossy(text.as_bytes().get(start..end).unwrap_or_default()).into_owned()
}
