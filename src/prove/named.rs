//! What a document names (metrics, variables, alerts, spans, panels, endpoints, objectives, payload fields), and whether
//! a clause names it too. A quotation covers a line; this asks for a promise of the right kind.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::Corpus;
use super::finding::{Finding, Noted, Severity};
use super::page::{Page, Table};
use super::place::Place;
use super::query::Purpose;
use super::snippet::{Kind, Snippet};
use crate::contract::{Contract, Promise};

/// A kind of name, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kin {
    Metric,
    Variable,
    Alert,
    Span,
    Attribute,
    Panel,
    Endpoint,
    Objective,
    Field,
}

impl Kin {
    fn plural(self) -> &'static str {
        match self {
            Self::Metric => "metrics",
            Self::Variable => "variables",
            Self::Alert => "alerts",
            Self::Span => "spans",
            Self::Attribute => "span attributes",
            Self::Panel => "panels",
            Self::Endpoint => "endpoints",
            Self::Objective => "objectives",
            Self::Field => "payload fields",
        }
    }

    fn singular(self) -> &'static str {
        self.plural().trim_end_matches('s')
    }
}

type Names = BTreeMap<(Kin, String), Place>;

/// How many names of each kind a document has, and how many of them clauses have. What is missing is a finding.
pub(super) fn named(
    corpus: &Corpus,
    page: &Page,
    contracts: &[&Contract],
    findings: &mut Vec<Finding>,
) -> Vec<(String, usize, usize)> {
    let promised = promised(contracts);
    let mut counts: BTreeMap<Kin, (usize, usize)> = BTreeMap::new();
    for ((kin, name), place) in names(corpus, page) {
        let count = counts.entry(kin).or_default();
        count.0 += 1;
        if is_promised(kin, &name, &promised) {
            count.1 += 1;
            continue;
        }
        let message = format!("no clause promises the {} `{name}`, which the document names", kin.singular());
        let finding = Finding::new("contract/unpromised", Severity::Error, message, Noted::new(&place, name));
        findings.push(finding.next("write a clause of its kind"));
    }
    counts.into_iter().map(|(kin, (found, claimed))| (kin.plural().to_owned(), found, claimed)).collect()
}

fn names(corpus: &Corpus, page: &Page) -> Names {
    let mut names = Names::new();
    for table in &page.tables {
        of_table(table, &mut names);
    }
    for item in page.items.iter().filter(|item| item.leads_with_code) {
        let about = format!("{} {}", page.sections[item.section].title, item.label).to_lowercase();
        for code in item.codes.iter().filter(|code| about.contains("metric") && is_metric(code)) {
            add(&mut names, Kin::Metric, code, &item.place);
        }
    }
    for (index, snippet) in
        corpus.snippets.iter().enumerate().filter(|(_, it)| !it.whole && it.file == *page.file())
    {
        of_snippet(snippet, &mut names);
        for query in corpus.queries.iter().filter(|query| query.snippet == index) {
            for (metric, place) in query.metrics() {
                add(&mut names, Kin::Metric, &metric, &place);
            }
            match &query.purpose {
                Purpose::Alert(alert) => add(&mut names, Kin::Alert, alert, &query.whole()),
                Purpose::Panel(title) => add(&mut names, Kin::Panel, title, &query.whole()),
                Purpose::Shown(_) | Purpose::Record(_) => {}
            }
        }
    }
    names
}

fn add(names: &mut Names, kin: Kin, name: &str, place: &Place) {
    names.entry((kin, name.to_owned())).or_insert_with(|| place.clone());
}

/// At least two words, so that no ordinary word is one.
fn is_metric(name: &str) -> bool {
    name.contains('_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b':'))
}

/// The columns whose heads say what stands in them.
fn of_table(table: &Table, names: &mut Names) {
    let head: Vec<String> = table.head.iter().map(|cell| cell.to_lowercase()).collect();
    let has = |word: &str| head.iter().any(|cell| cell == word);
    let latency = has("p50") || has("p95") || has("p99");
    for row in &table.rows {
        for (column, cell) in row.cells.iter().enumerate() {
            let Some(title) = head.get(column) else { continue };
            let mut each = |kin: Kin| {
                for code in &cell.codes {
                    add(names, kin, code, &cell.place);
                }
            };
            match title.as_str() {
                "metric" | "metric name" => each(Kin::Metric),
                "alert" | "alerts" | "alert name" => each(Kin::Alert),
                "attribute" => each(Kin::Attribute),
                "span" | "span name" => each(Kin::Span),
                "payload fields" | "fields" => each(Kin::Field),
                "variable" | "environment variable" | "env var" => each(Kin::Variable),
                "attributes" if has("span name") || has("span") => {
                    for word in cell.text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                        add(names, Kin::Attribute, word, &cell.place);
                    }
                }
                "panel" => add(names, Kin::Panel, &cell.text, &cell.place),
                "endpoint" if latency && column == 0 => add(names, Kin::Objective, &cell.text, &cell.place),
                "endpoint" | "path" if !latency => each(Kin::Endpoint),
                "slo" => add(names, Kin::Objective, &cell.text, &cell.place),
                "service" if has("target") && column == 0 => {
                    add(names, Kin::Objective, &cell.text, &cell.place)
                }
                _ => {}
            }
        }
    }
}

fn of_snippet(snippet: &Snippet, names: &mut Names) {
    if matches!(snippet.kind, Kind::Shell | Kind::Env) {
        for (line, place) in snippet.lines() {
            let line = line.trim();
            let assigned = line.trim_start_matches("export ").split_once('=').map(|(name, _)| name);
            if let Some(name) = assigned.filter(|name| is_variable(name)) {
                add(names, Kin::Variable, name, &place);
            }
            let mut words = line.split_whitespace();
            let method =
                words.next().is_some_and(|word| ["GET", "POST", "PUT", "DELETE", "PATCH"].contains(&word));
            if let Some(path) = words.next().filter(|path| method && path.starts_with('/')) {
                add(names, Kin::Endpoint, path, &place);
            }
        }
    }
    for root in &snippet.roots {
        root.node.walk(&mut Vec::new(), &mut |path, node| {
            let name = node.get("name").and_then(|name| name.text()).filter(|name| is_variable(name));
            let in_env = path.len() >= 2 && path[path.len() - 2] == "env";
            if let Some(name) = name.filter(|_| in_env) {
                add(names, Kin::Variable, name, &snippet.node(node));
            }
            let http = node.get("httpGet").and_then(|http| http.get("path")).and_then(|path| path.text());
            if let Some(http) = http {
                add(names, Kin::Endpoint, http, &snippet.node(node));
            }
        });
    }
}

fn is_variable(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() > 2 && name.contains('_') && name.bytes().all(good)
}

/// The names that clauses promise, by kind; of endpoints and objectives all texts in which one may be named.
fn promised(contracts: &[&Contract]) -> BTreeMap<Kin, BTreeSet<String>> {
    let mut names: BTreeMap<Kin, BTreeSet<String>> = BTreeMap::new();
    for clause in contracts.iter().flat_map(|contract| &contract.clauses) {
        let mut add = |kin: Kin, name: &str| {
            names.entry(kin).or_default().insert(name.to_owned());
        };
        match &clause.promise {
            Promise::Metric(it) => add(Kin::Metric, it.name.as_str()),
            Promise::Env(it) => add(Kin::Variable, it.name.as_str()),
            Promise::Service(it) => it.env.keys().for_each(|name| add(Kin::Variable, name)),
            Promise::Manifest(it) => it.fields.values().for_each(|value| add(Kin::Variable, value)),
            Promise::Alert(it) => add(Kin::Alert, &it.name),
            Promise::GrafanaAlert(it) => add(Kin::Alert, &it.uid),
            Promise::Span(it) => {
                add(Kin::Span, &it.name);
                it.attributes.iter().for_each(|name| add(Kin::Attribute, name));
            }
            Promise::SpanAttribute(it) => add(Kin::Attribute, &it.attribute),
            Promise::Panel(it) => add(Kin::Panel, &it.title),
            Promise::Endpoint(it) => add(Kin::Endpoint, &it.path),
            Promise::Probe(it) => add(Kin::Endpoint, &it.path),
            Promise::LatencyTarget(it) => add(Kin::Objective, &it.of),
            Promise::Slo(it) => add(Kin::Objective, &it.name),
            Promise::PayloadField(it) => add(Kin::Field, it.field.rsplit('.').next().unwrap_or(&it.field)),
            _ => {}
        }
    }
    names
}

fn is_promised(kin: Kin, name: &str, promised: &BTreeMap<Kin, BTreeSet<String>>) -> bool {
    let Some(names) = promised.get(&kin) else { return false };
    // A histogram's samples have names of their own.
    let base = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
    names.contains(name) || (kin == Kin::Metric && base.is_some_and(|base| names.contains(base)))
}
