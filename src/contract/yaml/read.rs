//! Reads YAML text into a tree, and reports what is refused.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{
    Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle,
};

use super::{
    lines::{lines, unmarked},
    problem::Problem,
    scalar::Scalar,
    syntax::advice,
    tree::{Node, Place, Value},
};

/// A file a person wrote is far below these; a file above them would make the repeated passes slow.
const MAX_BYTES: usize = 1 << 20;
const MAX_NODES: usize = 50_000;

/// Deep enough for any scenario, shallow enough for the stack of a test thread.
const MAX_DEPTH: usize = 64;

/// What was read.
pub(super) struct Tree {
    /// `None` when the text is not YAML at all.
    pub(super) root: Option<Node>,
    /// What was refused.
    pub(super) problems: Vec<Problem>,
    /// The nodes that were refused and must not be decoded.
    pub(super) refused: Vec<usize>,
}

/// Reads the one document in `text`.
pub(super) fn read(text: &str, file: &str) -> Tree {
    let text = unmarked(text);
    let mut builder = Builder::new(text, file);
    let root = match builder.document(text.len()) {
        Ok(root) => Some(root),
        Err(fatal) => {
            builder.problems.push(*fatal);
            None
        }
    };
    Tree { root, problems: builder.problems, refused: builder.refused }
}

/// A problem after which nothing more can be read; boxed because every call returns one.
type Fatal = Box<Problem>;

struct Builder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    lines: Vec<(usize, &'a str)>,
    file: &'a str,
    nodes: usize,
    depth: usize,
    problems: Vec<Problem>,
    refused: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, file: &'a str) -> Self {
        let mut options = Options::default();
        options.set_emit_comments(false);
        // Both are refused here rather than by the parser, so that reading goes on after them.
        options.emit_anchor_events = true;
        options.emit_unresolved_aliases = true;
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            lines: lines(text),
            file,
            nodes: 0,
            depth: 0,
            problems: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn document(&mut self, bytes: usize) -> Result<Node, Fatal> {
        let start = Place { line: 1, column: 1, length: 0 };
        if bytes > MAX_BYTES {
            let message = format!("the file has {bytes} bytes, more than the {MAX_BYTES} this reader takes");
            return Err(Box::new(self.problem(start, message)));
        }
        let root = loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(self.empty(start)),
                (event, span) => break self.node(event, span)?,
            }
        };
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(root),
                (Event::DocumentStart(..), span) => {
                    let help = "put it into a file of its own";
                    self.report(self.place(span), "a second document starts here", Some(help));
                    return Ok(root);
                }
                _ => {}
            }
        }
    }

    /// A file of nothing but comments; said here, because "expected a mapping, saw nothing" would puzzle its author.
    fn empty(&mut self, place: Place) -> Node {
        self.report(place, "the file is empty", None);
        self.refused.push(0);
        Node { id: 0, last: 0, place, value: Value::Scalar(Scalar::new(String::new(), false)) }
    }

    /// The next event that is part of the document's structure.
    fn next(&mut self) -> Result<(Event<'a>, Span), Fatal> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Anchor(_, name), span))) => {
                    let message = format!("anchors such as `&{name}` are not supported");
                    self.report(
                        self.place(span),
                        message,
                        Some("remove it and write the value out at each place"),
                    );
                }
                Some(Ok(found)) => return Ok(found),
                Some(Err(error)) => return Err(Box::new(self.syntax(&error))),
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Fatal> {
        let id = self.nodes;
        self.nodes += 1;
        let mut place = self.place(span);
        if self.nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} values");
            return Err(Box::new(self.problem(place, message)));
        }
        let tagged = event.tag().map(|tag| (tag.original(), span.tag_span().unwrap_or(span)));
        if let Some((tag, span)) = tagged {
            self.refused.push(id);
            self.report(
                self.place(span),
                format!("tags such as `{tag}` are not supported"),
                Some("remove it"),
            );
        }
        let value = match event {
            Event::Scalar(text, style, ..) => {
                // The parser spells an absent value `~`.
                let text =
                    if style == ScalarStyle::Plain && span.is_empty() { String::new() } else { text.into() };
                Value::Scalar(Scalar::new(text, style != ScalarStyle::Plain))
            }
            Event::SequenceStart(style, ..) => {
                let (items, end) = self.nested(place, Self::items)?;
                place.length = if style == StructureStyle::Flow { self.reach(place, end) } else { 1 };
                Value::Seq(items)
            }
            Event::MappingStart(style, ..) => {
                let (entries, end) = self.nested(place, Self::entries)?;
                place.length = match entries.first() {
                    Some((key, _)) if style == StructureStyle::Block => key.place.length,
                    _ => self.reach(place, end),
                };
                Value::Map(entries)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refused.push(id);
                let message = format!("aliases such as `{}` are not supported", self.written(place));
                self.report(place, message, Some("write the value out instead"));
                Value::Scalar(Scalar::new(String::new(), false))
            }
            _ => return Err(Box::new(self.problem(place, "not valid YAML: the file ends inside a value"))),
        };
        Ok(Node { id, last: self.nodes - 1, place, value })
    }

    fn nested<T>(
        &mut self,
        place: Place,
        read: impl FnOnce(&mut Self) -> Result<T, Fatal>,
    ) -> Result<T, Fatal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("lists and mappings are nested more than {MAX_DEPTH} deep");
            return Err(Box::new(self.problem(place, message)));
        }
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn items(&mut self) -> Result<(Vec<Node>, Span), Fatal> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, span) => return Ok((items, span)),
                (event, span) => {
                    let mut item = self.node(event, span)?;
                    if item.place.length == 0 {
                        self.move_to_dash(&mut item.place);
                    }
                    items.push(item);
                }
            }
        }
    }

    fn entries(&mut self) -> Result<(Vec<(Node, Node)>, Span), Fatal> {
        let mut entries = Vec::new();
        let mut seen = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok((entries, span));
            }
            let key = self.node(event, span)?;
            self.check_key(&key, &mut seen);
            let (event, span) = self.next()?;
            let block = matches!(event, Event::SequenceStart(StructureStyle::Block, ..));
            let mut value = self.node(event, span)?;
            if block {
                self.move_to_first_dash(&mut value.place);
            }
            if value.place.length == 0 {
                // Nothing was written, so there is nothing to underline but the key.
                value.place = key.place;
            }
            entries.push((key, value));
        }
    }

    fn check_key(&mut self, key: &Node, seen: &mut BTreeMap<String, usize>) {
        if self.refused.last() == Some(&key.id) {
            return;
        }
        let (message, help) = match &key.value {
            Value::Seq(_) | Value::Map(_) => ("a key must be a single word or text".to_owned(), None),
            Value::Scalar(scalar) if scalar.text.is_empty() => ("a key must not be empty".to_owned(), None),
            Value::Scalar(scalar) if scalar.text == "<<" && !scalar.quoted => {
                let help = "write the keys out instead".to_owned();
                ("merge keys (`<<`) are not supported".to_owned(), Some(help))
            }
            Value::Scalar(scalar) => match seen.insert(scalar.text.clone(), key.place.line) {
                None => return,
                Some(first) => {
                    // A third one should name the first as well.
                    seen.insert(scalar.text.clone(), first);
                    let help = format!("it was first given on line {first}");
                    (format!("duplicate key `{}`", scalar.text), Some(help))
                }
            },
        };
        self.refused.push(key.id);
        self.report(key.place, message, help.as_deref());
    }

    /// An empty element has nothing to underline but its dash.
    fn move_to_dash(&self, place: &mut Place) {
        let before = self.line(place.line).chars().take(place.column - 1);
        if let Some((at, _)) = before.enumerate().filter(|(_, c)| *c == '-').last() {
            *place = Place { column: at + 1, length: 1, ..*place };
        }
    }

    /// The parser puts a list that is no deeper than its key after the first dash instead of on it.
    fn move_to_first_dash(&self, place: &mut Place) {
        let line = self.line(place.line);
        let indent = line.chars().take_while(|c| *c == ' ').count();
        if line.chars().nth(indent) == Some('-') {
            place.column = indent + 1;
        }
    }

    fn written(&self, place: Place) -> String {
        self.line(place.line).chars().skip(place.column - 1).take(place.length).collect()
    }

    fn line(&self, line: usize) -> &'a str {
        self.lines.get(line.saturating_sub(1)).map_or("", |(_, line)| line)
    }

    fn place(&self, span: Span) -> Place {
        let start = Place { line: span.start.line().max(1), column: span.start.col() + 1, length: 0 };
        Place { length: self.reach(start, span), ..start }
    }

    /// How many characters of its first line something reaches that starts at `start` and ends where `end` does.
    fn reach(&self, start: Place, end: Span) -> usize {
        if end.end.line() == start.line {
            return (end.end.col() + 1).saturating_sub(start.column);
        }
        (self.line(start.line).trim_end().chars().count() + 1).saturating_sub(start.column)
    }

    fn problem(&self, place: Place, message: impl Into<String>) -> Problem {
        let problem = Problem::new(self.file, place.line, place.column, message);
        Problem { length: place.length, ..problem }
    }

    fn report(&mut self, place: Place, message: impl Into<String>, help: Option<&str>) {
        let problem = self.problem(place, message);
        self.problems.push(Problem { help: help.map(str::to_owned), ..problem });
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let mark = error.marker();
        let place = Place { line: mark.line().max(1), column: mark.col() + 1, length: 0 };
        let problem = self.problem(place, format!("not valid YAML: {}", error.kind()));
        Problem { help: advice(error.kind()).map(str::to_owned), ..problem }
    }
}
