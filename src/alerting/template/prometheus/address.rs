//! Hosts, ports and links.

use std::net::Ipv4Addr;

use super::super::builtins::url_query;
use super::super::value::Value;

/// A link to an expression in the user interface, on its tab.
pub(super) fn link(expression: &str, tab: u8) -> Value {
    format!("/graph?g0.expr={}&g0.tab={tab}", url_query(expression)).into()
}

/// Host and port as Go's `net.SplitHostPort` takes them apart; `None` where it refuses.
fn split(address: &str) -> Option<(&str, &str)> {
    let colon = address.rfind(':')?;
    let (before, port) = (address.get(..colon)?, address.get(colon + 1..)?);
    let host = match before.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']').filter(|host| !host.contains(['[', ']']))?,
        None if before.contains([':', '[', ']']) => return None,
        None => before,
    };
    (!port.contains(['[', ']'])).then_some((host, port))
}

pub(super) fn strip_port(address: &str) -> &str {
    split(address).map_or(address, |(host, _)| host)
}

pub(super) fn strip_domain(address: &str) -> String {
    let (host, port) = split(address).unwrap_or((address, ""));
    if is_ip(host) {
        return address.to_owned();
    }
    let host = host.split('.').next().unwrap_or_default();
    match port {
        "" => host.to_owned(),
        _ if host.contains([':', '%']) => format!("[{host}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

/// Go's `net.ParseIP` takes no zones, as the standard library here.
fn is_ip(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok() || host.parse::<std::net::Ipv6Addr>().is_ok()
}
