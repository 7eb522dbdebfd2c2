//! `relabel_configs`, `metric_relabel_configs` and `alert_relabel_configs`.
//!
//! # Decisions
//!
//! * The releases differ in four ways, which [`Relabel::dialect`] decides: what a label may be called, whether `.` in
//!   `regex` matches a line feed, which label an empty replacement deletes, and which label counts where `labelmap`
//!   gives two of them one name: the last by name (2.42), or the last that was set (3.5).
//! * Whether labels may be called anything (3.5) does not depend on `metric_name_validation_scheme`.

mod apply;
mod builder;
mod md5;

pub(in crate::alerting) use apply::{is_label, process};
pub(in crate::alerting) use builder::Builder;

use crate::promql::{Dialect, Labels, Pattern};

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `replace`
    Replace,
    /// `keep`
    Keep,
    /// `drop`
    Drop,
    /// `keepequal`
    KeepEqual,
    /// `dropequal`
    DropEqual,
    /// `hashmod`
    HashMod,
    /// `labelmap`
    LabelMap,
    /// `labeldrop`
    LabelDrop,
    /// `labelkeep`
    LabelKeep,
    /// `lowercase`
    Lowercase,
    /// `uppercase`
    Uppercase,
}

impl Action {
    /// All of them, as they are written.
    pub const NAMES: [(&'static str, Action); 11] = [
        ("replace", Action::Replace),
        ("keep", Action::Keep),
        ("drop", Action::Drop),
        ("keepequal", Action::KeepEqual),
        ("dropequal", Action::DropEqual),
        ("hashmod", Action::HashMod),
        ("labelmap", Action::LabelMap),
        ("labeldrop", Action::LabelDrop),
        ("labelkeep", Action::LabelKeep),
        ("lowercase", Action::Lowercase),
        ("uppercase", Action::Uppercase),
    ];
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Relabel {
    /// `source_labels`
    pub source_labels: Vec<String>,
    /// `separator`
    pub separator: String,
    /// `regex`, compiled.
    pub regex: Pattern,
    /// `modulus`
    pub modulus: u64,
    /// `target_label`
    pub target_label: String,
    /// `replacement`
    pub replacement: String,
    /// `action`
    pub action: Action,
    /// Whose behaviour is followed.
    pub dialect: Dialect,
}

/// The labels after all rules; none if one of them drops what has them.
#[must_use]
pub fn relabel(labels: &Labels, rules: &[Relabel]) -> Option<Labels> {
    if rules.is_empty() {
        return Some(labels.clone());
    }
    let mut builder = Builder::new(labels.clone());
    process(&mut builder, rules).then(|| builder.labels())
}
