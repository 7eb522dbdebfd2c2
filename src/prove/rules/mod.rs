//! What is looked for, a topic a file.
//!
//! A rule is a function over the whole corpus, since most of what is wrong with documents is wrong between two places.
//! To add one: write it in its topic's file, name it in the file's list, and give it a case in `tests/it/lint/`.

use super::corpus::Corpus;
use super::finding::Finding;

mod code;
mod names;
mod schemas;
mod values;

/// One thing that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `subject/what-is-wrong`.
    pub id: &'static str,
    /// What it looks for.
    pub finds: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How it can be wrong.
    pub wrong: &'static str,
    /// Looks for it.
    pub find: fn(&Corpus, &mut Vec<Finding>),
}

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    schemas::RULES.iter().chain(values::rules()).chain(names::rules()).chain(code::rules())
}
