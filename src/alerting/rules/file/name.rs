//! Which names each release takes.

use crate::promql::{Dialect, NAME};

/// Letters, digits and `_`, no digit first.
pub(super) fn is_plain_label(name: &str) -> bool {
    is_plain(name) && !name.contains(':')
}

fn is_plain(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':');
    first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
}

/// What is wrong with the name of a label or annotation, and what is accepted.
pub(super) fn label(name: &str, annotation: bool, dialect: Dialect) -> Option<(String, &'static str)> {
    let what = if annotation { "annotation" } else { "label" };
    if name == NAME && !annotation {
        let accepted = "any other name; that of a metric is given by `record`";
        return Some((format!("`{NAME}` must not be set as a label"), accepted));
    }
    match dialect {
        Dialect::V2 if !is_plain_label(name) => {
            let accepted = "letters, digits and `_`, with no digit first";
            Some((
                format!("`{name}` is no name of a {what} to Prometheus 2").replace(" a a", " an a"),
                accepted,
            ))
        }
        Dialect::V3 if name.is_empty() => {
            Some((format!("a {what} must have a name").replace("a a", "an a"), "any text"))
        }
        _ => None,
    }
}

/// What is wrong with the name of a recorded metric, and what is accepted. The name is not empty.
pub(super) fn metric(name: &str, dialect: Dialect) -> Option<(String, &'static str)> {
    match dialect {
        Dialect::V2 if !is_plain(name) => {
            let accepted = "letters, digits, `_` and `:`, with no digit first";
            Some((format!("`{name}` is no name of a metric to Prometheus 2"), accepted))
        }
        Dialect::V3 if name.contains(['{', '}']) => {
            let message = format!("braces in the name of a metric: `{name}`");
            Some((message, "a name; conditions belong into `expr`, and labels into `labels`"))
        }
        _ => None,
    }
}
