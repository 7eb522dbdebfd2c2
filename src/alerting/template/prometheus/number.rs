//! What Prometheus' functions take for a number.

use super::super::format;
use super::super::number::parse_float;
use super::super::value::{IntKind, Value};

/// A number, or a text that reads as one.
pub(super) fn to_float(value: &Value) -> Result<f64, String> {
    match value {
        Value::Float(number) => Ok(*number),
        Value::Int(number, IntKind::Int | IntKind::Int64) => Ok(*number as f64),
        Value::Text(text) => parse_float(text).map_err(|error| {
            format!("strconv.ParseFloat: parsing {}: {}", format::quote(text), error.text())
        }),
        Value::Duration(nanos) => Ok(*nanos as f64 / 1e9),
        other => Err(format!("can't convert {} to float", other.type_name())),
    }
}
