//! Links over HTTP, the server's side: a layer that redeems tickets.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use http::HeaderMap;
use tokio::net::TcpListener;

use super::http::{LINK, STREAM};
use super::{Clock, LinkEnd};

/// The server's end of the link for the frames after an upgrade.
pub fn accept_stream(clock: &Clock, headers: &HeaderMap) -> LinkEnd {
    let link = clock.accept(number(headers, STREAM));
    link.received();
    link
}

/// Serves `router` on `listener` until the runtime ends; its routes redeem tickets. Answers leave at once: with
/// Nagle's algorithm each would wait some 40 ms of real time for an acknowledgement.
pub fn serve(clock: &Clock, listener: TcpListener, router: Router) {
    let router = redeem_tickets(router, clock);
    let listener = listener.tap_io(|stream| {
        // A connection that is gone already cannot be told; it is not served either.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
}

/// Makes every route of `router` redeem the ticket of a request once its body is read, and take one for the answer.
fn redeem_tickets(router: Router, clock: &Clock) -> Router {
    router.layer(from_fn_with_state(clock.clone(), redeem))
}

async fn redeem(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    // In real time there are no tickets, whatever a stranger's header says.
    let id = number(request.headers(), LINK).filter(|_| clock.is_lockstep());
    if id.is_none() {
        return next.run(request).await;
    }
    let link = clock.accept(id);
    // Headers may arrive before the body: the message is read only when both are. The sender is of this process and
    // has bounded it; handlers apply their own limits to what they take from it.
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    link.received();
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    link.sent();
    answer
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}
