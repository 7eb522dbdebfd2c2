//! What stands between operators: literals, selectors, calls, aggregations, parentheses.

use super::{Built, Kind, Parsed, Parser, Word, check};
use crate::promql::{Dialect, Expr, ExprKind, ParseError, ValueType};

impl Parser<'_> {
    /// A primary with its windows and shifts, which bind tighter than any operator.
    pub(super) fn with_suffixes(&mut self) -> Parsed {
        let mut built = self.primary()?;
        loop {
            built = match self.peek() {
                Kind::LeftBracket => self.window(built)?,
                Kind::Word(Word::Offset) => self.offset(built)?,
                Kind::At => self.at(built)?,
                Kind::Word(Word::By | Word::Without) => return Err(self.stray_grouping(&built.expr)),
                _ => return Ok(built),
            };
        }
    }

    fn primary(&mut self) -> Parsed {
        let span = self.token().span;
        let grouped = matches!(self.peek_second(), Kind::LeftParen | Kind::Word(Word::By | Word::Without));
        match self.peek() {
            Kind::Number => {
                let value = self.number()?;
                Ok(Built::leaf(ExprKind::Number(value), span, ValueType::Scalar))
            }
            Kind::Duration if self.dialect == Dialect::V3 => {
                let value = self.unit_duration()?.seconds();
                Ok(Built::leaf(ExprKind::Number(value), span, ValueType::Scalar))
            }
            Kind::Duration => {
                Err(self.expected("an expression").help("Prometheus 2 takes durations in brackets only"))
            }
            Kind::Text(text) => {
                let kind = ExprKind::String(text.clone());
                self.advance();
                Ok(Built::leaf(kind, span, ValueType::String))
            }
            Kind::LeftParen => self.parentheses(),
            Kind::LeftBrace | Kind::MetricName => self.selector(),
            Kind::Name if self.peek_second() == &Kind::LeftParen => self.call(),
            Kind::Name => self.selector(),
            Kind::Word(Word::Aggregation(op)) if grouped => self.aggregation(*op),
            Kind::Word(Word::Experimental(name)) if grouped => {
                Err(crate::promql::functions::experimental(name, span, self.dialect))
            }
            Kind::Word(word) if word.can_name_metric() => self.selector(),
            _ => Err(self.expected("an expression")),
        }
    }

    fn parentheses(&mut self) -> Parsed {
        let start = self.advance();
        let inner = self.expression(0)?;
        self.close(&inner)?;
        let span = start.to(self.tokens[self.at - 1].span);
        let height = check::height(&[&inner], span)?;
        let value = inner.value;
        Ok(Built { expr: Box::new(Expr { kind: ExprKind::Paren(inner.expr), span }), value, height })
    }

    /// The parenthesis that must follow `last`.
    pub(super) fn close(&mut self, last: &Built) -> Result<(), ParseError> {
        match self.accept(&Kind::RightParen) {
            Some(_) => Ok(()),
            None if self.peek() == &Kind::End => Err(self.expected("`)`")),
            None => {
                let error = self.trailing(&last.expr);
                let message = error.message.replace("an operator or the end", "an operator or `)`");
                Err(ParseError { message, ..error })
            }
        }
    }

    /// The error for `by` after what is no aggregation.
    fn stray_grouping(&self, before: &Expr) -> ParseError {
        let word = self.written(self.token().span).to_ascii_lowercase();
        let span = self.token().span;
        match &before.kind {
            ExprKind::Call(call) => {
                let name = call.function.name;
                let message = format!("`{word}` belongs to an aggregation; {name} is a function");
                let help = match name {
                    "histogram_quantile" => {
                        format!(
                            "group inside: `histogram_quantile(0.9, sum {word} (...) (rate(..._bucket[5m])))`"
                        )
                    }
                    _ => format!("aggregate around it: `sum {word} (...) ({name}(...))`"),
                };
                ParseError::new(span, message).help(help)
            }
            ExprKind::Aggregation(it) => {
                let message = format!("`{word}` stands twice; {} is grouped already", it.op);
                ParseError::new(span, message)
            }
            _ => {
                let message = format!("`{word}` belongs to an aggregation; here it follows none");
                ParseError::new(span, message).help(format!("name one, as in `sum {word} (...) (...)`"))
            }
        }
    }
}
