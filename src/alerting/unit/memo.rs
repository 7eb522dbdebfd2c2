//! Evaluations of rules, kept by everything that they depend on: tests often share most of their input.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::alerting::rules::RuleRun;
use crate::promql::{Labels, Mixer, Series, Storage};

/// What something is, in 128 bits: two different things that share one are never met by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// Of anything that can be hashed.
    pub(super) fn of(what: &impl std::hash::Hash) -> Identity {
        let mut mixer = Mixer::default();
        what.hash(&mut mixer);
        let (one, other) = mixer.both();
        Identity(one, other)
    }
}

/// What each series of a storage holds, by its labels.
#[derive(Debug, Default)]
pub(super) struct Contents {
    of: HashMap<Labels, Identity, BuildHasherDefault<Mixer>>,
}

impl Contents {
    /// Notes that something was put into a series.
    pub(super) fn add(&mut self, labels: &Labels, what: Identity) {
        match self.of.entry(labels.clone()) {
            Entry::Vacant(vacant) => drop(vacant.insert(what)),
            Entry::Occupied(mut held) => {
                let both = Identity::of(&(*held.get(), what));
                held.insert(both);
            }
        }
    }

    fn get(&self, series: &Series) -> Option<Identity> {
        self.of.get(series.labels()).copied()
    }

    /// What all the series are that a rule's selectors find.
    pub(super) fn selected(
        &self,
        rule: &crate::alerting::rules::Compiled,
        storage: &Storage,
    ) -> Vec<Option<Identity>> {
        let mut found = Vec::new();
        for selection in rule.selections() {
            found.extend(storage.select(selection).into_iter().map(|series| self.get(series)));
            // Which selector a series belongs to matters.
            found.push(None);
        }
        found
    }
}

/// One evaluation, perhaps still going on in another thread.
type Slot = Arc<OnceLock<Arc<RuleRun>>>;

/// All evaluations so far.
#[derive(Debug, Default)]
pub(super) struct Memo {
    slots: Mutex<HashMap<Identity, Slot, BuildHasherDefault<Mixer>>>,
}

impl Memo {
    /// The evaluation of that identity, made now if nobody has made it yet. Whoever asks in the meantime waits for it.
    pub(super) fn get(&self, identity: Identity, make: impl FnOnce() -> RuleRun) -> Arc<RuleRun> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(identity).or_default())
        };
        Arc::clone(slot.get_or_init(|| Arc::new(make())))
    }
}
