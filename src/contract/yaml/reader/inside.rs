//! What is inside a list or a mapping, without the parts that are left out.

use std::slice::Iter;

use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};

use super::{
    super::{
        fault::{Fault, Kind},
        pass::{Guess, Pass, Remedy},
        phantom::Phantom,
        tree::{Node, Value},
        words,
    },
    Reader, descend,
};

/// The elements of a list.
///
/// Of a tuple the elements keep their positions: one that is left out is made up, and with it the tuple is lost.
pub(super) struct Items<'de> {
    node: &'de Node,
    rest: Iter<'de, Node>,
    pass: &'de Pass,
    positional: bool,
    taken: usize,
}

impl<'de> Items<'de> {
    pub(super) fn new(node: &'de Node, items: &'de [Node], pass: &'de Pass, positional: bool) -> Self {
        Self { node, rest: items.iter(), pass, positional, taken: 0 }
    }

    /// Whether an element is left out.
    pub(super) fn lacks_any(&self) -> bool {
        self.rest.clone().any(|item| self.pass.leaves_out(item))
    }

    /// How many elements the visitor took, and how many there are.
    pub(super) fn tally(self) -> (usize, usize) {
        (self.taken, self.taken + self.rest.filter(|item| !self.pass.leaves_out(item)).count())
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let found = self.rest.find(|item| self.positional || !self.pass.leaves_out(item));
        let Some(item) = found else { return Ok(None) };
        self.taken += 1;
        if self.pass.leaves_out(item) {
            return seed.deserialize(Phantom::new(0)).map(Some).map_err(|_| Fault::silent(self.node));
        }
        descend(item, self.pass, seed).map(Some)
    }
}

/// The entries of a mapping, then those that are made up.
pub(super) struct Entries<'de> {
    node: &'de Node,
    rest: Iter<'de, (Node, Node)>,
    guesses: Iter<'de, Guess>,
    current: Option<Current<'de>>,
    pass: &'de Pass,
}

/// The entry whose key was read last.
#[derive(Clone, Copy)]
enum Current<'de> {
    Written(&'de Node, &'de Node),
    MadeUp(Guess),
}

impl<'de> Entries<'de> {
    pub(super) fn new(node: &'de Node, entries: &'de [(Node, Node)], pass: &'de Pass) -> Self {
        Self { node, rest: entries.iter(), guesses: pass.guesses(node).iter(), current: None, pass }
    }

    /// The key that was read last, when it stands in the file.
    pub(super) fn current_key(&self) -> Option<&'de Node> {
        match self.current {
            Some(Current::Written(key, _)) => Some(key),
            Some(Current::MadeUp(_)) | None => None,
        }
    }

    fn claim_key(&self, fault: Fault, key: &'de Node) -> Fault {
        match fault.unsettled() {
            Some(Kind::UnknownKey(name, expected)) => {
                // A key that is already there cannot be what was meant.
                let free = expected.iter().copied().filter(|field| !self.has(field));
                let message = words::unknown("key", name, free);
                fault.with_message(message).settled(key.place, Remedy::SkipUnknown(key.id))
            }
            Some(Kind::UnknownVariant(name, expected)) => {
                let message = words::unknown("key", name, expected.iter().copied());
                fault.with_message(message).at(key, self.pass)
            }
            _ => fault.at(key, self.pass),
        }
    }

    fn has(&self, field: &str) -> bool {
        let Value::Map(entries) = &self.node.value else { return false };
        entries.iter().any(|(key, _)| key.text() == field)
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let live = |(key, value): &&(Node, Node)| !self.pass.leaves_out(key) && !self.pass.leaves_out(value);
        if let Some((key, value)) = self.rest.find(live) {
            self.current = Some(Current::Written(key, value));
            let reader = Reader { node: key, pass: self.pass, key: true };
            return seed.deserialize(reader).map(Some).map_err(|fault| self.claim_key(fault, key));
        }
        let Some(guess) = self.guesses.next() else { return Ok(None) };
        self.current = Some(Current::MadeUp(*guess));
        seed.deserialize(guess.field.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.current {
            Some(Current::Written(key, value)) => {
                descend(value, self.pass, seed).map_err(|fault| fault.inside(key, value))
            }
            Some(Current::MadeUp(guess)) => seed
                .deserialize(Phantom::new(guess.attempt))
                .map_err(|_| Fault::not_taken(self.node, guess.field)),
            None => Err(Fault::value("a value was asked for before its key".to_owned())),
        }
    }
}
