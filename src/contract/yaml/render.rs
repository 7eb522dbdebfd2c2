//! Shows problems with the lines they are about.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::{
    lines::{lines, unmarked},
    problem::Problem,
};

/// Wide enough for most messages, narrow enough for a log viewer; not the terminal's, so that output is the same
/// everywhere.
const WIDTH: usize = 110;

/// What the place that shows the text can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether terminal colour codes are allowed.
    pub colour: bool,
    /// Whether line-drawing characters are allowed; otherwise the frame is ASCII.
    pub unicode: bool,
}

impl Style {
    fn theme(self) -> GraphicalTheme {
        let characters = if self.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        // The sixteen colours of the user's own palette rather than fixed ones, which some backgrounds swallow.
        let styles = if self.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
        GraphicalTheme { characters, styles }
    }
}

/// The problems of one file as text, each with `file:line:column`, its line with the place underlined, the accepted
/// values and the help.
///
/// `text` is the file's content; a place outside it is moved to the nearest line.
pub fn render(problems: &[Problem], text: &str, style: Style) -> String {
    // A file may hold terminal escapes; shown raw they would act on the reader's terminal.
    let clean = |c: char| if c.is_control() && !matches!(c, '\n' | '\r' | '\t') { '\u{fffd}' } else { c };
    let text: String = unmarked(text).chars().map(clean).collect();
    let handler = GraphicalReportHandler::new_themed(style.theme())
        .with_width(WIDTH)
        .with_break_words(false)
        .with_links(false)
        .without_syntax_highlighting();
    let mut out = String::new();
    for problem in problems {
        let report = Report { problem, span: span(problem, &text), source: Source { problem, text: &text } };
        if !out.is_empty() {
            out.push('\n');
        }
        let before = out.len();
        if handler.render_report(&mut out, &report).is_err() {
            // The frame could not be drawn: the one-line form still says everything.
            out.truncate(before);
            out.push_str(&format!("{problem}\n"));
        }
    }
    out
}

/// Which bytes of the text to underline.
fn span(problem: &Problem, text: &str) -> SourceSpan {
    let lines = lines(text);
    let (start, line) = lines[problem.line.clamp(1, lines.len()) - 1];
    let at = line.char_indices().nth(problem.column.max(1) - 1).map_or(line.len(), |(at, _)| at);
    let rest = &line[at..];
    let length = match problem.length {
        0 => rest.find([' ', '\t', ',', ']', '}']).unwrap_or(rest.len()),
        length => rest.char_indices().nth(length).map_or(rest.len(), |(end, _)| end),
    };
    (start + at, length).into()
}

/// The file, whose header shows the problem's own line and column: miette would count columns in bytes.
struct Source<'a> {
    problem: &'a Problem,
    text: &'a str,
}

impl SourceCode for Source<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, before, after)?;
        // Without lines around it, the span is read for the header.
        let header = before == 0 && after == 0;
        let (line, column) = if header {
            (self.problem.line.saturating_sub(1), self.problem.column.saturating_sub(1))
        } else {
            (read.line(), read.column())
        };
        let (name, data, span, count) =
            (self.problem.file.clone(), read.data(), *read.span(), read.line_count());
        Ok(Box::new(MietteSpanContents::new_named(name, data, span, line, column, count)))
    }
}

struct Report<'a> {
    problem: &'a Problem,
    span: SourceSpan,
    source: Source<'a>,
}

impl Diagnostic for Report<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let accepted = &self.problem.accepted;
        let listed = (!accepted.is_empty()).then(|| format!("accepted: {}", accepted.join(", ")));
        let parts: Vec<String> = listed.into_iter().chain(self.problem.help.clone()).collect();
        if parts.is_empty() { None } else { Some(Box::new(parts.join("\n"))) }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.span))))
    }
}

impl std::error::Error for Report<'_> {}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.problem, f)
    }
}
