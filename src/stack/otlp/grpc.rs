use std::future::{Ready, ready};

use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    SERVICE_NAME, TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::codec::CompressionEncoding;
use tonic::server::{Grpc, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use super::{LARGEST_REQUEST, Receiver, Transport};

/// Services whose messages are taken and thrown away.
const IGNORED: [&str; 2] = [
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
];

/// The services of OTLP/gRPC.
pub(super) fn add_routes(mut routes: Router<Receiver>, receiver: &Receiver) -> Router<Receiver> {
    for path in IGNORED {
        routes = routes.route(path, post(ignore));
    }
    let spans = TraceServiceServer::new(receiver.clone())
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(LARGEST_REQUEST);
    routes.route_service(&format!("/{SERVICE_NAME}/{{method}}"), spans)
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        Ok(Response::new(self.take(request.into_inner(), Transport::Grpc)))
    }
}

async fn ignore(State(receiver): State<Receiver>, request: HttpRequest) -> http::Response<tonic::body::Body> {
    Grpc::new(ProstCodec::<(), ()>::default())
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(LARGEST_REQUEST)
        .unary(Ignore(receiver), request)
        .await
}

/// A service that reads nothing of a message and answers with an empty one, which says that all went well.
struct Ignore(Receiver);

impl UnaryService<()> for Ignore {
    type Response = ();
    type Future = Ready<Result<Response<()>, Status>>;

    fn call(&mut self, _: Request<()>) -> Self::Future {
        self.0.count_ignored();
        ready(Ok(Response::new(())))
    }
}
