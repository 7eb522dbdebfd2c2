use serde::Serialize;

use super::counts;
use crate::prove::{Coverage, Finding, Lint};

/// The version of the form of lint reports in JSON. It changes when a field changes its meaning or goes away.
pub const LINT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    files: usize,
    unread: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: &'a [Finding],
    documents: &'a [Coverage],
}

/// The findings and the coverage of documents as JSON.
pub fn json(lint: &Lint) -> String {
    let [errors, warnings, notes] = counts(lint);
    let report = Report {
        version: LINT_VERSION,
        files: lint.files,
        unread: lint.unread,
        errors,
        warnings,
        notes,
        findings: &lint.findings,
        documents: &lint.coverage,
    };
    // Plain structs with text keys: there is nothing that could fail to be written.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
