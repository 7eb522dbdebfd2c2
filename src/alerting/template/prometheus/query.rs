//! Queries within templates, and their results.

use super::super::alert::labels;
use super::super::functions::Call;
use super::super::value::{Element, Field, List, Shape, Struct, StructShape, Value};
use super::NIL;

/// A sample of a result.
pub(super) static SAMPLE: StructShape = StructShape {
    name: "*template.sample",
    pointer: true,
    fields: &[Field { name: "Labels", any: false }, Field { name: "Value", any: false }],
    methods: &[],
};

/// The result of a query.
pub(super) static RESULT: Shape = Shape::plain("template.queryResult", Element::Other);

pub(super) fn query(call: &Call<'_>) -> Result<Value, String> {
    let samples = call.world.query(call.text(0))?;
    let items = samples.into_iter().map(|(series, value)| {
        Value::Struct(Struct::new(&SAMPLE, vec![labels(&series), Value::Float(value)]))
    });
    Ok(Value::List(List::new(&RESULT, items.collect())))
}

fn samples<'c>(call: &'c Call<'_>, place: usize) -> &'c [Value] {
    match call.value(place) {
        Value::List(list) => list.items(),
        _ => &[],
    }
}

pub(super) fn first(call: &Call<'_>) -> Result<Value, String> {
    samples(call, 0).first().cloned().ok_or_else(|| "first() called on vector with no elements".to_owned())
}

/// A label of a sample, empty where there is none.
fn label_of(sample: &Value, name: &str) -> Option<Value> {
    let Value::Struct(sample) = sample else { return None };
    match sample.field("Labels") {
        Some((Value::Map(labels), _)) => Some(labels.get(name)),
        _ => None,
    }
}

pub(super) fn label(call: &Call<'_>) -> Result<Value, String> {
    label_of(call.value(1), call.text(0)).ok_or_else(|| NIL.to_owned())
}

pub(super) fn string_value(call: &Call<'_>) -> Result<Value, String> {
    label_of(call.value(0), "__value__").ok_or_else(|| NIL.to_owned())
}

pub(super) fn value(call: &Call<'_>) -> Result<Value, String> {
    match call.value(0) {
        Value::Struct(sample) => sample.field("Value").map(|(value, _)| value).ok_or_else(|| NIL.to_owned()),
        _ => Err(NIL.to_owned()),
    }
}

pub(super) fn sort_by_label(call: &Call<'_>) -> Result<Value, String> {
    let name = call.text(0);
    let key = |sample: &Value| match label_of(sample, name) {
        Some(Value::Text(text)) => text,
        _ => "".into(),
    };
    let mut sorted = samples(call, 1).to_vec();
    sorted.sort_by_cached_key(key);
    Ok(Value::List(List::new(&RESULT, sorted)))
}
