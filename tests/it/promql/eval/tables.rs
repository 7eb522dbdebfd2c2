//! Tables of edge cases, by what they are about.

mod aggregations;
mod functions;
mod operators;
mod windows;

use super::ask::{Case, differ, fails, same};

pub(crate) use aggregations::{FOLDS, GROUPS, RANKS};
pub(crate) use functions::{ABSENT, FUNCTIONS, HISTOGRAMS, LABELS, PATTERNS, sorted};
pub(crate) use operators::{MATCHING, NUMBERS};
pub(crate) use windows::{RATES, WINDOWS};
