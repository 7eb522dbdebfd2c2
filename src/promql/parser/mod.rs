//! From tokens to a tree, by recursive descent; operators by precedence climbing.
//!
//! Nodes are checked as they are built, from the inside out, so the first error is the innermost and
//! leftmost.

mod aggregation;
mod call;
mod check;
mod matching;
mod primary;
mod selector;
mod shift;
mod window;

use super::lexer::{Kind, Token, Word, lex, number};
use super::operator::POWER;
use super::{BinaryOp, Dialect, Expr, ExprKind, ParseError, Sign, Span, Unary, ValueType};

/// How deeply parentheses, calls and signs may be nested. Each level costs the parser a few stack frames.
const MOST_NESTED: usize = 128;

/// How high a tree may be: a chain of operators is high without being nested. Every walk recurses this deep.
const MOST_HIGH: usize = 400;

pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Expr, ParseError> {
    let lexed = lex(text, dialect);
    let mut parser = Parser {
        text,
        dialect,
        tokens: lexed.tokens,
        lex_error: lexed.error,
        at: 0,
        nested: 0,
        labels_after: None,
    };
    if parser.peek() == &Kind::End {
        return Err(ParseError::new(Span::new(0, text.len()), "no expression found"));
    }
    let built = parser.expression(0)?;
    if parser.peek() == &Kind::End { Ok(*built.expr) } else { Err(parser.trailing(&built.expr)) }
}

/// An expression with what its parents must know of it.
struct Built {
    /// In a box, or each of the parser's frames would hold several whole nodes.
    expr: Box<Expr>,
    value: ValueType,
    height: usize,
}

impl Built {
    fn leaf(kind: ExprKind, span: Span, value: ValueType) -> Built {
        Built { expr: Box::new(Expr { kind, span }), value, height: 1 }
    }
}

type Parsed = Result<Built, ParseError>;

struct Parser<'a> {
    text: &'a str,
    dialect: Dialect,
    /// Never empty: the last is the end or the place of `lex_error`.
    tokens: Vec<Token>,
    lex_error: Option<ParseError>,
    at: usize,
    nested: usize,
    /// The `group_left` whose labels were read last: what was meant as its right side may have been taken for
    /// them.
    labels_after: Option<Span>,
}

impl<'a> Parser<'a> {
    fn token(&self) -> &Token {
        &self.tokens[self.at]
    }

    fn peek(&self) -> &Kind {
        &self.token().kind
    }

    /// The token after this one.
    fn peek_second(&self) -> &Kind {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].kind
    }

    /// Steps over a token and returns its place. The last is never left.
    fn advance(&mut self) -> Span {
        let span = self.token().span;
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    fn accept(&mut self, kind: &Kind) -> Option<Span> {
        (self.peek() == kind).then(|| self.advance())
    }

    fn accept_word(&mut self, word: Word) -> Option<Span> {
        self.accept(&Kind::Word(word))
    }

    fn expect(&mut self, kind: &Kind, wanted: &str) -> Result<Span, ParseError> {
        self.accept(kind).ok_or_else(|| self.expected(wanted))
    }

    /// The error for a token that does not fit.
    fn expected(&self, wanted: &str) -> ParseError {
        match (&self.lex_error, self.peek()) {
            (Some(error), Kind::Bad) => error.clone(),
            _ => {
                let found = self.token().describe(self.text);
                ParseError::new(self.token().span, format!("expected {wanted}, found {found}"))
            }
        }
    }

    fn written(&self, span: Span) -> &'a str {
        span.of(self.text)
    }

    /// The error for what stands after a whole expression.
    fn trailing(&self, before: &Expr) -> ParseError {
        let error = self.expected("an operator or the end");
        match self.peek() {
            Kind::Bad => error,
            Kind::Equal => error.help("equality is written `==`"),
            Kind::RightParen => ParseError::new(self.token().span, "a `)` that closes nothing"),
            Kind::LeftBrace => error.help("matchers stand right after a metric's name"),
            Kind::LeftParen if matches!(before.kind, ExprKind::Vector(_)) => {
                let name = self.written(before.span);
                ParseError::new(before.span, format!("`{name}` is no function"))
            }
            _ => error,
        }
    }

    /// An expression whose operators all bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Parsed {
        if self.nested == MOST_NESTED {
            let message = format!("nested over {MOST_NESTED} levels deep");
            return Err(ParseError::new(self.token().span, message));
        }
        self.nested += 1;
        let mut left = self.signed()?;
        while let Some(op) = self.operator().filter(|op| op.precedence() >= least) {
            let op_span = self.advance();
            let bool_span = self.accept_word(Word::Bool);
            let matching = self.matching()?;
            let tighter = u8::from(!op.groups_from_the_right());
            let labels_after = self.labels_after.take();
            let right = self.expression(op.precedence() + tighter).map_err(|error| match labels_after {
                Some(span) if error.span.start == self.text.len() => error.help(format!(
                    "`{}` took the parentheses after it for its labels; write `{} () (...)`",
                    self.written(span),
                    self.written(span)
                )),
                _ => error,
            })?;
            left = check::binary(left, check::Operator { op, op_span, bool_span, matching }, right)?;
        }
        self.nested -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<BinaryOp> {
        Some(match self.peek() {
            Kind::Plus => BinaryOp::Add,
            Kind::Minus => BinaryOp::Sub,
            Kind::Star => BinaryOp::Mul,
            Kind::Slash => BinaryOp::Div,
            Kind::Percent => BinaryOp::Mod,
            Kind::Caret => BinaryOp::Pow,
            Kind::EqualEqual => BinaryOp::Eq,
            Kind::NotEqual => BinaryOp::Ne,
            Kind::Less => BinaryOp::Lt,
            Kind::LessEqual => BinaryOp::Le,
            Kind::Greater => BinaryOp::Gt,
            Kind::GreaterEqual => BinaryOp::Ge,
            Kind::Word(Word::And) => BinaryOp::And,
            Kind::Word(Word::Or) => BinaryOp::Or,
            Kind::Word(Word::Unless) => BinaryOp::Unless,
            Kind::Word(Word::Atan2) => BinaryOp::Atan2,
            _ => return None,
        })
    }

    fn sign(&mut self) -> Option<(Sign, Span)> {
        match self.peek() {
            Kind::Plus => Some((Sign::Plus, self.advance())),
            Kind::Minus => Some((Sign::Minus, self.advance())),
            _ => None,
        }
    }

    /// An expression with a sign, or what stands between operators.
    fn signed(&mut self) -> Parsed {
        let Some((sign, at)) = self.sign() else { return self.with_suffixes() };
        let inner = self.expression(POWER)?;
        let span = at.to(inner.expr.span);
        if let ExprKind::Number(value) = inner.expr.kind {
            let value = if sign == Sign::Minus { -value } else { value };
            return Ok(Built::leaf(ExprKind::Number(value), span, ValueType::Scalar));
        }
        if !matches!(inner.value, ValueType::Scalar | ValueType::Vector) {
            let message =
                format!("a sign is for scalars and instant vectors, not for {}", inner.value.with_article());
            return Err(ParseError::new(span, message));
        }
        let height = check::height(&[&inner], span)?;
        let value = inner.value;
        let kind = ExprKind::Unary(Unary { sign, expr: inner.expr });
        Ok(Built { expr: Box::new(Expr { kind, span }), value, height })
    }

    /// A number token's value.
    fn number(&mut self) -> Result<f64, ParseError> {
        let span = self.advance();
        let value = number::value(self.written(span));
        value
            .ok_or_else(|| ParseError::new(span, format!("`{}` is no number of 64 bits", self.written(span))))
    }
}
