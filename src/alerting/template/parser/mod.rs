//! From tokens to trees, with the messages of Go's template parser.

mod control;
mod number;
mod pipeline;
mod quoted;

use std::collections::BTreeMap;

use super::error::TemplateError;
use super::functions::Functions;
use super::lexer::{Kind, Lexer, Token};
use super::node::Node;

/// How deep actions and parentheses may nest. Go has no limit below its stack; ours keeps every walk of a
/// tree within a thread's 2 MiB.
const MOST_NESTED: usize = 200;

/// The trees of a text by template name; the text itself is one of them.
pub(super) type Trees = BTreeMap<String, Vec<Node>>;

/// An error on its way out.
type Parsed<T> = Result<T, Box<TemplateError>>;

/// What ends a list of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    Else,
}

impl Ending {
    const fn text(self) -> &'static str {
        match self {
            Ending::End => "{{end}}",
            Ending::Else => "{{else}}",
        }
    }
}

/// A node, or what ends the list it would be in.
enum Item {
    Node(Node),
    Ending(Ending),
}

/// Reads a text into its trees.
pub(super) fn parse(name: &str, text: &str, functions: &Functions) -> Result<Trees, TemplateError> {
    let mut parser = Parser {
        name,
        text,
        functions,
        lexer: Lexer::new(text, functions.dialect()),
        pending: Vec::new(),
        last: 0,
        last_end: 0,
        action: None,
        scope: Scope::new(),
        nested: 0,
        trees: Trees::new(),
    };
    match parser.whole() {
        Ok(()) => Ok(parser.trees),
        Err(error) => Err(*error),
    }
}

/// What each definition has for its own.
struct Scope {
    variables: Vec<String>,
    ranges: usize,
}

impl Scope {
    fn new() -> Scope {
        Scope { variables: vec!["$".to_owned()], ranges: 0 }
    }
}

struct Parser<'t> {
    name: &'t str,
    text: &'t str,
    functions: &'t Functions,
    lexer: Lexer<'t>,
    /// Tokens put back, the next one last.
    pending: Vec<Token>,
    /// The token that was cut last: Go names its line in errors, whatever was put back.
    last: usize,
    last_end: usize,
    /// The delimiter that opened the action; nothing outside.
    action: Option<usize>,
    scope: Scope,
    nested: usize,
    trees: Trees,
}

impl Parser<'_> {
    fn line_of(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn next(&mut self) -> Token {
        if let Some(token) = self.pending.pop() {
            return token;
        }
        let token = self.lexer.next();
        (self.last, self.last_end) = (token.start, token.end);
        match token.kind {
            Kind::LeftDelim => self.action = Some(token.start),
            Kind::RightDelim => self.action = None,
            _ => {}
        }
        token
    }

    fn back(&mut self, token: Token) {
        self.pending.push(token);
    }

    fn peek(&mut self) -> Token {
        let token = self.next();
        self.back(token.clone());
        token
    }

    fn next_word(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_word(&mut self) -> Token {
        let token = self.next_word();
        self.back(token.clone());
        token
    }

    fn fail<T>(&self, message: &str) -> Parsed<T> {
        let text = format!("template: {}:{}: {message}", self.name, self.line_of(self.last));
        Err(Box::new(TemplateError::new(text, self.text, self.last, self.last_end, false)))
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Parsed<T> {
        if token.kind != Kind::Error {
            return self.fail(&format!("unexpected {token} in {context}"));
        }
        let mut message = token.text.clone();
        if let Some(line) =
            self.action.map(|at| self.line_of(at)).filter(|line| *line != self.line_of(token.start))
        {
            let action = if message.ends_with(" action") { "" } else { " in action" };
            message = format!("{message}{action} started at {}:{line}", self.name);
        }
        self.fail(&message)
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token> {
        let token = self.next_word();
        if token.kind == kind { Ok(token) } else { self.unexpected(&token, context) }
    }

    /// Goes one level down, for as long as `inner` takes.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nested >= MOST_NESTED {
            return self.fail(&format!("nested more than {MOST_NESTED} deep"));
        }
        self.nested += 1;
        let result = inner(self);
        self.nested -= 1;
        result
    }

    /// The whole text: like a list, but definitions may stand in it.
    fn whole(&mut self) -> Parsed<()> {
        let mut nodes = Vec::new();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delim = self.next();
                let word = self.next_word();
                if word.kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.back(word);
                self.back(delim);
            }
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::Ending(ending) => return self.fail(&format!("unexpected {}", ending.text())),
            }
        }
        self.add(self.name.to_owned(), nodes)
    }

    /// `{{define "name"}} ... {{end}}`, whose keyword is past.
    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next_word();
        let name = self.template_name(&token, CONTEXT)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        let nodes = self.own_scope(CONTEXT)?;
        self.add(name, nodes)
    }

    /// A list that sees no variables from outside, up to its `{{end}}`.
    fn own_scope(&mut self, context: &str) -> Parsed<Vec<Node>> {
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let (nodes, ending) = self.list()?;
        self.scope = outer;
        match ending {
            Ending::End => Ok(nodes),
            Ending::Else => self.fail(&format!("unexpected {} in {context}", ending.text())),
        }
    }

    /// Keeps a tree under its name: empty ones make way, two full ones are an error.
    fn add(&mut self, name: String, nodes: Vec<Node>) -> Parsed<()> {
        let taken = self.trees.get(&name).is_some_and(|old| !is_empty(old));
        if taken && !is_empty(&nodes) {
            let shown = super::format::quote(&name);
            return self.fail(&format!("template: multiple definition of template {shown}"));
        }
        if !taken {
            self.trees.insert(name, nodes);
        }
        Ok(())
    }

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn list(&mut self) -> Parsed<(Vec<Node>, Ending)> {
        self.deeper(|parser| {
            let mut nodes = Vec::new();
            while parser.peek_word().kind != Kind::Eof {
                match parser.text_or_action()? {
                    Item::Node(node) => nodes.push(node),
                    Item::Ending(ending) => return Ok((nodes, ending)),
                }
            }
            parser.fail("unexpected EOF")
        })
    }

    fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next_word();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text { text: token.text })),
            Kind::LeftDelim => {
                let item = self.action();
                if item.is_ok() {
                    self.action = None;
                }
                item
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    /// The name in `define`, `template` and `block`.
    fn template_name(&mut self, token: &Token, context: &str) -> Parsed<String> {
        match token.kind {
            Kind::String | Kind::RawString => self.unquote(&token.text),
            _ => self.unexpected(token, context),
        }
    }

    fn unquote(&mut self, quoted: &str) -> Parsed<String> {
        match quoted::unquote(quoted) {
            Some(text) => Ok(text),
            None => self.fail("invalid syntax"),
        }
    }
}

/// Whether nodes are nothing but space.
pub(super) fn is_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Text { text } if text.trim().is_empty()))
}
