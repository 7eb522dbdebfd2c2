//! What a format says a value must be, as static tables.

use crate::contract::yaml::Node;

use super::checker::Checker;

/// What a value must be.
pub(super) enum Shape {
    /// Whatever it is.
    Any,
    /// Text, which may be empty.
    Text,
    /// True or false.
    Bool,
    /// A whole number between two bounds, both included.
    Integer(i64, i64),
    /// Any number.
    Number,
    /// One of a closed list of words.
    Words(&'static [&'static str]),
    /// One of a closed list of words, in capitals or not.
    AnyCase(&'static [&'static str]),
    /// Text of a certain form.
    Form(&'static Form),
    /// A list of one shape.
    List(&'static Shape),
    /// A mapping with keys that the format names.
    Map(&'static Mapping),
    /// A mapping with keys that its author names.
    MapOf(&'static Shape),
    /// The same where the names must be of a certain form.
    Named(&'static Form, &'static Shape),
    /// Any of several. At most one of them is a list and one a mapping.
    AnyOf(&'static [Shape]),
}

/// A rule about a whole value; the second node is where to report what is missing from it.
pub(super) type Rule = fn(&mut Checker<'_>, &Node, &Node);

/// How text must be written.
pub(super) struct Form {
    /// What it is, to stand after "expected".
    pub(super) what: &'static str,
    /// Whether a text is of the form; the error says why not where that is not obvious.
    pub(super) fits: fn(&str) -> Result<(), &'static str>,
}

/// A mapping with keys that the format names.
pub(super) struct Mapping {
    /// What it describes, with its article, to stand after "missing key `x` in".
    pub(super) what: &'static str,
    /// The keys of its own.
    pub(super) keys: &'static [Key],
    /// Keys that it has in common with other mappings.
    pub(super) shared: &'static [&'static [Key]],
    /// Which other keys it may have.
    pub(super) others: Others,
    /// What no table of keys can state.
    pub(super) rule: Option<Rule>,
}

/// One key of a mapping.
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// What its value must be.
    pub(super) shape: Shape,
    /// Whether it must be there.
    pub(super) need: Need,
}

/// Which keys a mapping may have that are not listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// None.
    None,
    /// Those of plugins, which nobody can list: only likely misspellings are reported.
    Far,
    /// Any.
    Any,
}

/// Whether a key must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It need not.
    Optional,
    /// It must, wherever its mapping is shown.
    Required,
    /// It must in a whole file; a document that shows a part may leave it out.
    InWhole,
    /// It is still taken, and no longer recommended: it is not among what is listed as accepted.
    Deprecated,
}

/// A key that may be there.
pub(super) const fn opt(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, need: Need::Optional }
}

/// A key that must be there.
pub(super) const fn req(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, need: Need::Required }
}

/// A key that must be there unless only a part is shown.
pub(super) const fn whole(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, need: Need::InWhole }
}

/// A key that is still taken.
pub(super) const fn old(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, need: Need::Deprecated }
}

/// A mapping of named keys, and no others.
pub(super) const fn mapping(what: &'static str, keys: &'static [Key]) -> Mapping {
    Mapping { what, keys, shared: &[], others: Others::None, rule: None }
}

impl Mapping {
    /// With keys that other mappings have too.
    pub(super) const fn sharing(self, shared: &'static [&'static [Key]]) -> Self {
        Self { shared, ..self }
    }

    /// With keys that nobody can list.
    pub(super) const fn open(self) -> Self {
        Self { others: Others::Far, ..self }
    }

    /// With anything else beside: what is known is only what all of a family have.
    pub(super) const fn any_more(self) -> Self {
        Self { others: Others::Any, ..self }
    }

    /// With a rule about the whole.
    pub(super) const fn ruled(self, rule: Rule) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// All keys that are known.
    pub(super) fn known(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.shared.iter().copied().flatten())
    }
}

/// A whole number, 0 or more.
pub(super) const COUNT: Shape = Shape::Integer(0, i64::MAX);
/// A port, where 0 stands for none.
pub(super) const PORT_OR_ZERO: Shape = Shape::Integer(0, 65535);
/// A whole number.
pub(super) const WHOLE_NUMBER: Shape = Shape::Integer(i64::MIN, i64::MAX);
/// A number, or text that may hold one.
pub(super) const NUMBER_OR_TEXT: Shape = Shape::AnyOf(&[Shape::Number, Shape::Text]);
/// A list of texts.
pub(super) const TEXTS: Shape = Shape::List(&Shape::Text);
/// A mapping from any name to text.
pub(super) const TEXT_MAP: Shape = Shape::MapOf(&Shape::Text);
/// A mapping of which nothing is known but that it is one.
pub(super) const ANY_MAP: Shape = Shape::MapOf(&Shape::Any);
/// A list of which nothing more is known.
pub(super) const ANY_LIST: Shape = Shape::List(&Shape::Any);
/// A list of mappings of which nothing more is known.
pub(super) const ANY_MAPS: Shape = Shape::List(&ANY_MAP);
