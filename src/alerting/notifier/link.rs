//! Links to expressions, as alerts carry them.

use std::fmt::Write as _;

/// Where users see an expression as a table: Prometheus' own address and the expression in it.
#[must_use]
pub fn generator_url(external_url: &str, expr: &str) -> String {
    let base = external_url.trim_end_matches('/');
    format!("{base}/graph?g0.expr={}&g0.tab=1", escaped(expr))
}

/// A text as a value of a query, as Go's `url.QueryEscape` writes it.
pub(in crate::alerting) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            // Writing to a text cannot fail.
            _ => _ = write!(escaped, "%{byte:02X}"),
        }
    }
    escaped
}
