//! The parser's events made a tree.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_saphyr::granit_parser::{
    self as parser, Event, Options, Parser, ScalarStyle, Span, StrInput, StructureStyle,
};

use super::node::{Node, Tag, Value};
use super::refused::{control_character, indenting_tab};
use super::syntax::advice;
use crate::alerting::problem::{Place, Problem};

/// Far above any file that is deployed; above it aliases of aliases could take all time.
const MOST_NODES: u32 = 1_000_000;

/// What is in use has ten. Trees are walked by recursion.
const MOST_LEVELS: u32 = 100;

/// The documents of a file, read one by one.
pub(in crate::alerting) struct Documents<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    file: &'a str,
    /// By the parser's number; none while the node is still being read.
    anchors: BTreeMap<usize, Rc<Node<'a>>>,
    nodes: u32,
    /// What no file may hold, and where.
    control: Option<(usize, char)>,
}

/// What ends the reading; boxed because every call returns one.
type Fatal = Box<Problem>;

impl<'a> Documents<'a> {
    /// Of a file's text; `file` is what problems call it.
    pub(in crate::alerting) fn new(text: &'a str, file: &'a str) -> Documents<'a> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut options = Options::default();
        options.set_emit_comments(false);
        // As libyaml, from which Go's libraries stem.
        options.block_scalar_eof_without_line_feed = true;
        options.bom_inside_document_as_content = true;
        let parser = Parser::new_from_str_with_options(text, options);
        Documents { parser, text, file, anchors: BTreeMap::new(), nodes: 0, control: control_character(text) }
    }

    /// The next document, as nothing where it holds nothing; `None` after the last.
    ///
    /// # Errors
    ///
    /// It is no YAML, or too much. Nothing more can be read then.
    pub(in crate::alerting) fn next_document(&mut self) -> Result<Option<Node<'a>>, Fatal> {
        self.anchors.clear();
        self.nodes = 0;
        if let Some((at, c)) = self.control.take() {
            return self
                .refused(self.place(at), format!("not valid YAML: the character {}", c.escape_unicode()));
        }
        loop {
            match self.event()? {
                (Event::StreamEnd, _) => return Ok(None),
                (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
                (event, span) => {
                    let root = self.node(event, span, 0)?;
                    let end = self.end_of_document()?;
                    if let Some(tab) = indenting_tab(&root, self.text, end) {
                        let problem = Problem::new(
                            self.file,
                            self.place(tab),
                            "not valid YAML: a tab indents this line",
                        );
                        return Err(Box::new(
                            problem.help("indent with spaces, and leave blank lines empty"),
                        ));
                    }
                    return Ok(Some(root));
                }
            }
        }
    }

    fn place(&self, byte: usize) -> Place {
        let (line, column) = crate::promql::Span::new(byte, byte).line_and_column(self.text);
        Place { line, column }
    }

    /// What follows a document's root belongs to it until the document ends, at the byte returned.
    fn end_of_document(&mut self) -> Result<usize, Fatal> {
        loop {
            let (event, span) = self.event()?;
            if matches!(event, Event::StreamEnd | Event::DocumentEnd) {
                return Ok(span.start.byte_offset().unwrap_or(self.text.len()));
            }
        }
    }

    fn event(&mut self) -> Result<(Event<'a>, Span), Fatal> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => {
                let mark = error.marker();
                let place = Place { line: mark.line().max(1), column: mark.col() + 1 };
                let problem = Problem::new(self.file, place, format!("not valid YAML: {}", error.kind()));
                Err(Box::new(Problem { help: advice(error.kind()).map(str::to_owned), ..problem }))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn refused<T>(&self, place: Place, message: impl Into<String>) -> Result<T, Fatal> {
        Err(Box::new(Problem::new(self.file, place, message)))
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: u32) -> Result<Node<'a>, Fatal> {
        let place = Place { line: span.start.line().max(1), column: span.start.col() + 1 };
        if depth >= MOST_LEVELS {
            return self.refused(place, format!("over {MOST_LEVELS} levels deep"));
        }
        let mut node = empty(place, &span);
        let anchor = match event {
            Event::Scalar(text, style, anchor, tag) => {
                // The parser spells an absent value `~`.
                let absent = style == ScalarStyle::Plain && node.raw.is_empty();
                let text = if absent { "".into() } else { text };
                if style == ScalarStyle::DoubleQuoted && self.has_slash_escape(&span) {
                    let help = "in double quotes write `/` alone, or use single quotes";
                    let problem = Problem::new(self.file, place, "not valid YAML: the escape `\\/`");
                    return Err(Box::new(problem.help(help)));
                }
                node.tag = read_tag(tag.as_deref());
                node.value = Value::Scalar { text, style };
                anchor
            }
            Event::SequenceStart(style, anchor, tag) => {
                node.tag = read_tag(tag.as_deref());
                let (items, end) = self.items(&mut node, depth)?;
                close(&mut node, style, &end);
                node.value = Value::Seq(items);
                anchor
            }
            Event::MappingStart(style, anchor, tag) => {
                node.tag = read_tag(tag.as_deref());
                let (entries, end) = self.entries(&mut node, depth)?;
                close(&mut node, style, &end);
                node.value = Value::Map(entries);
                anchor
            }
            Event::Alias(number) => {
                let name = span.slice(self.text).unwrap_or_default().trim_start_matches('*');
                let Some(target) = self.anchors.get(&number).cloned() else {
                    return self.refused(place, format!("`*{name}` stands within what it is an alias of"));
                };
                (node.size, node.height) = (target.size, target.height);
                node.value = Value::Alias { name, target };
                0
            }
            _ => return self.refused(place, "not valid YAML: the file ends within a value"),
        };
        // A list's or a mapping's nodes have been counted.
        let fresh = if matches!(node.value, Value::Seq(_) | Value::Map(_)) { 1 } else { node.size };
        // What has an anchor is kept a second time.
        let kept = if anchor == 0 { 0 } else { node.size };
        self.nodes = self.nodes.saturating_add(fresh).saturating_add(kept);
        if self.nodes > MOST_NODES {
            return self
                .refused(place, format!("over {MOST_NODES} values, those of aliases counted at each use"));
        }
        if depth + node.height > MOST_LEVELS {
            return self.refused(place, format!("over {MOST_LEVELS} levels deep"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::new(node.clone()));
        }
        Ok(node)
    }

    /// YAML 1.2 has the escape `\/`, libyaml has not.
    fn has_slash_escape(&self, span: &Span) -> bool {
        let raw = span.slice(self.text).unwrap_or_default();
        let mut bytes = raw.bytes();
        raw.contains("\\/")
            && std::iter::from_fn(|| bytes.find(|byte| *byte == b'\\').and(bytes.next())).any(|it| it == b'/')
    }

    fn items(&mut self, list: &mut Node<'a>, depth: u32) -> Result<(Vec<Node<'a>>, Span), Fatal> {
        let mut items = Vec::new();
        loop {
            match self.event()? {
                (Event::SequenceEnd, span) => return Ok((items, span)),
                (event, span) => {
                    let item = self.node(event, span, depth + 1)?;
                    holds(list, &item);
                    items.push(item);
                }
            }
        }
    }

    fn entries(
        &mut self,
        mapping: &mut Node<'a>,
        depth: u32,
    ) -> Result<(Vec<(Node<'a>, Node<'a>)>, Span), Fatal> {
        let mut entries = Vec::with_capacity(4);
        loop {
            let (event, span) = self.event()?;
            if matches!(event, Event::MappingEnd) {
                return Ok((entries, span));
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.event()?;
            let mut value = self.node(event, span, depth + 1)?;
            if matches!(&value.value, Value::Scalar { text, .. } if text.is_empty()) && value.raw.is_empty() {
                // Nothing was written, so the key is what there is to look at.
                (value.line, value.column) = (key.line, key.column);
            }
            holds(mapping, &key);
            holds(mapping, &value);
            entries.push((key, value));
        }
    }
}

fn empty<'a>(place: Place, span: &Span) -> Node<'a> {
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let bytes = span.byte_range().unwrap_or(0..0);
    Node {
        line: narrow(place.line),
        column: narrow(place.column),
        raw: narrow(bytes.start)..narrow(bytes.end),
        size: 1,
        height: 1,
        tag: None,
        value: Value::Seq(Vec::new()),
    }
}

/// Lets a list or mapping in brackets reach to its end, and any other be empty.
fn close(node: &mut Node<'_>, style: StructureStyle, end: &Span) {
    let start = node.raw.start;
    let end = end.end.byte_offset().and_then(|end| u32::try_from(end).ok()).unwrap_or(start);
    node.raw = if style == StructureStyle::Flow { start..end } else { start..start };
}

fn holds(outer: &mut Node<'_>, inner: &Node<'_>) {
    outer.size = outer.size.saturating_add(inner.size);
    outer.height = outer.height.max(inner.height + 1);
}

fn read_tag(tag: Option<&parser::Tag>) -> Option<Box<Tag>> {
    let tag = tag?;
    Some(Box::new(match tag.core_suffix() {
        Some(core) => Tag::Core(core.to_owned()),
        None if tag.original() == "!" => Tag::Core("str".to_owned()),
        None => Tag::Other,
    }))
}
