//! Typed values out of a tree, and everything that is wrong with them.

use std::fmt;

use super::node::{Node, Tag, Value};
use super::scalar::Kind;
use super::{Library, duration};
use crate::alerting::problem::{Place, Problem};

/// Takes values out of a tree and collects problems. What is wrong is reported and counts as absent.
pub(in crate::alerting) struct Decoder<'a> {
    file: &'a str,
    pub(super) library: Library,
    /// Kubernetes takes nothing but text where text belongs.
    pub(in crate::alerting) kubernetes: bool,
    problems: Vec<Problem>,
}

/// A key and its value.
pub(super) type Entry<'t, 'a> = (&'t Node<'a>, &'t Node<'a>);

/// The values of a mapping's known keys.
pub(in crate::alerting) struct Fields<'t, 'a> {
    library: Library,
    known: &'static [&'static str],
    values: Vec<Option<Entry<'t, 'a>>>,
}

impl<'t, 'a> Fields<'t, 'a> {
    /// The value of a key, if it is there and not null.
    pub(in crate::alerting) fn get(&self, key: &str) -> Option<&'t Node<'a>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The place of a key, if it is there with a value other than null.
    pub(in crate::alerting) fn key_place(&self, key: &str) -> Option<Place> {
        self.entry(key).map(|(key, _)| key.target_place())
    }

    /// The value of a key, if it is there.
    pub(in crate::alerting) fn get_even_null(&self, key: &str) -> Option<&'t Node<'a>> {
        let place = self.known.iter().position(|known| *known == key)?;
        self.values[place].map(|(_, value)| value)
    }

    fn entry(&self, key: &str) -> Option<Entry<'t, 'a>> {
        let place = self.known.iter().position(|known| *known == key)?;
        self.values[place].filter(|(_, value)| !value.is_null(self.library))
    }
}

/// An entry of a mapping from text to text.
#[derive(Debug, Clone)]
pub(in crate::alerting) struct Pair {
    pub(in crate::alerting) name: String,
    pub(in crate::alerting) value: String,
    pub(in crate::alerting) name_place: Place,
    pub(in crate::alerting) value_place: Place,
}

impl<'a> Decoder<'a> {
    /// For a file read as one of the libraries does.
    pub(in crate::alerting) fn new(file: &'a str, library: Library) -> Decoder<'a> {
        Decoder { file, library, kubernetes: false, problems: Vec::new() }
    }

    /// What was wrong, in the order of the file, each once: aliases are read wherever they are used.
    pub(in crate::alerting) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        let mut seen = std::collections::BTreeSet::new();
        self.problems.retain(|problem| seen.insert((problem.line, problem.column, problem.message.clone())));
        self.problems
    }

    /// How many problems there are so far.
    pub(in crate::alerting) fn count(&self) -> usize {
        self.problems.len()
    }

    /// A problem of this file, not yet reported.
    pub(in crate::alerting) fn problem(&self, place: Place, message: impl Into<String>) -> Problem {
        Problem::new(self.file, place, message)
    }

    /// Adds a problem.
    pub(in crate::alerting) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds a problem that is no more than a place and a sentence.
    pub(in crate::alerting) fn complain(&mut self, place: Place, message: impl Into<String>) {
        let problem = self.problem(place, message);
        self.problems.push(problem);
    }

    /// The values of a mapping that may have no other keys than the known. Null counts as an empty mapping.
    pub(in crate::alerting) fn fields<'t>(
        &mut self,
        node: &'t Node<'a>,
        what: &dyn fmt::Display,
        known: &'static [&'static str],
    ) -> Fields<'t, 'a> {
        let mut fields = Fields { library: self.library, known, values: vec![None; known.len()] };
        if !self.is_mapping(node, what) {
            return fields;
        }
        for (key, value) in self.entries(node, false) {
            let name = match key.kind(self.library) {
                // Version 3 steps over such a key and its value.
                Some(Ok(Kind::Null)) if self.library == Library::V3 => continue,
                Some(Ok(_)) => key.text().unwrap_or_default(),
                _ => {
                    self.complain(key.target_place(), format!("a key of {what} must be a word"));
                    continue;
                }
            };
            match known.iter().position(|known| *known == name) {
                Some(place) => fields.values[place] = Some((key, value)),
                None => {
                    let problem = self.problem(key.target_place(), format!("{what} has no key `{name}`"));
                    self.report(problem.accepted(known));
                }
            }
        }
        fields
    }

    fn is_mapping(&mut self, node: &Node<'a>, what: &dyn fmt::Display) -> bool {
        self.check_tag(node);
        match &node.target().value {
            Value::Map(_) => true,
            _ if node.is_null(self.library) => false,
            _ => {
                self.mismatch(node, what, "a mapping");
                false
            }
        }
    }

    /// Tags of lists and mappings; those of scalars are seen to by whoever reads the scalar.
    fn check_tag(&mut self, node: &Node<'a>) {
        let node = node.target();
        let expected = match &node.value {
            Value::Seq(_) => "seq",
            Value::Map(_) => "map",
            _ => return,
        };
        match node.tag.as_deref() {
            Some(Tag::Core(tag)) if tag != expected && tag != "str" => {
                self.complain(node.place(), format!("the tag `!!{tag}` does not fit {}", node.described()));
            }
            _ => {}
        }
    }

    fn mismatch(&mut self, node: &Node<'a>, what: &dyn fmt::Display, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.described());
        self.complain(node.target_place(), message);
    }

    /// The items of a list. Null counts as an empty one; version 3 leaves out items that are null.
    pub(in crate::alerting) fn items<'t>(
        &mut self,
        node: &'t Node<'a>,
        what: &dyn fmt::Display,
    ) -> Vec<&'t Node<'a>> {
        self.check_tag(node);
        match &node.target().value {
            Value::Seq(items) => {
                let kept = |item: &&Node<'a>| self.library == Library::V2 || !item.is_null(self.library);
                items.iter().filter(kept).collect()
            }
            _ if node.is_null(self.library) => Vec::new(),
            _ => {
                self.mismatch(node, what, "a list");
                Vec::new()
            }
        }
    }

    /// A text; numbers and other words are the text that they are written as. `None` for null.
    pub(in crate::alerting) fn text<'t>(
        &mut self,
        node: &'t Node<'a>,
        what: &dyn fmt::Display,
    ) -> Option<&'t str> {
        let kind = self.scalar(node, what, "a text")?;
        // Kubernetes reads YAML with version 2, to which `yes` is no text.
        let kind = if self.kubernetes { node.kind(Library::V2)?.unwrap_or(kind) } else { kind };
        match kind {
            Kind::Null => None,
            Kind::Text => node.text(),
            _ if self.kubernetes => {
                let problem = self.problem(node.target_place(), format!("{what} must be a text"));
                self.report(
                    problem.help("quote it: Kubernetes refuses numbers and words such as `yes` here"),
                );
                None
            }
            _ => node.text(),
        }
    }

    fn scalar(&mut self, node: &Node<'a>, what: &dyn fmt::Display, wanted: &str) -> Option<Kind> {
        match node.kind(self.library) {
            Some(Ok(kind)) => return Some(kind),
            Some(Err(tag)) => {
                let message = format!("the tag `{tag}` does not fit what stands there");
                self.complain(node.target_place(), message);
            }
            None => self.mismatch(node, what, wanted),
        }
        None
    }

    /// A duration in milliseconds.
    pub(in crate::alerting) fn duration(&mut self, node: &Node<'a>, what: &dyn fmt::Display) -> Option<i64> {
        // Version 2 does not see that these are null, and reads an empty text then.
        let unseen = self.library == Library::V2 && matches!(node.text(), Some("Null" | "NULL"));
        let text = self.text(node, what).or(unseen.then_some(""))?;
        match duration::read(text) {
            Ok(millis) => Some(millis),
            Err(message) => {
                let problem = self.problem(node.target_place(), message);
                self.report(problem.accepted(&[duration::ACCEPTED]));
                None
            }
        }
    }

    /// A whole number of 64 bits. As in Go, fractions lose what stands after the point.
    pub(in crate::alerting) fn integer(&mut self, node: &Node<'a>, what: &dyn fmt::Display) -> Option<i64> {
        let kind = self.scalar(node, what, "a whole number")?;
        let value = match kind {
            Kind::Int(value) => i64::try_from(value).ok(),
            // 2^63, which Go cannot tell from the highest of 64 bits.
            Kind::Float(value) if value <= 9_223_372_036_854_775_808.0 && !self.kubernetes => {
                Some(value as i64)
            }
            _ => None,
        };
        if value.is_none() {
            let problem = self.problem(node.target_place(), format!("{what} must be a whole number"));
            self.report(problem.help("without quotes"));
        }
        value
    }

    /// A number.
    pub(in crate::alerting) fn number(&mut self, node: &Node<'a>, what: &dyn fmt::Display) -> Option<f64> {
        match self.scalar(node, what, "a number")? {
            Kind::Int(value) => Some(value as f64),
            Kind::Float(value) => Some(value),
            _ => {
                let problem = self.problem(node.target_place(), format!("{what} must be a number"));
                self.report(problem.help("without quotes; what is no number is `.nan`, `.inf` or `-.inf`"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(in crate::alerting) fn boolean(&mut self, node: &Node<'a>, what: &dyn fmt::Display) -> Option<bool> {
        if let Kind::Bool(value) = self.scalar(node, what, "true or false")? {
            return Some(value);
        }
        let problem = self.problem(node.target_place(), format!("{what} must be true or false"));
        self.report(problem.accepted(&["true", "false"]));
        None
    }

    /// A mapping from text to text, in the order of the file. A value that is null is empty.
    pub(in crate::alerting) fn pairs(&mut self, node: &Node<'a>, what: &dyn fmt::Display) -> Vec<Pair> {
        let mut pairs = Vec::new();
        if !self.is_mapping(node, what) {
            return pairs;
        }
        for (key, value) in self.entries(node, true) {
            let null = key.is_null(self.library);
            if null && self.library == Library::V3 {
                continue;
            }
            let value_place = value.target_place();
            let name = if null { Some("") } else { self.text_key(key, what) };
            let Some(name) = name.map(str::to_owned) else { continue };
            let value = self.text(value, &format_args!("`{name}` in {what}")).unwrap_or_default().to_owned();
            pairs.push(Pair { name, value, name_place: key.target_place(), value_place });
        }
        pairs
    }

    fn text_key<'t>(&mut self, key: &'t Node<'a>, what: &dyn fmt::Display) -> Option<&'t str> {
        // Keys are text to Kubernetes whatever they look like.
        let strict = std::mem::take(&mut self.kubernetes);
        let name = self.text(key, &format_args!("a key of {what}"));
        self.kubernetes = strict;
        name
    }
}
