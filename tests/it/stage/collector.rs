//! Collectors as operators meet them on a bad day.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use probity::clock::{Clock, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::listener;

/// A port that nobody listens on.
pub(crate) async fn closed() -> String {
    // Bound and let go: the system does not hand the same port out again at once.
    format!("http://{}", listener().await.local_addr().expect("bound"))
}

/// Takes each batch and never answers.
pub(crate) async fn silent(clock: &Clock) -> String {
    let routes = Router::new().fallback(|request: Request| async {
        drop(to_bytes(request.into_body(), usize::MAX).await);
        std::future::pending::<Response>().await
    });
    start(clock, routes).await
}

/// Answers each batch with this gRPC status: a refusal over HTTP/2 is a 200 with trailers only.
pub(crate) async fn refusing(clock: &Clock, grpc_status: &'static str) -> String {
    let routes = Router::new().fallback(move |request: Request| async move {
        drop(to_bytes(request.into_body(), usize::MAX).await);
        let answer =
            Response::builder().header("content-type", "application/grpc").header("grpc-status", grpc_status);
        answer.body(Body::empty()).expect("valid headers")
    });
    start(clock, routes).await
}

/// Is no collector at all: every path is a plain 503.
pub(crate) async fn no_collector(clock: &Clock) -> String {
    let routes = Router::new().fallback(|| async { (http::StatusCode::SERVICE_UNAVAILABLE, "maintenance") });
    start(clock, routes).await
}

async fn start(clock: &Clock, routes: Router) -> String {
    let listener = listener().await;
    let address = listener.local_addr().expect("bound");
    serve(clock, listener, routes);
    format!("http://{address}")
}

/// Bytes to and from a healthy collector, until it is killed: then every connection breaks and the port is closed.
pub(crate) struct Mortal {
    address: SocketAddr,
    tasks: JoinSet<()>,
}

impl Mortal {
    /// `healthy` is the collector's endpoint.
    pub(crate) async fn before(healthy: &str) -> Self {
        let listener = listener().await;
        let address = listener.local_addr().expect("bound");
        let to = healthy.trim_start_matches("http://").to_owned();
        let mut tasks = JoinSet::new();
        tasks.spawn(forward(listener, to));
        Self { address, tasks }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn kill(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn forward(listener: TcpListener, to: String) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((mut from, _)) = listener.accept().await {
        let to = to.clone();
        connections.spawn(async move {
            let mut onward = TcpStream::connect(to).await.expect("the collector lives");
            let nodelay = from.set_nodelay(true).and_then(|()| onward.set_nodelay(true));
            nodelay.expect("the option exists");
            // However it ends, it has ended.
            let _ = tokio::io::copy_bidirectional(&mut from, &mut onward).await;
        });
    }
}
