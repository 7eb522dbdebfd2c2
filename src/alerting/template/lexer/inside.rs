//! The words between `{{` and `}}`.

use super::super::format;
use super::{Kind, Lexer, Token, is_space, is_word, right_delim};
use crate::promql::Dialect;

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn accept(&mut self, set: &str) -> bool {
        let found = self.peek().is_some_and(|c| set.contains(c));
        if found {
            self.at += 1;
        }
        found
    }

    fn accept_run(&mut self, set: &str) {
        while self.accept(set) {}
    }

    /// A token of an action.
    pub(super) fn action(&mut self) -> Token {
        let start = self.at;
        if let Some(trim) = right_delim(self.rest()) {
            if self.parens > 0 {
                return self.error(start, "unclosed left paren".to_owned());
            }
            // Without the marker, as Go has it.
            let at = if trim { start + 2 } else { start };
            self.close(trim);
            self.inside = false;
            return Token { kind: Kind::RightDelim, start: at, end: at + 2, text: "}}".to_owned() };
        }
        let Some(c) = self.bump() else {
            return self.error(start, "unclosed action".to_owned());
        };
        match c {
            _ if is_space(c) => self.space(start),
            '=' => self.token(Kind::Assign, start),
            ':' if self.accept("=") => self.token(Kind::Declare, start),
            ':' => self.error(start, "expected :=".to_owned()),
            '|' => self.token(Kind::Pipe, start),
            '"' => self.quoted(start, '"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted(start, '\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw(start),
            '$' => self.field(start, Kind::Variable),
            // At the end of the text a dot is taken for a number, as in Go.
            '.' if self.peek().is_some_and(|c| !c.is_ascii_digit()) => self.field(start, Kind::Field),
            '.' | '+' | '-' | '0'..='9' => {
                self.at = start;
                self.number(start)
            }
            '(' => {
                self.parens += 1;
                self.token(Kind::LeftParen, start)
            }
            // The parser of Go 1.19 complains of it by itself.
            ')' if self.parens == 0 && self.dialect == Dialect::V3 => {
                self.error(start, "unexpected right paren".to_owned())
            }
            ')' => {
                self.parens = self.parens.saturating_sub(1);
                self.token(Kind::RightParen, start)
            }
            _ if is_word(c) => self.word(start),
            ' '..='~' => self.token(Kind::Char, start),
            _ => self.error(start, format!("unrecognized character in action: {}", format::code_point(c))),
        }
    }

    /// A run of spaces, but not the one that belongs to ` -}}`.
    fn space(&mut self, start: usize) -> Token {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        if self.at - start > 1 && right_delim(self.text.get(self.at - 1..).unwrap_or_default()) == Some(true)
        {
            self.at -= 1;
        }
        self.token(Kind::Space, start)
    }

    fn word(&mut self, start: usize) -> Token {
        while self.peek().is_some_and(is_word) {
            self.bump();
        }
        if let Some(error) = self.bad_end(start) {
            return error;
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        let kind = match word {
            "true" | "false" => Kind::Bool,
            _ => Kind::keyword(word).unwrap_or(Kind::Identifier),
        };
        self.token(kind, start)
    }

    /// A field or variable, whose first character has been read.
    fn field(&mut self, start: usize, kind: Kind) -> Token {
        if self.at_terminator() {
            return self.token(if kind == Kind::Field { Kind::Dot } else { kind }, start);
        }
        while self.peek().is_some_and(is_word) {
            self.bump();
        }
        match self.bad_end(start) {
            Some(error) => error,
            None => self.token(kind, start),
        }
    }

    fn bad_end(&self, start: usize) -> Option<Token> {
        if self.at_terminator() {
            return None;
        }
        let c = self.peek()?;
        Some(self.error(start, format!("bad character {}", format::code_point(c))))
    }

    /// Whether a name may end here.
    fn at_terminator(&self) -> bool {
        self.peek().is_none_or(|c| is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '('))
            || self.rest().starts_with("}}")
    }

    fn quoted(&mut self, start: usize, end: char, kind: Kind, unterminated: &str) -> Token {
        loop {
            match self.bump() {
                Some('\\') if self.bump().is_none_or(|c| c == '\n') => break,
                Some('\\') => {}
                None | Some('\n') => break,
                Some(c) if c == end => return self.token(kind, start),
                Some(_) => {}
            }
        }
        self.error(start, unterminated.to_owned())
    }

    fn raw(&mut self, start: usize) -> Token {
        match self.rest().find('`') {
            Some(length) => {
                self.at += length + 1;
                self.token(Kind::RawString, start)
            }
            None => {
                self.at = self.text.len();
                self.error(start, "unterminated raw quoted string".to_owned())
            }
        }
    }

    fn number(&mut self, start: usize) -> Token {
        let good = self.scan_number();
        if good && !matches!(self.peek(), Some('+' | '-')) {
            return self.token(Kind::Number, start);
        }
        if good && self.scan_number() && self.text.get(start..self.at).is_some_and(|text| text.ends_with('i'))
        {
            return self.token(Kind::Complex, start);
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.error(start, format!("bad number syntax: {}", format::quote(text)))
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        if (digits.len() == 11 && self.accept("eE")) || (digits.len() == 23 && self.accept("pP")) {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        if self.peek().is_some_and(is_word) {
            self.bump();
            return false;
        }
        true
    }
}
