//! Reads the lines that start with `#`: metadata, the end mark, and remarks.

use super::family::Kind;
use super::scan::Cursor;
use super::{Format, Problem};

/// What a line that starts with `#` says.
pub(super) enum Comment {
    /// A remark for people.
    Plain,
    /// `# EOF`.
    Eof,
    Metadata(Metadata),
}

/// One metadata line of one family.
pub(super) struct Metadata {
    pub(super) line: usize,
    /// Where the line starts.
    pub(super) column: usize,
    pub(super) name: String,
    pub(super) name_column: usize,
    pub(super) fact: Fact,
}

/// What the line tells about the family. An unreadable type or an empty OpenMetrics text is `None`.
pub(super) enum Fact {
    Type(Option<Kind>),
    Help(Option<String>),
    Unit(Option<String>),
}

/// Reads the line, of which the cursor is at the `#`.
///
/// # Errors
/// Where the line cannot be read any further.
pub(super) fn read(cursor: &mut Cursor<'_>, problems: &mut Vec<Problem>) -> Result<Comment, Problem> {
    let column = cursor.column();
    cursor.eat('#');
    let blanks = cursor.blanks();
    let keyword_column = cursor.column();
    let keyword = cursor.token();
    let open_metrics = cursor.format == Format::OpenMetrics;
    let known = match keyword {
        "TYPE" | "HELP" => true,
        "UNIT" | "EOF" => open_metrics,
        _ => false,
    };
    if !known {
        if open_metrics {
            let saw = if keyword.is_empty() { "nothing" } else { &format!("`{keyword}`") };
            let message = format!("expected `TYPE`, `HELP`, `UNIT` or `EOF` after `#`, saw {saw}");
            problems.push(cursor.problem(keyword_column, message));
        }
        return Ok(Comment::Plain);
    }
    if blanks.is_empty() || (open_metrics && blanks != " ") {
        let blank = if open_metrics { "one space" } else { "a blank" };
        let saw = if blanks.is_empty() { "none" } else { "more or other blanks" };
        let message = format!("expected {blank} between `#` and `{keyword}`, saw {saw}");
        // To Prometheus a text without the blank is a comment: only what it says of the metric is lost.
        problems.push(cursor.problem(column + 1, message).remark_if(!open_metrics));
    }
    if keyword == "EOF" {
        cursor.finish(problems);
        return Ok(Comment::Eof);
    }
    let blanks = cursor.blanks();
    if cursor.done() {
        return Err(cursor.expected(&format!("a metric name after `# {keyword}`")).remark_if(!open_metrics));
    }
    cursor.gap(blanks, "the metric name", problems);
    let name_column = cursor.column();
    let name = family_name(cursor, problems)?;
    let fact = match keyword {
        "TYPE" => Fact::Type(kind(cursor, &name, problems)?),
        "HELP" => Fact::Help(help(cursor, &name, problems)?),
        _ => Fact::Unit(unit(cursor, &name, problems)),
    };
    Ok(Comment::Metadata(Metadata { line: cursor.line(), column, name, name_column, fact }))
}

fn family_name(cursor: &mut Cursor<'_>, problems: &mut Vec<Problem>) -> Result<String, Problem> {
    let column = cursor.column();
    let name = if cursor.eat('"') {
        if cursor.format == Format::OpenMetrics {
            let message = "expected a plain name (OpenMetrics 1.0 has no quoted names), saw `\"`";
            problems.push(cursor.problem(column, message));
        }
        cursor.quoted("the quoted name", problems)?
    } else {
        let name = cursor.metric_name();
        if name.is_empty() {
            return Err(cursor.expected("a metric name (a letter, `_` or `:` first)"));
        }
        name.to_owned()
    };
    if name.is_empty() {
        problems.push(cursor.problem(column, "expected a name between the quotes, saw none"));
    }
    match cursor.peek() {
        None | Some(' ' | '\t') => Ok(name),
        Some(_) => Err(cursor.expected(&format!("a blank after the metric name `{name}`"))),
    }
}

fn kind(cursor: &mut Cursor<'_>, name: &str, problems: &mut Vec<Problem>) -> Result<Option<Kind>, Problem> {
    let blanks = cursor.blanks();
    if cursor.done() {
        return Err(cursor.expected(&format!("the type of `{name}`")));
    }
    cursor.gap(blanks, "the type", problems);
    let column = cursor.column();
    let word = cursor.token();
    let kind = word.parse::<Kind>().ok();
    if !kind.is_some_and(|kind| kind.is_word_of(word, cursor.format)) {
        let words = match cursor.format {
            Format::Text => "`counter`, `gauge`, `histogram`, `summary` or `untyped`",
            Format::OpenMetrics => {
                "`counter`, `gauge`, `histogram`, `gaugehistogram`, `stateset`, `info`, `summary` or `unknown`"
            }
        };
        problems
            .push(cursor.problem(column, format!("expected {words} as the type of `{name}`, saw `{word}`")));
    }
    cursor.finish(problems);
    Ok(kind)
}

fn help(cursor: &mut Cursor<'_>, name: &str, problems: &mut Vec<Problem>) -> Result<Option<String>, Problem> {
    let open_metrics = cursor.format == Format::OpenMetrics;
    if !open_metrics {
        cursor.blanks();
    } else if !cursor.eat(' ') {
        return Err(cursor.expected(&format!("one space after the metric name `{name}`")));
    }
    let mut text = String::new();
    while let Some(next) = cursor.peek() {
        if next == '\\' {
            cursor.escape(&mut text, open_metrics, "the help text", problems);
            continue;
        }
        if next == '"' && open_metrics {
            problems.push(cursor.expected("`\\\"` for a quote in the help text").remark());
        }
        text.push(next);
        cursor.bump();
    }
    Ok((!open_metrics || !text.is_empty()).then_some(text))
}

/// OpenMetrics only. The suffix rule needs the whole family and is judged later.
fn unit(cursor: &mut Cursor<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    if !cursor.eat(' ') {
        problems.push(cursor.expected(&format!("one space after the metric name `{name}`")));
    }
    let unit = cursor.take_while(|next| next.is_ascii_alphanumeric() || next == '_' || next == ':');
    cursor.finish(problems);
    (!unit.is_empty()).then(|| unit.to_owned())
}
