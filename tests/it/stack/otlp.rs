//! The OTLP receiver as exporters of other people meet it: both transports, both encodings, and what it answers.

mod hostile;
mod json;

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as WireSpan};
use probity::clock::{Clock, HttpClient, Reply};
use probity::observe::Span;
use probity::stack::otlp::{Counts, Receiver, Requests};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::codec::CompressionEncoding;

use crate::stage::{listener, simulate};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// A receiver and somebody who sends to it.
struct Sender {
    receiver: Receiver,
    http: HttpClient,
}

impl Sender {
    async fn new(clock: &Clock) -> Self {
        let receiver = Receiver::start(clock, listener().await).expect("it listens");
        Self { receiver, http: HttpClient::new(clock) }
    }

    async fn post(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Reply {
        self.send(Method::POST, path, &[(CONTENT_TYPE.as_str(), kind)], body).await
    }

    async fn post_gzip(&self, kind: &str, packed: Vec<u8>) -> Reply {
        let headers = [(CONTENT_TYPE.as_str(), kind), (CONTENT_ENCODING.as_str(), "gzip")];
        self.send(Method::POST, "/v1/traces", &headers, packed).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        let value = |text: &str| HeaderValue::from_str(text).expect("a header");
        let headers: HeaderMap =
            headers.iter().map(|(name, text)| (name.parse().expect("a name"), value(text))).collect();
        let url = format!("{}{path}", self.receiver.endpoint());
        self.http.send(method, &url, headers, body).await.expect("it answers")
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn span(id: u8) -> WireSpan {
    WireSpan {
        trace_id: vec![0xab; 16],
        span_id: vec![id; 8],
        name: format!("span {id}"),
        kind: 2,
        start_time_unix_nano: 1_767_225_600_000_000_001,
        end_time_unix_nano: 1_767_225_600_000_000_002 + u64::from(id),
        ..WireSpan::default()
    }
}

fn request(spans: Vec<WireSpan>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }],
    }
}

/// The same as [`request`] of one [`span`], as the specification writes JSON.
fn json_request(id: u8) -> String {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "AB".repeat(16),
        "spanId": format!("{id:02X}").repeat(8),
        "name": format!("span {id}"),
        "kind": 2,
        "startTimeUnixNano": "1767225600000000001",
        "endTimeUnixNano": (1_767_225_600_000_000_002_u64 + u64::from(id)).to_string(),
    }]}]}]})
    .to_string()
}

fn only(spans: &[Span]) -> &Span {
    assert_eq!(spans.len(), 1, "{spans:?}");
    &spans[0]
}

#[test]
fn every_transport_and_encoding_brings_the_same_span() {
    let mut seen = vec![];
    for way in 0..6 {
        let (spans, counts) = simulate(|clock| async move {
            let sender = Sender::new(&clock).await;
            let protobuf = request(vec![span(1)]).encode_to_vec();
            let answer = match way {
                0 => Some(sender.post("/v1/traces", PROTOBUF, protobuf).await),
                1 => Some(sender.post_gzip(PROTOBUF, gzip(&protobuf)).await),
                2 => {
                    Some(sender.post("/v1/traces", "Application/JSON; charset=utf-8", json_request(1)).await)
                }
                3 => Some(sender.post_gzip(JSON, gzip(json_request(1).as_bytes())).await),
                packed => {
                    let endpoint = sender.receiver.endpoint();
                    let mut client = TraceServiceClient::connect(endpoint).await.expect("it listens");
                    if packed == 5 {
                        client = client.send_compressed(CompressionEncoding::Gzip);
                    }
                    let answer = client.export(request(vec![span(1)])).await.expect("it takes it");
                    assert_eq!(answer.into_inner().partial_success, None);
                    None
                }
            };
            if let Some(answer) = answer {
                let (kind, body): (_, &[u8]) = if way < 2 { (PROTOBUF, b"") } else { (JSON, b"{}") };
                assert_eq!(answer.status, StatusCode::OK);
                assert_eq!(answer.headers[CONTENT_TYPE], kind);
                assert_eq!(answer.body, body);
            }
            (sender.receiver.spans(), sender.receiver.counts())
        });
        let requests = [
            Requests { http_protobuf: 1, ..Requests::default() },
            Requests { http_json: 1, ..Requests::default() },
            Requests { grpc: 1, ..Requests::default() },
        ];
        assert_eq!(counts, Counts { received: 1, requests: requests[way / 2], ..Counts::default() });
        seen.push(only(&spans).clone());
    }
    assert_eq!(seen[0].span_id, "0101010101010101");
    assert!(seen.iter().all(|span| *span == seen[0]), "{seen:?}");
}

#[test]
fn a_span_that_comes_again_is_kept_once_and_one_of_the_same_ids_beside_it() {
    let (ids, counts, answers) = simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let other = WireSpan { name: "another".to_owned(), ..span(1) };
        let mut answers = vec![];
        for spans in
            [vec![span(1), span(2)], vec![span(2), span(1)], vec![other.clone()], vec![other, span(1)]]
        {
            let body = request(spans).encode_to_vec();
            answers.push(sender.post("/v1/traces", PROTOBUF, body).await.body.len());
        }
        sender.post("/v1/traces", JSON, json_request(2)).await;
        let names: Vec<_> = sender.receiver.spans().into_iter().map(|span| span.name).collect();
        (names, sender.receiver.counts(), answers)
    });
    assert_eq!(ids, ["span 1", "another", "span 2"]);
    assert_eq!((counts.received, counts.retried, counts.refused), (3, 5, 0));
    assert_eq!(answers, [0, 0, 0, 0], "whoever retries has succeeded");
}

#[test]
fn spans_without_valid_ids_are_refused_and_the_rest_is_kept() {
    let invalid = [
        WireSpan { trace_id: vec![], ..span(1) },
        WireSpan { trace_id: vec![0; 16], ..span(2) },
        WireSpan { trace_id: vec![1; 15], ..span(3) },
        WireSpan { trace_id: vec![1; 17], ..span(4) },
        WireSpan { span_id: vec![], ..span(5) },
        WireSpan { span_id: vec![0; 8], ..span(6) },
        WireSpan { span_id: vec![1; 16], ..span(7) },
        WireSpan { parent_span_id: vec![1; 7], ..span(8) },
    ];
    let rootlike = WireSpan { parent_span_id: vec![0; 8], ..span(10) };
    let (spans, counts, protobuf, json, newest) = simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        assert_eq!((sender.receiver.newest_end(), sender.receiver.received()), (None, 0));
        let all: Vec<_> = invalid.into_iter().chain([span(9), rootlike]).collect();
        let protobuf = sender.post("/v1/traces", PROTOBUF, request(all.clone()).encode_to_vec()).await;
        let short = json_request(1).replace("ABAB", "AB");
        let json = sender.post("/v1/traces", JSON, short).await;
        let mut client = TraceServiceClient::connect(sender.receiver.endpoint()).await.expect("it listens");
        let grpc = client.export(request(all)).await.expect("partly").into_inner();
        assert_eq!(grpc.partial_success.expect("some are refused").rejected_spans, 8);
        let receiver = &sender.receiver;
        assert_eq!((receiver.received(), receiver.refused()), (2, 17));
        (receiver.spans(), receiver.counts(), protobuf, json, receiver.newest_end())
    });
    assert_eq!((counts.received, counts.refused, counts.retried), (2, 17, 2));
    assert_eq!(spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["span 9", "span 10"]);
    assert!(spans.iter().all(|span| span.parent_id.is_none()), "{spans:?}");
    assert_eq!(newest, spans.iter().map(|span| span.end).max());
    assert_eq!((protobuf.status, json.status), (StatusCode::OK, StatusCode::OK));
    let partial = ExportTraceServiceResponse::decode(protobuf.body).expect("protobuf").partial_success;
    let partial = partial.expect("some are refused");
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (8, "8 without valid ids"));
    let json: Value = serde_json::from_slice(&json.body).expect("JSON");
    let expected = json!({"partialSuccess": {"rejectedSpans": "1", "errorMessage": "1 without valid ids"}});
    assert_eq!(json, expected);
}

#[test]
fn metrics_and_logs_are_taken_and_counted_and_not_kept() {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        for path in ["/v1/metrics", "/v1/logs"] {
            let answer = sender.post(path, PROTOBUF, "anything").await;
            assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
            let answer = sender.post(path, JSON, "{}").await;
            assert_eq!((answer.status, answer.body.as_ref()), (StatusCode::OK, b"{}".as_slice()));
            assert_eq!(sender.post(path, "text/plain", "").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        for service in ["metrics.v1.MetricsService", "logs.v1.LogsService"] {
            grpc(&sender, &format!("/opentelemetry.proto.collector.{service}/Export"), 0).await;
        }
        grpc(&sender, "/opentelemetry.proto.collector.profiles.v1.ProfilesService/Export", 12).await;
        let expected = Counts { ignored: 6, ..Counts::default() };
        assert_eq!(sender.receiver.counts(), expected);
    });
}

/// Calls a method of no request to speak of and expects this gRPC status.
async fn grpc(sender: &Sender, path: &str, expected: i32) {
    let endpoint = sender.receiver.endpoint().parse::<tonic::transport::Endpoint>().expect("a URL");
    let mut client = tonic::client::Grpc::new(endpoint.connect().await.expect("it listens"));
    client.ready().await.expect("it is");
    let codec = tonic_prost::ProstCodec::<ExportTraceServiceRequest, ()>::default();
    let message = tonic::Request::new(request(vec![span(1)]));
    let code = match client.unary(message, path.parse().expect("a path"), codec).await {
        Ok(_) => 0,
        Err(status) => status.code() as i32,
    };
    assert_eq!(code, expected, "{path}");
}

#[test]
fn other_paths_methods_and_types_are_refused_by_name() {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let answer = sender.post("/v1/trace", PROTOBUF, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(String::from_utf8_lossy(&answer.body).contains("/v1/traces"), "{answer:?}");
        let answer = sender.send(Method::GET, "/v1/traces", &[], "").await;
        assert_eq!(
            (answer.status, &answer.headers["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().expect("a value"))
        );
        for kind in ["text/plain", "application/grpc", "application/x-protobufs", ""] {
            let answer = sender.post("/v1/traces", kind, "").await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
            assert!(String::from_utf8_lossy(&answer.body).contains(PROTOBUF), "{answer:?}");
        }
        let headers = [(CONTENT_TYPE.as_str(), PROTOBUF), (CONTENT_ENCODING.as_str(), "zstd")];
        let answer = sender.send(Method::POST, "/v1/traces", &headers, "").await;
        assert_eq!(
            (answer.status, &answer.headers["accept-encoding"]),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, &"gzip".parse().expect("a value"))
        );
        assert_eq!(sender.receiver.counts().unreadable, 5);
    });
}

#[test]
fn in_real_time_strangers_are_served_whatever_their_headers_say() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let clock = Clock::real();
        let sender = Sender::new(&clock).await;
        let body = request(vec![span(1)]).encode_to_vec();
        let headers = [(CONTENT_TYPE.as_str(), PROTOBUF), ("x-probity-link", "1")];
        let sent = sender.send(Method::POST, "/v1/traces", &headers, body);
        let answer = clock.timeout(Duration::from_secs(10), sent).await.expect("it answers");
        assert_eq!((answer.status, sender.receiver.received()), (StatusCode::OK, 1));
    });
}
