//! Requests that mean harm, or are broken: each is refused with the right status, and the next one is served.

use http::StatusCode;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::trace::v1::Span as WireSpan;
use probity::stack::otlp::LARGEST_REQUEST;
use proptest::prelude::*;
use proptest::sample::Index;
use prost::Message as _;
use serde_json::Value;
use tonic::Code;
use tonic::codec::CompressionEncoding;

use super::{JSON, PROTOBUF, Sender, gzip, json_request, request, span};
use crate::stage::simulate;

/// `google.rpc.Status`, as its definition numbers it.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

async fn still_serves(sender: &Sender) {
    let before = sender.receiver.counts();
    let answer = sender.post("/v1/traces", JSON, json_request(77)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let after = sender.receiver.counts();
    assert_eq!(after.received + after.retried, before.received + before.retried + 1);
}

#[test]
fn broken_bodies_are_refused_with_a_status_of_their_encoding() {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let plain = request(vec![span(1)]).encode_to_vec();
        let packed = gzip(&plain);
        let mut flipped = packed.clone();
        let checksum = flipped.len() - 6;
        flipped[checksum] ^= 1;
        let protobuf = [
            sender.post("/v1/traces", PROTOBUF, plain[..plain.len() - 1].to_vec()).await,
            sender.post("/v1/traces", PROTOBUF, "{}").await,
            sender.post_gzip(PROTOBUF, plain.clone()).await,
            sender.post_gzip(PROTOBUF, vec![]).await,
            sender.post_gzip(PROTOBUF, packed[..packed.len() - 4].to_vec()).await,
            sender.post_gzip(PROTOBUF, packed[..packed.len() / 2].to_vec()).await,
            sender.post_gzip(PROTOBUF, flipped).await,
            sender.post_gzip(PROTOBUF, [packed, b"and more".to_vec()].concat()).await,
        ];
        for answer in protobuf {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            let status = RpcStatus::decode(answer.body).expect("a status");
            assert!(status.code == 3 && !status.message.is_empty(), "{status:?}");
        }
        for broken in [
            "",
            "[]",
            "null",
            "{",
            "{} {}",
            "\u{feff}{}",
            r#"{"resourceSpans": 1}"#,
            r#"{"resourceSpans": [null]}"#,
        ] {
            let answer = sender.post("/v1/traces", JSON, broken).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{broken}");
            let status: Value = serde_json::from_slice(&answer.body).expect("a status");
            assert!(status["code"] == 3 && status["message"].is_string(), "{status:?}");
        }
        let counts = sender.receiver.counts();
        assert_eq!((counts.unreadable, counts.received, counts.refused), (16, 0, 0));
        still_serves(&sender).await;
    });
}

#[test]
fn a_small_request_cannot_grow_beyond_the_limit() {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let bomb = gzip(&vec![b' '; 4 * LARGEST_REQUEST]);
        assert!(bomb.len() < LARGEST_REQUEST / 100);
        for kind in [PROTOBUF, JSON] {
            assert_eq!(sender.post_gzip(kind, bomb.clone()).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        }
        // At the limit it is read, and the next byte is too many.
        let padded = |bytes: usize| {
            let mut body = json_request(1).into_bytes();
            body.resize(bytes, b' ');
            body
        };
        assert_eq!(sender.post_gzip(JSON, gzip(&padded(LARGEST_REQUEST))).await.status, StatusCode::OK);
        let over = sender.post_gzip(JSON, gzip(&padded(LARGEST_REQUEST + 1))).await;
        assert_eq!(over.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(sender.post("/v1/traces", JSON, padded(LARGEST_REQUEST)).await.status, StatusCode::OK);
        let over = sender.post("/v1/traces", JSON, padded(LARGEST_REQUEST + 1)).await;
        assert_eq!(over.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(sender.receiver.counts().unreadable, 4);
        still_serves(&sender).await;
    });
}

#[test]
fn a_small_grpc_message_cannot_grow_beyond_the_limit() {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let client = TraceServiceClient::connect(sender.receiver.endpoint()).await.expect("it listens");
        let bomb = request(vec![WireSpan { name: " ".repeat(LARGEST_REQUEST), ..span(1) }]);
        for mut client in [client.clone(), client.send_compressed(CompressionEncoding::Gzip)] {
            let refused = client.export(bomb.clone()).await.expect_err("it is too large");
            assert!(matches!(refused.code(), Code::OutOfRange | Code::ResourceExhausted), "{refused:?}");
        }
        still_serves(&sender).await;
    });
}

#[test]
fn deep_nesting_is_refused_and_overflows_no_stack() {
    simulate(|clock| async move {
        let sender = Sender::new(&clock).await;
        let lists = |times: usize| {
            let (open, close) = (r#"{"arrayValue":{"values":["#, "]}}");
            let value = format!("{}{}", open.repeat(times), close.repeat(times));
            format!(
                r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"a","value":{value}}}]}}}}]}}"#
            )
        };
        assert_eq!(sender.post("/v1/traces", JSON, lists(20)).await.status, StatusCode::OK);
        assert_eq!(sender.post("/v1/traces", JSON, lists(300_000)).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            sender.post("/v1/traces", JSON, "[".repeat(10_000_000)).await.status,
            StatusCode::BAD_REQUEST
        );
        // What nobody knows is skipped without a stack.
        let unknown = format!(r#"{{"unknown":{}{}}}"#, "[".repeat(5_000_000), "]".repeat(5_000_000));
        let skipped = sender.post("/v1/traces", JSON, unknown).await.status;
        assert!(matches!(skipped, StatusCode::OK | StatusCode::BAD_REQUEST), "{skipped}");
        assert_eq!(sender.post("/v1/traces", PROTOBUF, nested(1_000)).await.status, StatusCode::BAD_REQUEST);
        still_serves(&sender).await;
    });
}

/// A resource's attribute that is a list of a list of a list, in protobuf.
fn nested(times: usize) -> Vec<u8> {
    fn field(tag: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![tag << 3 | 2];
        prost::encoding::encode_varint(body.len() as u64, &mut out);
        out.extend_from_slice(body);
        out
    }
    // AnyValue.array_value is 5, ArrayValue.values is 1, KeyValue.value 2, Resource.attributes 1.
    let value = (0..times).fold(Vec::new(), |inner, _| field(5, &field(1, &inner)));
    field(1, &field(1, &field(1, &field(2, &value))))
}

/// How a body is spoilt.
#[derive(Clone, Debug)]
enum Spoil {
    Flip(Index, u8),
    Cut(Index),
    Repeat(Index, Index),
    Remove(Index),
}

fn spoils() -> impl Strategy<Value = Vec<Spoil>> {
    let one = prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Spoil::Flip(at, byte)),
        any::<Index>().prop_map(Spoil::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Spoil::Repeat(from, to)),
        any::<Index>().prop_map(Spoil::Remove),
    ];
    proptest::collection::vec(one, 1..4)
}

fn spoilt(mut body: Vec<u8>, spoils: &[Spoil]) -> Vec<u8> {
    for spoil in spoils {
        if body.is_empty() {
            break;
        }
        match spoil {
            Spoil::Flip(at, byte) => *at.get_mut(&mut body) = *byte,
            Spoil::Cut(at) => body.truncate(at.index(body.len())),
            Spoil::Repeat(from, to) => {
                let piece = body[from.index(body.len())..].to_vec();
                let at = to.index(body.len());
                body.splice(at..at, piece);
            }
            Spoil::Remove(at) => drop(body.remove(at.index(body.len()))),
        }
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sent_is_answered_and_accounted_for(bodies in proptest::collection::vec((0..4_u8, spoils()), 16)) {
        simulate(|clock| async move {
            let sender = Sender::new(&clock).await;
            let protobuf = request(vec![span(1), span(2)]).encode_to_vec();
            let json = json_request(3).into_bytes();
            let mut taken = 0;
            for (way, spoils) in &bodies {
                let answer = match way {
                    0 => sender.post("/v1/traces", PROTOBUF, spoilt(protobuf.clone(), spoils)).await,
                    1 => sender.post("/v1/traces", JSON, spoilt(json.clone(), spoils)).await,
                    2 => sender.post_gzip(PROTOBUF, spoilt(gzip(&protobuf), spoils)).await,
                    _ => sender.post_gzip(JSON, spoilt(gzip(&json), spoils)).await,
                };
                assert!(matches!(answer.status, StatusCode::OK | StatusCode::BAD_REQUEST), "{answer:?}");
                taken += u64::from(answer.status == StatusCode::OK);
            }
            let counts = sender.receiver.counts();
            assert_eq!(counts.requests.http_json + counts.requests.http_protobuf, taken);
            assert_eq!(counts.unreadable, bodies.len() as u64 - taken);
            assert_eq!(sender.receiver.spans().len() as u64, counts.received);
            still_serves(&sender).await;
        });
    }
}
