//! The entries of mappings, with those that `<<` merges into them.
//!
//! Version 3 of Go's library lets what a mapping says itself win. Version 2 goes by order, the last one wins; but where
//! a mapping is read as a map it is an error if anything comes back.

use std::collections::BTreeMap;

use super::Library;
use super::decode::{Decoder, Entry};
use super::node::{Node, Value};

/// Mappings of so many keys are searched from end to end, which is faster than sorting them.
const FEW: usize = 16;

impl<'a> Decoder<'a> {
    /// The entries of a mapping with those that it merges. With `as_map` a name may not even come back from a
    /// mapping that is merged, which is how version 2 is strict about maps.
    pub(super) fn entries<'t>(&mut self, node: &'t Node<'a>, as_map: bool) -> Vec<Entry<'t, 'a>> {
        if let Value::Map(entries) = &node.target().value
            && entries.len() <= FEW
            && !entries.iter().any(|(key, _)| key.is_merge())
        {
            self.check_twice(entries);
            return entries.iter().map(|(key, value)| (key, value)).collect();
        }
        let mut found = Vec::new();
        let mut places = BTreeMap::new();
        self.flatten(node, as_map, &mut found, &mut places);
        found
    }

    fn check_twice(&mut self, entries: &[(Node<'a>, Node<'a>)]) {
        for (at, (key, _)) in entries.iter().enumerate() {
            let Some(name) = key.text() else { continue };
            if let Some((first, _)) = entries[..at].iter().find(|(earlier, _)| earlier.text() == Some(name)) {
                self.stands_twice(key, name, first.target_place().line);
            }
        }
    }

    fn stands_twice(&mut self, key: &Node<'a>, name: &str, first: usize) {
        self.complain(key.target_place(), format!("the key `{name}` stands on line {first} already"));
    }

    fn flatten<'t>(
        &mut self,
        node: &'t Node<'a>,
        as_map: bool,
        found: &mut Vec<Entry<'t, 'a>>,
        places: &mut BTreeMap<&'t str, usize>,
    ) {
        let Value::Map(entries) = &node.target().value else { return };
        let mut own: BTreeMap<&str, usize> = BTreeMap::new();
        let mut merged = None;
        let in_order = self.library == Library::V2;
        for (key, value) in entries {
            if key.is_merge() {
                if in_order {
                    self.merge(value, as_map, found, places);
                } else if merged.replace(value).is_some() {
                    self.complain(key.place(), "the key `<<` stands twice");
                }
                continue;
            }
            let Some(name) = key.text() else {
                found.push((key, value));
                continue;
            };
            let line = key.target_place().line;
            let twice = own.insert(name, line).or_else(|| {
                let held = places.get(name).filter(|_| in_order && as_map)?;
                Some(found[*held].0.target_place().line)
            });
            if let Some(first) = twice {
                self.stands_twice(key, name, first);
            }
            match places.get(name) {
                Some(held) if in_order => found[*held] = (key, value),
                Some(_) => {}
                None => {
                    places.insert(name, found.len());
                    found.push((key, value));
                }
            }
        }
        if let Some(value) = merged {
            self.merge(value, as_map, found, places);
        }
    }

    fn merge<'t>(
        &mut self,
        value: &'t Node<'a>,
        as_map: bool,
        found: &mut Vec<Entry<'t, 'a>>,
        places: &mut BTreeMap<&'t str, usize>,
    ) {
        let mut sources: Vec<&'t Node<'a>> = match &value.value {
            Value::Seq(items) => items.iter().collect(),
            _ => vec![value],
        };
        if self.library == Library::V2 {
            // Later ones are overwritten by earlier ones.
            sources.reverse();
        }
        for source in sources {
            if matches!(source.target().value, Value::Map(_)) {
                self.flatten(source, as_map, found, places);
            } else {
                self.complain(source.place(), "`<<` takes a mapping or a list of mappings");
            }
        }
    }
}
