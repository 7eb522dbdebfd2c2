//! What stands in brackets, and durations wherever they stand.

use super::{Built, Kind, Parsed, Parser, check};
use crate::promql::duration::{self, Wrong};
use crate::promql::{
    Dialect, Duration, Expr, ExprKind, Instant, MatrixSelector, ParseError, Sign, Span, Subquery, ValueType,
};

/// The highest number of seconds that 64 bits of nanoseconds hold.
const TOO_LONG: &str = "a duration of over 292 years";

impl Parser<'_> {
    /// `[5m]` or `[5m:1m]` after what was built.
    pub(super) fn window(&mut self, inner: Built) -> Parsed {
        let open = self.advance();
        let (range, range_span) = self.positive_duration()?;
        if let Some(close) = self.accept(&Kind::RightBracket) {
            return range_selector(inner, range, range_span, open.to(close));
        }
        if self.accept(&Kind::Colon).is_none() {
            return Err(self.unfinished_window("`]` or `:`"));
        }
        let step = match self.peek() {
            Kind::RightBracket => None,
            _ => Some(self.positive_duration()?.0),
        };
        let Some(close) = self.accept(&Kind::RightBracket) else { return Err(self.unfinished_window("`]`")) };
        let span = inner.expr.span.to(close);
        if inner.value != ValueType::Vector {
            let message =
                format!("a subquery is of an instant vector, not of {}", inner.value.with_article());
            return Err(ParseError::new(inner.expr.span, message));
        }
        let height = check::height(&[&inner], span)?;
        let expr = inner.expr;
        let kind = ExprKind::Subquery(Subquery { expr, range, step, offset: None, at: None });
        Ok(Built { expr: Box::new(Expr { kind, span }), value: ValueType::Matrix, height })
    }

    fn unfinished_window(&self, wanted: &str) -> ParseError {
        if self.operator().is_some() { self.duration_arithmetic() } else { self.expected(wanted) }
    }

    fn positive_duration(&mut self) -> Result<(Duration, Span), ParseError> {
        let start = self.token().span;
        let negative = self.dialect == Dialect::V3 && self.signs().0;
        let span = start.to(self.token().span);
        let (duration, positive) = self.duration()?;
        if negative || !positive {
            return Err(ParseError::new(span, "expected a duration longer than 0"));
        }
        Ok((duration, span))
    }

    /// Any number of signs: whether they make a minus, and how many there are.
    pub(super) fn signs(&mut self) -> (bool, usize) {
        let (mut negative, mut count) = (false, 0);
        while let Some((sign, _)) = self.sign() {
            negative ^= sign == Sign::Minus;
            count += 1;
        }
        (negative, count)
    }

    /// A duration without signs, and whether it is more than nothing: a number may be too small to tell.
    pub(super) fn duration(&mut self) -> Result<(Duration, bool), ParseError> {
        match (self.peek(), self.dialect) {
            (Kind::Duration, _) => {
                let duration = self.unit_duration()?;
                Ok((duration, duration.nanos() > 0))
            }
            (Kind::Number, Dialect::V3) => {
                let span = self.token().span;
                let seconds = self.number()?;
                if seconds.is_nan() {
                    return Err(ParseError::new(span, "expected a duration, found NaN"));
                }
                let duration =
                    Duration::from_seconds(seconds).ok_or_else(|| ParseError::new(span, TOO_LONG))?;
                Ok((duration, seconds > 0.0))
            }
            (Kind::Number, Dialect::V2) => {
                let number = self.written(self.token().span);
                let error = self.expected("a duration");
                Err(error.help(format!(
                    "name the unit, as in `{number}s`; only Prometheus 3 takes seconds without"
                )))
            }
            (Kind::LeftParen, Dialect::V3) => Err(self.duration_arithmetic()),
            _ => Err(self.expected("a duration such as 5m")),
        }
    }

    pub(super) fn duration_arithmetic(&self) -> ParseError {
        if self.dialect == Dialect::V2 {
            return self.expected("one duration");
        }
        ParseError::new(self.token().span, "arithmetic on durations is experimental")
            .help("servers refuse it unless they run with --enable-feature=promql-duration-expr")
    }

    /// A token such as `1h30m`. Prometheus 2 takes none of length 0.
    pub(super) fn unit_duration(&mut self) -> Result<Duration, ParseError> {
        let span = self.advance();
        let written = self.written(span);
        let wrong = |message: String| Err(ParseError::new(span, message));
        match duration::read(written) {
            Ok(none) if none.nanos() == 0 && self.dialect == Dialect::V2 => {
                wrong("expected a duration longer than 0".to_owned())
            }
            Ok(duration) => Ok(duration),
            Err(Wrong::TooLong) => wrong(TOO_LONG.to_owned()),
            Err(Wrong::Unit(unit)) => {
                let error =
                    ParseError::new(span, format!("unknown unit `{unit}` in the duration `{written}`"));
                Err(error.help("units are y, w, d, h, m, s and ms, with whole numbers before them"))
            }
            Err(Wrong::Order) => {
                let error = ParseError::new(span, format!("units out of order in the duration `{written}`"));
                Err(error.help("from the longest to the shortest, each once, as in 1h30m"))
            }
        }
    }
}

fn range_selector(inner: Built, range: Duration, range_span: Span, brackets: Span) -> Parsed {
    let span = inner.expr.span.to(brackets);
    let ExprKind::Vector(selector) = inner.expr.kind else {
        let error = ParseError::new(brackets, "a range must follow a selector directly");
        return Err(error.help("for a range of anything else make a subquery, as in `[5m:1m]` or `[5m:]`"));
    };
    // Prometheus looks for an offset other than 0 and for a timestamp, and overlooks `@ start()`.
    if let Some(offset) = selector.offset.filter(|offset| offset.by.nanos() != 0) {
        return Err(
            ParseError::new(offset.span, "`offset` must follow the range").help("as in `x[5m] offset 1h`")
        );
    }
    if let Some(at) = selector.at.filter(|at| matches!(at.when, Instant::Millis(_))) {
        return Err(ParseError::new(at.span, "`@` must follow the range").help("as in `x[5m] @ 1609746000`"));
    }
    let kind = ExprKind::Matrix(MatrixSelector { selector, range, range_span });
    Ok(Built::leaf(kind, span, ValueType::Matrix))
}
