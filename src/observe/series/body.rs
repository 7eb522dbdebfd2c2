//! The bodies of one target's scrapes, read as a server reads them: line by line, again and again.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use super::bounds::Bound;
use super::line;
use super::metadata::{Described, described};
use super::strict::alone;
use crate::observe::exposition::{Format, Kind};
use crate::promql::{Dialect, Labels, Mixer, NAME};

/// A series as a target exposes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Exposed {
    /// Its labels, the metric's name among them.
    pub labels: Labels,
    /// Labels that are exposed with an empty value, which [`Labels`] cannot hold; sorted.
    pub emptied: Vec<String>,
}

/// A sample of a body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Which of [`Bodies::series`].
    pub series: usize,
    /// Its value.
    pub value: f64,
    /// Its own time in milliseconds since 1970, if it is exposed with one.
    pub time_ms: Option<i64>,
}

/// What was read of a body.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// In the order of the lines, up to the first that a server refuses.
    pub points: &'a [Point],
    /// Why a server refuses the body, if it does.
    pub refused: Option<&'a str>,
    /// Whether lines without samples are other than those of the body before.
    pub remarked: bool,
}

type ByText = HashMap<String, usize, BuildHasherDefault<Mixer>>;

/// A line of the body before.
#[derive(Debug, Clone)]
enum Line {
    /// The text of its series and which it is, under a way to write bounds.
    Sample(Range<usize>, Bound, usize),
    /// The whole of a line without a sample, and the bound that is written after it, if it decides that.
    Remark(Range<usize>, Option<Bound>),
}

/// Reads the bodies of a target. Blanks before a sample become part of its name in Prometheus 3.5, and 2.42 refuses the name
/// for them. Every series is read once; then a line costs a comparison and a number.
#[derive(Debug)]
pub struct Bodies {
    dialect: Dialect,
    format: Format,
    series: Vec<Exposed>,
    places: HashMap<Exposed, usize, BuildHasherDefault<Mixer>>,
    /// Series by their text, under each way to write their bounds.
    known: [ByText; 3],
    text: String,
    lines: Vec<Line>,
    points: Vec<Point>,
    refused: Option<String>,
    remarked: bool,
}

impl Bodies {
    /// Of a target that was not scraped yet.
    #[must_use]
    pub fn new(dialect: Dialect) -> Bodies {
        Bodies {
            dialect,
            format: Format::Text,
            series: Vec::new(),
            places: HashMap::default(),
            known: Default::default(),
            text: String::new(),
            lines: Vec::new(),
            points: Vec::new(),
            refused: None,
            remarked: false,
        }
    }

    /// Every series that any body had, in the order in which they came.
    #[must_use]
    pub fn series(&self) -> &[Exposed] {
        &self.series
    }

    /// The metadata of the body that was read last, in the order of its lines.
    #[must_use]
    pub fn metadata(&self) -> Vec<Described<'_>> {
        let remarks = self.lines.iter().filter_map(|line| match line {
            Line::Remark(range, _) => self.text.get(range.clone()),
            Line::Sample(..) => None,
        });
        remarks.filter_map(described).collect()
    }

    /// Reads a body.
    pub fn read(&mut self, text: &str, format: Format) -> Body<'_> {
        let same = text == self.text && format == self.format && !self.lines.is_empty();
        self.remarked = false;
        if !same {
            if format != self.format {
                self.known = Default::default();
                self.lines.clear();
                self.format = format;
            }
            self.lines(text);
        }
        Body { points: &self.points, refused: self.refused.as_deref(), remarked: self.remarked }
    }

    fn lines(&mut self, text: &str) {
        let before = std::mem::take(&mut self.lines);
        let old = std::mem::take(&mut self.text);
        self.points.clear();
        self.refused = None;
        let (mut start, mut bound, mut ended) = (0, Bound::None, false);
        let whole = text.strip_suffix('\n').unwrap_or(text);
        for (number, line) in whole.split('\n').enumerate() {
            let at = start..start + line.len();
            start = at.end + 1;
            if ended && !(line.is_empty() && start > text.len()) {
                self.refused = Some("unexpected data after # EOF".to_owned());
                break;
            }
            let hint = before.get(number).map(|hint| (hint, old.as_str()));
            match self.line(line, at, bound, hint) {
                Ok(read) => {
                    if let Line::Remark(_, Some(decides)) = &read {
                        bound = *decides;
                    }
                    self.lines.push(read);
                }
                Err(why) => {
                    self.refused = Some(format!("line {}: {why}", number + 1));
                    break;
                }
            }
            ended = self.format == Format::OpenMetrics && line == "# EOF";
        }
        if self.format == Format::OpenMetrics && !ended && self.refused.is_none() && !text.is_empty() {
            self.refused = Some("data does not end with # EOF".to_owned());
        }
        self.text.push_str(text);
    }

    /// Reads a line that stands `at` a place of its body; `hint` is the line that stood there before, and its body.
    fn line(
        &mut self,
        whole: &str,
        at: Range<usize>,
        bound: Bound,
        hint: Option<(&Line, &str)>,
    ) -> Result<Line, String> {
        let line = match self.format {
            Format::Text => whole.trim_start_matches([' ', '\t']),
            Format::OpenMetrics => whole,
        };
        if line.starts_with('#') || line.is_empty() {
            if let Some((Line::Remark(range, decides), old)) = hint
                && old.get(range.clone()) == Some(whole)
            {
                return Ok(Line::Remark(at, *decides));
            }
            self.remarked = true;
            return self.remark(whole).map(|decides| Line::Remark(at, decides));
        }
        if let Some((Line::Sample(range, held, series), old)) = hint
            && *held == bound
            && let Some(rest) = old.get(range.clone()).and_then(|text| whole.strip_prefix(text))
            && rest.starts_with([' ', '\t'])
            && let Some((value, time_ms)) = line::reading(rest, self.format)
        {
            self.points.push(Point { series: *series, value, time_ms });
            return Ok(Line::Sample(at.start..at.start + range.len(), bound, *series));
        }
        let blanks = whole.len() - line.len();
        let (text, rest) = whole.split_at(blanks + line::series_end(line));
        let known = self.known[bound as usize].get(text).copied();
        let (series, (value, time_ms)) = match (known, line::reading(rest, self.format)) {
            (Some(series), Some(reading)) => (series, reading),
            _ => {
                let (exposed, reading) = self.strict(line, rest, bound, &whole[..blanks])?;
                let series = self.place(exposed);
                self.known[bound as usize].insert(text.to_owned(), series);
                (series, reading)
            }
        };
        self.points.push(Point { series, value, time_ms });
        Ok(Line::Sample(at.start..at.start + text.len(), bound, series))
    }

    fn place(&mut self, exposed: Exposed) -> usize {
        if let Some(place) = self.places.get(&exposed) {
            return *place;
        }
        let place = self.series.len();
        self.series.push(exposed.clone());
        self.places.insert(exposed, place);
        place
    }

    /// A line without a sample, and the bound that it says is written.
    fn remark(&self, line: &str) -> Result<Option<Bound>, String> {
        if line.is_empty() && self.format == Format::Text || line == "# EOF" {
            return Ok(None);
        }
        let read = alone(line, self.format)?;
        let kind: Option<Kind> =
            read.families.first().filter(|family| family.typed).map(|family| family.kind);
        Ok(kind.map(|kind| Bound::of(kind, self.dialect)))
    }

    /// The one sample of a line, read by the strict parser; `rest` is what stands behind the series, `blanks` before it.
    fn strict(
        &self,
        line: &str,
        rest: &str,
        bound: Bound,
        blanks: &str,
    ) -> Result<(Exposed, line::Reading), String> {
        if !blanks.is_empty() && self.dialect == Dialect::V2 {
            return Err(format!("invalid metric name or label names: blanks before {line:?}"));
        }
        let (sample, time_ms) = super::strict::sample(line, rest, self.format, self.dialect)?;
        let mut emptied = Vec::new();
        let mut pairs: Vec<(String, String)> = vec![(NAME.to_owned(), format!("{blanks}{}", sample.name))];
        for (name, value) in sample.labels.iter() {
            if value.is_empty() {
                emptied.push(name.to_owned());
            } else {
                let value = bound.written(name, value).unwrap_or_else(|| value.to_owned());
                pairs.push((name.to_owned(), value));
            }
        }
        let labels = Labels::new(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Ok((Exposed { labels, emptied }, (sample.value, time_ms)))
    }
}
