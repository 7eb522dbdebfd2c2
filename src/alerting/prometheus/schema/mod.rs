//! Which keys each section has in which release, and of what kind their values are.
//!
//! The tables say what the YAML of a configuration may look like; what values must mean is said where they are read.

mod client;
mod discovery;
mod remote;
mod scrape;
mod top;
mod walk;

pub(super) use client::{AUTHORIZATION, BASIC_AUTH, HEADER, OAUTH2, SIGV4, TLS};
pub(super) use discovery::{DNS, FILE, HTTP, STATIC, discoveries};
pub(super) use remote::{READ, WRITE};
pub(super) use scrape::{JOB, RELABEL};
pub(super) use top::{ALERTING, ALERTMANAGER, CONFIG, GLOBAL, OTLP, TRACING};
pub(super) use walk::{entries, is_large, label_name, walk};

use std::sync::OnceLock;

use crate::promql::Dialect;

/// What may stand somewhere.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Bool,
    /// A whole number.
    Int,
    /// A whole number that is not negative.
    Count,
    Float,
    /// A size such as `10MB`.
    Bytes,
    Duration,
    Url,
    Regex,
    /// The name of a label.
    LabelName,
    /// Names of labels and texts.
    Labels,
    /// Any names and texts.
    Texts,
    Word(&'static Words),
    /// Whatever it is, nobody here looks at it.
    Any,
    List(&'static Shape),
    Map(&'static Mapping),
    /// Any names and values of one kind.
    MapOf(&'static Shape),
}

/// A closed list of words.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) v2: &'static [&'static str],
    pub(super) v3: &'static [&'static str],
    /// Whether capitals count.
    pub(super) exact: bool,
    /// Whether no word at all is one of them.
    pub(super) or_empty: bool,
}

/// A key, and which releases know it.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    v2: bool,
    v3: bool,
}

/// A key of both releases.
pub(super) const fn key(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, v2: true, v3: true }
}

/// A key that came after 2.42.
pub(super) const fn new(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, v2: false, v3: true }
}

/// A section: a mapping with known keys.
#[derive(Debug)]
pub(super) struct Mapping {
    /// What to call it.
    pub(super) what: &'static str,
    keys: &'static [Key],
    shared: &'static [&'static [Key]],
    known: [OnceLock<Vec<&'static str>>; 2],
}

impl Mapping {
    pub(super) const fn new(
        what: &'static str,
        keys: &'static [Key],
        shared: &'static [&'static [Key]],
    ) -> Mapping {
        Mapping { what, keys, shared, known: [const { OnceLock::new() }; 2] }
    }

    /// The keys that a release knows.
    pub(super) fn keys(&'static self, dialect: Dialect) -> impl Iterator<Item = &'static Key> {
        let all = self.keys.iter().chain(self.shared.iter().flat_map(|keys| keys.iter()));
        all.filter(move |key| if dialect == Dialect::V2 { key.v2 } else { key.v3 })
    }

    /// Their names.
    pub(super) fn names(&'static self, dialect: Dialect) -> &'static [&'static str] {
        let known = &self.known[usize::from(dialect == Dialect::V3)];
        known.get_or_init(|| self.keys(dialect).map(|key| key.name).collect())
    }
}
