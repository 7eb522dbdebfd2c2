//! The PromQL of a corpus: where it stands, what it is for, and what the parser makes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::corpus::Corpus;
use super::place::Place;
use super::schema::{self, Use};
use super::snippet::{Kind, Snippet};
use crate::promql::{AggregationOp, Dialect, Expr, ParseError, functions, parse};

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
    /// The index of its snippet; of none for code in running text.
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

/// The queries in running text and in tables: code that can be nothing else. They belong to no snippet.
pub(super) fn inline(corpus: &Corpus) -> Vec<Query> {
    let codes = corpus
        .pages
        .iter()
        .flat_map(|(page, system)| page.codes.iter().map(move |code| (page, system, code)));
    let queries = codes.filter_map(|(page, system, code)| {
        let text = code.text.as_str();
        let name = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
        let function = functions(Dialect::V3).any(|function| function.name == name);
        let aggregation = AggregationOp::ALL.iter().any(|op| op.name() == name);
        let window = text.split('[').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let rest = text[name.len()..].trim_start();
        let called =
            rest.starts_with('(') || (aggregation && (rest.starts_with("by") || rest.starts_with("without")));
        let parsed = parse(&without_variables(text));
        // `rate(x)` in a sentence only names the function.
        let is_query = (function || aggregation) && called && (window || (aggregation && parsed.is_ok()));
        let caption = page.sections[code.section].title.clone();
        let lines = vec![Place { column: code.place.column + 1, ..code.place.clone() }];
        is_query.then(|| Query {
            text: text.to_owned(),
            parsed,
            purpose: Purpose::Shown(caption),
            system: Arc::clone(system),
            snippet: usize::MAX,
            lines,
        })
    });
    queries.collect()
}

fn query(text: &str, purpose: Purpose, snippet: &Snippet, index: usize, lines: Vec<Place>) -> Query {
    let text = text.trim_end();
    let system = Arc::clone(&snippet.system);
    Query {
        text: text.to_owned(),
        parsed: parse(&without_variables(text)),
        purpose,
        system,
        snippet: index,
        lines,
    }
}

/// Where the lines of a scalar stand: in a block they are the lines after it, else they are looked for in its own.
fn places(snippet: &Snippet, node: &crate::contract::yaml::Node, text: &str) -> Vec<Place> {
    let source: Vec<&str> = snippet.text.lines().collect();
    let mut at = node.line;
    let lines = text.lines().map(|line| {
        let wanted = line.trim();
        // A folded line of the text is several of the file; the first of them is where it begins.
        let head: String = wanted.chars().take(24).collect();
        let from = at;
        for number in from..(from + 40).min(source.len() + 1) {
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

/// The queries of a block: parted by empty lines, comments, or a line that cannot go on with what stands before it;
/// each with the comment above it.
fn shown(snippet: &Snippet, index: usize) -> Vec<Query> {
    let heading = snippet.path.last().cloned().unwrap_or_default();
    let mut queries = Vec::new();
    let (mut caption, mut next) = (heading.clone(), None);
    let (mut text, mut lines, mut parted) = (String::new(), Vec::new(), Gap::None);
    for (line, place) in snippet.lines() {
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix('#') {
            next = Some(comment.trim().to_owned());
            parted = parted.max(Gap::Comment);
        } else if trimmed.is_empty() {
            parted = Gap::Empty;
        } else {
            if !text.is_empty() && !goes_on(&text, trimmed, parted) {
                let purpose = Purpose::Shown(std::mem::replace(&mut caption, heading.clone()));
                queries.push(query(&text, purpose, snippet, index, std::mem::take(&mut lines)));
                text.clear();
            }
            if text.is_empty() {
                caption = next.take().unwrap_or_else(|| heading.clone());
            }
            text.push_str(trimmed);
            text.push('\n');
            lines.push(place);
            (next, parted) = (None, Gap::None);
        }
    }
    if !text.is_empty() {
        queries.push(query(&text, Purpose::Shown(caption), snippet, index, lines));
    }
    queries
}

/// What stands between two lines of code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Comment,
    Empty,
}

/// Words that stand only between the parts of one query.
const BETWEEN: [&str; 11] =
    ["and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool"];

/// Whether a line belongs to the query before it. Nothing that this parts is one valid query.
fn goes_on(before: &str, line: &str, gap: Gap) -> bool {
    let word = |text: &str| BETWEEN.contains(&text);
    let first = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    if line.starts_with(['/', '*', '%', '^', '>', '<', '=', '!', ')', ']', '}', ',', '[', '@']) || word(first)
    {
        return true;
    }
    let code = before.trim_end();
    let last = code.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    if code.ends_with(['/', '*', '%', '^', '>', '<', '=', '+', '-', ',']) || word(last) {
        return true;
    }
    // What a mistake leaves open must not swallow everything after it.
    let open = code.matches(['(', '{', '[']).count() > code.matches([')', '}', ']']).count();
    if gap != Gap::Empty && open {
        return true;
    }
    gap == Gap::None && !line.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':'))
}

/// The same without the variables of dashboards, byte for byte as long: a duration between brackets, elsewhere a name.
fn without_variables(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let (mut quote, mut brackets, mut rest) = (None, 0_usize, text);
    while let Some(c) = rest.chars().next() {
        let length = if quote.is_none() { variable(rest) } else { 0 };
        if length > 0 {
            let (word, filler) = if brackets > 0 { ("1m", " ") } else { ("xx", "x") };
            plain.push_str(word);
            plain.push_str(&filler.repeat(length.saturating_sub(2)));
            rest = &rest[length..];
            continue;
        }
        match (quote, c) {
            (None, '"' | '\'' | '`') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    plain
}

/// How long the variable is with which a text begins: `$x`, `${x}`, `${x:regex}`.
fn variable(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('$') else { return 0 };
    if rest.starts_with('{') {
        return rest.find('}').map_or(0, |end| end + 2);
    }
    let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if name == 0 { 0 } else { name + 1 }
}
