//! Files of rules and of their tests by chance, what promtool and we say of them, and where the two differ.

mod asked;
mod compare;
mod expressions;
mod ours;
mod text;
mod theirs;
mod written;

pub(crate) use asked::{Bundle, Expect};
pub(crate) use compare::{Got, Key, Said, differences, may_be_expected};
pub(crate) use ours::ours;
pub(crate) use theirs::theirs;
