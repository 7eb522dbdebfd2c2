//! Everything that is linted together: documents, the files beside them, and the contracts that speak for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::page::Page;
use super::query::{self, Query};
use super::snippet::{Kind, Snippet};
use crate::contract::{ClauseId, Contract, yaml};

/// A file to be linted.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name, as the user would write it.
    pub name: String,
    /// Its text. What was no UTF-8 is replaced, and said in `damaged`.
    pub text: String,
    /// The line on which the first byte stands that is no UTF-8, if any.
    pub damaged: Option<usize>,
}

/// What is linted together.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The documents, each with the system that it is about.
    pub pages: Vec<(Page, Arc<str>)>,
    /// Code in documents, and the other files.
    pub snippets: Vec<Snippet>,
    /// Every query of every snippet.
    pub queries: Vec<Query>,
    /// The contracts.
    pub contracts: Vec<Spoken>,
    /// Contracts that cannot be read.
    pub broken: Vec<yaml::Problem>,
    /// Files that are no UTF-8, with the line.
    pub damaged: Vec<(String, usize)>,
    /// Files that nothing here reads.
    pub unread: usize,
    /// Documents that are too long to be compared with themselves, in parts of which each is judged alone.
    pub parts: Vec<Corpus>,
    /// Their names, with how many bytes they have, and how many of their lines are too long to be judged.
    pub long: Vec<(String, usize, usize)>,
}

/// Longer than any document that a person wrote; what compares everything with everything would take minutes.
pub(super) const LONGEST: usize = 1 << 20;

/// No person wrote a longer line.
pub(super) const LONGEST_LINE: usize = 64 << 10;

/// A part of a longer one ends at the first heading after so many bytes, or at the first line after twice as many.
const PART: usize = 128 << 10;

/// A contract and its file.
#[derive(Debug)]
pub struct Spoken {
    /// The file.
    pub file: String,
    /// The contract.
    pub contract: Contract,
    /// The line on which each clause begins.
    pub lines: BTreeMap<ClauseId, usize>,
}

impl Corpus {
    /// Reads files; their order is the order of findings.
    pub fn read(inputs: Vec<Input>) -> Self {
        let mut corpus = Self::default();
        let (mut pages, mut files) = (Vec::new(), Vec::new());
        for Input { name, text, damaged } in inputs {
            corpus.damaged.extend(damaged.map(|line| (name.clone(), line)));
            if name.ends_with(".md") || name.ends_with(".markdown") {
                let long = text.lines().filter(|line| line.len() > LONGEST_LINE).count();
                if text.len() > LONGEST || long > 0 {
                    corpus.long.push((name.clone(), text.len(), long));
                    corpus.parts.extend(parts(&name, &text));
                } else {
                    pages.push(Page::read(&name, text));
                }
            } else if is_contract(&name, &text) {
                corpus.contract(&name, &text);
            } else if let Some(kind) = Kind::of_file(&name) {
                files.push((name, kind, text));
            } else {
                corpus.unread += 1;
            }
        }
        pages.into_iter().for_each(|page| corpus.page(page));
        for (name, kind, text) in files {
            let system = corpus.system_of_file(&name, &text);
            let snippet = Snippet::of_file(&name, kind, text, &system);
            // Of any YAML or JSON file, only what somebody deploys is our business.
            let known = snippet.roots.iter().any(|root| root.format.is_some());
            if matches!(kind, Kind::Yaml | Kind::Json) && !known && snippet.problems.is_empty() {
                corpus.unread += 1;
            } else {
                corpus.snippets.push(snippet);
            }
        }
        corpus.queries = query::all(&corpus);
        corpus
    }

    fn page(&mut self, page: Page) {
        let system = self.system_of_page(page.file(), page.text());
        self.snippets.extend(page.blocks.iter().map(|block| Snippet::of_block(&page, block, &system)));
        self.pages.push((page, system));
    }

    fn contract(&mut self, name: &str, text: &str) {
        match Contract::parse(text, name) {
            Ok(contract) => {
                let lines = contract.clause_lines();
                self.contracts.push(Spoken { file: name.to_owned(), contract, lines });
            }
            Err(problems) => self.broken.extend(problems),
        }
    }

    /// The contract that speaks for a document: the one that names a file of this path's end.
    pub fn contract_of(&self, file: &str) -> Option<&Spoken> {
        self.contracts.iter().find(|spoken| same_file(file, &spoken.contract.document))
    }

    /// What a document is about. Two systems may differ in everything; one system's files may not. A contract's name
    /// says it before its slash; else it is the word that most names in the document begin with.
    fn system_of_page(&self, file: &str, text: &str) -> Arc<str> {
        let spoken = self.contract_of(file).and_then(|spoken| spoken.contract.name.split_once('/'));
        match spoken {
            Some((system, _)) => system.into(),
            None => product(text).unwrap_or_default().into(),
        }
    }

    /// What another file is about: the system that a folder above it is named after, or the one of those already known
    /// that it names most. A rule file may hardly name what it watches, so its own words are asked last.
    fn system_of_file(&self, file: &str, text: &str) -> Arc<str> {
        let mut known: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
        for (page, system) in self.pages.iter().filter(|(_, system)| !system.is_empty()) {
            let names = known.entry(system.clone()).or_default();
            names.insert(system.to_lowercase());
            names.extend(product(page.text()));
        }
        for spoken in &self.contracts {
            if let Some((system, _)) = spoken.contract.name.split_once('/') {
                known.entry(system.into()).or_default().insert(system.to_lowercase());
            }
        }
        if let Some(system) = known.keys().find(|system| file.split('/').any(|part| part == &***system)) {
            return system.clone();
        }
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
        let words: Vec<String> =
            words.filter(|word| known.values().any(|names| names.contains(word))).collect();
        let count = |names: &BTreeSet<String>| words.iter().filter(|word| names.contains(*word)).count();
        let named = known.iter().map(|(system, names)| (count(names), system));
        match named.max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 1) {
            Some((_, system)) => system.clone(),
            None => product(text).unwrap_or_default().into(),
        }
    }

    /// The pages of each system.
    pub fn systems(&self) -> BTreeSet<&str> {
        let pages = self.pages.iter().map(|(_, system)| &**system);
        pages.chain(self.snippets.iter().map(|snippet| &*snippet.system)).collect()
    }
}

/// A long document in parts, each a corpus of its own.
fn parts(name: &str, text: &str) -> Vec<Corpus> {
    let mut parts = Vec::new();
    let (mut part, mut before, mut line) = (String::new(), 0, 0);
    let mut close = |part: &mut String, before: usize| {
        let mut corpus = Corpus::default();
        corpus.page(Page::part(name, std::mem::take(part), before));
        corpus.queries = query::all(&corpus);
        parts.push(corpus);
    };
    let mut fenced = false;
    for next in text.split_inclusive('\n') {
        // A comment in a code block is no heading.
        fenced ^= next.trim_start().starts_with("```");
        if (part.len() > PART && !fenced && next.starts_with('#')) || part.len() > 2 * PART {
            close(&mut part, before);
            before = line;
        }
        part.push_str(if next.len() > LONGEST_LINE { "\n" } else { next });
        line += 1;
    }
    close(&mut part, before);
    parts
}

/// Whether a path's end is this document.
pub(super) fn same_file(file: &str, document: &str) -> bool {
    let document = document.trim_start_matches("./");
    file == document
        || file.strip_suffix(document).is_some_and(|before| before.ends_with('/'))
        || document.strip_suffix(file).is_some_and(|before| before.ends_with('/'))
}

fn is_contract(name: &str, text: &str) -> bool {
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let begins = |key: &str| text.lines().any(|line| line.starts_with(key));
    yaml && begins("contract:") && begins("clauses:")
}

/// Words that many systems' names begin with: tools, protocols and parts of a system, never a system.
const TOOLS: [&str; 64] = [
    "runbook",
    "alerts",
    "admin",
    "agent",
    "alert",
    "alertmanager",
    "api",
    "app",
    "apm",
    "auth",
    "aws",
    "batch",
    "blackbox",
    "build",
    "cert",
    "cloudwatch",
    "cluster",
    "compose",
    "config",
    "container",
    "core",
    "curl",
    "db",
    "debug",
    "default",
    "deploy",
    "dev",
    "docker",
    "es",
    "gateway",
    "gf",
    "go",
    "grafana",
    "grpc",
    "helm",
    "host",
    "http",
    "https",
    "jaeger",
    "k8s",
    "kube",
    "kubectl",
    "log",
    "logs",
    "loki",
    "max",
    "metrics",
    "my",
    "node",
    "opentelemetry",
    "otel",
    "otlp",
    "pg",
    "probe",
    "process",
    "prometheus",
    "python",
    "redis",
    "scrape",
    "sentry",
    "server",
    "service",
    "slo",
    "start",
];

/// The first word of most names of several words (`shop_orders_total`, `shop-api`, `SHOP_PORT`) in a text.
pub(super) fn product(text: &str) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let names = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    for name in names.filter(|name| name.len() < 80) {
        let Some((first, rest)) = name.split_once(['_', '-']) else { continue };
        let word = first.to_ascii_lowercase();
        let is_word = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_word && !rest.is_empty() && !TOOLS.contains(&word.as_str()) {
            *counts.entry(word).or_default() += 1;
        }
    }
    // Of equals the first by name: the same text always gives the same answer.
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))).map(|(word, _)| word)
}
