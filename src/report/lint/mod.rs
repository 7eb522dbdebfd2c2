//! What linting found, for a person, a program, a code scanner or a pull request.

mod github;
mod json;
mod sarif;
mod terminal;

pub use self::github::github;
pub use self::json::{LINT_VERSION, json};
pub use self::sarif::sarif;
pub use self::terminal::terminal;

use crate::prove::{Lint, Severity};

/// How many findings there are of each severity: errors, warnings, notes.
fn counts(lint: &Lint) -> [usize; 3] {
    [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| lint.findings.iter().filter(|finding| finding.severity == severity).count())
}

/// `2 errors, 1 warning, 0 notes`.
fn counted(lint: &Lint) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let [errors, warnings, notes] = counts(lint);
    format!("{}, {}, {}", plural(errors, "error"), plural(warnings, "warning"), plural(notes, "note"))
}
