//! `encoding/json`: values as Go writes them.

use super::super::format::{self, format_float};
use super::super::value::{Time, Value};
use crate::promql::Dialect;

/// A value as JSON.
pub(crate) fn write(value: &Value, dialect: Dialect) -> Result<String, String> {
    let mut out = String::new();
    push(value, dialect, &mut out)?;
    Ok(out)
}

/// A text as Go's encoder quotes it: `<`, `>` and `&` are escaped too.
pub(crate) fn quote(text: &str, dialect: Dialect, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' if dialect == Dialect::V3 => out.push_str("\\b"),
            '\u{c}' if dialect == Dialect::V3 => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

fn push(value: &Value, dialect: Dialect, out: &mut String) -> Result<(), String> {
    if out.len() > format::MOST_TEXT {
        return Err(format::TOO_LONG.to_owned());
    }
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value, _) | Value::Duration(value) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&number(*value)?),
        Value::Text(text) | Value::Html(text) | Value::Url(text) => quote(text, dialect, out),
        Value::Time(time) => out.push_str(&moment(time)?),
        Value::List(list) => {
            out.push('[');
            for (i, item) in list.items().iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                push(item, dialect, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                quote(key, dialect, out);
                out.push(':');
                push(item, dialect, out)?;
            }
            out.push('}');
        }
        Value::Struct(fields) => {
            out.push('{');
            for (i, (name, item)) in fields.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                quote(&key(name), dialect, out);
                out.push(':');
                push(item, dialect, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A field's key, by the rule that Alertmanager's own structs follow but for one of them.
fn key(name: &str) -> String {
    match name {
        "NotificationReason" => "notification_reason".to_owned(),
        "Name" | "Value" => name.to_owned(),
        _ => {
            let mut chars = name.chars();
            let first = chars.next().map(|c| c.to_ascii_lowercase());
            first.into_iter().chain(chars).collect()
        }
    }
}

/// The shortest digits that read back the same; exponents only for the very small and the very large.
pub(crate) fn number(value: f64) -> Result<String, String> {
    if !value.is_finite() {
        return Err(format!("json: unsupported value: {}", format_float(value, 'g', None)));
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format_float(value, 'e', None);
        // `e-09` is written `e-9`.
        return Ok(text.replace("e-0", "e-"));
    }
    Ok(format_float(value, 'f', None))
}

/// RFC 3339 in quotes.
fn moment(time: &Time) -> Result<String, String> {
    let text = time.format("2006-01-02T15:04:05.999999999Z07:00");
    if text.find('-') != Some(4) {
        return Err("json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]"
            .to_owned());
    }
    Ok(format!("\"{text}\""))
}
