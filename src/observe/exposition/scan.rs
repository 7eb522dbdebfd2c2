//! Walks over one line and remembers the column.

use super::{Format, Problem};

/// A position within one line.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
    pub(super) format: Format,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, line: usize, format: Format) -> Cursor<'a> {
        Cursor { rest: text, line, column: 1, format }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Of the next character, counted from 1 in characters.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    pub(super) fn done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        self.column += 1;
        Some(next)
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|next| !belongs(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.column += taken.chars().count();
        taken
    }

    /// The blanks at this place; whether they may stand here is for [`Cursor::gap`] to say.
    pub(super) fn blanks(&mut self) -> &'a str {
        self.take_while(is_blank)
    }

    /// Everything up to the next blank.
    pub(super) fn token(&mut self) -> &'a str {
        self.take_while(|next| !is_blank(next))
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, or nothing.
    pub(super) fn metric_name(&mut self) -> &'a str {
        self.name(|next| is_name_char(next) || next == ':')
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, or nothing.
    pub(super) fn label_name(&mut self) -> &'a str {
        self.name(is_name_char)
    }

    fn name(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        match self.peek() {
            Some(first) if belongs(first) && !first.is_ascii_digit() => self.take_while(belongs),
            _ => "",
        }
    }

    /// Judges `blanks`, taken just before this place, as a separator in front of `what`.
    ///
    /// Any number of spaces and tabs separates tokens of the text format; OpenMetrics wants one space.
    pub(super) fn gap(&self, blanks: &str, what: &str, problems: &mut Vec<Problem>) {
        // At the end of the line the missing token itself is reported.
        if self.format == Format::Text || blanks == " " || self.done() {
            return;
        }
        let saw = match blanks.chars().count() {
            0 => self.saw(),
            1 => "a tab".to_owned(),
            count => format!("{count} blanks"),
        };
        let column = self.column - blanks.chars().count();
        problems.push(self.problem(column, format!("expected exactly one space before {what}, saw {saw}")));
    }

    /// Skips blanks in front of `what` where OpenMetrics allows none at all.
    pub(super) fn slack(&mut self, what: &str, problems: &mut Vec<Problem>) {
        let column = self.column;
        let blanks = self.blanks();
        if self.format == Format::OpenMetrics && !blanks.is_empty() {
            problems.push(self.problem(column, format!("expected no blank before {what}, saw one")));
        }
    }

    /// Nothing more may follow; the text format forgives blanks.
    pub(super) fn finish(&mut self, problems: &mut Vec<Problem>) {
        let column = self.column;
        let blanks = self.blanks();
        if !self.done() {
            let saw = self.clone().token().to_owned();
            problems.push(self.problem(self.column, format!("expected the end of the line, saw `{saw}`")));
        } else if self.format == Format::OpenMetrics && !blanks.is_empty() {
            problems.push(self.problem(column, "expected the end of the line, saw a blank"));
        }
    }

    /// Reads to the closing `"` and resolves escapes; the opening one is already behind.
    ///
    /// # Errors
    /// When the line ends first.
    pub(super) fn quoted(&mut self, what: &str, problems: &mut Vec<Problem>) -> Result<String, Problem> {
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|next| next != '"' && next != '\\'));
            match self.peek() {
                Some('\\') => self.escape(&mut text, true, what, problems),
                Some(_) => {
                    self.bump();
                    return Ok(text);
                }
                None => return Err(self.expected(&format!("`\"` to close {what}"))),
            }
        }
    }

    /// Resolves the escape that starts here. An unknown one is a problem and stays as it is written.
    pub(super) fn escape(
        &mut self,
        text: &mut String,
        quote_escapable: bool,
        what: &str,
        problems: &mut Vec<Problem>,
    ) {
        let column = self.column;
        self.bump();
        match self.peek() {
            Some('\\') => text.push('\\'),
            Some('n') => text.push('\n'),
            Some('"') if quote_escapable => text.push('"'),
            _ => {
                let choice = if quote_escapable { r#"`\\`, `\"` or `\n`"# } else { r"`\\` or `\n`" };
                let saw = match self.peek() {
                    Some(next) => format!("`\\{next}`"),
                    None => "a lone `\\` at the end of the line".to_owned(),
                };
                // Prometheus keeps an unknown escape as it is written.
                let message = format!("expected {choice} in {what}, saw {saw}");
                problems.push(self.problem(column, message).remark());
                text.push('\\');
                return;
            }
        }
        self.bump();
    }

    /// A problem on this line.
    pub(super) fn problem(&self, column: usize, message: impl Into<String>) -> Problem {
        Problem::new(self.line, column, message)
    }

    /// A problem at this very place.
    pub(super) fn expected(&self, what: &str) -> Problem {
        self.problem(self.column, format!("expected {what}, saw {}", self.saw()))
    }

    fn saw(&self) -> String {
        match self.peek() {
            None => "the end of the line".to_owned(),
            Some(' ') => "a space".to_owned(),
            Some('\t') => "a tab".to_owned(),
            Some(next) => format!("`{next}`"),
        }
    }
}

fn is_blank(next: char) -> bool {
    next == ' ' || next == '\t'
}

fn is_name_char(next: char) -> bool {
    next.is_ascii_alphanumeric() || next == '_'
}
