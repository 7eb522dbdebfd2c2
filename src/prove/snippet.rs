//! Code in documents, and whole files, as what it is: YAML with its schema, queries, shell, Python...

use std::sync::Arc;

use super::page::{Block, Page};
use super::place::Place;
use super::schema::{self, Format};
use crate::contract::yaml::{Node, Problem, outline};

/// A code block of a document, or a file of its own.
#[derive(Debug)]
pub struct Snippet {
    /// The file.
    pub file: Arc<str>,
    /// The system that the file is about.
    pub system: Arc<str>,
    /// The headings above it, outermost first; none for a whole file.
    pub path: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: String,
    /// Line and column of each of its lines in the file.
    starts: Vec<(usize, usize)>,
    /// The paragraph before it.
    pub intro: String,
    /// The name of the file that it shows, where the document says so.
    pub named: Option<String>,
    /// Whether it is a whole file and not a part that a document shows.
    pub whole: bool,
    /// Its documents, if it is YAML or JSON.
    pub roots: Vec<Root>,
    /// What keeps it from being YAML or JSON.
    pub problems: Vec<Problem>,
    /// The language that the fence names; empty when it names none.
    pub lang: String,
}

/// A document of a YAML or JSON snippet.
#[derive(Debug)]
pub struct Root {
    /// Its tree.
    pub node: Node,
    /// Whose format it is, where it is one that is known.
    pub format: Option<Format>,
}

/// What a snippet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PromQL queries.
    Promql,
    /// LogQL queries.
    Logql,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
    /// Assignments of environment variables.
    Env,
    /// Shell commands.
    Shell,
    /// Python.
    Python,
    /// Boxes and arrows.
    Diagram,
    /// Anything else.
    Other,
}

impl Snippet {
    /// A code block of a page.
    pub(super) fn of_block(page: &Page, block: &Block, system: &Arc<str>) -> Self {
        let text: String = block.lines.iter().flat_map(|(line, ..)| [line.as_str(), "\n"]).collect();
        let path = page.sections[block.section].path.clone();
        let starts = block.lines.iter().map(|(_, line, column)| (*line, *column)).collect();
        let named = named(&text, &block.intro, path.last().map_or("", String::as_str));
        let mut snippet = Self {
            file: Arc::clone(page.file()),
            system: Arc::clone(system),
            path,
            kind: Kind::of(&block.lang, &text),
            text,
            starts,
            intro: block.intro.clone(),
            named,
            whole: false,
            roots: Vec::new(),
            problems: Vec::new(),
            lang: block.lang.clone(),
        };
        snippet.parse();
        snippet
    }

    /// A whole file.
    pub(super) fn of_file(file: &str, kind: Kind, text: String, system: &Arc<str>) -> Self {
        let starts = (1..=text.lines().count().max(1)).map(|line| (line, 1)).collect();
        let name = file.rsplit('/').next().unwrap_or(file);
        let mut snippet = Self {
            file: file.into(),
            system: Arc::clone(system),
            path: Vec::new(),
            kind,
            text,
            starts,
            intro: String::new(),
            named: Some(name.to_owned()),
            whole: true,
            roots: Vec::new(),
            problems: Vec::new(),
            lang: String::new(),
        };
        snippet.parse();
        snippet
    }

    fn parse(&mut self) {
        if !matches!(self.kind, Kind::Yaml | Kind::Json) {
            return;
        }
        let read = outline(&self.text, &self.file);
        self.problems = read.problems;
        let roots = read.documents.into_iter();
        self.roots = roots.map(|node| Root { format: schema::recognize(&node), node }).collect();
    }

    /// The place of something in it: line and column from 1 within the snippet.
    pub fn place(&self, line: usize, column: usize, length: usize) -> Place {
        let index = line.saturating_sub(1).min(self.starts.len().saturating_sub(1));
        let (number, start) = self.starts.get(index).copied().unwrap_or((1, 1));
        Place { file: Arc::clone(&self.file), line: number, column: start + column.saturating_sub(1), length }
    }

    /// The place of a node.
    pub fn node(&self, node: &Node) -> Place {
        self.place(node.line, node.column, node.length)
    }

    /// The place of bytes of its text, cut off at the end of their first line.
    pub fn bytes(&self, start: usize, end: usize) -> Place {
        let before = &self.text[..start.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[begin..].chars().count() + 1;
        let stop =
            self.text[start.min(self.text.len())..].find('\n').map_or(self.text.len(), |at| start + at);
        let length = self.text.get(start..end.min(stop)).map_or(0, |text| text.chars().count());
        self.place(line, column, length)
    }

    /// Its lines with their places.
    pub fn lines(&self) -> impl Iterator<Item = (&str, Place)> {
        self.text.lines().enumerate().map(|(index, line)| {
            let before = line.chars().take_while(|c| c.is_whitespace()).count();
            (line, self.place(index + 1, before + 1, line.trim().chars().count()))
        })
    }

    /// The roots of one format.
    pub fn of(&self, format: Format) -> impl Iterator<Item = &Node> {
        self.roots.iter().filter(move |root| root.format == Some(format)).map(|root| &root.node)
    }
}

impl Kind {
    /// By the language that a fence names, and where it names none, by what the text looks like.
    fn of(lang: &str, text: &str) -> Self {
        match lang {
            "promql" | "prometheus" | "prom" => Self::Promql,
            "logql" | "loki" => Self::Logql,
            "yaml" | "yml" => Self::Yaml,
            "json" | "jsonc" | "json5" => Self::Json,
            "toml" => Self::Toml,
            "env" | "dotenv" | "ini" | "properties" => Self::Env,
            "bash" | "sh" | "shell" | "console" | "zsh" | "shell-session" => Self::Shell,
            "python" | "py" => Self::Python,
            "" | "text" | "txt" | "plain" => Self::guess(text),
            _ => Self::Other,
        }
    }

    fn guess(text: &str) -> Self {
        if text.contains(['┌', '└', '╔', '╚']) || (text.contains("+--") && text.contains('|')) {
            return Self::Diagram;
        }
        let mut code =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        if code.peek().is_none() {
            return Self::Other;
        }
        let is_logql = |line: &str| {
            line.starts_with('{') && line.contains('=') && line.contains('}')
                || ["|= \"", "|~ \"", "| json", "| logfmt"].iter().any(|mark| line.contains(mark))
        };
        let first = code.peek().copied().unwrap_or_default();
        if code.all(is_logql) {
            Self::Logql
        } else if looks_like_promql(first, text) {
            Self::Promql
        } else {
            Self::Other
        }
    }

    /// By a file's name; none for files that are not read.
    pub(super) fn of_file(name: &str) -> Option<Self> {
        Some(match name.rsplit_once('.')?.1 {
            "yml" | "yaml" | "rules" => Self::Yaml,
            "json" => Self::Json,
            "env" => Self::Env,
            "logql" => Self::Logql,
            "promql" => Self::Promql,
            "tmpl" => Self::Other,
            _ => return None,
        })
    }
}

/// Whether a text begins with a function or an aggregation of PromQL and reads a window: `sum(rate(x[5m]))`.
fn looks_like_promql(first: &str, text: &str) -> bool {
    let name = first.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    let rest = first[name.len()..].trim_start();
    let known = [
        "rate",
        "irate",
        "increase",
        "histogram_quantile",
        "sum",
        "avg",
        "max",
        "min",
        "count",
        "topk",
        "bottomk",
    ];
    let called = rest.starts_with('(') || rest.starts_with("by") || rest.starts_with("without");
    let window = text.split('[').skip(1).any(|rest| {
        let inner = rest.split(']').next().unwrap_or_default();
        inner.starts_with(|c: char| c.is_ascii_digit()) && inner.ends_with(['s', 'm', 'h', 'd', 'w'])
    });
    let logs = ["({", "|=", "|~", "| json", "| logfmt"].iter().any(|mark| text.contains(mark));
    known.contains(&name) && called && window && !logs
}

/// The endings of names that a document gives to a snippet's file.
const ENDINGS: [&str; 9] = [".yaml", ".yml", ".json", ".py", ".toml", ".rules", ".env", ".conf", ".sh"];

/// The file that a snippet shows: by the comment with which it begins, by the sentence before it, by its heading.
fn named(text: &str, intro: &str, title: &str) -> Option<String> {
    let first = text.lines().next().unwrap_or_default().trim();
    let comment = first.strip_prefix('#').or_else(|| first.strip_prefix("//")).map(str::trim);
    let comment = comment.filter(|comment| !comment.contains(' '));
    [comment.unwrap_or_default(), intro, title].into_iter().find_map(|words| {
        let mut words =
            words.split(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ')' | ':' | '"' | ','));
        words
            .find(|word| ENDINGS.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending)))
            .map(str::to_owned)
    })
}
