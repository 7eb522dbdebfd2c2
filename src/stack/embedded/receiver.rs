use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as WireKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as WireSpan};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tonic::{Request, Response, Status};

use crate::clock::{Clock, serve};
use crate::contract::SpanKind;
use crate::observe::Span;

/// Spans that are kept; past it they are refused and counted, so that nothing can look complete that is not.
pub const MOST_SPANS: usize = 1_000_000;

/// An OTLP receiver over gRPC that keeps every span.
#[derive(Clone, Debug)]
pub struct Receiver {
    address: SocketAddr,
    inbox: Arc<Mutex<Inbox>>,
}

#[derive(Debug, Default)]
struct Inbox {
    spans: Vec<Span>,
    refused: u64,
}

impl Receiver {
    /// Starts it on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(clock: &Clock, listener: TcpListener) -> io::Result<Self> {
        let receiver = Self { address: listener.local_addr()?, inbox: Arc::default() };
        let service = TraceServiceServer::new(receiver.clone());
        let routes = tonic::service::Routes::new(service).prepare().into_axum_router();
        serve(clock, listener, routes);
        Ok(receiver)
    }

    /// Where exporters send to.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every span that arrived, sorted by start, trace and id.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = self.inbox.lock().spans.clone();
        spans.sort_by(|a, b| (a.start, &a.trace_id, &a.span_id).cmp(&(b.start, &b.trace_id, &b.span_id)));
        spans
    }

    /// Spans beyond [`MOST_SPANS`].
    pub fn refused(&self) -> u64 {
        self.inbox.lock().refused
    }
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut inbox = self.inbox.lock();
        let before = inbox.refused;
        for resource in request.into_inner().resource_spans {
            let spans = read(resource);
            let room = MOST_SPANS.saturating_sub(inbox.spans.len()).min(spans.len());
            inbox.refused += (spans.len() - room) as u64;
            inbox.spans.extend(spans.into_iter().take(room));
        }
        let rejected_spans = i64::try_from(inbox.refused - before).unwrap_or(i64::MAX);
        let partial_success = (rejected_spans > 0).then(|| ExportTracePartialSuccess {
            rejected_spans,
            error_message: format!("this receiver keeps {MOST_SPANS} spans"),
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

fn read(resource: ResourceSpans) -> Vec<Span> {
    let attributes = attributes(resource.resource.map(|resource| resource.attributes).unwrap_or_default());
    resource
        .scope_spans
        .into_iter()
        .flat_map(|scope| scope.spans)
        .map(|span| one(span, &attributes))
        .collect()
}

fn one(span: WireSpan, resource: &BTreeMap<String, Value>) -> Span {
    let failed = span.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32);
    Span {
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_id: (!span.parent_span_id.is_empty()).then(|| hex(&span.parent_span_id)),
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
    }
}

fn instant(unix_nanos: u64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(unix_nanos)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attributes(list: Vec<KeyValue>) -> BTreeMap<String, Value> {
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
