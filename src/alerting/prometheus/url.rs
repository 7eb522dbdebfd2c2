//! Where a target is scraped: its labels as a URL, as Go's `net/url` writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::alerting::notifier::escaped as escaped_value;
use crate::promql::Labels;

const PARAM: &str = "__param_";

/// The URL of a target, whose parameters come from its job unless a label sets another first value.
pub(super) fn url(labels: &Labels, params: &[(String, Vec<String>)]) -> String {
    let mut query: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, values) in params {
        query.insert(name, values.iter().map(String::as_str).collect());
    }
    for (name, value) in labels.iter() {
        let Some(name) = name.strip_prefix(PARAM) else { continue };
        let values = query.entry(name).or_default();
        match values.first_mut() {
            Some(first) => *first = value,
            None => values.push(value),
        }
    }
    let (scheme, host) = (labels.value("__scheme__"), labels.value("__address__"));
    let path = labels.value("__metrics_path__");
    let mut url = String::new();
    if !scheme.is_empty() {
        url.push_str(scheme);
        url.push(':');
    }
    url.push_str("//");
    escape(&mut url, host, b"!$&'()*+,;=:[]<>\"");
    if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
        url.push('/');
    }
    if path == "*" {
        url.push('*');
    } else {
        escape(&mut url, path, b"$&+,/:;=@");
    }
    let pairs = query.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    for (index, (name, value)) in pairs.enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(&escaped_value(name));
        url.push('=');
        url.push_str(&escaped_value(value));
    }
    url
}

fn escape(url: &mut String, text: &str, plain: &[u8]) {
    for byte in text.bytes() {
        let unreserved = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if unreserved || plain.contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            _ = write!(url, "%{byte:02X}");
        }
    }
}

/// Whether Go's `net.SplitHostPort` finds a host and a port.
pub(super) fn has_port(address: &str) -> bool {
    let Some(colon) = address.rfind(':') else { return false };
    let (inside, after) = if address.starts_with('[') {
        match address.find(']') {
            Some(end) if end + 1 == colon => (1, end + 1),
            _ => return false,
        }
    } else if address[..colon].contains(':') {
        return false;
    } else {
        (0, 0)
    };
    !address[inside..].contains('[') && !address[after..].contains(']')
}
