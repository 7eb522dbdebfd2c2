//! A Markdown document as what a linter looks at: sections, tables, fenced blocks, list items, links, inline code.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::place::{Lines, Place};

/// A document.
#[derive(Debug)]
pub struct Page {
    pub(super) lines: Lines,
    /// Its sections in order; the first is what stands before any heading.
    pub sections: Vec<Section>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Its code blocks.
    pub blocks: Vec<Block>,
    /// Its list items.
    pub items: Vec<Item>,
    /// Its paragraphs.
    pub paragraphs: Vec<Prose>,
    /// Its links.
    pub links: Vec<Link>,
    /// Its inline code.
    pub codes: Vec<Code>,
}

/// What stands under a heading, up to the next one.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The heading's text, without marks.
    pub title: String,
    /// 1 to 6; 0 before the first heading.
    pub level: u8,
    /// The heading's line.
    pub line: usize,
    /// The headings above it, outermost first, and itself.
    pub path: Vec<String>,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Index of its section.
    pub section: usize,
    /// The texts of its head.
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The paragraph before it.
    pub intro: String,
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// Its line.
    pub line: usize,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its text, without marks.
    pub text: String,
    /// The inline code in it.
    pub codes: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// A code block.
#[derive(Debug)]
pub struct Block {
    /// Index of its section.
    pub section: usize,
    /// The language it names, in lower case; empty when it names none.
    pub lang: String,
    /// Its lines as they are meant, each with the line and the column (from 1) at which it stands.
    pub lines: Vec<(String, usize, usize)>,
    /// The line on which it begins: the fence.
    pub line: usize,
    /// The paragraph or list item before it in its section.
    pub intro: String,
}

/// A list item, without the lists inside it.
#[derive(Debug)]
pub struct Item {
    /// Index of its section.
    pub section: usize,
    /// Its text, without marks.
    pub text: String,
    /// The text in bold with which it begins.
    pub bold: Option<String>,
    /// The inline code in it.
    pub codes: Vec<String>,
    /// Whether it begins with inline code.
    pub leads_with_code: bool,
    /// Its first line, without the marker's indentation.
    pub place: Place,
    /// 1 for an item of an outermost list.
    pub depth: usize,
    /// The paragraph before its list.
    pub label: String,
}

/// A paragraph.
#[derive(Debug)]
pub struct Prose {
    /// Index of its section.
    pub section: usize,
    /// Its text, without marks.
    pub text: String,
    /// Its first line.
    pub place: Place,
}

/// A link.
#[derive(Debug)]
pub struct Link {
    /// Its text, without marks.
    pub text: String,
    /// Where it leads.
    pub target: String,
    /// Where it stands.
    pub place: Place,
    /// Index of its section.
    pub section: usize,
}

/// Inline code.
#[derive(Debug)]
pub struct Code {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// Index of its section.
    pub section: usize,
}

impl Page {
    /// Reads a document. Any text is one.
    pub fn read(file: &str, text: String) -> Self {
        Self::part(file, text, 0)
    }

    /// Reads a part of a document, with so many lines before it.
    pub(super) fn part(file: &str, text: String, before: usize) -> Self {
        let mut page = Self {
            lines: Lines::new(file, text, before),
            sections: vec![Section::default()],
            tables: Vec::new(),
            blocks: Vec::new(),
            items: Vec::new(),
            paragraphs: Vec::new(),
            links: Vec::new(),
            codes: Vec::new(),
        };
        // Taken out for the time of reading: the parser borrows it while the page grows.
        let lines = std::mem::replace(&mut page.lines, Lines::new(file, String::new(), 0));
        let events = Parser::new_ext(lines.text(), Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
        let mut reader = Reader {
            page: &mut page,
            lines: &lines,
            texts: Vec::new(),
            lists: Vec::new(),
            above: Vec::new(),
            intro: String::new(),
        };
        for (event, range) in events.into_offset_iter() {
            reader.event(event, range);
        }
        page.lines = lines;
        page
    }

    /// The file.
    pub fn file(&self) -> &Arc<str> {
        self.lines.file()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.lines.text()
    }

    /// The anchor of each heading, as GitHub makes them.
    pub fn anchors(&self) -> Vec<String> {
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        let titles = self.sections.iter().skip(1).map(|section| section.title.to_lowercase());
        titles
            .map(|title| {
                let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
                let plain: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
                let before = taken.entry(plain.clone()).or_default();
                *before += 1;
                if *before == 1 { plain } else { format!("{plain}-{}", *before - 1) }
            })
            .collect()
    }
}

/// What text is being collected for.
#[derive(Default)]
struct Open {
    text: String,
    codes: Vec<String>,
    bold: Option<String>,
    leads_with_code: bool,
    /// Of a link.
    target: String,
    /// Whether it is a code block, which is none of a document's prose.
    is_block: bool,
    start: usize,
}

struct Reader<'a> {
    page: &'a mut Page,
    lines: &'a Lines,
    texts: Vec<Open>,
    /// The paragraph before each list that is open.
    lists: Vec<String>,
    /// The headings that the next one may stand under, by index.
    above: Vec<usize>,
    intro: String,
}

impl Reader<'_> {
    fn section(&self) -> usize {
        self.page.sections.len() - 1
    }

    fn open(&mut self, range: &Range<usize>) {
        self.texts.push(Open { start: range.start, ..Open::default() });
    }

    fn add(&mut self, text: &str) {
        if let Some(open) = self.texts.last_mut() {
            open.text.push_str(text);
        }
    }

    /// The words of an emphasis, a link or an item's paragraph are also those of what holds it.
    fn hand_up(&mut self, inner: &Open) {
        let Some(open) = self.texts.last_mut() else { return };
        open.leads_with_code |= inner.leads_with_code && open.text.trim().is_empty();
        if open.text.trim().is_empty() && open.bold.is_none() {
            open.bold.clone_from(&inner.bold);
        }
        open.text.push_str(&inner.text);
        open.codes.extend(inner.codes.iter().cloned());
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) => match self.block(&range) {
                Some(()) => {}
                None => self.add(&text),
            },
            Event::Code(code) => self.code(&code, &range),
            Event::SoftBreak | Event::HardBreak => self.add(" "),
            Event::Html(html) | Event::InlineHtml(html) => self.add(&html),
            _ => {}
        }
    }

    fn code(&mut self, code: &str, range: &Range<usize>) {
        if let Some(open) = self.texts.last_mut() {
            open.leads_with_code |= open.text.trim().is_empty();
            open.codes.push(code.to_owned());
            open.text.push_str(code);
        }
        let place = self.lines.place(range.start, range.end);
        let section = self.section();
        self.page.codes.push(Code { text: code.to_owned(), place, section });
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Heading { .. } | Tag::Paragraph | Tag::TableCell | Tag::Strong => self.open(range),
            Tag::Link { dest_url, .. } => {
                self.open(range);
                if let Some(open) = self.texts.last_mut() {
                    open.target = dest_url.into_string();
                }
            }
            Tag::Item => self.open_item(range),
            Tag::CodeBlock(kind) => self.open_block(kind, range),
            Tag::List(_) => {
                self.close_item_text();
                self.lists.push(std::mem::take(&mut self.intro));
            }
            Tag::Table(_) => {
                let intro = std::mem::take(&mut self.intro);
                let section = self.section();
                self.page.tables.push(Table { section, head: Vec::new(), rows: Vec::new(), intro });
            }
            Tag::TableRow => {
                let line = self.lines.line_of(range.start);
                if let Some(table) = self.page.tables.last_mut() {
                    table.rows.push(Row { line, cells: Vec::new() });
                }
            }
            _ => {}
        }
    }

    fn open_item(&mut self, range: &Range<usize>) {
        let (start, line) = (range.start, self.lines.line_of(range.start));
        let place = Place { length: 0, ..self.lines.place(start, start) };
        let whole = self.lines.whole(line);
        let length = (whole.column + whole.length).saturating_sub(place.column);
        let item = Item {
            section: self.section(),
            text: String::new(),
            bold: None,
            codes: Vec::new(),
            leads_with_code: false,
            place: Place { length, ..place },
            depth: self.lists.len(),
            label: self.lists.last().cloned().unwrap_or_default(),
        };
        self.page.items.push(item);
        self.open(range);
    }

    /// What an item says ends where a list inside it begins.
    fn close_item_text(&mut self) {
        let Some(open) = self.texts.last_mut() else { return };
        if let Some(item) = self.page.items.last_mut().filter(|item| item.text.is_empty()) {
            item.text = open.text.trim().to_owned();
            item.bold.clone_from(&open.bold);
            item.codes.clone_from(&open.codes);
            item.leads_with_code = open.leads_with_code;
        }
    }

    fn open_block(&mut self, kind: CodeBlockKind<'_>, range: &Range<usize>) {
        let info = match &kind {
            CodeBlockKind::Fenced(info) => {
                info.split([' ', ',', '{', ':']).next().unwrap_or_default().to_lowercase()
            }
            CodeBlockKind::Indented => String::new(),
        };
        let block = Block {
            section: self.section(),
            lang: info,
            lines: Vec::new(),
            line: self.lines.line_of(range.start),
            intro: self.intro.clone(),
        };
        self.page.blocks.push(block);
        self.open(range);
        if let Some(open) = self.texts.last_mut() {
            open.is_block = true;
        }
    }

    /// Takes the text if a code block is open.
    fn block(&mut self, range: &Range<usize>) -> Option<()> {
        self.texts.last().filter(|open| open.is_block)?;
        let mut at = range.start;
        // A text event may hold many lines, each as it stands in the file from its own column on.
        let text = &self.lines.text()[range.clone()];
        for line in text.split_inclusive('\n') {
            let place = self.lines.place(at, at);
            let shown = line.trim_end_matches(['\n', '\r']).to_owned();
            if let Some(block) = self.page.blocks.last_mut() {
                match block.lines.last_mut() {
                    Some((last, number, _)) if *number == place.line => last.push_str(&shown),
                    _ => block.lines.push((shown, place.line, place.column)),
                }
            }
            at += line.len();
        }
        Some(())
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Heading(level) => self.heading(level, range),
            TagEnd::Paragraph => self.paragraph(),
            TagEnd::Item => self.item(),
            TagEnd::TableCell => self.cell(range),
            TagEnd::Strong => self.strong(),
            TagEnd::Link => self.link(range),
            TagEnd::CodeBlock => drop(self.texts.pop()),
            TagEnd::List(_) => drop(self.lists.pop()),
            _ => {}
        }
    }

    fn heading(&mut self, level: HeadingLevel, range: &Range<usize>) {
        let Some(open) = self.texts.pop() else { return };
        let (title, level) = (open.text.trim().to_owned(), level as u8);
        while self.above.last().is_some_and(|index| self.page.sections[*index].level >= level) {
            self.above.pop();
        }
        let above = self.above.last().map(|index| &self.page.sections[*index]);
        let mut path = above.map(|section| section.path.clone()).unwrap_or_default();
        path.push(title.clone());
        self.above.push(self.page.sections.len());
        let line = self.lines.line_of(range.start);
        self.page.sections.push(Section { title, level, line, path });
        self.intro.clear();
    }

    fn paragraph(&mut self) {
        let Some(open) = self.texts.pop() else { return };
        let place = self.lines.whole(self.lines.line_of(open.start));
        let text = open.text.trim().to_owned();
        self.intro.clone_from(&text);
        if self.lists.is_empty() {
            let section = self.section();
            self.page.paragraphs.push(Prose { section, text, place });
        } else {
            self.hand_up(&open);
        }
    }

    fn item(&mut self) {
        // Items end inside out, but the text of the outer one was kept when its inner list began.
        let depth = self.lists.len();
        let Some(open) = self.texts.pop() else { return };
        let item = self.page.items.iter_mut().rev().find(|item| item.depth == depth);
        if let Some(item) = item.filter(|item| item.text.is_empty()) {
            item.text = open.text.trim().to_owned();
            item.bold = open.bold;
            item.codes = open.codes;
            item.leads_with_code = open.leads_with_code;
        }
        self.intro = open.text.trim().to_owned();
    }

    fn cell(&mut self, range: &Range<usize>) {
        let Some(open) = self.texts.pop() else { return };
        let cell = Cell {
            text: open.text.trim().to_owned(),
            codes: open.codes,
            place: self.lines.place(range.start, range.end),
        };
        let Some(table) = self.page.tables.last_mut() else { return };
        match table.rows.last_mut() {
            Some(row) => row.cells.push(cell),
            None => table.head.push(cell.text),
        }
    }

    fn strong(&mut self) {
        let Some(mut strong) = self.texts.pop() else { return };
        strong.bold = Some(strong.text.trim().to_owned());
        self.hand_up(&strong);
    }

    fn link(&mut self, range: &Range<usize>) {
        let Some(open) = self.texts.pop() else { return };
        self.hand_up(&open);
        let place = self.lines.place(range.start, range.end);
        let section = self.section();
        self.page.links.push(Link { text: open.text.trim().to_owned(), target: open.target, place, section });
    }
}
