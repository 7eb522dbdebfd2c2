//! Which keys there are, and what may stand at them: tables, and a walk that checks a mapping by its table.
//!
//! The keys were asked of both releases' `amtool`, which names every key that it does not know.

mod basic;
mod checks;
mod global;
mod http;
mod kinds;
mod own;
mod required;
mod url;

pub(super) use basic::{FILE, INHIBIT_RULE, RECEIVER, ROUTE};
pub(super) use global::GLOBAL;
pub(super) use kinds::{KINDS, Kind};
pub(super) use own::{ACTION, CONFIRM, FIELD, IMAGE, LINK};

use super::{Node, Reader};
use crate::alerting::Place;
use crate::alerting::alertmanager::Release;
use crate::alerting::yaml::{Fields, Value};

/// A mapping with known keys.
pub(super) struct Table {
    what: &'static str,
    /// The keys of 0.25.
    old: &'static [&'static str],
    /// Those and the ones that came later.
    all: &'static [&'static str],
    /// What stands at each of `all`.
    types: &'static [Type],
    /// Looks at whatever concerns more than one key.
    check: Check,
}

impl Table {
    /// Whether a release has a key there.
    pub(super) fn has(&self, key: &str, release: Release) -> bool {
        let keys = if release == Release::V0_25 { self.old } else { self.all };
        keys.contains(&key)
    }
}

type Check = for<'a> fn(&mut Reader<'a>, &Fields<'_, 'a>, Place);

/// What may stand at a key.
#[derive(Clone, Copy)]
pub(super) enum Type {
    /// Any text.
    Text,
    Texts,
    /// A mapping from text to text.
    Pairs,
    /// A mapping from text to anything.
    Details,
    Bool,
    Int,
    /// A whole number that is not negative.
    Count,
    Number,
    /// `1h30m`
    Duration,
    /// As Go's `time` reads them: `1.5h`, and whole numbers for nanoseconds.
    GoDuration,
    Url,
    /// A URL or, from 0.28 on, the words that hide one.
    SecretUrl,
    /// A URL that may be a template in 0.33.
    TemplateUrl,
    /// `host:port`
    HostPort,
    /// A URL of any scheme, or only a path.
    Proxy,
    /// A mapping from text to lists of texts.
    TextLists,
    Word(&'static [&'static str]),
    Of(&'static Table),
    Each(&'static Table),
    /// A mapping whose every value has the table.
    ByName(&'static Table),
    /// Whatever it is, somebody else looks at it.
    Any,
}

/// Nothing concerns more than one key.
fn nothing(_: &mut Reader<'_>, _: &Fields<'_, '_>, _: Place) {}

macro_rules! table {
    ($name:ident, $what:literal, $check:expr, { $($old:ident: $old_type:expr),* $(,)? },
     { $($new:ident: $new_type:expr),* $(,)? }) => {
        pub(in crate::alerting::alertmanager::config) static $name: Table = Table {
            what: $what,
            old: &[$(stringify!($old)),*],
            all: &[$(stringify!($old),)* $(stringify!($new)),*],
            types: &[$($old_type,)* $($new_type),*],
            check: $check,
        };
    };
}
use table;

impl<'a> Reader<'a> {
    /// The values of a mapping, all of them checked.
    pub(super) fn table<'t>(&mut self, node: &'t Node<'a>, table: &'static Table) -> Fields<'t, 'a> {
        let keys = if self.release == Release::V0_25 { table.old } else { table.all };
        let fields = self.decoder.fields(node, &table.what, keys);
        for (key, of) in keys.iter().zip(table.types) {
            let value = fields.get_even_null(key);
            let null = fields.get(key).is_none();
            if let Some(value) = value.filter(|_| !null || matches!(of, Type::Duration)) {
                self.value(value, key, *of);
            }
        }
        (table.check)(self, &fields, node.target_place());
        fields
    }

    fn value(&mut self, node: &Node<'a>, key: &str, of: Type) {
        let what = format!("`{key}`");
        match of {
            Type::Any => {}
            Type::Text => drop(self.decoder.text(node, &what)),
            Type::Texts => drop(self.texts(node, &what)),
            Type::Pairs => drop(self.decoder.pairs(node, &what)),
            Type::Details => self.details(node, &what),
            Type::Bool => drop(self.decoder.boolean(node, &what)),
            Type::Int => drop(self.decoder.integer(node, &what)),
            Type::Count => {
                if self.decoder.integer(node, &what).is_some_and(|value| value < 0) {
                    let problem =
                        self.decoder.problem(node.target_place(), format!("{what} must not be negative"));
                    self.decoder.report(problem.accepted(&["0", "a positive whole number"]));
                }
            }
            Type::Number => drop(self.decoder.number(node, &what)),
            Type::Duration => drop(self.decoder.duration(node, &what)),
            Type::GoDuration => drop(self.go_duration(node, &what)),
            Type::Url => self.url(node, &what, false),
            Type::SecretUrl => self.url(node, &what, true),
            Type::TemplateUrl => self.template_url(node, &what),
            Type::HostPort => self.host_port(node, &what),
            Type::Proxy => self.proxy_url(node, &what),
            Type::TextLists => self.text_lists(node, &what),
            Type::Word(words) => self.word(node, &what, words),
            Type::Of(table) => drop(self.table(node, table)),
            Type::Each(table) => {
                for item in self.decoder.items(node, &what) {
                    self.table(item, table);
                }
            }
            Type::ByName(table) => {
                if let Value::Map(entries) = &node.target().value {
                    for (_, value) in entries {
                        self.table(value, table);
                    }
                } else {
                    // Says that it is none.
                    drop(self.decoder.pairs(node, &what));
                }
            }
        }
    }

    /// The texts of a list; one that is null is empty.
    pub(super) fn texts(&mut self, node: &Node<'a>, what: &str) -> Vec<(String, Place)> {
        let items = self.decoder.items(node, &what);
        let text = |item: &Node<'a>| {
            let text = self.decoder.text(item, &format_args!("an item of {what}"));
            (text.unwrap_or_default().to_owned(), item.target_place())
        };
        items.into_iter().map(text).collect()
    }

    fn details(&mut self, node: &Node<'a>, what: &str) {
        let map = matches!(node.target().value, Value::Map(_));
        if self.release == Release::V0_25 || !map {
            self.decoder.pairs(node, &what);
        }
    }

    fn text_lists(&mut self, node: &Node<'a>, what: &str) {
        match &node.target().value {
            Value::Map(entries) => {
                for (_, value) in entries {
                    self.texts(value, what);
                }
            }
            // Says that it is none.
            _ => drop(self.decoder.pairs(node, &what)),
        }
    }

    fn word(&mut self, node: &Node<'a>, what: &str, words: &[&str]) {
        let text = self.decoder.text(node, &what).unwrap_or_default();
        if !words.contains(&text) {
            let problem = self.decoder.problem(node.target_place(), format!("{what} is `{text}`"));
            self.decoder.report(problem.accepted(words));
        }
    }
}
