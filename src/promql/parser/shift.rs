//! `offset` and `@`, which move a selector or subquery in time.

use super::{Built, Kind, Parsed, Parser, Word};
use crate::promql::{At, Dialect, ExprKind, Instant, Offset, ParseError, Span};

/// Timestamps count milliseconds in 64 bits, and Prometheus checks seconds against the same bounds.
const FARTHEST: f64 = i64::MAX as f64;

impl Parser<'_> {
    pub(super) fn offset(&mut self, mut built: Built) -> Parsed {
        let word = self.advance();
        let (negative, signs) = match self.dialect {
            Dialect::V3 => self.signs(),
            Dialect::V2 => self.accept(&Kind::Minus).map_or((false, 0), |_| (true, 1)),
        };
        let span = word.to(self.token().span);
        let (by, _) = self.duration()?;
        // With two signs Prometheus 3 reads on as arithmetic, with one it takes the operator for the query's.
        if signs > 1 && self.operator().is_some_and(|op| op.precedence() > 3) {
            return Err(self.duration_arithmetic());
        }
        let by = if negative { by.negated() } else { by };
        let Some((offset, _)) = shifts(&mut built) else { return Err(misplaced("offset", span, &built)) };
        if offset.is_some_and(|before| before.by.nanos() != 0) {
            return Err(ParseError::new(span, "`offset` stands twice"));
        }
        *offset = Some(Offset { by, span });
        built.expr.span = built.expr.span.to(span);
        Ok(built)
    }

    pub(super) fn at(&mut self, mut built: Built) -> Parsed {
        let sign = self.advance();
        let (when, end) = self.instant()?;
        let span = sign.to(end);
        let Some((_, at)) = shifts(&mut built) else { return Err(misplaced("@", span, &built)) };
        if at.is_some() {
            return Err(ParseError::new(span, "`@` stands twice"));
        }
        *at = Some(At { when, span });
        built.expr.span = built.expr.span.to(span);
        Ok(built)
    }

    fn instant(&mut self) -> Result<(Instant, Span), ParseError> {
        let when = match self.peek() {
            Kind::Word(Word::Start) => Instant::Start,
            Kind::Word(Word::End) => Instant::End,
            _ => return self.timestamp(),
        };
        self.advance();
        self.expect(&Kind::LeftParen, "`()` after the name of a time")?;
        Ok((when, self.expect(&Kind::RightParen, "`)`")?))
    }

    fn timestamp(&mut self) -> Result<(Instant, Span), ParseError> {
        let start = self.token().span;
        let minus = matches!(self.sign(), Some((crate::promql::Sign::Minus, _)));
        let end = self.token().span;
        let seconds = match (self.peek(), self.dialect) {
            (Kind::Number, _) => self.number()?,
            (Kind::Duration, Dialect::V3) => self.unit_duration()?.seconds(),
            _ => return Err(self.expected("a time in seconds, `start()` or `end()`")),
        };
        if !seconds.is_finite() || seconds >= FARTHEST {
            return Err(ParseError::new(start.to(end), "a time that 64 bits cannot hold"));
        }
        let millis = (if minus { -seconds } else { seconds } * 1000.0).round() as i64;
        Ok((Instant::Millis(millis), end))
    }
}

/// Where the shifts of an expression are kept, if it can have any.
fn shifts(built: &mut Built) -> Option<(&mut Option<Offset>, &mut Option<At>)> {
    match &mut built.expr.kind {
        ExprKind::Vector(it) => Some((&mut it.offset, &mut it.at)),
        ExprKind::Matrix(it) => Some((&mut it.selector.offset, &mut it.selector.at)),
        ExprKind::Subquery(it) => Some((&mut it.offset, &mut it.at)),
        _ => None,
    }
}

fn misplaced(word: &str, span: Span, built: &Built) -> ParseError {
    let error = ParseError::new(span, format!("`{word}` must follow a selector or a subquery directly"));
    match &built.expr.kind {
        ExprKind::Call(call) => {
            error.help(format!("put it inside the parentheses of {}", call.function.name))
        }
        ExprKind::Aggregation(it) => error.help(format!("put it inside the parentheses of {}", it.op)),
        ExprKind::Paren(_) => error.help("put it inside the parentheses"),
        _ => error,
    }
}
