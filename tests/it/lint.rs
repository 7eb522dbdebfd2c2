//! Linting: documents against their contracts, against themselves and one another, and the files that are deployed.

mod asked;
mod cli;
mod code;
mod commands;
mod containers;
mod coverage;
mod dashboards;
mod documents;
mod environment;
mod kubernetes;
mod links;
mod names;
mod promised;
mod prose;
mod queries;
mod reading;
mod routing;
mod schema;
mod scraping;
mod spans;
mod templates;

use std::fs;
use std::path::Path;

use probity::prove::{Corpus, Finding, Input, lint};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), text: text.to_owned(), damaged: None }
}

/// A file of the project.
fn shipped(name: &str) -> Input {
    let text = fs::read_to_string(root().join(name)).expect("it is shipped");
    input(name, &text)
}

/// The five documents, each with its contract.
const DOCUMENTS: [(&str, &str); 5] = [
    ("fixtures/documents/aragora-monitoring-runbook.md", "fixtures/contracts/aragora/runbook.yaml"),
    ("fixtures/documents/aragora-monitoring-setup-guide.md", "fixtures/contracts/aragora/setup.yaml"),
    ("fixtures/documents/aragora-observability-guide.md", "fixtures/contracts/aragora/guide.yaml"),
    ("fixtures/documents/aragora-observability-stack.md", "fixtures/contracts/aragora/stack.yaml"),
    ("fixtures/documents/aura-hive-telemetry.md", "fixtures/contracts/hive/telemetry.yaml"),
];

fn linted(files: &[(&str, &str)]) -> Vec<Finding> {
    let inputs = files.iter().map(|(name, text)| input(name, text)).collect();
    lint(&Corpus::read(inputs)).findings
}

/// A finding as a line: its rule and its places.
fn places(finding: &Finding) -> String {
    let places: Vec<String> =
        finding.places.iter().map(|noted| format!("{}:{}", noted.place.file, noted.place.line)).collect();
    format!("{} {}", finding.rule, places.join(" "))
}
