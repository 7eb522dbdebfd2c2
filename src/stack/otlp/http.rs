use std::io::Read as _;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use http::StatusCode;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use super::{LARGEST_REQUEST, Receiver, Transport, json};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// gRPC's code for a message that cannot be read, in the body of a refusal.
const INVALID_ARGUMENT: i32 = 3;
/// gRPC's code for a method that is not there.
const UNIMPLEMENTED: &str = "12";

/// The paths of OTLP/HTTP, and the answers to all others.
pub(super) fn add_routes(routes: Router<Receiver>) -> Router<Receiver> {
    routes
        .route("/v1/traces", post(spans))
        .route("/v1/metrics", post(ignore))
        .route("/v1/logs", post(ignore))
        .fallback(elsewhere)
}

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Protobuf,
    Json,
}

/// A request that cannot be taken.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    /// How the reason is written; none when the request's own way is unknown.
    encoding: Option<Encoding>,
    reason: String,
}

/// The body of a refusal: `google.rpc.Status` without details.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

async fn spans(State(receiver): State<Receiver>, request: Request) -> Response {
    match read_spans(request).await {
        Ok((request, encoding)) => {
            let by = match encoding {
                Encoding::Protobuf => Transport::HttpProtobuf,
                Encoding::Json => Transport::HttpJson,
            };
            accepted(&receiver.take(request, by), encoding)
        }
        Err(refusal) => {
            receiver.count_unreadable();
            refusal.answer()
        }
    }
}

/// Takes metrics or logs and throws them away.
async fn ignore(State(receiver): State<Receiver>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let read = async {
        let encoding = encoding(&parts.headers)?;
        // To the end, since the connection is of no more use otherwise.
        collect(body, encoding).await?;
        Ok::<_, Refusal>(encoding)
    };
    match read.await {
        Ok(encoding) => {
            receiver.count_ignored();
            // All empty export answers are written alike, whatever the signal.
            accepted(&ExportTraceServiceResponse::default(), encoding)
        }
        Err(refusal) => refusal.answer(),
    }
}

/// No such path. gRPC says so with a status of its own, in a header of a 200.
async fn elsewhere(headers: HeaderMap) -> Response {
    if essence(&headers).is_some_and(|kind| kind.starts_with("application/grpc")) {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/grpc")),
            (HeaderName::from_static("grpc-status"), HeaderValue::from_static(UNIMPLEMENTED)),
        ];
        return answer(StatusCode::OK, headers, Vec::new());
    }
    let reason = "no such path; spans go to /v1/traces\n";
    Refusal { status: StatusCode::NOT_FOUND, encoding: None, reason: reason.to_owned() }.answer()
}

async fn read_spans(request: Request) -> Result<(ExportTraceServiceRequest, Encoding), Refusal> {
    let (parts, body) = request.into_parts();
    let encoding = encoding(&parts.headers)?;
    let packed = Packing::of(&parts.headers)?;
    let body = packed.unpack(collect(body, encoding).await?, encoding)?;
    let read = match encoding {
        Encoding::Protobuf => {
            ExportTraceServiceRequest::decode(body.as_slice()).map_err(|error| error.to_string())
        }
        Encoding::Json => json::read(&body).map_err(|error| error.to_string()),
    };
    let request = read.map_err(|reason| Refusal::unreadable(encoding, reason))?;
    Ok((request, encoding))
}

/// What the Content-Type names, without its parameters.
fn essence(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let kind = essence(headers);
    match kind.as_deref() {
        Some(PROTOBUF) => Ok(Encoding::Protobuf),
        Some(JSON) => Ok(Encoding::Json),
        _ => Err(Refusal {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            encoding: None,
            reason: format!(
                "Content-Type is {}; this is read: {PROTOBUF}, {JSON}\n",
                kind.as_deref().unwrap_or("missing")
            ),
        }),
    }
}

/// Whether a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
}

impl Packing {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let name = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
        match name.to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Ok(Self::Plain),
            b"gzip" => Ok(Self::Gzip),
            other => Err(Refusal {
                status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
                encoding: None,
                reason: format!(
                    "Content-Encoding is {}; this is read: gzip, identity\n",
                    String::from_utf8_lossy(other)
                ),
            }),
        }
    }

    /// The body itself. It stops at the limit, whatever the packed one promises.
    fn unpack(self, body: Vec<u8>, encoding: Encoding) -> Result<Vec<u8>, Refusal> {
        if self == Self::Plain {
            return Ok(body);
        }
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(body.as_slice())
            .take(LARGEST_REQUEST as u64 + 1)
            .read_to_end(&mut unpacked)
            .map_err(|error| Refusal::unreadable(encoding, format!("gzip: {error}")))?;
        if unpacked.len() > LARGEST_REQUEST {
            return Err(Refusal::too_large(encoding));
        }
        Ok(unpacked)
    }
}

/// Reads a body to its end.
async fn collect(body: Body, encoding: Encoding) -> Result<Vec<u8>, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Refusal::unreadable(encoding, error.to_string()))?;
        if whole.len() + chunk.len() > LARGEST_REQUEST {
            return Err(Refusal::too_large(encoding));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

/// The answer to a request that was taken, in its own encoding.
fn accepted(said: &ExportTraceServiceResponse, encoding: Encoding) -> Response {
    let body = match encoding {
        Encoding::Protobuf => said.encode_to_vec(),
        Encoding::Json => {
            let partial = said.partial_success.as_ref().map(|partial| {
                json!({"partialSuccess": {
                    "rejectedSpans": partial.rejected_spans.to_string(),
                    "errorMessage": partial.error_message,
                }})
            });
            partial.unwrap_or_else(|| json!({})).to_string().into_bytes()
        }
    };
    answer(StatusCode::OK, [(CONTENT_TYPE, HeaderValue::from_static(encoding.name()))], body)
}

fn answer(
    status: StatusCode,
    headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    body: Vec<u8>,
) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().extend(headers);
    response
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Protobuf => PROTOBUF,
            Self::Json => JSON,
        }
    }
}

impl Refusal {
    fn unreadable(encoding: Encoding, reason: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, encoding: Some(encoding), reason }
    }

    fn too_large(encoding: Encoding) -> Self {
        let reason = format!("the request has more than {LARGEST_REQUEST} bytes");
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, encoding: Some(encoding), reason }
    }

    fn answer(self) -> Response {
        let status = RpcStatus { code: INVALID_ARGUMENT, message: self.reason };
        let (kind, body) = match self.encoding {
            Some(Encoding::Protobuf) => (PROTOBUF, status.encode_to_vec()),
            Some(Encoding::Json) => {
                let status = json!({"code": status.code, "message": status.message});
                (JSON, status.to_string().into_bytes())
            }
            None => ("text/plain; charset=utf-8", status.message.into_bytes()),
        };
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(kind)),
            (ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
        ];
        answer(self.status, headers, body)
    }
}
