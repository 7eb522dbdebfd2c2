//! The labels of a series.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The label that holds a metric's name.
pub const NAME: &str = "__name__";

type Pair = (Arc<str>, Arc<str>);

/// Labels sorted by name, none of them empty; cheap to clone. They order as Prometheus orders series: by the
/// first name or value that differs, then by how many there are.
#[derive(Clone)]
pub struct Labels(Arc<[Pair]>);

// Most labels that are compared are clones of each other, and most names and values are shared.

impl PartialEq for Labels {
    fn eq(&self, other: &Labels) -> bool {
        let same = |one: &Arc<str>, other: &Arc<str>| Arc::ptr_eq(one, other) || one == other;
        Arc::ptr_eq(&self.0, &other.0)
            || self.0.len() == other.0.len()
                && self
                    .0
                    .iter()
                    .zip(&*other.0)
                    .all(|(one, other)| same(&one.0, &other.0) && same(&one.1, &other.1))
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Ord for Labels {
    fn cmp(&self, other: &Labels) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Labels) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Labels {
    fn default() -> Labels {
        Labels::empty()
    }
}

impl Labels {
    /// No labels at all.
    #[must_use]
    pub fn empty() -> Labels {
        Labels(Arc::new([]))
    }

    /// Labels in any order. Empty values are left out, and of one name the last counts.
    pub fn new<N: Into<Arc<str>>, V: Into<Arc<str>>>(pairs: impl IntoIterator<Item = (N, V)>) -> Labels {
        let mut sorted: Vec<Pair> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        sorted.sort_by(|one, other| one.0.cmp(&other.0));
        let mut kept: Vec<Pair> = Vec::with_capacity(sorted.len());
        for pair in sorted {
            match kept.last_mut() {
                Some(last) if last.0 == pair.0 => *last = pair,
                _ => kept.push(pair),
            }
        }
        kept.retain(|(_, value)| !value.is_empty());
        Labels(kept.into())
    }

    /// The value of a label; `None` where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
    }

    /// The value of a label, empty where there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The metric's name, empty where there is none.
    #[must_use]
    pub fn metric(&self) -> &str {
        self.value(NAME)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// All of them by name.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        self.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those whose names satisfy a condition.
    #[must_use]
    pub fn keep(&self, wanted: impl Fn(&str) -> bool) -> Labels {
        if self.0.iter().all(|(name, _)| wanted(name)) {
            return self.clone();
        }
        Labels(self.0.iter().filter(|(name, _)| wanted(name)).cloned().collect())
    }

    /// All but the metric's name.
    #[must_use]
    pub fn without_name(&self) -> Labels {
        self.keep(|name| name != NAME)
    }

    /// With a label set; an empty value takes it away.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Labels {
        let place = self.0.binary_search_by(|(known, _)| (**known).cmp(name));
        let (before, after) = match place {
            Ok(place) if *self.0[place].1 == *value => return self.clone(),
            Err(_) if value.is_empty() => return self.clone(),
            Ok(place) => (place, place + 1),
            Err(place) => (place, place),
        };
        let known = place.ok().map(|place| Arc::clone(&self.0[place].0));
        let set = (!value.is_empty()).then(|| (known.unwrap_or_else(|| name.into()), value.into()));
        let mut pairs = Vec::with_capacity(self.0.len() + 1);
        pairs.extend_from_slice(&self.0[..before]);
        pairs.extend(set);
        pairs.extend_from_slice(&self.0[after..]);
        Labels(pairs.into())
    }
}

impl fmt::Display for Labels {
    /// As a selector that matches just this: `up{job="api"}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.metric();
        let plain = super::super::is_plain_name(name);
        let mut between = "{";
        if plain {
            f.write_str(name)?;
        }
        for (label, value) in self.iter().filter(|(label, _)| !(plain && *label == NAME)) {
            if super::super::is_plain_label(label) {
                write!(f, "{between}{label}=")?;
            } else {
                write!(f, "{between}{label:?}=")?;
            }
            write!(f, "{value:?}")?;
            between = ", ";
        }
        match between {
            "{" if plain => Ok(()),
            "{" => f.write_str("{}"),
            _ => f.write_str("}"),
        }
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
