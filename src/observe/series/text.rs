//! Reads a file of samples with timestamps.

use std::collections::HashMap;

use super::bounds::Bound;
use super::late::{self, Late};
use super::line::{self, Reading};
use super::plain::{self, Words};
use super::{Loaded, Unreadable, format_of, last_ms};
use crate::observe::exposition::{self, Exposition, Format, Grade, Problem};
use crate::promql::{Dialect, SeriesId, Storage};

/// Nobody reads more, and a file of a million lines can be wrong on each.
const MAX_PROBLEMS: usize = 100;

/// Milliseconds that are seconds of the years 2001 to 2128 when they are taken for such.
const LIKELY_SECONDS: std::ops::Range<i64> = 1_000_000_000..5_000_000_000;

/// Reads a file of samples, OpenMetrics or the text format by its content, as the named release stores them.
///
/// # Errors
///
/// Every line that cannot be read, samples without a timestamp, and two values of one series at one time.
pub fn of_text(text: &str, dialect: Dialect) -> Result<Loaded, Unreadable> {
    let format = format_of(text);
    let mut reader = Reader::new(format, dialect);
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let (mut number, mut ended, mut overrun) = (0, false, false);
    for line in lines.split('\n').filter(|_| !lines.is_empty()) {
        number += 1;
        if ended && !line.is_empty() && !overrun {
            reader.problem(number, 1, "expected nothing after `# EOF`, saw more lines".to_owned());
            overrun = true;
        }
        // What stands there may still be a series' sample, and is read for what is wrong with it.
        ended |= line == "# EOF" && format == Format::OpenMetrics;
        reader.line(line, number);
        if reader.problems.len() > MAX_PROBLEMS {
            break;
        }
    }
    reader.finish()
}

/// A series by its text, under each way to write its bounds.
type Known<'a> = HashMap<&'a str, SeriesId>;

struct Reader<'a> {
    format: Format,
    dialect: Dialect,
    /// What the last TYPE line says of labels.
    bound: Bound,
    known: [Known<'a>; 3],
    /// The series of the line before: in most files the next sample is of the same.
    last: Option<(&'a str, SeriesId)>,
    words: Words<'a>,
    storage: Storage,
    late: Vec<Late>,
    samples: usize,
    untimed: usize,
    /// Line and column where the first missing timestamp should stand.
    first_untimed: (usize, usize),
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn new(format: Format, dialect: Dialect) -> Reader<'a> {
        Reader {
            format,
            dialect,
            bound: Bound::None,
            known: Default::default(),
            last: None,
            words: Words::default(),
            storage: Storage::new(),
            late: Vec::new(),
            samples: 0,
            untimed: 0,
            first_untimed: (0, 0),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, line: usize, column: usize, message: String) {
        self.problems.push(Problem { line, column, message, grade: Grade::Violation });
    }

    fn line(&mut self, whole: &'a str, number: usize) {
        let line = match self.format {
            Format::Text => whole.trim_start_matches([' ', '\t']),
            // There a blank in front is wrong, which the strict parser says.
            Format::OpenMetrics => whole,
        };
        if line.is_empty() && self.format == Format::Text {
            return;
        }
        if line.is_empty() || line.starts_with('#') {
            self.remark(whole, number);
            return;
        }
        let same = self
            .last
            .filter(|(text, _)| line.strip_prefix(text).is_some_and(|rest| rest.starts_with([' ', '\t'])));
        let (series, rest) = match same {
            Some((text, _)) => line.split_at(text.len()),
            None => line.split_at(line::series_end(line)),
        };
        let mut reading = line::reading(rest, self.format);
        let id = match same.map(|(_, id)| id).or_else(|| self.known[self.bound as usize].get(series).copied())
        {
            Some(id) => Some(id),
            None if reading.is_some() => self.plain(series),
            None => None,
        };
        let id = match (id, reading) {
            (Some(id), Some(_)) => id,
            _ => match self.strict(whole, rest, number) {
                Some((id, strict)) => {
                    reading = Some(strict);
                    id
                }
                None => return,
            },
        };
        // A series that was read from an odd line is known by it all the same: the line was right.
        if same.is_none() {
            self.known[self.bound as usize].insert(series, id);
            self.last = Some((series, id));
        }
        if let Some((value, time)) = reading {
            self.sample(id, value, time, (number, whole));
        }
    }

    fn plain(&mut self, series: &'a str) -> Option<SeriesId> {
        let labels = self.words.plain(series, self.bound)?;
        Some(self.storage.series(&labels))
    }

    fn sample(&mut self, id: SeriesId, value: f64, time: Option<i64>, (line, text): (usize, &str)) {
        self.samples += 1;
        let end = || text.trim_end().chars().count() + 1;
        let Some(time_ms) = time else {
            if self.untimed == 0 {
                self.first_untimed = (line, end());
            }
            self.untimed += 1;
            return;
        };
        if self.storage.push(id, time_ms, value).is_err() {
            let column = text.chars().take_while(|next| matches!(next, ' ' | '\t')).count() + 1;
            self.late.push(Late { series: id, time_ms, value, line, column });
        }
    }

    /// A line without a sample.
    fn remark(&mut self, line: &str, number: usize) {
        let read = self.read_strictly(line, number);
        if let Some(family) = read.families.first().filter(|family| family.typed) {
            let bound = Bound::of(family.kind, self.dialect);
            if bound != self.bound {
                self.bound = bound;
                self.last = None;
            }
        }
    }

    /// The one sample of a line, read by the strict parser; `rest` is what stands behind the series.
    fn strict(&mut self, line: &str, rest: &str, number: usize) -> Option<(SeriesId, Reading)> {
        let before = self.problems.len();
        // Whether an exemplar is at home depends on lines before, and no question is about exemplars.
        let line = match self.format {
            Format::OpenMetrics => without_exemplar(line, rest),
            Format::Text => line,
        };
        let mut read = self.read_strictly(line, number);
        // Prometheus 3 takes quoted names in OpenMetrics too, which its first version has not.
        let quoted = line.contains("{\"") || line.contains(",\"");
        let quoted = quoted && self.format == Format::OpenMetrics && self.dialect == Dialect::V3;
        if self.problems.len() > before && quoted && !rest.contains('#') {
            let again = exposition::parse(&format!("{}\n", without_time(line, rest)), Format::Text);
            if again.violations().next().is_none() {
                self.problems.truncate(before);
                read = again;
            }
        }
        if self.problems.len() > before {
            return None;
        }
        let sample = read.families.first()?.samples.first()?;
        let labels = plain::strict(sample, self.bound);
        let id = self.storage.series(&labels);
        // The strict parser rounds times.
        let mut tokens = rest.split([' ', '\t']).filter(|token| !token.is_empty()).skip(1);
        let time = tokens.next().filter(|token| !token.starts_with('#'));
        let time = time.and_then(|token| line::time(token, self.format));
        Some((id, (sample.value, time)))
    }

    /// One line as an exposition of its own; what is wrong with it is noted.
    fn read_strictly(&mut self, line: &str, number: usize) -> Exposition {
        let ends = match self.format {
            Format::Text => "\n",
            Format::OpenMetrics if line == "# EOF" => "\n",
            Format::OpenMetrics => "\n# EOF\n",
        };
        let read = exposition::parse(&format!("{line}{ends}"), self.format);
        let here = read.violations().filter(|problem| problem.line == 1);
        self.problems.extend(here.map(|problem| Problem { line: number, ..problem.clone() }));
        read
    }

    fn finish(mut self) -> Result<Loaded, Unreadable> {
        if self.untimed > 0 {
            let (line, column) = self.first_untimed;
            let message = untimed(self.untimed, self.samples, self.format);
            self.problem(line, column, message);
        }
        let storage = late::merged(self.storage, self.late, &mut self.problems);
        if self.problems.is_empty() {
            let mut loaded = Loaded { storage, notes: Vec::new() };
            if self.format == Format::Text
                && last_ms(&loaded.storage).is_some_and(|last| LIKELY_SECONDS.contains(&last))
            {
                loaded.notes.push(
                    "all samples are from early 1970: the text format has times in milliseconds; those in seconds \
                     are OpenMetrics, which ends with a line `# EOF`"
                        .to_owned(),
                );
            }
            return Ok(loaded);
        }
        self.problems.sort();
        if self.problems.len() > MAX_PROBLEMS {
            self.problems.truncate(MAX_PROBLEMS + 1);
            if let Some(last) = self.problems.last_mut() {
                last.message = "more problems from here on are not shown".to_owned();
            }
        }
        Err(Unreadable { problems: self.problems })
    }
}

/// A line without ` # {...}` behind its sample, which starts where `rest` does.
pub(super) fn without_exemplar<'a>(line: &'a str, rest: &str) -> &'a str {
    let start = line.len() - rest.len();
    rest.find(" # {").map_or(line, |at| &line[..start + at])
}

/// A line without what follows its value: the text format would read seconds as milliseconds.
pub(super) fn without_time<'a>(line: &'a str, rest: &str) -> &'a str {
    let value = rest.trim_start_matches(' ').split(' ').next().unwrap_or_default();
    let behind = rest.len() - (rest.len() - rest.trim_start_matches(' ').len()) - value.len();
    &line[..line.len() - behind]
}

fn untimed(untimed: usize, samples: usize, format: Format) -> String {
    let (what, which) = match (untimed == samples, samples) {
        (true, 1) => ("the sample".to_owned(), ""),
        (true, _) => (format!("all {samples} samples"), ", of which this is the first"),
        (false, _) => (format!("{untimed} of {samples} samples"), ", of which this is the first"),
    };
    let unit = match format {
        Format::Text => "milliseconds since 1970 after each value",
        Format::OpenMetrics => "seconds since 1970 after each value",
    };
    let verb = if untimed == 1 { "has" } else { "have" };
    format!(
        "expected a timestamp, saw the end of the line: {what} {verb} none{which}; write {unit}, or give the record \
         of a run, which knows when it scraped"
    )
}
