//! Judges single values.

use crate::contract::yaml::{Node, Value, nearest};

use super::Mistake;
use super::checker::Dialect;
use super::shape::Shape;
use super::wording::{described, seen, shown};

/// Where to show a value of the wrong type: itself if it is one word, else the key that it stands under.
pub(super) fn shown_at<'n>(node: &'n Node, place: &'n Node) -> &'n Node {
    if node.text().is_some() && !node.is_null() { node } else { place }
}

/// The mistake of a single value, if it has one; `place` is the key that it stands under.
pub(super) fn mistake(dialect: Dialect, shape: &Shape, node: &Node, place: &Node) -> Option<Mistake> {
    let Value::Scalar { text, quoted } = &node.value else {
        return Some(mistyped(shape, node, place, ""));
    };
    if dialect.interpolates && text.contains('$') && !matches!(shape, Shape::List(_) | Shape::Map(_)) {
        return None;
    }
    let place = shown_at(node, place);
    let fits = match shape {
        Shape::Any => true,
        Shape::Text => is_text(dialect, node),
        Shape::Bool => node.is_bool() || (!quoted && is_yes_or_no(text)),
        Shape::Number => node.is_number(),
        Shape::Integer(least, most) => {
            node.is_number() && integer(text).is_some_and(|number| (*least..=*most).contains(&number))
        }
        Shape::Words(words) => return word(words, words.contains(&text.as_str()), node, place),
        Shape::AnyCase(words) => {
            let known = words.iter().any(|word| word.eq_ignore_ascii_case(text));
            return word(words, known, node, place);
        }
        Shape::Form(form) => match (form.fits)(text) {
            Ok(()) => is_text(dialect, node),
            Err(_) if node.is_null() => false,
            Err(reason) => return Some(mistyped(shape, node, place, reason)),
        },
        Shape::AnyOf(choices) => choices.iter().any(|shape| mistake(dialect, shape, node, place).is_none()),
        Shape::List(_) | Shape::Map(_) | Shape::MapOf(_) | Shape::Named(..) => false,
    };
    if fits {
        return None;
    }
    let advice = match shape {
        Shape::Text | Shape::Form(_) if !quoted && is_yes_or_no(text) => {
            "YAML 1.1 reads it as true or false, put quotes around it to make it text"
        }
        Shape::Text | Shape::Form(_) if !node.is_null() => "put quotes around it to make it text",
        Shape::Bool | Shape::Integer(..) | Shape::Number if *quoted && fits_unquoted(shape, text) => {
            "remove the quotes"
        }
        _ => "",
    };
    Some(mistyped(shape, node, place, advice))
}

fn mistyped(shape: &Shape, node: &Node, place: &Node, more: &str) -> Mistake {
    let colon = if more.is_empty() { "" } else { ": " };
    Mistake::at(place, format!("expected {}, saw {}{colon}{more}", described(shape), seen(node)))
}

fn word(words: &[&str], known: bool, node: &Node, place: &Node) -> Option<Mistake> {
    if known {
        return None;
    }
    let accepted = words.iter().map(|&word| word.to_owned()).collect();
    let text = node.text().unwrap_or_default();
    let message = if node.is_null() {
        "expected one of the accepted words, saw nothing".to_owned()
    } else {
        let hint = nearest(text, words.iter().copied());
        let hint = hint.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        format!("unknown value `{}`{hint}", shown(text))
    };
    Some(Mistake { accepted, ..Mistake::at(place, message) })
}

/// Whether a scalar is taken where text is wanted.
fn is_text(dialect: Dialect, node: &Node) -> bool {
    let Value::Scalar { text, quoted } = &node.value else { return false };
    if *quoted {
        return true;
    }
    if node.is_null() {
        return false;
    }
    let boolean = node.is_bool() || (dialect.yes_is_true && is_yes_or_no(text));
    dialect.lenient_text || !(boolean || node.is_number())
}

/// The words that YAML 1.1 takes for booleans beside true and false.
fn is_yes_or_no(text: &str) -> bool {
    matches!(text, "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF")
}

fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).ok();
        }
    }
    // JSON writers spell whole numbers as `1.0` and `1e9` too.
    digits.parse().ok().or_else(|| {
        let number: f64 = digits.parse().ok()?;
        // Beyond 2^53 a float no longer says which whole number was meant.
        let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        exact.then_some(number as i64)
    })
}

fn fits_unquoted(shape: &Shape, text: &str) -> bool {
    match shape {
        Shape::Bool => matches!(text, "true" | "false"),
        Shape::Number => text.parse::<f64>().is_ok(),
        _ => integer(text).is_some(),
    }
}
