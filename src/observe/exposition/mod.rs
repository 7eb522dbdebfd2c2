//! What a service exposes at its metrics endpoint, read strictly.
//!
//! Two formats are understood: the Prometheus text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>) and OpenMetrics 1.0
//! (<https://prometheus.io/docs/specs/om/open_metrics_spec/>). A scraper that guesses hides defects, so
//! [`parse`] follows the documents word for word, yet it never gives up: everything that can be read is
//! kept in [`Exposition::families`] and every departure is listed in [`Exposition::problems`] with its
//! line and column.
//!
//! The reading goes from small to large, one file per step: `scan` walks over one line, `number` and
//! `labels` read its parts, `comment_line` and `sample_line` read whole lines, `families` groups them,
//! then `series`, `kinds` and `shape` judge each family. [`lenient`] asks another parser for its view.
//!
//! # Decisions
//!
//! * A line that cannot be read to its end gives one problem, where the reading stopped; the lines after
//!   it are read as usual. Rules that need a whole family ("no `+Inf` bucket") stay silent when a line of
//!   that family was lost, since they would report the same defect twice. Revisit if a lost line ever
//!   hides a defect that the next run does not show.
//! * Where the OpenMetrics prose and its ABNF disagree the ABNF wins, as the document itself orders.
//! * A problem is a *violation* or a *remark* ([`Grade`]). It is a remark where Prometheus takes every sample as it is
//!   written; each was put to Prometheus 2.42 in a body of a few lines. Only violations may accuse anybody: exporters
//!   of long standing have quantiles of 99.9 and second TYPE lines, and nobody reads a wrong number for it. Revisit
//!   when another reader decides what a service's metrics are worth.
//! * Undefined escapes (`\q`) are tolerated by the OpenMetrics ABNF but "SHOULD NOT" be used; they are
//!   listed as problems in both formats because readers disagree about them.

mod comment_line;
mod families;
mod family;
mod grade;
mod kinds;
mod labels;
pub mod lenient;
mod number;
mod sample_line;
mod scan;
mod series;
pub mod shape;

use serde::{Deserialize, Serialize};

pub use family::{Exemplar, Family, Kind, Sample, UnknownKind};
pub use grade::{Grade, Problem};
pub use labels::Labels;

use comment_line::Comment;
use families::Groups;
use scan::Cursor;

/// The two expositions a metrics endpoint may answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Prometheus text format 0.0.4.
    Text,
    /// OpenMetrics 1.0 text format.
    OpenMetrics,
}

impl Format {
    /// Chooses by the `Content-Type` header of the answer; absent or unknown means [`Format::Text`], which
    /// is what Prometheus falls back to.
    #[must_use]
    pub fn from_content_type(content_type: Option<&str>) -> Format {
        let media_type = content_type.and_then(|header| header.split(';').next()).unwrap_or_default();
        if media_type.trim().eq_ignore_ascii_case("application/openmetrics-text") {
            Format::OpenMetrics
        } else {
            Format::Text
        }
    }
}

/// Everything that could be read from one answer, and everything that was wrong with it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Exposition {
    /// In order of first appearance.
    pub families: Vec<Family>,
    /// In order of line and column; empty for a conforming exposition.
    pub problems: Vec<Problem>,
}

impl Exposition {
    /// All samples with the family each belongs to, in order of appearance within their families.
    pub fn series(&self) -> impl Iterator<Item = (&Family, &Sample)> {
        self.families.iter().flat_map(|family| family.samples.iter().map(move |sample| (family, sample)))
    }

    /// The problems that make readers refuse the exposition, or read something else than was meant.
    pub fn violations(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.grade == Grade::Violation)
    }
}

/// Reads a whole exposition. It never fails: what is wrong is listed in [`Exposition::problems`].
#[must_use]
pub fn parse(text: &str, format: Format) -> Exposition {
    let mut reading = Reading { format, groups: Groups::new(format), problems: Vec::new(), eof: Eof::Unseen };
    let line_feeds = text.bytes().filter(|byte| *byte == b'\n').count();
    let mut end = (1, 1);
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        end = (number, line.chars().count() + 1);
        let is_last = index == line_feeds;
        if is_last && line.is_empty() {
            break;
        }
        reading.line(line, number);
        // OpenMetrics only recommends the line feed after `# EOF`, and asks for that line anyway.
        if is_last && format == Format::Text {
            let message = "expected a line feed to end the last line, saw the end of the text".to_owned();
            reading.problems.push(Problem::new(end.0, end.1, message).remark());
        }
    }
    reading.finish(end)
}

/// Whether `# EOF` was met, and whether something after it was already reported.
#[derive(Clone, Copy, PartialEq)]
enum Eof {
    Unseen,
    Seen,
    Overrun,
}

struct Reading {
    format: Format,
    groups: Groups,
    problems: Vec<Problem>,
    eof: Eof,
}

impl Reading {
    /// Reads one line, without its line feed.
    fn line(&mut self, line: &str, number: usize) {
        let whole = line;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut cursor = Cursor::new(line, number, self.format);
        if line.len() < whole.len() {
            let message = "expected a bare line feed at the end of the line, saw a carriage return before it";
            self.problems.push(cursor.problem(line.chars().count() + 1, message));
        }
        if number == 1 && cursor.eat('\u{feff}') {
            let message = "expected text without a byte order mark, saw U+FEFF";
            self.problems.push(cursor.problem(1, message));
        }
        if self.eof == Eof::Seen {
            self.problems.push(cursor.expected("nothing after `# EOF`"));
            self.eof = Eof::Overrun;
        }
        let start = cursor.column();
        let indent = cursor.blanks();
        let strict = self.format == Format::OpenMetrics && self.eof == Eof::Unseen;
        if strict && (cursor.done() || !indent.is_empty()) {
            let saw = if cursor.done() { "an empty line" } else { "a blank before it" };
            let message = format!("expected a sample or `#` at the start of the line, saw {saw}");
            self.problems.push(cursor.problem(start, message));
        }
        if !cursor.done() {
            self.content(&mut cursor);
        }
    }

    /// Reads a line that has something on it.
    fn content(&mut self, cursor: &mut Cursor<'_>) {
        if cursor.peek() == Some('#') {
            match comment_line::read(cursor, &mut self.problems) {
                Ok(Comment::Plain) => {}
                Ok(Comment::Eof) if self.eof == Eof::Unseen => self.eof = Eof::Seen,
                Ok(Comment::Eof) => {}
                Ok(Comment::Metadata(metadata)) => self.groups.metadata(metadata, &mut self.problems),
                Err(problem) => self.problems.push(problem),
            }
            return;
        }
        let name = cursor.clone().metric_name();
        match sample_line::read(cursor, &mut self.problems) {
            Ok((sample, place)) => self.groups.sample(sample, place, &mut self.problems),
            Err(problem) => {
                self.groups.lost_sample(name);
                self.problems.push(problem);
            }
        }
    }

    fn finish(mut self, (line, column): (usize, usize)) -> Exposition {
        if self.format == Format::OpenMetrics && self.eof == Eof::Unseen {
            let message = "expected `# EOF` as the last line, saw the end of the text".to_owned();
            self.problems.push(Problem::new(line, column, message));
        }
        let families = self.groups.finish(&mut self.problems);
        for problem in &mut self.problems {
            problem.message = printable(&problem.message);
        }
        self.problems.sort();
        self.problems.dedup();
        Exposition { families, problems: self.problems }
    }
}

/// Messages quote what was exposed, and a control character would garble the terminal that shows them.
fn printable(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for next in message.chars() {
        if next.is_control() {
            text.extend(next.escape_debug());
        } else {
            text.push(next);
        }
    }
    text
}
