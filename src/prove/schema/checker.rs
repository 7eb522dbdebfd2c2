//! Walks a value beside its shape and notes every mistake.

use crate::contract::yaml::{Node, Value, nearest};

use super::Mistake;
use super::scalar;
use super::shape::{Key, Mapping, Need, Others, Shape};
use super::wording::{described, seen, shown};

/// How the program that reads a format takes scalars.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// Whether numbers and booleans are taken where text is wanted, as Go's YAML readers do and JSON readers do not.
    pub(super) lenient_text: bool,
    /// Whether `null` is the same as leaving the key out.
    pub(super) null_is_absent: bool,
    /// Whether `yes`, `no`, `on` and `off` are booleans, as in YAML 1.1.
    pub(super) yes_is_true: bool,
    /// Whether `${NAME}` is replaced before types are looked at.
    pub(super) interpolates: bool,
    /// Whether keys that begin with `x-` belong to the author.
    pub(super) extensions: bool,
}

/// Collects the mistakes of one document.
pub(super) struct Checker<'a> {
    /// The document, for rules that need to look elsewhere.
    pub(super) root: &'a Node,
    /// Whether all of it is there; a document may show only a part.
    pub(super) whole: bool,
    /// How its scalars are taken.
    pub(super) dialect: Dialect,
    found: Vec<Mistake>,
}

impl<'a> Checker<'a> {
    /// Begins without mistakes.
    pub(super) fn new(root: &'a Node, whole: bool, dialect: Dialect) -> Self {
        Self { root, whole, dialect, found: Vec::new() }
    }

    /// All that was noted, by place.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        self.found.sort_by_key(|mistake| (mistake.line, mistake.column));
        self.found
    }

    /// Notes a mistake.
    pub(super) fn report(&mut self, at: &Node, message: impl Into<String>) {
        self.found.push(Mistake::at(at, message));
    }

    /// Notes a mistake of which the accepted values are known.
    pub(super) fn report_accepting<'n>(
        &mut self,
        at: &Node,
        message: String,
        accepted: impl IntoIterator<Item = &'n str>,
    ) {
        let accepted = accepted.into_iter().map(str::to_owned).collect();
        self.found.push(Mistake { accepted, ..Mistake::at(at, message) });
    }

    /// Judges a value; `owner` is the key under which it stands, if it stands under one.
    pub(super) fn check(&mut self, shape: &Shape, node: &Node, owner: Option<&Node>) {
        let place = owner.unwrap_or(node);
        match shape {
            Shape::Any => {}
            Shape::List(item) => match &node.value {
                Value::Seq(items) => items.iter().for_each(|node| self.check(item, node, None)),
                Value::Scalar { .. } | Value::Map(_) => self.mistyped(shape, node, place),
            },
            Shape::Map(mapping) => match &node.value {
                Value::Map(entries) => self.mapping(mapping, entries, node, owner),
                Value::Scalar { .. } | Value::Seq(_) => self.mistyped(shape, node, place),
            },
            Shape::MapOf(_) | Shape::Named(..) => self.free(shape, node, place),
            Shape::AnyOf(choices) => self.any_of(choices, node, owner),
            Shape::Words(_)
            | Shape::AnyCase(_)
            | Shape::Text
            | Shape::Bool
            | Shape::Integer(..)
            | Shape::Number
            | Shape::Form(_) => {
                if let Some(mistake) = scalar::mistake(self.dialect, shape, node, place) {
                    self.found.push(mistake);
                }
            }
        }
    }

    fn mistyped(&mut self, shape: &Shape, node: &Node, place: &Node) {
        let place = scalar::shown_at(node, place);
        self.report(place, format!("expected {}, saw {}", described(shape), seen(node)));
    }

    fn mapping(&mut self, mapping: &Mapping, entries: &[(Node, Node)], node: &Node, owner: Option<&Node>) {
        let place = at(node, owner);
        for (name, value) in entries {
            let known = name.text().and_then(|text| mapping.known().find(|key| key.name == text));
            match known {
                Some(key) => self.value(key, name, value),
                None => self.unknown(mapping, entries, name),
            }
        }
        for key in mapping.known() {
            if self.needs(key) && node.get(key.name).is_none() {
                self.report(place, format!("missing key `{}` in {}", key.name, mapping.what));
            }
        }
        if let Some(rule) = mapping.rule {
            rule(self, node, place);
        }
    }

    fn needs(&self, key: &Key) -> bool {
        match key.need {
            Need::Required => true,
            Need::InWhole => self.whole,
            Need::Optional | Need::Deprecated => false,
        }
    }

    fn value(&mut self, key: &Key, name: &Node, value: &Node) {
        // A word that has a default loses it to `null`, and nothing is none of the words.
        let absent = self.dialect.null_is_absent && !matches!(key.shape, Shape::AnyCase(_));
        if value.is_null() && absent && !self.needs(key) {
            return;
        }
        let empty = matches!(&value.value, Value::Scalar { text, quoted: true } if text.is_empty());
        if empty && self.needs(key) && matches!(key.shape, Shape::Text) {
            self.report(value, format!("`{}` must not be empty", key.name));
            return;
        }
        self.check(&key.shape, value, Some(name));
    }

    fn unknown(&mut self, mapping: &Mapping, entries: &[(Node, Node)], name: &Node) {
        let text = name.text().unwrap_or_default();
        if self.dialect.extensions && text.starts_with("x-") {
            return;
        }
        let there = |key: &&Key| entries.iter().any(|(name, _)| name.text() == Some(key.name));
        let candidates = mapping.known().filter(|key| !there(key)).map(|key| key.name);
        let meant = nearest(text, candidates);
        if mapping.others == Others::Any || (mapping.others == Others::Far && meant.is_none()) {
            return;
        }
        let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        let accepted = mapping.known().filter(|key| key.need != Need::Deprecated).map(|key| key.name);
        let message = format!("unknown key `{}` in {}{hint}", shown(text), mapping.what);
        self.report_accepting(name, message, accepted);
    }

    fn free(&mut self, shape: &Shape, node: &Node, place: &Node) {
        let (form, of) = match shape {
            Shape::MapOf(of) => (None, of),
            Shape::Named(form, of) => (Some(form), of),
            _ => return,
        };
        let Value::Map(entries) = &node.value else {
            return self.mistyped(shape, node, place);
        };
        for (name, value) in entries {
            let text = name.text().unwrap_or_default();
            if let Some(form) = form.filter(|form| (form.fits)(text).is_err()) {
                self.report(name, format!("`{}` is not {}", shown(text), form.what));
            }
            if !(value.is_null() && self.dialect.null_is_absent) {
                self.check(of, value, Some(name));
            }
        }
    }

    fn any_of(&mut self, choices: &[Shape], node: &Node, owner: Option<&Node>) {
        let place = owner.unwrap_or(node);
        let fitting = choices.iter().find(|choice| match &node.value {
            Value::Scalar { .. } => scalar::mistake(self.dialect, choice, node, place).is_none(),
            Value::Seq(_) => is_list(choice),
            Value::Map(_) => is_map(choice),
        });
        if let Some(choice) = fitting {
            return self.check(choice, node, owner);
        }
        let place = scalar::shown_at(node, place);
        let expected: Vec<String> = choices.iter().map(described).collect();
        self.report(place, format!("expected {}, saw {}", expected.join(" or "), seen(node)));
    }
}

fn is_list(shape: &Shape) -> bool {
    matches!(shape, Shape::List(_) | Shape::Any)
}

fn is_map(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(_) | Shape::MapOf(_) | Shape::Named(..) | Shape::Any)
}

/// Where to report what a mapping lacks: the key it stands under, else its first key.
fn at<'n>(node: &'n Node, owner: Option<&'n Node>) -> &'n Node {
    owner.or_else(|| node.entries().first().map(|(name, _)| name)).unwrap_or(node)
}

/// The text under a key; empty when it is not there or is nothing.
pub(super) fn said<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).filter(|value| !value.is_null()).and_then(Node::text).unwrap_or_default()
}
