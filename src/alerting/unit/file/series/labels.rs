//! The name and labels of a series.

use std::borrow::Cow;

use super::{Scanner, Wrong, is_alphanumeric, is_letter};
use crate::promql::{Dialect, ExprKind, Labels, NAME, parse_as};

/// A label, its value, and where it starts.
type LabelPair<'a> = (Cow<'a, str>, Cow<'a, str>, usize);

impl<'a> Scanner<'a> {
    /// A name, labels in braces, or both; nothing at all is no labels. Blanks may stand before the braces only
    /// where no values follow. What no stored sample may have comes back as well.
    pub(super) fn metric(&mut self, blanks: bool) -> Result<(Labels, Option<Wrong>), Wrong> {
        let name = self.name()?;
        let after_name = self.at;
        if blanks {
            self.skip_blank();
        }
        if self.peek() != Some('{') {
            self.at = after_name;
            return Ok((Labels::new(name.map(|name| (NAME, name))), None));
        }
        let mut pairs = self.braces()?;
        if let Some(name) = name {
            // The name before the braces counts.
            pairs.retain(|(label, ..)| label != NAME);
            pairs.push((NAME.into(), name.into(), after_name));
        }
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        let twice = pairs.windows(2).find(|pair| pair[0].0 == pair[1].0);
        let twice =
            twice.map(|pair| Wrong::new(pair[1].2, format!("the label `{}` stands twice", pair[1].0)));
        let nameless = pairs.iter().find(|(name, value, _)| name.is_empty() && !value.is_empty());
        let nameless = nameless.map(|(.., at)| Wrong::new(*at, "a label must have a name"));
        Ok((Labels::new(pairs.into_iter().map(|(name, value, _)| (name, value))), twice.or(nameless)))
    }

    fn name(&mut self) -> Result<Option<&'a str>, Wrong> {
        if !self.peek().is_some_and(|c| is_letter(c) || c == ':') {
            return Ok(None);
        }
        let start = self.at;
        let name = self.accept_run(|c| is_alphanumeric(c) || c == ':');
        // Some of the language's words are no names of metrics.
        let known = parse_as(name, self.dialect).is_ok_and(|expr| matches!(expr.kind, ExprKind::Vector(_)));
        if known {
            return Ok(Some(name));
        }
        Err(Wrong::new(start, format!("`{name}` is a word of PromQL and names no metric")))
    }

    /// Labels with their values and where they stand.
    fn braces(&mut self) -> Result<Vec<LabelPair<'a>>, Wrong> {
        self.at += 1;
        let mut pairs = Vec::new();
        loop {
            self.skip_blank();
            if (pairs.is_empty() || self.text[..self.at].trim_end().ends_with(','))
                && self.accept(|c| c == '}')
            {
                return Ok(pairs);
            }
            pairs.push(self.label()?);
            self.skip_blank();
            if self.accept(|c| c == '}') {
                return Ok(pairs);
            }
            if !self.accept(|c| c == ',') {
                let wrong = Wrong::new(
                    self.at,
                    format!("expected `,` or `}}` after a label, found {}", self.found()),
                );
                return Err(wrong);
            }
        }
    }

    fn label(&mut self) -> Result<LabelPair<'a>, Wrong> {
        let start = self.at;
        let quoted = self.peek().is_some_and(is_quote);
        if quoted && self.dialect == Dialect::V2 {
            return Err(Wrong::new(start, "Prometheus 2 takes no quoted names"));
        }
        let name = match self.peek() {
            Some(_) if quoted => self.string()?,
            Some(c) if is_letter(c) => Cow::Borrowed(self.accept_run(is_alphanumeric)),
            _ => return Err(Wrong::new(start, format!("expected a label or `}}`, found {}", self.found()))),
        };
        self.skip_blank();
        if quoted && matches!(self.peek(), Some(',' | '}')) {
            return Ok((NAME.into(), name, start));
        }
        let operator = self.at;
        if !self.accept(|c| c == '=') || matches!(self.peek(), Some('~')) {
            let wrong = Wrong::new(operator, format!("expected `=` after the label `{name}`"));
            return Err(wrong.help("these are labels of one series, not conditions"));
        }
        self.skip_blank();
        if !self.peek().is_some_and(is_quote) {
            let wrong =
                Wrong::new(self.at, format!("expected the value of `{name}`, found {}", self.found()));
            return Err(wrong.help("values are quoted"));
        }
        Ok((name, self.string()?, start))
    }

    /// A string in any of PromQL's quotes.
    fn string(&mut self) -> Result<Cow<'a, str>, Wrong> {
        let start = self.at;
        let quote = self.peek().unwrap_or('"');
        self.at += 1;
        let (mut escaped, mut ended) = (false, false);
        let mut plain = true;
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            if !escaped && c == quote {
                ended = true;
                break;
            }
            escaped = !escaped && c == '\\' && quote != '`';
            plain &= c != '\\' && c != '\n' && c != '\u{fffd}';
        }
        let written = &self.text[start..self.at];
        if plain && ended {
            return Ok(Cow::Borrowed(&written[1..written.len() - 1]));
        }
        match parse_as(written, self.dialect) {
            Ok(expr) => match expr.kind {
                ExprKind::String(text) => Ok(Cow::Owned(text)),
                _ => Err(Wrong::new(start, "expected a string")),
            },
            Err(error) => {
                Err(Wrong { at: start + error.span.start, message: error.message, help: error.help })
            }
        }
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}
