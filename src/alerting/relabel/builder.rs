//! Labels that change, in the order in which Prometheus looks at them.

use crate::promql::Labels;

/// Labels while rules are applied to them.
pub(in crate::alerting) struct Builder {
    base: Labels,
    /// What was set, in the order of the first time.
    set: Vec<(String, String)>,
    deleted: Vec<String>,
}

impl Builder {
    pub(in crate::alerting) fn new(base: Labels) -> Builder {
        Builder { base, set: Vec::new(), deleted: Vec::new() }
    }

    /// The value of a label, empty where there is none.
    pub(in crate::alerting) fn get(&self, name: &str) -> &str {
        match self.set.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value,
            None if self.deleted.iter().any(|deleted| deleted == name) => "",
            None => self.base.value(name),
        }
    }

    /// Sets a label; an empty value takes it away.
    pub(in crate::alerting) fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return self.delete(name);
        }
        match self.set.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.set.push((name.to_owned(), value.to_owned())),
        }
    }

    pub(in crate::alerting) fn delete(&mut self, name: &str) {
        self.set.retain(|(known, _)| known != name);
        self.deleted.push(name.to_owned());
    }

    /// Names and values: untouched ones by name, then those that were set, as they came.
    pub(in crate::alerting) fn pairs(&self) -> Vec<(String, String)> {
        let touched = |name: &str| {
            self.deleted.iter().any(|deleted| deleted == name) || self.set.iter().any(|(set, _)| set == name)
        };
        let untouched = self.base.iter().filter(|(name, _)| !touched(name));
        let untouched = untouched.map(|(name, value)| (name.to_owned(), value.to_owned()));
        untouched.chain(self.set.iter().cloned()).collect()
    }

    /// What there is now.
    pub(in crate::alerting) fn labels(&self) -> Labels {
        if self.set.is_empty() && self.deleted.is_empty() {
            return self.base.clone();
        }
        Labels::new(self.pairs())
    }

    /// Forgets what was set in which order.
    pub(in crate::alerting) fn settle(&mut self) {
        *self = Builder::new(self.labels());
    }
}
