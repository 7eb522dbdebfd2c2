use std::collections::BTreeMap;

use super::args::Format;
use crate::report::{Style, github, json, junit, markdown, terminal};
use crate::run::Outcome;

impl Format {
    /// The report in this form. `files` are the contracts' files by the contracts' names, as far as they are known.
    pub(super) fn render(self, outcome: &Outcome, style: Style, files: &BTreeMap<String, String>) -> String {
        match self {
            Self::Terminal => terminal(outcome, style),
            Self::Json => json(outcome),
            Self::Junit => junit(outcome),
            Self::Markdown => markdown(outcome),
            Self::Github => github(outcome, files),
        }
    }
}
