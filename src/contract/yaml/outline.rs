//! YAML that other programs read, as a tree with places.
//!
//! [`decode()`](super::decode()) reads files written for us and refuses what would puzzle their authors. Files written
//! for Prometheus, Kubernetes and their like may use everything those take: anchors, aliases, merge keys, tags, several
//! documents. JSON is read too, since it is YAML.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::lines::{lines, unmarked};
use super::scalar::{Kind, resolve};
use super::syntax::advice;
use super::{Problem, tree};

/// Far above any file that is deployed; above them a file of aliases could take all memory.
const MAX_NODES: usize = 1_000_000;
const MAX_DEPTH: usize = 100;

/// One key, scalar, list or mapping.
#[derive(Clone, Debug)]
pub struct Node {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of that line are its own; 0 when there are none.
    pub length: usize,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Value {
    /// A word, a number, a text.
    Scalar {
        /// Its content, after escapes and folding.
        text: String,
        /// Whether quotes or a block made it text whatever it says.
        quoted: bool,
    },
    /// A list.
    Seq(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Node, Node)>),
}

/// What a file holds, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Its documents, as far as they can be read. One that holds nothing is not among them.
    pub documents: Vec<Node>,
    /// Syntax errors, duplicate keys, unknown aliases.
    pub problems: Vec<Problem>,
}

impl Node {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The value at a path of keys and list indices: `spec.endpoints.0.port`. Keys that hold dots cannot be named.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, step| match &node.value {
            Value::Seq(items) => items.get(step.parse::<usize>().ok()?),
            _ => node.get(step),
        })
    }

    /// The content of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Value::Scalar { text, .. } = &self.value { Some(text) } else { None }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(Self, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Value::Seq(items) = &self.value { items } else { &[] }
    }

    /// Whether nothing was written, or `null`.
    pub fn is_null(&self) -> bool {
        self.is(|kind| matches!(kind, Kind::Null))
    }

    /// Whether it is `true` or `false`.
    pub fn is_bool(&self) -> bool {
        self.is(|kind| matches!(kind, Kind::Bool(_)))
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.is(|kind| matches!(kind, Kind::Int(_) | Kind::Float(_)))
    }

    fn is(&self, of: fn(Kind) -> bool) -> bool {
        matches!(&self.value, Value::Scalar { text, quoted: false } if of(resolve(text)))
    }

    /// Itself and everything inside it, with the path to each.
    pub fn walk<'a>(&'a self, path: &mut Vec<&'a str>, visit: &mut dyn FnMut(&[&'a str], &'a Self)) {
        visit(path, self);
        for (key, value) in self.entries() {
            path.push(key.text().unwrap_or_default());
            value.walk(path, visit);
            path.pop();
        }
        for item in self.items() {
            path.push("[]");
            item.walk(path, visit);
            path.pop();
        }
    }

    fn size(&self) -> usize {
        let entries = self.entries().iter().map(|(key, value)| key.size() + value.size());
        1 + entries.sum::<usize>() + self.items().iter().map(Self::size).sum::<usize>()
    }
}

/// Reads every document of a text; `file` is what problems call it.
pub fn outline(text: &str, file: &str) -> Outline {
    let text = unmarked(text);
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader {
        parser,
        lines: lines(text),
        file,
        nodes: 0,
        anchors: BTreeMap::new(),
        found: Outline::default(),
    };
    if let Err(problem) = reader.documents() {
        reader.found.problems.push(*problem);
    }
    reader.found
}

/// A problem after which nothing more can be read.
type Fatal = Box<Problem>;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    lines: Vec<(usize, &'a str)>,
    file: &'a str,
    nodes: usize,
    anchors: BTreeMap<usize, Node>,
    found: Outline,
}

impl<'a> Reader<'a> {
    fn documents(&mut self) -> Result<(), Fatal> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
                (event, span) => {
                    let node = self.node(event, span, 0)?;
                    if !node.is_null() {
                        self.found.documents.push(node);
                    }
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fatal> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(Box::new(self.syntax(&error))),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fatal> {
        let place = self.place(span);
        self.grow(1, place)?;
        if depth > MAX_DEPTH {
            let message = format!("lists and mappings are nested more than {MAX_DEPTH} deep");
            return Err(Box::new(self.problem(place, message)));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                // The parser spells an absent value `~`.
                let text = if plain && span.is_empty() { String::new() } else { text.into() };
                (anchor, Value::Scalar { text, quoted: !plain })
            }
            Event::SequenceStart(_, anchor, _) => (anchor, Value::Seq(self.items(depth)?)),
            Event::MappingStart(_, anchor, _) => (anchor, Value::Map(self.entries(depth)?)),
            Event::Alias(anchor) => return self.alias(anchor, place),
            Event::UnresolvedAlias(name) => {
                self.report(place, format!("the alias `*{name}` names no anchor before it"));
                (0, Value::Scalar { text: String::new(), quoted: false })
            }
            _ => return Err(Box::new(self.problem(place, "not valid YAML: the file ends inside a value"))),
        };
        let node = Node { line: place.line, column: place.column, length: place.length, value };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: usize, place: tree::Place) -> Result<Node, Fatal> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(Box::new(self.problem(place, "the alias stands inside its own anchor")));
        };
        self.grow(node.size(), place)?;
        Ok(Node { line: place.line, column: place.column, length: place.length, value: node.value })
    }

    fn grow(&mut self, by: usize, place: tree::Place) -> Result<(), Fatal> {
        self.nodes = self.nodes.saturating_add(by);
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(Box::new(self.problem(place, format!("the file has more than {MAX_NODES} values"))))
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Fatal> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Fatal> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut merged = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            let name = key.text().unwrap_or_default();
            if name == "<<" {
                merged.push(value);
                continue;
            }
            if let Some(first) = seen.insert(name.to_owned(), key.line) {
                let place = tree::Place { line: key.line, column: key.column, length: key.length };
                self.report(place, format!("duplicate key `{name}`; it was first given on line {first}"));
            }
            entries.push((key, value));
        }
        for value in merged {
            let sources = if value.items().is_empty() { vec![value] } else { value.items().to_vec() };
            for (key, value) in sources.iter().flat_map(|source| source.entries().to_vec()) {
                // What the mapping says itself wins over what it merges.
                if let Entry::Vacant(free) = seen.entry(key.text().unwrap_or_default().to_owned()) {
                    free.insert(key.line);
                    entries.push((key, value));
                }
            }
        }
        Ok(entries)
    }

    fn place(&self, span: Span) -> tree::Place {
        let (line, column) = (span.start.line().max(1), span.start.col() + 1);
        let end = if span.end.line() == line { span.end.col() + 1 } else { self.width(line) + 1 };
        tree::Place { line, column, length: end.saturating_sub(column) }
    }

    fn width(&self, line: usize) -> usize {
        self.lines.get(line.saturating_sub(1)).map_or(0, |(_, line)| line.trim_end().chars().count())
    }

    fn problem(&self, place: tree::Place, message: impl Into<String>) -> Problem {
        let problem = Problem::new(self.file, place.line, place.column, message);
        Problem { length: place.length, ..problem }
    }

    fn report(&mut self, place: tree::Place, message: String) {
        let problem = self.problem(place, message);
        self.found.problems.push(problem);
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let mark = error.marker();
        let place = tree::Place { line: mark.line().max(1), column: mark.col() + 1, length: 0 };
        let problem = self.problem(place, format!("not valid YAML: {}", error.kind()));
        Problem { help: advice(error.kind()).map(str::to_owned), ..problem }
    }
}
