//! The receiver against messages written out by hand, field by field.

use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as WireSpan, Status};
use probity::contract::SpanKind;
use probity::observe::Span;
use probity::stack::embedded::Receiver;
use serde_json::{Value, json};

use crate::stage::{listener, simulate};

/// Sends each batch in a call of its own; what the receiver has then.
fn receive(batches: Vec<Vec<ResourceSpans>>) -> Vec<Span> {
    simulate(|clock| async move {
        let receiver = Receiver::start(&clock, listener().await).expect("it listens");
        let mut client = TraceServiceClient::connect(receiver.endpoint()).await.expect("it listens");
        for resource_spans in batches {
            let answer =
                client.export(ExportTraceServiceRequest { resource_spans }).await.expect("it takes them");
            assert_eq!(answer.into_inner().partial_success, None);
        }
        assert_eq!(receiver.refused(), 0);
        receiver.spans()
    })
}

fn service(name: &str, spans: Vec<WireSpan>) -> ResourceSpans {
    let attributes = vec![attribute("service.name", Any::StringValue(name.to_owned()))];
    ResourceSpans {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    }
}

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn span(id: u8) -> WireSpan {
    WireSpan {
        trace_id: vec![0xab; 16],
        span_id: vec![id; 8],
        name: format!("span {id}"),
        start_time_unix_nano: 1_767_225_600_000_000_001,
        end_time_unix_nano: 1_767_225_600_000_000_002 + u64::from(id),
        ..WireSpan::default()
    }
}

#[test]
fn attributes_of_every_type_are_kept() {
    let any = |value| AnyValue { value: Some(value) };
    let list = ArrayValue {
        values: vec![
            any(Any::IntValue(1)),
            any(Any::StringValue("two".to_owned())),
            AnyValue { value: None },
        ],
    };
    let nested = KeyValueList {
        values: vec![attribute("b", Any::BoolValue(false)), attribute("a", Any::ArrayValue(list.clone()))],
    };
    let attributes = vec![
        attribute("text", Any::StringValue("größer\n\"\u{0}".to_owned())),
        attribute("truth", Any::BoolValue(true)),
        attribute("small", Any::IntValue(i64::MIN)),
        attribute("large", Any::IntValue(i64::MAX)),
        attribute("fraction", Any::DoubleValue(0.1)),
        attribute("whole", Any::DoubleValue(2.0)),
        // JSON has no such numbers; the names are those of the protocol's own JSON form.
        attribute("nan", Any::DoubleValue(f64::NAN)),
        attribute("above", Any::DoubleValue(f64::INFINITY)),
        attribute("below", Any::DoubleValue(f64::NEG_INFINITY)),
        attribute("list", Any::ArrayValue(list)),
        attribute("map", Any::KvlistValue(nested)),
        attribute("bytes", Any::BytesValue(vec![0, 0x7f, 0xff])),
        KeyValue { key: "nothing".to_owned(), value: None, ..KeyValue::default() },
        attribute("", Any::StringValue("a key of no characters".to_owned())),
    ];
    let spans = receive(vec![vec![service("aragora", vec![WireSpan { attributes, ..span(1) }])]]);
    let seen = Value::Object(spans[0].attributes.clone().into_iter().collect());
    let expected = json!({
        "text": "größer\n\"\u{0}",
        "truth": true,
        "small": i64::MIN,
        "large": i64::MAX,
        "fraction": 0.1,
        "whole": 2.0,
        "nan": "NaN",
        "above": "Infinity",
        "below": "-Infinity",
        "list": [1, "two", null],
        "map": {"a": [1, "two", null], "b": false},
        "bytes": "007fff",
        "nothing": null,
        "": "a key of no characters",
    });
    assert_eq!(seen, expected);
    assert!(seen["whole"].is_f64() && seen["small"].is_i64());
}

#[test]
fn kinds_are_kept_and_an_unset_one_is_internal() {
    let wire: Vec<WireSpan> =
        [0, 1, 2, 3, 4, 5, 99].into_iter().zip(1..).map(|(kind, id)| WireSpan { kind, ..span(id) }).collect();
    let seen: Vec<SpanKind> =
        receive(vec![vec![service("aragora", wire)]]).iter().map(|span| span.kind).collect();
    use SpanKind::{Client, Consumer, Internal, Producer, Server};
    assert_eq!(seen, [Internal, Internal, Server, Client, Producer, Consumer, Internal]);
}

#[test]
fn only_an_error_status_is_a_failure() {
    let status = |code| Some(Status { code, message: "why".to_owned() });
    let wire: Vec<WireSpan> = [None, status(0), status(1), status(2), status(99)]
        .into_iter()
        .zip(1..)
        .map(|(status, id)| WireSpan { status, ..span(id) })
        .collect();
    let failed: Vec<bool> =
        receive(vec![vec![service("aragora", wire)]]).iter().map(|span| span.failed).collect();
    assert_eq!(failed, [false, false, false, true, false]);
}

#[test]
fn ids_parents_times_and_services_are_kept() {
    let child = WireSpan { parent_span_id: vec![1; 8], ..span(2) };
    let nameless = ResourceSpans {
        scope_spans: vec![
            ScopeSpans { spans: vec![span(3)], ..ScopeSpans::default() },
            ScopeSpans { spans: vec![span(4)], ..ScopeSpans::default() },
        ],
        ..ResourceSpans::default()
    };
    let spans = receive(vec![
        vec![service("first", vec![child, span(1)]), nameless],
        vec![service("second", vec![span(5)])],
    ]);
    let seen: Vec<(&str, &str, Option<&str>, Option<&Value>)> = spans
        .iter()
        .map(|span| {
            assert_eq!(span.trace_id, "ab".repeat(16));
            let service = span.resource.get("service.name");
            (span.name.as_str(), span.span_id.as_str(), span.parent_id.as_deref(), service)
        })
        .collect();
    let (first, second) = (json!("first"), json!("second"));
    assert_eq!(
        seen,
        [
            ("span 1", "0101010101010101", None, Some(&first)),
            ("span 2", "0202020202020202", Some("0101010101010101"), Some(&first)),
            ("span 3", "0303030303030303", None, None),
            ("span 4", "0404040404040404", None, None),
            ("span 5", "0505050505050505", None, Some(&second)),
        ]
    );
    let times = (spans[0].start.to_string(), spans[0].end.to_string());
    assert_eq!(
        times,
        ("2026-01-01T00:00:00.000000001Z".to_owned(), "2026-01-01T00:00:00.000000003Z".to_owned())
    );
}

#[test]
fn spans_are_sorted_by_start_trace_and_id_whatever_the_order_of_arrival() {
    let at =
        |start, trace, id| WireSpan { start_time_unix_nano: start, trace_id: vec![trace; 16], ..span(id) };
    let wire = vec![at(2, 1, 1), at(1, 2, 1), at(1, 1, 3), at(1, 1, 2), at(u64::MAX, 1, 1), at(0, 9, 9)];
    let order = |spans: Vec<Span>| -> Vec<(Timestamp, String, String)> {
        spans.into_iter().map(|span| (span.start, span.trace_id, span.span_id)).collect()
    };
    let one_call = order(receive(vec![vec![service("a", wire.clone())]]));
    let many_calls =
        order(receive(wire.into_iter().rev().map(|span| vec![service("a", vec![span])]).collect()));
    assert_eq!(one_call, many_calls);
    assert!(one_call.is_sorted());
    assert_eq!(one_call.len(), 6);
}

#[test]
fn empty_messages_are_taken() {
    assert_eq!(receive(vec![vec![], vec![ResourceSpans::default()], vec![service("a", vec![])]]), []);
}
