use std::collections::BTreeMap;

use jiff::Timestamp;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span as WireSpan;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as WireKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Map, Value};

use crate::contract::SpanKind;
use crate::observe::Span;

/// An id has a wrong length, or is zero where one is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct InvalidIds;

/// A span as records have it, with its ids as numbers.
pub(super) fn one(
    span: WireSpan,
    resource: &BTreeMap<String, Value>,
) -> Result<(u128, u64, Span), InvalidIds> {
    let trace = number(&span.trace_id).map(u128::from_be_bytes).filter(|id| *id != 0).ok_or(InvalidIds)?;
    let id = number(&span.span_id).map(u64::from_be_bytes).filter(|id| *id != 0).ok_or(InvalidIds)?;
    let parent_id = match span.parent_span_id.as_slice() {
        [] => None,
        parent => Some(u64::from_be_bytes(number(parent).ok_or(InvalidIds)?)),
    };
    let failed = span.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32);
    let read = Span {
        trace_id: format!("{trace:032x}"),
        span_id: format!("{id:016x}"),
        // Some exporters write "no parent" as an id of zeros.
        parent_id: parent_id.filter(|parent| *parent != 0).map(|parent| format!("{parent:016x}")),
        kind: match WireKind::try_from(span.kind) {
            Ok(WireKind::Server) => SpanKind::Server,
            Ok(WireKind::Client) => SpanKind::Client,
            Ok(WireKind::Producer) => SpanKind::Producer,
            Ok(WireKind::Consumer) => SpanKind::Consumer,
            // The specification reads an unset kind as internal.
            Ok(WireKind::Internal | WireKind::Unspecified) | Err(_) => SpanKind::Internal,
        },
        name: span.name,
        start: instant(span.start_time_unix_nano),
        end: instant(span.end_time_unix_nano),
        failed,
        attributes: attributes(span.attributes),
        resource: resource.clone(),
    };
    Ok((trace, id, read))
}

/// The bytes of an id, if they are as many as it has.
fn number<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn instant(unix_nanos: u64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(unix_nanos)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn attributes(list: Vec<KeyValue>) -> BTreeMap<String, Value> {
    list.into_iter().map(|pair| (pair.key, pair.value.map_or(Value::Null, value))).collect()
}

fn value(any: AnyValue) -> Value {
    match any.value {
        None => Value::Null,
        Some(any_value::Value::StringValue(text)) => Value::from(text),
        Some(any_value::Value::BoolValue(truth)) => Value::from(truth),
        Some(any_value::Value::IntValue(number)) => Value::from(number),
        // JSON has no such numbers; these are the names that the protocol's own JSON form gives them.
        Some(any_value::Value::DoubleValue(number)) if number.is_nan() => Value::from("NaN"),
        Some(any_value::Value::DoubleValue(f64::INFINITY)) => Value::from("Infinity"),
        Some(any_value::Value::DoubleValue(f64::NEG_INFINITY)) => Value::from("-Infinity"),
        Some(any_value::Value::DoubleValue(number)) => Value::from(number),
        Some(any_value::Value::ArrayValue(list)) => list.values.into_iter().map(value).collect(),
        Some(any_value::Value::KvlistValue(list)) => {
            Value::Object(attributes(list.values).into_iter().collect::<Map<_, _>>())
        }
        Some(any_value::Value::BytesValue(bytes)) => Value::from(hex(&bytes)),
        // A reference into a profile's string table; traces have none.
        Some(_) => Value::Null,
    }
}
