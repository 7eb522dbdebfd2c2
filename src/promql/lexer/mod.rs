//! Cuts a query into tokens.
//!
//! What a character means depends on where it stands: keywords are plain labels within braces, a colon is
//! punctuation within brackets and part of a name elsewhere. The lexer therefore knows which of the two it is
//! in, and nothing else: whether tokens make sense together is the parser's business.

pub(super) mod number;
mod text;
mod token;

pub(super) use token::{Kind, Token, Word, keyword};

use super::{Dialect, ParseError, Span};

/// The tokens up to the first that cannot be read. The last is [`Kind::End`], or [`Kind::Bad`] if there is an
/// error.
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) error: Option<ParseError>,
}

pub(super) fn lex(text: &str, dialect: Dialect) -> Lexed {
    let mut lexer = Lexer { text, at: 0, dialect, inside: Inside::Nothing };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        match lexer.token() {
            Ok(kind) => {
                let end = kind == Kind::End;
                tokens.push(Token { kind, span: Span::new(start, lexer.at) });
                if end {
                    return Lexed { tokens, error: None };
                }
            }
            Err(error) => {
                tokens.push(Token { kind: Kind::Bad, span: error.span });
                return Lexed { tokens, error: Some(error) };
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Braces,
    /// Before the first number, where Prometheus takes no comments.
    FreshBrackets,
    Brackets,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
    inside: Inside,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over the next character if it is one of those.
    fn accept(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let Some(next) = self.peek().filter(|c| wanted(*c)) else { return false };
        self.at += next.len_utf8();
        true
    }

    fn accept_run(&mut self, wanted: impl Fn(char) -> bool) {
        while self.accept(&wanted) {}
    }

    fn skip_blank(&mut self) {
        loop {
            self.accept_run(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            if self.peek() != Some('#') || self.inside == Inside::FreshBrackets {
                return;
            }
            self.accept_run(|c| c != '\n' && c != '\r');
        }
    }

    fn token(&mut self) -> Result<Kind, ParseError> {
        let Some(first) = self.peek() else {
            return match self.inside {
                Inside::Braces => {
                    Err(ParseError::new(Span::new(self.at, self.at), "expected `}`, found the end"))
                }
                _ => Ok(Kind::End),
            };
        };
        if matches!(first, '"' | '\'' | '`') {
            return self.string(first).map(Kind::Text);
        }
        if is_letter(first) {
            return Ok(self.word());
        }
        if self.inside != Inside::Braces && self.starts_number() {
            if self.inside == Inside::FreshBrackets {
                self.inside = Inside::Brackets;
            }
            return self.number_or_duration();
        }
        if first == ':' && self.inside == Inside::Nothing {
            return Ok(self.word());
        }
        self.punctuation(first)
    }

    fn starts_number(&self) -> bool {
        let digits = self.rest().strip_prefix('.').unwrap_or(self.rest());
        digits.starts_with(|c: char| c.is_ascii_digit())
    }

    /// A name, or a keyword where keywords are known.
    fn word(&mut self) -> Kind {
        let start = self.at;
        // Within brackets a colon separates, within braces it is an error that `punctuation` reports.
        let with_colons = self.inside == Inside::Nothing;
        self.accept_run(|c| is_letter(c) || c.is_ascii_digit() || (with_colons && c == ':'));
        let word = &self.text[start..self.at];
        let known = if self.inside == Inside::Braces { None } else { keyword(word) };
        match known {
            // To Prometheus 2 these are names like any other.
            Some(Word::Experimental(_)) if self.dialect == Dialect::V2 => Kind::Name,
            Some(Word::Number) => Kind::Number,
            Some(known) => Kind::Word(known),
            None if word.contains(':') => Kind::MetricName,
            None => Kind::Name,
        }
    }

    fn punctuation(&mut self, first: char) -> Result<Kind, ParseError> {
        let start = self.at;
        self.at += first.len_utf8();
        let second = self.peek();
        let braces = self.inside == Inside::Braces;
        let (kind, two) = match (first, second) {
            ('=', Some('~')) if braces => (Kind::EqualRegex, true),
            ('=', Some('=')) if !braces => (Kind::EqualEqual, true),
            ('=', _) => (Kind::Equal, false),
            ('!', Some('~')) if braces => (Kind::NotRegex, true),
            ('!', Some('=')) => (Kind::NotEqual, true),
            (',', _) => (Kind::Comma, false),
            ('}', _) if braces => (Kind::RightBrace, false),
            _ if braces => return Err(self.unknown(start, first)),
            ('<', Some('=')) => (Kind::LessEqual, true),
            ('<', _) => (Kind::Less, false),
            ('>', Some('=')) => (Kind::GreaterEqual, true),
            ('>', _) => (Kind::Greater, false),
            ('+', _) => (Kind::Plus, false),
            ('-', _) => (Kind::Minus, false),
            ('*', _) => (Kind::Star, false),
            ('/', _) => (Kind::Slash, false),
            ('%', _) => (Kind::Percent, false),
            ('^', _) => (Kind::Caret, false),
            ('@', _) => (Kind::At, false),
            ('(', _) => (Kind::LeftParen, false),
            (')', _) => (Kind::RightParen, false),
            ('{', _) => (Kind::LeftBrace, false),
            ('[', _) => (Kind::LeftBracket, false),
            (']', _) => (Kind::RightBracket, false),
            (':', _) => (Kind::Colon, false),
            _ => return Err(self.unknown(start, first)),
        };
        self.at += usize::from(two);
        match kind {
            Kind::LeftBrace => self.inside = Inside::Braces,
            Kind::LeftBracket => self.inside = Inside::FreshBrackets,
            Kind::RightBrace | Kind::RightBracket => self.inside = Inside::Nothing,
            _ => {}
        }
        Ok(kind)
    }

    fn unknown(&self, start: usize, first: char) -> ParseError {
        let place = if self.inside == Inside::Braces { " within braces" } else { "" };
        let error =
            ParseError::new(Span::new(start, self.at), format!("unexpected character `{first}`{place}"));
        match (first, self.peek()) {
            ('&', Some('&')) => error.help("write `and`"),
            ('|', Some('|')) => error.help("write `or`"),
            ('!', _) => error.help("write `!=`; the regex operators stand within braces only"),
            ('“' | '”' | '‘' | '’', _) => error.help("quote with \", ' or `"),
            (':' | '.', _) if self.inside == Inside::Braces && self.dialect == Dialect::V3 => {
                error.help("quote label names with other characters than letters, digits and _")
            }
            _ => error,
        }
    }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}
