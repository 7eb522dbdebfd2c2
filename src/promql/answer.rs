//! Answers as the HTTP interface of Prometheus writes them, byte for byte, written straight into text.

use std::fmt::Write as _;

use super::number::{format_float, json_float, json_time};
use super::{Dialect, Labels, Sample, Samples, Value};

/// Why there is no answer, in the interface's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The question or the data cannot be understood.
    BadData,
    /// The question is sound and has no answer.
    Execution,
}

impl Refusal {
    /// The value of `errorType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Refusal::BadData => "bad_data",
            Refusal::Execution => "execution",
        }
    }
}

/// The answer to an instant query asked of `at_ms`, milliseconds since 1970: one line without its line feed.
#[must_use]
pub fn value_json(value: &Value, at_ms: i64, dialect: Dialect) -> String {
    match value {
        Value::Vector(samples) => vector_json(samples, at_ms, dialect),
        Value::Matrix(series) => matrix_json(series, dialect),
        Value::Scalar(number) => {
            let mut out = opening("scalar");
            go_time(&mut out, at_ms);
            out.push_str(",\"");
            out.push_str(&format_float(*number));
            out.push_str("\"]}}");
            out
        }
        Value::String(text) => {
            let mut out = opening("string");
            go_time(&mut out, at_ms);
            out.push(',');
            quoted(&mut out, text, if dialect == Dialect::V2 { Escapes::Html } else { Escapes::HtmlShort });
            out.push_str("]}}");
            out
        }
    }
}

/// The answer to an instant query that yields a vector, in the order given.
#[must_use]
pub fn vector_json(samples: &[Sample], at_ms: i64, dialect: Dialect) -> String {
    let mut out = opening("vector");
    for (index, sample) in samples.iter().enumerate() {
        out.push_str(if index == 0 { "{\"metric\":" } else { ",{\"metric\":" });
        metric(&mut out, &sample.labels, dialect);
        out.push_str(",\"value\":");
        pair(&mut out, at_ms, sample.value);
        out.push('}');
    }
    out.push_str("]}}");
    out
}

/// The answer to a range query, or to an instant query that yields a range vector, in the order given.
#[must_use]
pub fn matrix_json(series: &[Samples], dialect: Dialect) -> String {
    let mut out = opening("matrix");
    for (index, one) in series.iter().enumerate() {
        out.push_str(if index == 0 { "{\"metric\":" } else { ",{\"metric\":" });
        metric(&mut out, &one.labels, dialect);
        out.push_str(",\"values\":[");
        for (index, (at_ms, value)) in one.points.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            pair(&mut out, *at_ms, *value);
        }
        out.push_str("]}");
    }
    out.push_str("]}}");
    out
}

/// The answer to a question that has none.
#[must_use]
pub fn refusal_json(refusal: Refusal, message: &str) -> String {
    let mut out = format!("{{\"status\":\"error\",\"errorType\":\"{}\",\"error\":", refusal.name());
    quoted(&mut out, message, Escapes::Html);
    out.push('}');
    out
}

fn opening(kind: &str) -> String {
    format!("{{\"status\":\"success\",\"data\":{{\"resultType\":\"{kind}\",\"result\":[")
}

fn metric(out: &mut String, labels: &Labels, dialect: Dialect) {
    // Labels of 2.42 go through Go's own writer, which minds HTML; those of 3.5 do not.
    let escapes = if dialect == Dialect::V2 { Escapes::Html } else { Escapes::Json };
    out.push('{');
    for (index, (name, value)) in labels.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        quoted(out, name, escapes);
        out.push(':');
        quoted(out, value, escapes);
    }
    out.push('}');
}

fn pair(out: &mut String, at_ms: i64, value: f64) {
    out.push('[');
    out.push_str(&json_time(at_ms));
    out.push_str(",\"");
    float(out, value);
    out.push_str("\"]");
}

/// A time of a scalar or a string: those take another way through Prometheus than samples do, and lose the zeros at
/// the end.
fn go_time(out: &mut String, at_ms: i64) {
    // Writing into a string cannot fail.
    let _ = write!(out, "{}", at_ms as f64 / 1000.0);
}

/// As [`json_float`], faster for the whole numbers that most samples are.
fn float(out: &mut String, value: f64) {
    // Below 2^53 every integer is a float; minus zero is left to the other way.
    let whole = value as i64;
    if whole != 0 && whole.unsigned_abs() < 1 << 53 && whole as f64 == value {
        let _ = write!(out, "{whole}");
    } else {
        out.push_str(&json_float(value));
    }
}

/// Which characters of a text become escapes.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    /// What JSON asks for.
    Json,
    /// `<`, `>`, `&` and the separators U+2028 and U+2029 as well.
    Html,
    /// The same; backspace and form feed have short forms.
    HtmlShort,
}

fn quoted(out: &mut String, text: &str, escapes: Escapes) {
    out.push('"');
    let mut done = 0;
    for (at, next) in text.char_indices() {
        let html = escapes != Escapes::Json;
        let special = match next {
            '"' | '\\' | '\0'..='\u{1f}' => true,
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => html,
            _ => false,
        };
        if !special {
            continue;
        }
        out.push_str(&text[done..at]);
        done = at + next.len_utf8();
        match next {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' if escapes == Escapes::HtmlShort => out.push_str("\\b"),
            '\u{c}' if escapes == Escapes::HtmlShort => out.push_str("\\f"),
            _ => {
                let _ = write!(out, "\\u{:04x}", u32::from(next));
            }
        }
    }
    out.push_str(&text[done..]);
    out.push('"');
}
