//! An OTLP receiver for any exporter: gRPC and HTTP on one address, protobuf and JSON, plain or gzip.
//!
//! It keeps every span, and counts what it does not keep. Metrics and logs are taken and thrown away with a count:
//! exporters are often configured for all three signals, and one that is refused fills its service's log.
//!
//! # Limits
//!
//! A request may unpack to [`LARGEST_REQUEST`] bytes; more is refused while it unpacks, so that a small one cannot
//! grow without bound. [`MOST_SPANS`] are kept.
//!
//! # Decisions
//!
//! * *A retried span is kept once.* An exporter that got no answer sends its batch again, as the protocol asks it to.
//!   A span with the ids and the content of one that is here already is counted and not kept; one with the same ids
//!   and other content is a second span, since hiding it would hide a fault of whoever made it.
//! * *JSON is read by hand* (`json`), into the messages that protobuf gives: opentelemetry-proto's own reader takes a
//!   null for a broken message and refuses what proto3's JSON form allows (numbers as strings, unpadded base64).
//!   Revisit when it follows the specification.
//! * *No other suffix than those of the specification*: whoever sends to another path is told so by a 404.

mod grpc;
mod http;
mod inbox;
mod json;
mod span;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use parking_lot::Mutex;
use tokio::net::TcpListener;

use self::inbox::Inbox;
use crate::clock::{Clock, serve};
use crate::observe::Span;

/// Spans that are kept; past it they are refused and counted, so that nothing can look complete that is not.
pub const MOST_SPANS: usize = 1_000_000;

/// Bytes that a request may have once unpacked; the limit of the OpenTelemetry collector.
pub const LARGEST_REQUEST: usize = 20 * 1024 * 1024;

/// The receiver; clones share what arrived.
#[derive(Clone, Debug)]
pub struct Receiver {
    address: SocketAddr,
    inbox: Arc<Mutex<Inbox>>,
}

/// What a receiver was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Spans that were kept.
    pub received: u64,
    /// Spans that were not: beyond [`MOST_SPANS`], or without valid ids.
    pub refused: u64,
    /// Spans that came again, with the content of the first time.
    pub retried: u64,
    /// Requests that brought spans (or none) and could be read, by the way they came.
    pub requests: Requests,
    /// Requests for spans over HTTP that could not be read. Those over gRPC are answered before they get here.
    pub unreadable: u64,
    /// Requests with metrics or logs, which nobody reads here.
    pub ignored: u64,
}

/// Requests by transport.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// OTLP/gRPC.
    pub grpc: u64,
    /// OTLP/HTTP with protobuf.
    pub http_protobuf: u64,
    /// OTLP/HTTP with JSON.
    pub http_json: u64,
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Grpc,
    HttpProtobuf,
    HttpJson,
}

impl Receiver {
    /// Starts it on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(clock: &Clock, listener: TcpListener) -> io::Result<Self> {
        let receiver = Self { address: listener.local_addr()?, inbox: Arc::default() };
        let routes = http::add_routes(grpc::add_routes(Router::new(), &receiver));
        serve(clock, listener, routes.with_state(receiver.clone()));
        Ok(receiver)
    }

    /// Where exporters send to, over either transport; over HTTP `/v1/traces` follows.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every span that arrived, sorted by start, trace and id.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = self.inbox.lock().spans().to_vec();
        spans.sort_by(|a, b| (a.start, &a.trace_id, &a.span_id).cmp(&(b.start, &b.trace_id, &b.span_id)));
        spans
    }

    /// What was sent so far.
    pub fn counts(&self) -> Counts {
        self.inbox.lock().counts
    }

    /// Spans that were kept so far.
    pub fn received(&self) -> u64 {
        self.counts().received
    }

    /// Spans that were not kept: beyond [`MOST_SPANS`], or without valid ids.
    pub fn refused(&self) -> u64 {
        self.counts().refused
    }

    /// The latest end of all spans that were kept: whoever waits for everything up to an instant, and knows that
    /// exporters send in the order of ends, looks here.
    pub fn newest_end(&self) -> Option<Timestamp> {
        self.inbox.lock().newest_end
    }

    /// Takes the spans of one request; the answer to it.
    fn take(&self, request: ExportTraceServiceRequest, by: Transport) -> ExportTraceServiceResponse {
        let mut inbox = self.inbox.lock();
        let requests = &mut inbox.counts.requests;
        *match by {
            Transport::Grpc => &mut requests.grpc,
            Transport::HttpProtobuf => &mut requests.http_protobuf,
            Transport::HttpJson => &mut requests.http_json,
        } += 1;
        let refused = inbox.take(request);
        let rejected_spans = i64::try_from(refused.spans()).unwrap_or(i64::MAX);
        let partial_success = (rejected_spans > 0)
            .then(|| ExportTracePartialSuccess { rejected_spans, error_message: refused.to_string() });
        ExportTraceServiceResponse { partial_success }
    }

    fn count_unreadable(&self) {
        self.inbox.lock().counts.unreadable += 1;
    }

    fn count_ignored(&self) {
        self.inbox.lock().counts.ignored += 1;
    }
}
