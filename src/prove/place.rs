use std::cell::Cell;
use std::sync::Arc;

use serde::Serialize;

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of that line it takes; 0 when not known.
    pub length: usize,
}

/// A file's text with its lines found once.
#[derive(Debug)]
pub(super) struct Lines {
    file: Arc<str>,
    text: String,
    starts: Vec<usize>,
    /// How many lines of the file stand before the text.
    before: usize,
    /// The last answer: most questions come in the order of the text, and a line may have ten million characters.
    last: Cell<(usize, usize)>,
}

impl Lines {
    pub(super) fn new(file: &str, text: String, before: usize) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        Self { file: file.into(), text, starts, before, last: Cell::new((0, 1)) }
    }

    pub(super) fn file(&self) -> &Arc<str> {
        &self.file
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line that holds this byte, from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) + self.before
    }

    /// The text of a line, from 1, without its end.
    pub(super) fn line(&self, number: usize) -> &str {
        let Some(index) = number.checked_sub(self.before + 1) else { return "" };
        let Some(start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        self.text[*start..end.max(*start)].trim_end_matches('\r')
    }

    /// The number of the last line.
    pub(super) fn count(&self) -> usize {
        self.starts.len() + self.before
    }

    /// The place of a stretch of bytes, cut off at the end of its first line.
    pub(super) fn place(&self, start: usize, end: usize) -> Place {
        let line = self.line_of(start);
        let index = line - self.before;
        let begin = self.starts[index - 1];
        let (at, column) = self.last.get();
        let (from, before) = if at >= begin && at <= start { (at, column) } else { (begin, 1) };
        let column = before + self.text.get(from..start).map_or(0, |text| text.chars().count());
        self.last.set((start, column));
        let stop = self.starts.get(index).map_or(self.text.len(), |next| next - 1).min(end).max(start);
        let length = self.text.get(start..stop).map_or(0, |text| text.trim_end().chars().count());
        Place { file: Arc::clone(&self.file), line, column, length }
    }

    /// The place of a whole line, without the space around it.
    pub(super) fn whole(&self, number: usize) -> Place {
        let text = self.line(number);
        let column = 1 + text.chars().take_while(|c| c.is_whitespace()).count();
        Place { file: Arc::clone(&self.file), line: number, column, length: text.trim().chars().count() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_in_whatever_order_they_are_asked_for() {
        let lines = Lines::new("a.md", "été x\r\nzwei\n".to_owned(), 0);
        let x = lines.text().find('x').expect("it is there");
        assert_eq!((lines.place(x, x + 1).line, lines.place(x, x + 1).column), (1, 5));
        let z = lines.text().find('z').expect("it is there");
        assert_eq!(
            (lines.place(z, 99).line, lines.place(z, 99).column, lines.place(z, 99).length),
            (2, 1, 4)
        );
        assert_eq!(lines.place(0, 3).column, 1);
        assert_eq!((lines.line(1), lines.line(2), lines.line(3), lines.line(9)), ("été x", "zwei", "", ""));
        assert_eq!(lines.count(), 3);
    }
}
