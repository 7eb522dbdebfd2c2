//! Values that two places give differently.

use super::Rule;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Severity};
use crate::prove::said::{Said, disagreements};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "env/disagree",
    finds: "An environment variable that two places set differently.",
    why: "Whoever follows both gets a service that nobody described.",
    wrong: "Two values may be two examples; headings that say production or local are taken into account.",
    find: env,
}];

fn env(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let said: Vec<Said> = corpus.snippets.iter().flat_map(assignments).collect();
    findings.extend(disagreements(
        "env/disagree",
        Severity::Error,
        said,
        "decide on one, or say what each is for",
    ));
}

/// `NAME=value` lines of shell and environment files.
fn assignments(snippet: &Snippet) -> Vec<Said> {
    if !matches!(snippet.kind, Kind::Shell | Kind::Env) {
        return Vec::new();
    }
    let assigned = snippet.lines().filter_map(|(line, place)| {
        let line = line.trim().trim_start_matches("export ");
        let (name, value) = line.split_once('=')?;
        let is_name =
            name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        (is_name && !placeholder(value)).then(|| Said {
            system: snippet.system.clone(),
            subject: format!("the variable `{name}`"),
            aspect: "value".to_owned(),
            value: value.to_owned(),
            shown: value.to_owned(),
            place,
            path: snippet.path.clone(),
        })
    });
    assigned.collect()
}

/// Whether a value only stands for one: `https://xxx@sentry.io/yyy`, `your-key`, `<token>`, `$HOME`.
pub(super) fn placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    value.is_empty()
        || value.starts_with('$')
        || value.contains(['<', '>', '{'])
        || ["xxx", "yyy", "your", "example", "changeme", "..."].iter().any(|word| lower.contains(word))
}
