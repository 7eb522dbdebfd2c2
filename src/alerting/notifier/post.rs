//! The JSON that is posted to Alertmanager.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::SentAlert;

/// The body of `POST /api/v2/alerts`, byte for byte as Prometheus writes it.
#[must_use]
pub fn body(alerts: &[SentAlert]) -> String {
    let mut json = String::from("[");
    for (index, alert) in alerts.iter().enumerate() {
        json.push_str(if index > 0 { "," } else { "" });
        write_alert(&mut json, alert);
    }
    json.push(']');
    json
}

fn write_alert(json: &mut String, alert: &SentAlert) {
    json.push('{');
    if !alert.annotations.is_empty() {
        json.push_str("\"annotations\":");
        write_map(json, alert.annotations.iter().map(|(name, value)| (&**name, &**value)));
        json.push(',');
    }
    // Writing to a text cannot fail.
    _ = write!(json, "\"endsAt\":\"{}\",", time(alert.ends_at_ms));
    _ = write!(json, "\"startsAt\":\"{}\",", time(alert.starts_at_ms));
    if !alert.generator_url.is_empty() {
        json.push_str("\"generatorURL\":");
        write_text(json, &alert.generator_url);
        json.push(',');
    }
    json.push_str("\"labels\":");
    let labels: BTreeMap<&str, &str> = alert.labels.iter().collect();
    write_map(json, labels.into_iter());
    json.push('}');
}

/// RFC 3339 in UTC, always with three digits of the second's fraction.
fn time(ms: i64) -> String {
    let zero = || "0001-01-01T00:00:00.000Z".to_owned();
    Timestamp::from_millisecond(ms).map_or_else(|_| zero(), |time| format!("{time:.3}"))
}

fn write_map<'a>(json: &mut String, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    json.push('{');
    for (index, (name, value)) in pairs.enumerate() {
        json.push_str(if index > 0 { "," } else { "" });
        write_text(json, name);
        json.push(':');
        write_text(json, value);
    }
    json.push('}');
}

/// A text as Go's `encoding/json` writes it: safe within HTML.
fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a text cannot fail.
                _ = write!(json, "\\u{:04x}", c as u32);
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}
