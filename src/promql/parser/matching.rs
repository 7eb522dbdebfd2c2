//! Lists of labels: `by (a)`, `on (a) group_left (b)`.

use super::{Kind, Parser, Word};
use crate::promql::{Dialect, Group, Grouping, Label, Matching, ParseError, Side, Span};

impl Parser<'_> {
    /// `on` or `ignoring` after an operator, if there is one.
    pub(super) fn matching(&mut self) -> Result<Option<Matching>, ParseError> {
        let (on, start) = match self.peek() {
            Kind::Word(Word::On) => (true, self.advance()),
            Kind::Word(Word::Ignoring) => (false, self.advance()),
            Kind::Word(Word::GroupLeft | Word::GroupRight) => {
                let word = self.written(self.token().span);
                return Err(self
                    .expected("an expression, `on` or `ignoring`")
                    .help(format!("`{word}` stands after `on (...)` or `ignoring (...)`")));
            }
            _ => return Ok(None),
        };
        let (labels, mut end) = self.labels()?;
        let many = match self.peek() {
            Kind::Word(Word::GroupLeft) => Some(Side::Left),
            Kind::Word(Word::GroupRight) => Some(Side::Right),
            _ => None,
        };
        let mut group = None;
        if let Some(many) = many {
            let word = self.advance();
            end = word;
            let mut include = Vec::new();
            if self.peek() == &Kind::LeftParen {
                (include, end) = self.labels()?;
                self.labels_after = Some(word);
            }
            group = Some(Group { many, include });
        }
        Ok(Some(Matching { on, labels, group, span: start.to(end) }))
    }

    /// `by` or `without` of an aggregation, if there is one.
    pub(super) fn grouping(&mut self) -> Result<Option<Grouping>, ParseError> {
        let (without, start) = match self.peek() {
            Kind::Word(Word::By) => (false, self.advance()),
            Kind::Word(Word::Without) => (true, self.advance()),
            _ => return Ok(None),
        };
        let (labels, end) = self.labels()?;
        Ok(Some(Grouping { without, labels, span: start.to(end) }))
    }

    /// `(a, b)`, with the place of its last parenthesis. A comma may stand after the last.
    fn labels(&mut self) -> Result<(Vec<Label>, Span), ParseError> {
        self.expect(&Kind::LeftParen, "`(` and labels")?;
        let mut labels = Vec::new();
        if let Some(end) = self.accept(&Kind::RightParen) {
            return Ok((labels, end));
        }
        loop {
            labels.push(self.label()?);
            if self.accept(&Kind::Comma).is_none() {
                return Ok((labels, self.expect(&Kind::RightParen, "`,` or `)` after a label")?));
            }
            if let Some(end) = self.accept(&Kind::RightParen) {
                return Ok((labels, end));
            }
        }
    }

    fn label(&mut self) -> Result<Label, ParseError> {
        let v3 = self.dialect == Dialect::V3;
        let name = match self.peek() {
            Kind::Text(text) if v3 && !text.is_empty() => text.clone(),
            Kind::Text(_) if v3 => return Err(self.expected("a label's name")),
            Kind::Text(_) => return Err(self.expected("a label").help("Prometheus 2 takes no quotes here")),
            Kind::Name | Kind::Word(_) => self.written(self.token().span).to_owned(),
            Kind::MetricName if v3 => self.written(self.token().span).to_owned(),
            Kind::MetricName => return Err(self.expected("a label").help("labels have no colons")),
            _ => return Err(self.expected("a label")),
        };
        Ok(Label { name, span: self.advance() })
    }
}
