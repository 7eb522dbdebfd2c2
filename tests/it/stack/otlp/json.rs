//! OTLP/JSON: what is read equals what protobuf says, in every form that the specification allows.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::StatusCode;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as WireSpan, Status};
use probity::contract::SpanKind;
use probity::observe::Span;
use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Map, Value, json};

use super::{JSON, PROTOBUF, Sender, only};
use crate::stage::simulate;

/// Choices of a writer, one bit each.
#[derive(Clone, Copy, Debug)]
struct Taste(u8);

impl Taste {
    fn has(self, bit: u8) -> bool {
        self.0 >> bit & 1 == 1
    }

    fn long(self, number: impl Into<i128>) -> Value {
        let number = number.into();
        match (i64::try_from(number), u64::try_from(number)) {
            (Ok(number), _) if self.has(0) => json!(number),
            (_, Ok(number)) if self.has(0) => json!(number),
            _ => json!(number.to_string()),
        }
    }

    fn id(self, bytes: &[u8]) -> Value {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Value::from(if self.has(1) { hex.to_uppercase() } else { hex })
    }

    fn bytes(self, bytes: &[u8]) -> Value {
        match (self.has(2), self.has(3)) {
            (true, true) => json!(URL_SAFE_NO_PAD.encode(bytes)),
            (true, false) => json!(STANDARD_NO_PAD.encode(bytes)),
            (false, _) => json!(STANDARD.encode(bytes)),
        }
    }

    fn double(self, number: f64) -> Value {
        match number {
            f64::INFINITY => json!("Infinity"),
            f64::NEG_INFINITY => json!("-Infinity"),
            number if number.is_nan() => json!("NaN"),
            number if self.has(4) => json!(format!("{number:e}")),
            number => json!(number),
        }
    }

    /// Leaves defaults out, or writes them as null, or as they are; and adds what nobody knows.
    fn object(self, fields: Vec<(&str, Value)>) -> Value {
        // A text of one zero is a text like others.
        let is_default = |name: &str, value: &Value| {
            [json!(""), json!(0), json!([])].contains(value) || name.ends_with("Nano") && *value == json!("0")
        };
        let mut object = Map::new();
        for (name, value) in fields {
            match (is_default(name, &value), self.has(5), self.has(6)) {
                (true, true, true) => drop(object.insert(name.to_owned(), Value::Null)),
                (true, true, false) => {}
                _ => drop(object.insert(name.to_owned(), value)),
            }
        }
        if self.has(7) {
            object.insert("yetToCome".to_owned(), json!({"a": [1, {"b": null}]}));
        }
        Value::Object(object)
    }

    fn any(self, any: &AnyValue) -> Value {
        let field = match &any.value {
            None => return json!({}),
            Some(Any::StringValue(text)) => ("stringValue", json!(text)),
            Some(Any::BoolValue(truth)) => ("boolValue", json!(truth)),
            Some(Any::IntValue(number)) => ("intValue", self.long(*number)),
            Some(Any::DoubleValue(number)) => ("doubleValue", self.double(*number)),
            Some(Any::BytesValue(bytes)) => ("bytesValue", self.bytes(bytes)),
            Some(Any::ArrayValue(list)) => {
                let values: Vec<Value> = list.values.iter().map(|value| self.any(value)).collect();
                ("arrayValue", self.object(vec![("values", Value::from(values))]))
            }
            Some(Any::KvlistValue(list)) => {
                ("kvlistValue", self.object(vec![("values", self.attributes(&list.values))]))
            }
            Some(other) => panic!("no test makes {other:?}"),
        };
        // The one of a oneof is written whatever it is.
        json!({field.0: field.1})
    }

    fn attributes(self, list: &[KeyValue]) -> Value {
        let pair = |pair: &KeyValue| {
            let mut fields = vec![("key", json!(pair.key))];
            fields.extend(pair.value.as_ref().map(|value| ("value", self.any(value))));
            self.object(fields)
        };
        list.iter().map(pair).collect()
    }

    fn span(self, span: &WireSpan) -> Value {
        let mut fields = vec![
            ("traceId", self.id(&span.trace_id)),
            ("spanId", self.id(&span.span_id)),
            ("parentSpanId", self.id(&span.parent_span_id)),
            ("name", json!(span.name)),
            ("kind", json!(span.kind)),
            ("startTimeUnixNano", self.long(span.start_time_unix_nano)),
            ("endTimeUnixNano", self.long(span.end_time_unix_nano)),
            ("attributes", self.attributes(&span.attributes)),
        ];
        if let Some(status) = &span.status {
            let status = vec![("message", json!(status.message)), ("code", json!(status.code))];
            fields.push(("status", self.object(status)));
        }
        self.object(fields)
    }

    fn service(self, service: &ResourceSpans) -> Value {
        let scope = |scope: &ScopeSpans| {
            let spans = scope.spans.iter().map(|span| self.span(span)).collect();
            self.object(vec![("spans", spans)])
        };
        let scopes = service.scope_spans.iter().map(scope).collect();
        let mut fields = vec![("scopeSpans", scopes)];
        if let Some(resource) = &service.resource {
            let attributes = vec![("attributes", self.attributes(&resource.attributes))];
            fields.push(("resource", self.object(attributes)));
        }
        self.object(fields)
    }
}

fn any_value() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        Just(None),
        any::<String>().prop_map(|text| Some(Any::StringValue(text))),
        any::<bool>().prop_map(|truth| Some(Any::BoolValue(truth))),
        any::<i64>().prop_map(|number| Some(Any::IntValue(number))),
        any::<f64>().prop_map(|number| Some(Any::DoubleValue(number))),
        prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(1e300)]
            .prop_map(|number| Some(Any::DoubleValue(number))),
        any::<Vec<u8>>().prop_map(|bytes| Some(Any::BytesValue(bytes))),
    ];
    let leaf = leaf.prop_map(|value| AnyValue { value });
    leaf.prop_recursive(3, 16, 4, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..4)
            .prop_map(|values| Any::ArrayValue(ArrayValue { values }));
        let map = proptest::collection::vec(attribute(inner), 0..4)
            .prop_map(|values| Any::KvlistValue(KeyValueList { values }));
        prop_oneof![list, map].prop_map(|value| AnyValue { value: Some(value) })
    })
}

fn attribute(value: impl Strategy<Value = AnyValue>) -> impl Strategy<Value = KeyValue> {
    (".{0,3}", proptest::option::of(value)).prop_map(|(key, value)| KeyValue {
        key,
        value,
        ..KeyValue::default()
    })
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    proptest::collection::vec(attribute(any_value()), 0..4)
}

fn wire_span() -> impl Strategy<Value = WireSpan> {
    let status = (any::<String>(), 0..4).prop_map(|(message, code)| Status { message, code });
    let ids = (1..u128::MAX, 1..u64::MAX, proptest::option::of(any::<u64>()));
    let times = (any::<u64>(), any::<u64>());
    let rest = (any::<String>(), 0..7, attributes(), proptest::option::of(status));
    (ids, times, rest).prop_map(|((trace, id, parent), (start, end), (name, kind, attributes, status))| {
        WireSpan {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: id.to_be_bytes().to_vec(),
            parent_span_id: parent.map(|id| id.to_be_bytes().to_vec()).unwrap_or_default(),
            name,
            kind,
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            attributes,
            status,
            ..WireSpan::default()
        }
    })
}

fn services() -> impl Strategy<Value = Vec<ResourceSpans>> {
    let scope = proptest::collection::vec(wire_span(), 0..3)
        .prop_map(|spans| ScopeSpans { spans, ..ScopeSpans::default() });
    let resource = attributes().prop_map(|attributes| Resource { attributes, ..Resource::default() });
    let service = (proptest::option::of(resource), proptest::collection::vec(scope, 0..3));
    let service = service.prop_map(|(resource, scope_spans)| ResourceSpans {
        resource,
        scope_spans,
        ..ResourceSpans::default()
    });
    proptest::collection::vec(service, 0..3)
}

/// What one request leaves in a new receiver.
fn received(kind: &'static str, body: Vec<u8>) -> Vec<Span> {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let answer = sender.post("/v1/traces", kind, body.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?} to {}", String::from_utf8_lossy(&body));
        sender.receiver.spans()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_json_says_is_what_protobuf_says(services in services(), taste in any::<u8>().prop_map(Taste)) {
        let json = services.iter().map(|service| taste.service(service)).collect();
        let json = taste.object(vec![("resourceSpans", json)]).to_string();
        let message = super::ExportTraceServiceRequest { resource_spans: services };
        prop_assert_eq!(received(JSON, json.into_bytes()), received(PROTOBUF, message.encode_to_vec()));
    }
}

/// The example of the protocol's own repository, `examples/trace.json`, word for word but for its layout.
#[test]
fn the_protocols_own_example_is_read() {
    let example = r#"{"resourceSpans": [{
      "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
      "scopeSpans": [{
        "scope": {"name": "my.library", "version": "1.0.0",
          "attributes": [{"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}]},
        "spans": [{
          "traceId": "5B8EFFF798038103D269B633813FC60C",
          "spanId": "EEE19B7EC3C1B174",
          "parentSpanId": "EEE19B7EC3C1B173",
          "name": "I'm a server span",
          "startTimeUnixNano": "1544712660000000000",
          "endTimeUnixNano": "1544712661000000000",
          "kind": 2,
          "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}]
        }]
      }]
    }]}"#;
    let spans = received(JSON, example.into());
    let span = only(&spans);
    assert_eq!(span.trace_id, "5b8efff798038103d269b633813fc60c");
    assert_eq!(
        (span.span_id.as_str(), span.parent_id.as_deref()),
        ("eee19b7ec3c1b174", Some("eee19b7ec3c1b173"))
    );
    assert_eq!((span.name.as_str(), span.kind), ("I'm a server span", SpanKind::Server));
    assert_eq!(span.start.to_string(), "2018-12-13T14:51:00Z");
    assert_eq!(span.end.to_string(), "2018-12-13T14:51:01Z");
    assert_eq!(span.attributes["my.span.attr"], "some value");
    assert_eq!(span.resource["service.name"], "my.service");
}

#[test]
fn what_the_specification_forbids_is_refused() {
    let with = |field: &str| {
        let ids = r#""traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174""#;
        format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{ids},{field}}}]}}]}}]}}"#)
    };
    let value = |value: &str| with(&format!(r#""attributes":[{{"key":"a","value":{value}}}]"#));
    let refused = [
        // Enums are numbers, unlike in other JSON of protobuf.
        with(r#""kind":"SPAN_KIND_SERVER""#),
        with(r#""parentSpanId":"EEE19B7EC3C1B17""#),
        with(r#""parentSpanId":"EEE19B7EC3C1B17g""#),
        with(r#""parentSpanId":"7uGbfsPBsXM=""#),
        with(r#""startTimeUnixNano":"-1""#),
        with(r#""startTimeUnixNano":-1"#),
        with(r#""startTimeUnixNano":1.5"#),
        with(r#""startTimeUnixNano":"18446744073709551616""#),
        with(r#""startTimeUnixNano":"2018-12-13T14:51:00Z""#),
        with(r#""startTimeUnixNano":true"#),
        with(r#""name":1"#),
        with(r#""name":"a","name":"b""#),
        with(r#""status":[2]"#),
        with(r#""attributes":{"a":1}"#),
        value(r#""text""#),
        value(r#"["text"]"#),
        value(r#"{"intValue":"9223372036854775808"}"#),
        value(r#"{"intValue":1e300}"#),
        value(r#"{"doubleValue":"much"}"#),
        value(r#"{"doubleValue":"1e999"}"#),
        value(r#"{"bytesValue":"a?"}"#),
        value(r#"{"boolValue":"true"}"#),
        value(r#"{"stringValue":"a","intValue":1}"#),
    ];
    let accepted = [
        with(r#""startTimeUnixNano":1e9"#),
        value(r#"{"intValue":-0.0}"#),
        value(r#"{"doubleValue":3}"#),
        value(r#"{"stringValue":null,"intValue":"1"}"#),
        value("null"),
    ];
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        for body in refused {
            let answer = sender.post("/v1/traces", JSON, body.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        }
        for body in accepted {
            let answer = sender.post("/v1/traces", JSON, body.clone()).await;
            assert_eq!(answer.status, StatusCode::OK, "{body}: {answer:?}");
        }
    });
}
