//! Names and matchers.

use super::{Built, Kind, Parsed, Parser};
use crate::promql::{
    Dialect, ExprKind, MatchOp, Matcher, Name, ParseError, Span, ValueType, VectorSelector, regex,
};

/// The label that holds a metric's name.
const NAME_LABEL: &str = "__name__";

impl Parser<'_> {
    /// A name, matchers in braces, or both.
    pub(super) fn selector(&mut self) -> Parsed {
        let start = self.token().span;
        let mut selector = VectorSelector { name: None, matchers: Vec::new(), offset: None, at: None };
        let mut span = start;
        if self.peek() != &Kind::LeftBrace {
            self.advance();
            selector.name = Some(Name { text: self.written(start).to_owned(), span: start });
        }
        if self.peek() == &Kind::LeftBrace {
            let open = self.advance();
            let close = self.matchers(&mut selector.matchers)?;
            span = start.to(close);
            name_from_braces(&mut selector);
            check(&selector, open.to(close))?;
        }
        Ok(Built::leaf(ExprKind::Vector(selector), span, ValueType::Vector))
    }

    /// Everything up to the closing brace, whose place is returned. A comma may stand after the last matcher.
    fn matchers(&mut self, matchers: &mut Vec<Matcher>) -> Result<Span, ParseError> {
        if let Some(end) = self.accept(&Kind::RightBrace) {
            return Ok(end);
        }
        loop {
            matchers.push(self.matcher()?);
            if self.accept(&Kind::Comma).is_none() {
                return self.expect(&Kind::RightBrace, "`,` or `}` after a matcher");
            }
            if let Some(end) = self.accept(&Kind::RightBrace) {
                return Ok(end);
            }
        }
    }

    fn matcher(&mut self) -> Result<Matcher, ParseError> {
        let label_span = self.token().span;
        let quoted = match self.peek() {
            Kind::Name => None,
            Kind::Text(text) if self.dialect == Dialect::V3 => Some(text.clone()),
            Kind::Text(_) => {
                return Err(self.expected("a label or `}`").help("Prometheus 2 takes no quoted names"));
            }
            _ => return Err(self.expected("a label or `}`")),
        };
        self.advance();
        let op = match self.peek() {
            Kind::Equal => MatchOp::Equal,
            Kind::NotEqual => MatchOp::NotEqual,
            Kind::EqualRegex => MatchOp::Regex,
            Kind::NotRegex => MatchOp::NotRegex,
            Kind::Comma | Kind::RightBrace if quoted.is_some() => return Ok(bare_name(quoted, label_span)),
            _ => return Err(self.expected("`=`, `!=`, `=~` or `!~` after a label")),
        };
        let op_span = self.advance();
        let Kind::Text(value) = self.peek() else {
            let error = self.expected("a string to compare with");
            return Err(match self.peek() {
                Kind::Name => error.help("values are quoted"),
                Kind::Equal if op_span.end == self.token().span.start => {
                    error.help("equality in braces is one `=`")
                }
                _ => error,
            });
        };
        let value = value.clone();
        let value_span = self.advance();
        let label = quoted.unwrap_or_else(|| self.written(label_span).to_owned());
        let matches_empty = match op {
            MatchOp::Equal => value.is_empty(),
            MatchOp::NotEqual => !value.is_empty(),
            MatchOp::Regex | MatchOp::NotRegex => {
                let empty = regex::matches_empty(&value, self.dialect)
                    .map_err(|why| ParseError::new(value_span, format!("no regular expression: {why}")))?;
                empty == (op == MatchOp::Regex)
            }
        };
        let span = label_span.to(value_span);
        Ok(Matcher { label, op, value, matches_empty, span, label_span, value_span })
    }
}

/// `{"http.requests"}`: a string alone is the metric's name.
fn bare_name(name: Option<String>, span: Span) -> Matcher {
    let value = name.unwrap_or_default();
    let matches_empty = value.is_empty();
    let (label, op) = (NAME_LABEL.to_owned(), MatchOp::Equal);
    Matcher { label, op, value, matches_empty, span, label_span: span, value_span: span }
}

/// Makes the quoted name the selector's, if it is the only condition on the name: `{"a", "b"}` selects
/// nothing, but Prometheus takes it, so there it stays a matcher.
fn name_from_braces(selector: &mut VectorSelector) {
    let mut on_name = selector.matchers.iter().enumerate().filter(|(_, matcher)| matcher.label == NAME_LABEL);
    let (Some((place, found)), None, None) = (on_name.next(), on_name.next(), &selector.name) else { return };
    let is_bare = found.label_span == found.value_span;
    if is_bare && !found.matches_empty {
        let matcher = selector.matchers.remove(place);
        selector.name = Some(Name { text: matcher.value, span: matcher.span });
    }
}

fn check(selector: &VectorSelector, braces: Span) -> Result<(), ParseError> {
    if let Some(name) = &selector.name {
        let Some(again) = selector.matchers.iter().find(|matcher| matcher.label == NAME_LABEL) else {
            return Ok(());
        };
        let message = format!("the metric has a name twice: `{}` and `{}`", name.text, again.value);
        return Err(ParseError::new(again.span, message));
    }
    if selector.matchers.iter().any(|matcher| !matcher.matches_empty) {
        return Ok(());
    }
    let error = ParseError::new(braces, "a selector must contain at least one non-empty matcher");
    Err(error
        .help("name a metric, or match a label with a value that is not empty: this would read every series"))
}
