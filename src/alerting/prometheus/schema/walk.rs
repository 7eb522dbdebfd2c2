//! Goes through a file and says what does not fit the tables.

use serde_saphyr::granit_parser::ScalarStyle;

use super::{Mapping, Shape, Words};
use crate::alerting::prometheus::size;
use crate::alerting::relabel::is_label;
use crate::alerting::yaml::{Decoder, Library, Node, Value};
use crate::promql::{Dialect, Pattern};

/// Reports whatever does not fit; `what` is what the value is called.
pub(in super::super) fn walk<'a>(
    decoder: &mut Decoder<'a>,
    node: &Node<'a>,
    shape: Shape,
    what: &str,
    dialect: Dialect,
) {
    let place = node.target_place();
    match shape {
        // A secret, a name or a path: whatever is written is taken for text.
        Shape::Text => _ = decoder.text(node, &what),
        _ if node.is_null(Library::V2) => {}
        Shape::Bool => _ = decoder.boolean(node, &what),
        Shape::Int => _ = decoder.integer(node, &what),
        Shape::Count => {
            if !is_large(node) && decoder.integer(node, &what).is_some_and(|value| value < 0) {
                decoder.complain(place, format!("{what} must not be negative"));
            }
        }
        Shape::Float => _ = decoder.number(node, &what),
        Shape::Duration => _ = decoder.duration(node, &what),
        Shape::Bytes => {
            if decoder.text(node, &what).is_some_and(|text| !size::is_size(text)) {
                let problem = decoder.problem(place, format!("{what} is no size"));
                decoder.report(problem.accepted(&[size::ACCEPTED]));
            }
        }
        Shape::Url => {
            if let Some(Err(why)) = decoder.text(node, &what).map(super::super::address::check) {
                decoder.complain(place, format!("{what} is no URL: {why}"));
            }
        }
        Shape::Regex => {
            if let Some(Err(why)) = decoder.text(node, &what).map(|text| Pattern::whole(text, dialect)) {
                decoder.complain(place, format!("{what}: {why}"));
            }
        }
        Shape::LabelName => {
            if let Some(name) = decoder.text(node, &what) {
                let name = name.to_owned();
                label_name(decoder, &name, place, dialect);
            }
        }
        Shape::Labels => {
            for pair in decoder.pairs(node, &what) {
                label_name(decoder, &pair.name, pair.name_place, dialect);
            }
        }
        Shape::Texts => drop(decoder.pairs(node, &what)),
        Shape::Word(words) => word(decoder, node, words, what, dialect),
        Shape::Any => {}
        Shape::List(item) => {
            for one in decoder.items(node, &what) {
                let named = match item {
                    Shape::Map(mapping) => mapping.what.to_owned(),
                    _ => format!("an entry of {what}"),
                };
                walk(decoder, one, *item, &named, dialect);
            }
        }
        Shape::Map(mapping) => section(decoder, node, mapping, dialect),
        Shape::MapOf(value) => {
            for (name, one) in entries(decoder, node, what) {
                walk(decoder, one, *value, &format!("`{name}` in {what}"), dialect);
            }
        }
    }
}

fn section<'a>(decoder: &mut Decoder<'a>, node: &Node<'a>, mapping: &'static Mapping, dialect: Dialect) {
    let fields = decoder.fields(node, &mapping.what, mapping.names(dialect));
    for key in mapping.keys(dialect) {
        if let Some(value) = fields.get_even_null(key.name) {
            walk(decoder, value, key.shape, &format!("`{}`", key.name), dialect);
        }
    }
}

fn word<'a>(decoder: &mut Decoder<'a>, node: &Node<'a>, words: &Words, what: &str, dialect: Dialect) {
    let Some(text) = decoder.text(node, &what) else { return };
    let known = if dialect == Dialect::V2 { words.v2 } else { words.v3 };
    let same = |word: &&str| if words.exact { **word == *text } else { word.eq_ignore_ascii_case(text) };
    if known.iter().any(same) || (words.or_empty && text.is_empty()) {
        return;
    }
    let problem = decoder.problem(node.target_place(), format!("{what} cannot be `{text}`"));
    decoder.report(problem.accepted(known));
}

/// Says what is wrong with the name of a label.
pub(in super::super) fn label_name(
    decoder: &mut Decoder<'_>,
    name: &str,
    place: crate::alerting::Place,
    dialect: Dialect,
) {
    if !is_label(name, dialect) {
        let problem = decoder.problem(place, format!("`{name}` is no name of a label"));
        let accepted = match dialect {
            Dialect::V2 => "letters, digits and `_`, with no digit first",
            Dialect::V3 => "any text that is not empty",
        };
        decoder.report(problem.accepted(&[accepted]));
    }
}

/// Whether this is a number of the upper half of 64 bits, which has no sign.
pub(in super::super) fn is_large(node: &Node<'_>) -> bool {
    let Value::Scalar { text, style: ScalarStyle::Plain } = &node.target().value else { return false };
    text.parse::<u64>().is_ok_and(|value| value > i64::MAX as u64)
}

/// The entries of a mapping with any keys, those of `<<` among them.
pub(in super::super) fn entries<'t, 'a>(
    decoder: &mut Decoder<'a>,
    node: &'t Node<'a>,
    what: &str,
) -> Vec<(&'t str, &'t Node<'a>)> {
    let mut found: Vec<(&str, &Node<'a>)> = Vec::new();
    let Value::Map(pairs) = &node.target().value else {
        if !node.is_null(Library::V2) {
            decoder.complain(node.target_place(), format!("{what} must be a mapping"));
        }
        return found;
    };
    for (key, value) in pairs {
        let Some(name) = key.text() else {
            decoder.complain(key.target_place(), format!("a key of {what} must be a word"));
            continue;
        };
        if found.iter().any(|(known, _)| *known == name) {
            decoder.complain(key.target_place(), format!("the key `{name}` stands there already"));
        } else {
            found.push((name, value));
        }
    }
    found
}
