//! Reads one line with a value: `name{labels} value [timestamp] [# exemplar]`.

use super::family::{Exemplar, Sample};
use super::labels::{self, Block};
use super::scan::Cursor;
use super::{Format, Problem, number};

/// Where the parts of a sample stand, for the rules that are judged once the family is complete.
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) name: usize,
    pub(super) value: usize,
    /// Of its `#`.
    pub(super) exemplar: usize,
    /// Of each label value, in the order of the sample's labels.
    pub(super) labels: Vec<usize>,
    /// As written: OpenMetrics times differ by less than the milliseconds that the sample keeps.
    pub(super) seconds: Option<f64>,
    /// A timestamp was there and could not be read, so nothing may be said about the order in time.
    pub(super) time_lost: bool,
}

/// Reads the line, of which the cursor is at the first character.
///
/// # Errors
/// Where the line cannot be read any further; the sample is lost.
pub(super) fn read(cursor: &mut Cursor<'_>, problems: &mut Vec<Problem>) -> Result<(Sample, Place), Problem> {
    let name_column = cursor.column();
    let (name, block) = series(cursor, problems)?;
    let value_column = cursor.column();
    let value = value(cursor, &format!("the value of `{name}`"))?;
    let time = timestamp(cursor, problems);
    let exemplar = match read_exemplar(cursor, problems) {
        Ok((column, exemplar)) => {
            cursor.finish(problems);
            exemplar.map(|exemplar| (column, exemplar))
        }
        // The sample in front of it is good.
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let place = Place {
        line: cursor.line(),
        name: name_column,
        value: value_column,
        exemplar: exemplar.as_ref().map_or(0, |(column, _)| *column),
        labels: block.columns,
        seconds: time.seconds,
        time_lost: time.lost,
    };
    let (labels, timestamp_ms) = (block.labels, time.milliseconds);
    let exemplar = exemplar.map(|(_, exemplar)| exemplar);
    let sample = Sample { name, labels, value, timestamp_ms, exemplar, line: place.line };
    Ok((sample, place))
}

/// Reads the name and the labels, and stops in front of the value.
fn series(cursor: &mut Cursor<'_>, problems: &mut Vec<Problem>) -> Result<(String, Block), Problem> {
    let column = cursor.column();
    if cursor.eat('{') {
        let mut block = labels::read(cursor, true, problems)?;
        let Some(name) = block.name.take() else {
            let message = "expected a metric name, saw only labels";
            return Err(cursor.problem(column, message));
        };
        let blanks = cursor.blanks();
        cursor.gap(blanks, "the value", problems);
        return Ok((name, block));
    }
    let name = cursor.metric_name();
    if name.is_empty() {
        return Err(cursor.expected("a metric name (a letter, `_` or `:` first)"));
    }
    let blanks_column = cursor.column();
    let mut blanks = cursor.blanks();
    let mut block = Block::default();
    if cursor.eat('{') {
        if cursor.format == Format::OpenMetrics && !blanks.is_empty() {
            let message = format!("expected `{{` right after the name `{name}`, saw a blank");
            problems.push(cursor.problem(blanks_column, message));
        }
        block = labels::read(cursor, false, problems)?;
        blanks = cursor.blanks();
    } else if blanks.is_empty() {
        return Err(cursor.expected(&after_name(cursor, name)));
    }
    cursor.gap(blanks, "the value", problems);
    Ok((name.to_owned(), block))
}

fn after_name(cursor: &Cursor<'_>, name: &str) -> String {
    let hint = match (cursor.format, cursor.peek()) {
        (Format::Text, Some(_)) => " (names with other characters must be quoted, as in `{\"a.b\"}`)",
        _ => "",
    };
    format!("a blank or `{{` after the name `{name}`{hint}")
}

fn value(cursor: &mut Cursor<'_>, what: &str) -> Result<f64, Problem> {
    if cursor.done() {
        return Err(cursor.expected(what));
    }
    let column = cursor.column();
    let token = cursor.token();
    number::value(token).map_err(|reason| {
        cursor.problem(column, format!("expected a number as {what}, saw `{token}`{reason}"))
    })
}

/// What was read where a timestamp may stand.
#[derive(Default)]
struct Time {
    /// OpenMetrics only.
    seconds: Option<f64>,
    milliseconds: Option<i64>,
    lost: bool,
}

/// Reads a timestamp if there is one. A malformed one is listed and left out, since the value before it is
/// good.
fn timestamp(cursor: &mut Cursor<'_>, problems: &mut Vec<Problem>) -> Time {
    let mut ahead = cursor.clone();
    let blanks = ahead.blanks();
    if ahead.done() || ahead.peek() == Some('#') {
        return Time::default();
    }
    *cursor = ahead;
    cursor.gap(blanks, "the timestamp", problems);
    let column = cursor.column();
    let token = cursor.token();
    let (unit, read) = match cursor.format {
        Format::Text => ("whole milliseconds", number::milliseconds(token).map(|time| (None, time))),
        Format::OpenMetrics => {
            ("seconds", number::seconds(token).map(|(seconds, time)| (Some(seconds), time)))
        }
    };
    match read {
        Ok((seconds, milliseconds)) => Time { seconds, milliseconds: Some(milliseconds), lost: false },
        Err(reason) => {
            let message = format!("expected a timestamp in {unit}, saw `{token}`{reason}");
            problems.push(cursor.problem(column, message));
            Time { lost: true, ..Time::default() }
        }
    }
}

/// Reads `# {labels} value [timestamp]` if it is there, and gives the column of its `#`.
fn read_exemplar(
    cursor: &mut Cursor<'_>,
    problems: &mut Vec<Problem>,
) -> Result<(usize, Option<Exemplar>), Problem> {
    let mut ahead = cursor.clone();
    let blanks = ahead.blanks();
    if ahead.peek() != Some('#') {
        return Ok((0, None));
    }
    *cursor = ahead;
    cursor.gap(blanks, "the exemplar", problems);
    let column = cursor.column();
    if cursor.format == Format::Text {
        let message = "expected the end of the line (the text format has no exemplars), saw `#`";
        problems.push(cursor.problem(column, message));
    }
    cursor.eat('#');
    let blanks = cursor.blanks();
    cursor.gap(blanks, "the labels of the exemplar", problems);
    if !cursor.eat('{') {
        return Err(cursor.expected("`{` to open the labels of the exemplar"));
    }
    let Block { labels, .. } = labels::read(cursor, false, problems)?;
    let blanks = cursor.blanks();
    cursor.gap(blanks, "the value of the exemplar", problems);
    let value = value(cursor, "the value of the exemplar")?;
    let timestamp_ms = timestamp(cursor, problems).milliseconds;
    Ok((column, Some(Exemplar { labels, value, timestamp_ms })))
}
