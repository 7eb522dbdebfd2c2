//! Shapes and values in the words of the person who wrote the file.

use crate::contract::yaml::{Node, Value};

use super::shape::Shape;

/// A message is one line: longer text is cut, the file itself is shown below it.
const MAX_SHOWN: usize = 40;

/// What a shape accepts, to stand after "expected".
pub(super) fn described(shape: &Shape) -> String {
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Bool => "true or false".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Integer(i64::MIN, i64::MAX) => "a whole number".to_owned(),
        Shape::Integer(least, i64::MAX) => format!("a whole number, {least} or more"),
        Shape::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Shape::Words(words) | Shape::AnyCase(words) => format!("one of {}", words.join(", ")),
        Shape::Form(form) => form.what.to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) | Shape::MapOf(_) | Shape::Named(..) => "a mapping".to_owned(),
        Shape::AnyOf(choices) => {
            let choices: Vec<String> = choices.iter().map(described).collect();
            choices.join(" or ")
        }
    }
}

/// What stands in the file, to stand after "saw".
pub(super) fn seen(node: &Node) -> String {
    match &node.value {
        Value::Seq(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
        Value::Scalar { .. } if node.is_null() => "nothing".to_owned(),
        Value::Scalar { text, .. } if node.is_bool() => text.clone(),
        Value::Scalar { text, .. } if node.is_number() => format!("the number {}", shown(text)),
        Value::Scalar { text, .. } if text.is_empty() => "empty text".to_owned(),
        Value::Scalar { text, .. } => format!("text \"{}\"", shown(text)),
    }
}

/// A text on one line, cut when long; line breaks and terminal control characters are spelt out.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(MAX_SHOWN) {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
