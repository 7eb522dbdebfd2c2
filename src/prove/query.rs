//! The PromQL of a corpus: where it stands, what it is for, and what the parser makes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::corpus::Corpus;
use super::place::Place;
use super::schema::{self, Use};
use super::snippet::{Kind, Snippet};
use crate::promql::{Expr, ParseError, parse};

/// A query.
#[derive(Debug)]
pub struct Query {
    /// Its text.
    pub text: String,
    /// What the parser makes of it.
    pub parsed: Result<Expr, ParseError>,
    /// What it is for.
    pub purpose: Purpose,
    /// The system that its file is about.
    pub system: Arc<str>,
    /// The index of its snippet.
    pub snippet: usize,
    /// The place of each of its lines.
    lines: Vec<Place>,
}

/// What a query is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A document shows it; the comment or heading above it.
    Shown(String),
    /// An alert's condition; the alert's name.
    Alert(String),
    /// A recording rule; the name of what it records.
    Record(String),
    /// A panel of a dashboard; the panel's title.
    Panel(String),
}

impl Query {
    /// The place of bytes of its text, cut off at the end of their line.
    pub fn place(&self, start: usize, end: usize) -> Place {
        let start = start.min(self.text.len());
        let before = &self.text[..start];
        let (index, begin) = (before.matches('\n').count(), before.rfind('\n').map_or(0, |at| at + 1));
        let line = &self.lines[index.min(self.lines.len() - 1)];
        let stop = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at).min(end).max(start);
        let column = line.column + self.text[begin..start].chars().count();
        let length = self.text.get(start..stop).map_or(0, |text| text.chars().count());
        Place { column, length, ..line.clone() }
    }

    /// The place of the whole: its first line.
    pub fn whole(&self) -> Place {
        self.place(0, self.text.len())
    }

    /// The names of the metrics that it reads, as they are written. Of a query that cannot be parsed, the words that
    /// can be nothing else.
    pub fn metrics(&self) -> BTreeSet<(String, Place)> {
        match &self.parsed {
            Ok(expr) => {
                let named = expr.selectors().into_iter().filter_map(|used| {
                    let span = used.selector.name.as_ref()?.span;
                    Some((used.selector.metric_name()?.to_owned(), self.place(span.start, span.end)))
                });
                named.collect()
            }
            Err(_) => words(&self.text)
                .map(|(at, word)| (word.to_owned(), self.place(at, at + word.len())))
                .collect(),
        }
    }
}

/// Words with at least two underscores outside quotes: no function of PromQL has so many but `histogram_*`'s kin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut quoted = false;
    let mut start = None;
    let mut found = Vec::new();
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c == '"' {
            quoted = !quoted;
        }
        match start {
            _ if c.is_ascii_alphanumeric() || matches!(c, '_' | ':') => {
                start.get_or_insert(at);
            }
            Some(from) => {
                let word = &text[from..at];
                if !quoted && word.matches('_').count() >= 2 && !word.ends_with("_over_time") {
                    found.push((from, word));
                }
                start = None;
            }
            None => {}
        }
    }
    found.into_iter()
}

/// Every query of every snippet.
pub(super) fn all(corpus: &Corpus) -> Vec<Query> {
    let mut queries = Vec::new();
    for (index, snippet) in corpus.snippets.iter().enumerate() {
        if snippet.kind == Kind::Promql {
            queries.extend(shown(snippet, index));
        }
        for root in &snippet.roots {
            let Some(format) = root.format else { continue };
            for (node, purpose) in schema::promql_of(format, &root.node) {
                let Some(text) = node.text() else { continue };
                let purpose = match purpose {
                    Use::Alert(name) => Purpose::Alert(name),
                    Use::Record(name) => Purpose::Record(name),
                    Use::GrafanaAlert(title) => Purpose::Alert(title),
                    Use::Panel(title) | Use::Annotation(title) => Purpose::Panel(title),
                };
                queries.push(query(text, purpose, snippet, index, places(snippet, node, text)));
            }
        }
    }
    queries
}

fn query(text: &str, purpose: Purpose, snippet: &Snippet, index: usize, lines: Vec<Place>) -> Query {
    let text = text.trim_end();
    let system = Arc::clone(&snippet.system);
    Query { text: text.to_owned(), parsed: parse(text), purpose, system, snippet: index, lines }
}

/// Where the lines of a scalar stand: in a block they are the lines after it, else they are looked for in its own.
fn places(snippet: &Snippet, node: &crate::contract::yaml::Node, text: &str) -> Vec<Place> {
    let source: Vec<&str> = snippet.text.lines().collect();
    let mut at = node.line;
    let lines = text.lines().map(|line| {
        let wanted = line.trim();
        // A folded line of the text is several of the file; the first of them is where it begins.
        let head: String = wanted.chars().take(24).collect();
        for number in at..(at + 40).min(source.len() + 1) {
            if let Some(byte) = source[number - 1].find(&head).filter(|_| !head.is_empty()) {
                at = number;
                let column = source[number - 1][..byte].chars().count() + 1;
                let lead = line.chars().take_while(|c| c.is_whitespace()).count();
                return snippet.place(number, column.saturating_sub(lead).max(1), wanted.chars().count());
            }
        }
        snippet.node(node)
    });
    let lines: Vec<Place> = lines.collect();
    if lines.is_empty() { vec![snippet.node(node)] } else { lines }
}

/// The queries of a block: parted by empty lines and comments, each with the comment above it.
fn shown(snippet: &Snippet, index: usize) -> Vec<Query> {
    let heading = snippet.path.last().cloned().unwrap_or_default();
    let mut queries = Vec::new();
    let (mut caption, mut text, mut lines) = (heading.clone(), String::new(), Vec::new());
    let ending = ("", snippet.place(1, 1, 0));
    for (line, place) in snippet.lines().chain([ending]) {
        let trimmed = line.trim();
        let ends = trimmed.is_empty() || trimmed.starts_with('#');
        if ends && !text.trim().is_empty() {
            queries.push(query(
                &text,
                Purpose::Shown(caption.clone()),
                snippet,
                index,
                std::mem::take(&mut lines),
            ));
            text.clear();
            caption.clone_from(&heading);
        }
        if let Some(comment) = trimmed.strip_prefix('#') {
            comment.trim().clone_into(&mut caption);
        } else if !trimmed.is_empty() {
            text.push_str(trimmed);
            text.push('\n');
            lines.push(place);
        }
    }
    queries
}
