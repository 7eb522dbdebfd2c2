//! Environment variables and what they are set to: in environment files, commands, manifests, code and sentences.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::assigned_prose;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::place::Place;
use crate::prove::snippet::{Kind, Snippet};

/// What a place says of a variable.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) place: Place,
    pub(super) system: Arc<str>,
    /// Headings, the sentence before, and the comments at it: what tells where it is for.
    pub(super) path: Vec<String>,
    /// The service whose environment it is, where the manifest says so.
    pub(super) owner: Option<String>,
    /// The code block, by its index; none for a sentence.
    pub(super) block: Option<usize>,
    /// Whether it is what holds when nobody sets it.
    pub(super) is_default: bool,
    /// Whether its block also starts something, which then has it on the reader's own machine.
    pub(super) runs: bool,
}

/// Every statement of a corpus about a variable.
pub(super) fn all(corpus: &Corpus) -> Vec<Assigned> {
    let mut found = Vec::new();
    for (index, snippet) in corpus.snippets.iter().enumerate() {
        let mut block = Block { snippet, index, lines: snippet.text.lines().collect(), found: Vec::new() };
        match snippet.kind {
            Kind::Shell | Kind::Env => block.lines_of_shell(),
            Kind::Other if matches!(&*snippet.lang, "dockerfile" | "docker" | "systemd") => {
                block.lines_of_shell()
            }
            Kind::Yaml | Kind::Json => snippet.roots.iter().for_each(|root| block.tree(&root.node)),
            _ => {}
        }
        block.code();
        found.append(&mut block.found);
    }
    found.extend(assigned_prose::all(corpus));
    found
}

/// Whether a word can name a variable: `METRICS_PORT`. A single word is more often something else.
pub(super) fn is_name(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    word.contains('_') && word.len() > 3 && word.bytes().all(fits) && word.as_bytes()[0].is_ascii_uppercase()
}

/// What a remark says the default is: `(default: 9090)`, "defaults to `9090`".
pub(super) fn default_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("default").find_map(|(at, word)| {
        let rest = &text[at + word.len()..];
        let signs = [": ", " = ", "=", " to ", "s to ", " is ", ":"];
        let marked = signs.iter().find_map(|sign| rest.strip_prefix(sign));
        let rest = marked.or_else(|| rest.strip_prefix(' ').filter(|rest| rest.starts_with('`')))?;
        let quoted = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')).map(|(word, _)| word);
        let plain = || rest.split(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | ';')).next();
        let word = quoted.or_else(plain)?.trim_matches(['"', '\'', '`', '*']).trim_end_matches('.');
        (!word.is_empty() && word != "the" && word != "a").then(|| word.to_owned())
    })
}

/// How many lines below it a comment can stand for.
const REACH: usize = 40;

/// The comments that a line of code stands under, those right above it first, and the one behind it.
struct Remarks<'a> {
    right_above: Option<&'a str>,
    all: Vec<String>,
}

struct Block<'a> {
    snippet: &'a Snippet,
    index: usize,
    lines: Vec<&'a str>,
    found: Vec<Assigned>,
}

impl<'a> Block<'a> {
    /// Of a line, from 0.
    fn remarks(&self, index: usize) -> Remarks<'a> {
        let comment = |line: &'a str| line.trim().strip_prefix('#').map(str::trim);
        let above = || self.lines[..index.min(self.lines.len())].iter().rev().take(REACH);
        // A comment stands for the lines below it up to an empty one.
        let group =
            above().take_while(|line| !line.trim().is_empty()).skip_while(|line| comment(line).is_none());
        let mut all: Vec<String> = group.map_while(|line| comment(line)).map(str::to_owned).collect();
        let behind =
            self.lines.get(index).and_then(|line| line.split_once(" #")).map(|(_, words)| words.trim());
        all.extend(behind.map(str::to_owned));
        Remarks { right_above: above().next().and_then(|line| comment(line)), all }
    }

    fn add(&mut self, name: &str, value: &str, place: Place, line: usize, owner: Option<&str>) {
        let remarks = self.remarks(line);
        let mut path = self.snippet.path.clone();
        path.push(self.snippet.intro.clone());
        path.extend(remarks.all);
        let assigned = Assigned {
            name: name.to_owned(),
            value: value.trim().trim_matches(['"', '\'']).to_owned(),
            place,
            system: Arc::clone(&self.snippet.system),
            path,
            owner: owner.map(str::to_owned),
            block: Some(self.index),
            is_default: false,
            runs: false,
        };
        if let Some(default) = remarks.right_above.and_then(default_of) {
            let place = self.place_of_line(line.saturating_sub(1));
            let remark =
                Assigned { value: default, is_default: true, place, block: None, ..assigned.clone() };
            self.found.push(remark);
        }
        self.found.push(assigned);
    }

    fn place_of_line(&self, index: usize) -> Place {
        let line = self.lines.get(index).copied().unwrap_or_default();
        let before = line.chars().take_while(|c| c.is_whitespace()).count();
        self.snippet.place(index + 1, before + 1, line.trim().chars().count())
    }

    /// `NAME=value`, `export NAME=value`, `NAME=value command`, `docker run -e NAME=value`.
    fn lines_of_shell(&mut self) {
        let mut runs = false;
        for index in 0..self.lines.len() {
            let line = self.lines[index].trim();
            let line = ["$ ", "> ", "export ", "ENV ", "Environment="]
                .iter()
                .fold(line, |line, lead| line.strip_prefix(lead).unwrap_or(line));
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let whole = self.snippet.kind == Kind::Env;
            let words =
                if whole { vec![line.split(" #").next().unwrap_or(line).to_owned()] } else { words(line) };
            let mut option = false;
            let mut leading = true;
            for word in &words {
                let assigned =
                    word.trim_start_matches("--env=").split_once('=').filter(|(name, _)| is_name(name));
                match assigned.filter(|_| leading || option || word.starts_with("--env=")) {
                    Some((name, value)) => self.add(name, value, self.place_of_line(index), index, None),
                    None => leading = false,
                }
                option = matches!(&**word, "-e" | "--env");
            }
            runs |= !leading && !whole;
        }
        self.found.iter_mut().for_each(|assigned| assigned.runs = runs);
    }

    /// `env:` lists of Kubernetes, `environment:` of Compose, and the data of a `ConfigMap`.
    fn tree(&mut self, root: &'a Node) {
        let object = root.at("metadata.name").and_then(Node::text).filter(|_| root.get("spec").is_some());
        let mut said: Vec<(&str, &str, &Node, Option<&str>)> = Vec::new();
        root.walk(&mut Vec::new(), &mut |path, node| {
            let parent = path.iter().rev().nth(1).copied().unwrap_or_default();
            let key = path.last().copied().unwrap_or_default();
            let of_service = path.first().filter(|first| **first == "services").and(path.get(1)).copied();
            let owner = of_service.or(object);
            match key {
                "[]" if parent.to_lowercase().contains("env") => {
                    let pair = node.get("name").and_then(Node::text).zip(node.get("value"));
                    let listed = pair.and_then(|(name, value)| Some((name, value.text()?, value, owner)));
                    said.extend(listed);
                    let line = node.text().and_then(|text| text.split_once('='));
                    said.extend(line.map(|(name, value)| (name, value, node, owner)));
                }
                "environment" | "env" | "envVars" => {
                    let pairs = node
                        .entries()
                        .iter()
                        .filter_map(|(key, value)| Some((key.text()?, value.text()?, value, owner)));
                    said.extend(pairs);
                }
                "data" if root.get("kind").and_then(Node::text) == Some("ConfigMap") => {
                    let pairs = node.entries().iter();
                    said.extend(
                        pairs.filter_map(|(key, value)| Some((key.text()?, value.text()?, value, None))),
                    );
                }
                _ => {}
            }
        });
        for (name, value, node, owner) in said.into_iter().filter(|(name, ..)| is_name(name)) {
            let place = self.snippet.node(node);
            self.add(name, value, place, node.line.saturating_sub(1), owner);
        }
    }

    /// Defaults in code: `environ.get("NAME", "d")`, `${NAME:-d}`, `process.env.NAME || "d"`.
    fn code(&mut self) {
        for index in 0..self.lines.len() {
            let line = self.lines[index];
            for (name, value) in defaults(line) {
                let (name, value) = (name.to_owned(), value.to_owned());
                let place = self.place_of_line(index);
                let before = self.found.len();
                self.add(&name, &value, place, index, None);
                self.found[before..].iter_mut().for_each(|assigned| {
                    assigned.is_default = true;
                    assigned.block = None;
                });
            }
        }
    }
}

fn defaults(line: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for call in ["environ.get(", "environ.setdefault(", "etenv(", "etEnv(", "env_or(", "envOr(", "env("] {
        for (at, _) in line.match_indices(call) {
            let arguments = &line[at + call.len()..];
            let Some((name, rest)) = quoted(arguments) else { continue };
            let Some(rest) = rest.trim_start().strip_prefix(',').map(str::trim_start) else { continue };
            let plain = || {
                rest.split([')', ','])
                    .next()
                    .map(str::trim)
                    .filter(|word| !word.contains(['(', '.']) || word.parse::<f64>().is_ok())
            };
            found.extend(quoted(rest).map(|(value, _)| value).or_else(plain).map(|value| (name, value)));
        }
    }
    for (at, _) in line.match_indices("${") {
        let inner = line[at + 2..].split('}').next().unwrap_or_default();
        found.extend(inner.split_once(":-"));
    }
    for (at, lead) in line.match_indices("process.env.") {
        let rest = &line[at + lead.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let value = ["||", "??"].iter().find_map(|sign| rest[end..].trim_start().strip_prefix(sign));
        found.extend(
            value.and_then(|value| quoted(value.trim_start())).map(|(value, _)| (&rest[..end], value)),
        );
    }
    // `environ.get(` holds none of the others, but `os.getenv(` ends as `etenv(` does in several spellings.
    let mut seen = BTreeSet::new();
    found.retain(|pair| is_name(pair.0) && seen.insert(*pair));
    found
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let mark = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split_once(mark)
}

/// A line of shell as words; what a `#` begins is none of it.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut open = None;
    for c in line.chars() {
        match open {
            Some(mark) if c == mark => open = None,
            Some(_) => word.push(c),
            None if matches!(c, '"' | '\'') => open = Some(c),
            None if c == '#' && word.is_empty() => break,
            None if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            None => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
