//! What earlier passes over the tree found out, and so what the next pass leaves out.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    nearest::looks_like,
    tree::{Node, Value},
};

/// How many made-up values are worth trying for one key; `phantom` has as many texts.
pub(super) const ATTEMPTS: usize = 6;

/// A required key that a mapping does not have, and how often its value was made up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess {
    /// The key as serde calls it.
    pub(super) field: &'static str,
    /// Which made-up value comes next.
    pub(super) attempt: usize,
}

/// What the next pass has to do differently.
#[derive(Debug, Clone, Copy)]
pub(super) enum Remedy {
    /// Leave out this node: a value counts as absent, an element is dropped.
    LeaveOut(usize),
    /// Leave out this key, which the type does not know.
    SkipUnknown(usize),
    /// Make up a value for this key of this mapping: serde stops at the first missing key, and this is the only
    /// way to hear of the others. The mapping itself is left out in the end.
    Pretend(usize, &'static str),
    /// Make up another value, the last one was not taken.
    PretendAgain(usize, &'static str),
}

/// The state that grows from pass to pass.
#[derive(Debug, Default)]
pub(super) struct Pass {
    left_out: BTreeSet<usize>,
    unknown: BTreeSet<usize>,
    guesses: BTreeMap<usize, Vec<Guess>>,
}

impl Pass {
    /// The first pass, with the nodes that the reader of the text has refused.
    pub(super) fn new(refused: Vec<usize>) -> Self {
        Self { left_out: refused.into_iter().collect(), ..Self::default() }
    }

    /// Whether this node is left out.
    pub(super) fn leaves_out(&self, node: &Node) -> bool {
        self.left_out.contains(&node.id)
    }

    /// Whether anything inside this node is left out, so that a complaint about the whole may be a consequence.
    pub(super) fn leaves_out_within(&self, node: &Node) -> bool {
        node.last > node.id && self.left_out.range(node.id + 1..=node.last).next().is_some()
    }

    /// The keys of this mapping whose values are made up.
    pub(super) fn guesses(&self, node: &Node) -> &[Guess] {
        self.guesses.get(&node.id).map_or(&[], Vec::as_slice)
    }

    /// Whether a missing key has been reported in another way: it is there with a bad value, or misspelt.
    pub(super) fn excuses(&self, field: &str, node: &Node) -> bool {
        let Value::Map(entries) = &node.value else { return false };
        entries.iter().any(|(key, value)| {
            let named = key.text() == field && (self.leaves_out(key) || self.leaves_out(value));
            named || (self.unknown.contains(&key.id) && looks_like(key.text(), field))
        })
    }

    /// Takes the remedy; false when it changes nothing, so that another pass would end the same.
    pub(super) fn apply(&mut self, remedy: Remedy) -> bool {
        match remedy {
            Remedy::LeaveOut(node) => self.left_out.insert(node),
            Remedy::SkipUnknown(key) => self.unknown.insert(key) && self.left_out.insert(key),
            Remedy::Pretend(node, field) => {
                self.guesses.entry(node).or_default().push(Guess { field, attempt: 0 });
                true
            }
            Remedy::PretendAgain(node, field) => {
                let guesses = self.guesses.entry(node).or_default();
                let Some(guess) = guesses.iter_mut().find(|guess| guess.field == field) else { return false };
                guess.attempt += 1;
                // None was taken: what else the mapping lacks stays unknown until this key is there.
                guess.attempt < ATTEMPTS || self.left_out.insert(node)
            }
        }
    }
}
