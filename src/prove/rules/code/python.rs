//! Python as far as names go: tokens with places, what is imported, what is bound, what is used.

use std::collections::BTreeSet;
use std::ops::Range;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) at: Range<usize>,
    /// How many brackets are open around it.
    pub(super) depth: usize,
    /// How far its line is indented.
    pub(super) indent: usize,
    /// Whether it begins a line of code.
    pub(super) first: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Text,
    Number,
    Mark,
}

/// Why a text cannot be Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: Range<usize>,
    pub(super) message: String,
}

/// A name that an import binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import<'a> {
    /// `opentelemetry.sdk.trace`
    pub(super) module: String,
    /// What is taken from it; none for `import x`.
    pub(super) name: Option<&'a str>,
    /// What it is called here.
    pub(super) bound: &'a str,
    pub(super) at: Range<usize>,
}

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// Cuts code into tokens, or says what is open.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut open: Vec<(char, usize)> = Vec::new();
    let (mut at, mut indent, mut first) = (0, 0, true);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match c {
            '\n' => {
                if open.is_empty() && !text[..at].ends_with('\\') {
                    first = true;
                    let line = &rest[1..];
                    indent = line.len() - line.trim_start_matches([' ', '\t']).len();
                }
                (None, 1)
            }
            _ if c.is_whitespace() || c == '\\' => (None, c.len_utf8()),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            _ if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let prefix = matches!(
                    rest[..length].to_ascii_lowercase().as_str(),
                    "r" | "b" | "f" | "u" | "rb" | "br" | "fr" | "rf"
                );
                if prefix && rest[length..].starts_with(['"', '\'']) {
                    (Some(Kind::Text), length + quoted(&rest[length..], at + length)?)
                } else {
                    (Some(Kind::Name), length)
                }
            }
            '"' | '\'' => (Some(Kind::Text), quoted(rest, at)?),
            _ if c.is_ascii_digit() => (
                Some(Kind::Number),
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len()),
            ),
            '(' | '[' | '{' => {
                open.push((c, at));
                (Some(Kind::Mark), 1)
            }
            ')' | ']' | '}' => {
                close(&mut open, c, at)?;
                (Some(Kind::Mark), 1)
            }
            _ => {
                let long = [
                    "...", "**=", "//=", "->", ":=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "**",
                    "//",
                ];
                (
                    Some(Kind::Mark),
                    long.into_iter().find(|mark| rest.starts_with(mark)).map_or(c.len_utf8(), str::len),
                )
            }
        };
        if let Some(kind) = kind {
            found.push(Token {
                kind,
                text: &rest[..length],
                at: at..at + length,
                depth: open.len(),
                indent,
                first,
            });
            first = false;
        }
        at += length;
    }
    match open.pop() {
        Some((c, at)) => Err(Fault { at: at..at + 1, message: format!("`{c}` is never closed") }),
        None => Ok(found),
    }
}

fn close(open: &mut Vec<(char, usize)>, c: char, at: usize) -> Result<(), Fault> {
    let wanted = match c {
        ')' => '(',
        ']' => '[',
        _ => '{',
    };
    match open.pop() {
        Some((opened, _)) if opened == wanted => Ok(()),
        Some((opened, _)) => Err(Fault {
            at: at..at + 1,
            message: format!("`{c}` stands where the `{opened}` before it is to be closed"),
        }),
        None => Err(Fault { at: at..at + 1, message: format!("`{c}` closes nothing") }),
    }
}

/// How long a text in quotes is.
fn quoted(text: &str, at: usize) -> Result<usize, Fault> {
    let quote = &text[..1];
    let triple = text.starts_with(&quote.repeat(3));
    let mark = if triple { quote.repeat(3) } else { quote.to_owned() };
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(mark.len()) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' if !triple => break,
            _ if text[index..].starts_with(&mark) => return Ok(index + mark.len()),
            _ => {}
        }
    }
    Err(Fault { at: at..at + mark.len(), message: "this quote is never closed".to_owned() })
}

/// Every import of a text; `None` as the bound name's place for `import *` is `*` itself.
pub(super) fn imports<'a>(tokens: &[Token<'a>]) -> Vec<Import<'a>> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !token.first {
            continue;
        }
        let line = &tokens[index..line_end(tokens, index)];
        match token.text {
            "import" => plain_imports(line, &mut found),
            "from" => from_imports(line, &mut found),
            _ => {}
        }
    }
    found
}

fn line_end(tokens: &[Token<'_>], from: usize) -> usize {
    tokens[from + 1..].iter().position(|token| token.first).map_or(tokens.len(), |at| from + 1 + at)
}

/// A dotted name, and how many tokens it takes.
fn dotted(tokens: &[Token<'_>]) -> (String, usize) {
    let count = tokens
        .iter()
        .take_while(|token| {
            matches!(token.text, "." | "...") || (token.kind == Kind::Name && !is_keyword(token.text))
        })
        .count();
    (tokens[..count].iter().map(|token| token.text).collect(), count)
}

fn plain_imports<'a>(line: &[Token<'a>], found: &mut Vec<Import<'a>>) {
    for part in line[1..].split(|token| token.text == ",") {
        let (module, count) = dotted(part);
        let Some(first) = part.first().filter(|_| count > 0) else { continue };
        let alias = part.get(count).filter(|token| token.text == "as").and_then(|_| part.get(count + 1));
        let end = alias.map_or(part[count - 1].at.end, |alias| alias.at.end);
        found.push(Import {
            module,
            name: None,
            bound: alias.map_or(first.text, |alias| alias.text),
            at: first.at.start..end,
        });
    }
}

fn from_imports<'a>(line: &[Token<'a>], found: &mut Vec<Import<'a>>) {
    let (module, count) = dotted(&line[1..]);
    let Some(names) =
        line.get(count + 2..).filter(|_| line.get(count + 1).is_some_and(|token| token.text == "import"))
    else {
        return;
    };
    for part in names.split(|token| matches!(token.text, "," | "(" | ")")) {
        let Some(first) = part.first() else { continue };
        let alias = part.get(2).filter(|_| part[1].text == "as");
        let bound = alias.unwrap_or(first);
        found.push(Import {
            module: module.clone(),
            name: Some(first.text),
            bound: bound.text,
            at: first.at.clone(),
        });
    }
}

/// The names that code binds in any way but by importing them: too many rather than too few.
pub(super) fn bound<'a>(tokens: &[Token<'a>]) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut importing = false;
    for (index, token) in tokens.iter().enumerate() {
        if token.first {
            importing = matches!(token.text, "import" | "from");
        }
        if importing || token.kind != Kind::Name || is_keyword(token.text) {
            continue;
        }
        let before = index.checked_sub(1).map_or("", |at| tokens[at].text);
        let after = tokens.get(index + 1).map_or("", |token| token.text);
        let assigned =
            matches!(after, "=" | ":=" | "+=" | "-=") && before != "." && (token.depth == 0 || after == ":=");
        let annotated =
            after == ":" && before != "." && (token.first || matches!(before, "(" | "," | "*" | "**"));
        if matches!(before, "def" | "class" | "as" | "global" | "nonlocal") || assigned || annotated {
            found.insert(token.text);
        }
    }
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "def" | "lambda" => parameters(&tokens[index..], &mut found),
            "for" => targets(&tokens[index + 1..], "in", &mut found),
            _ if token.first && token.kind == Kind::Name => {
                tuple(&tokens[index..line_end(tokens, index)], &mut found)
            }
            _ => {}
        }
    }
    found
}

/// The parameters of a function: the names between its parentheses that begin a part.
fn parameters<'a>(tokens: &[Token<'a>], found: &mut BTreeSet<&'a str>) {
    let end = if tokens[0].text == "lambda" { ":" } else { ")" };
    let depth = tokens[0].depth;
    let mut fresh = true;
    for token in &tokens[1..] {
        if token.text == end && token.depth == depth {
            break;
        }
        if fresh && token.kind == Kind::Name {
            found.insert(token.text);
        }
        fresh = matches!(token.text, "," | "(" | "*" | "**") || token.text == "lambda";
        if tokens[0].text == "lambda" && token.at == tokens[1].at && token.kind == Kind::Name {
            found.insert(token.text);
        }
    }
}

fn targets<'a>(tokens: &[Token<'a>], end: &str, found: &mut BTreeSet<&'a str>) {
    found.extend(
        tokens
            .iter()
            .take(12)
            .take_while(|token| token.text != end)
            .filter(|token| token.kind == Kind::Name)
            .map(|token| token.text),
    );
}

/// `a, b = ...`
fn tuple<'a>(line: &[Token<'a>], found: &mut BTreeSet<&'a str>) {
    let Some(equals) = line.iter().position(|token| token.text == "=" && token.depth == line[0].depth) else {
        return;
    };
    let left = &line[..equals];
    if left.iter().all(|token| {
        token.kind == Kind::Name || matches!(token.text, "," | "(" | ")" | "*" | ":" | "[" | "]")
    }) {
        found.extend(left.iter().filter(|token| token.kind == Kind::Name).map(|token| token.text));
    }
}

/// A name that is read, with what follows its first dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use<'a> {
    pub(super) name: &'a str,
    pub(super) attribute: Option<&'a str>,
    pub(super) at: Range<usize>,
    /// The name with its attribute.
    pub(super) whole: Range<usize>,
    /// The index of its token.
    pub(super) index: usize,
}

/// Every name that code reads: no attributes, no names of arguments, nothing in imports.
pub(super) fn uses<'a>(tokens: &[Token<'a>]) -> Vec<Use<'a>> {
    let mut found = Vec::new();
    let mut importing = false;
    for (index, token) in tokens.iter().enumerate() {
        if token.first {
            importing = matches!(token.text, "import" | "from");
        }
        if importing || token.kind != Kind::Name || is_keyword(token.text) {
            continue;
        }
        let before = index.checked_sub(1).map_or("", |at| tokens[at].text);
        let after = tokens.get(index + 1).map_or("", |token| token.text);
        let is_argument = token.depth > 0 && after == "=" && matches!(before, "(" | ",");
        if before == "." || is_argument || matches!(before, "def" | "class") {
            continue;
        }
        let attribute = tokens.get(index + 2).filter(|next| after == "." && next.kind == Kind::Name);
        let end = attribute.map_or(token.at.end, |attribute| attribute.at.end);
        let attribute = attribute.map(|attribute| attribute.text);
        found.push(Use {
            name: token.text,
            attribute,
            at: token.at.clone(),
            whole: token.at.start..end,
            index,
        });
    }
    found
}

/// The functions around a token, innermost first: whether each is asynchronous.
pub(super) fn functions_around(tokens: &[Token<'_>], index: usize) -> Vec<bool> {
    let start = tokens[..=index].iter().rposition(|token| token.first).unwrap_or(0);
    let mut level = tokens[start].indent;
    let mut found = Vec::new();
    // `async def f(): await x` on one line.
    let line = &tokens[start..=index];
    if line.iter().any(|token| token.text == "def") {
        found.push(line[0].text == "async");
    }
    for at in (0..start).rev().filter(|at| tokens[*at].first) {
        if tokens[at].indent >= level {
            continue;
        }
        level = tokens[at].indent;
        match (tokens[at].text, tokens.get(at + 1).map(|next| next.text)) {
            ("async", Some("def")) => found.push(true),
            ("def", _) => found.push(false),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "import os.path as p, sys\nfrom a.b import (\n    c as d,\n    e,\n)\n\nx, y = 1, f\"{z}\"\n\n@deco(\"n\")\nasync def run(self, q: int = 3, *rest):\n    with open(q) as fh:\n        await d.attr(fh, key=val)\n    return [i for i in e]\n";

    #[test]
    fn imports_bindings_and_uses_are_told_apart() {
        let tokens = tokens(CODE).expect("it is Python");
        let imports: Vec<String> =
            imports(&tokens).iter().map(|it| format!("{}:{:?}:{}", it.module, it.name, it.bound)).collect();
        assert_eq!(imports, ["os.path:None:p", "sys:None:sys", "a.b:Some(\"c\"):d", "a.b:Some(\"e\"):e"]);
        let bound: Vec<&str> = bound(&tokens).into_iter().collect();
        for name in ["x", "y", "run", "self", "q", "rest", "fh", "i"] {
            assert!(bound.contains(&name), "{name}: {bound:?}");
        }
        assert!(!bound.contains(&"d") && !bound.contains(&"val") && !bound.contains(&"key"), "{bound:?}");
        let uses = uses(&tokens);
        let names: Vec<String> =
            uses.iter().map(|it| format!("{}.{}", it.name, it.attribute.unwrap_or("-"))).collect();
        assert!(
            names.contains(&"d.attr".to_owned())
                && names.contains(&"val.-".to_owned())
                && names.contains(&"deco.-".to_owned()),
            "{names:?}"
        );
        assert!(!names.contains(&"key.-".to_owned()) && !names.contains(&"run.-".to_owned()));
        let awaited = tokens.iter().position(|token| token.text == "await").expect("it is there");
        assert_eq!(functions_around(&tokens, awaited), [true]);
    }

    #[test]
    fn what_is_open_is_told() {
        let message = |text: &str| tokens(text).err().map(|fault| (fault.at.start, fault.message));
        assert_eq!(message("f(1, 2"), Some((1, "`(` is never closed".into())));
        assert_eq!(message("f(1]"), Some((3, "`]` stands where the `(` before it is to be closed".into())));
        assert_eq!(message("x = 'a\ny = 1"), Some((4, "this quote is never closed".into())));
        assert_eq!(message("x = \"it's\" # don't\ny = '''a\n'b'''\nz = r'\\'' \n"), None);
    }
}
