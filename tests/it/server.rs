//! The debate server over real sockets: requests, debates, WebSockets, and what its telemetry says of them.

mod debates;
mod requests;
mod sockets;
