//! A second reading by `prometheus-parse`, a parser that many tools embed.
//!
//! It skips what it does not understand and misreads some of the rest, so it is no judge of conformance. Its
//! view is worth showing beside ours all the same: where the two differ, a dashboard or an agent built on
//! such a parser sees other numbers than Prometheus does.

use std::collections::BTreeMap;

use prometheus_parse::{Scrape, Value};

use super::number::{self, shown};
use super::{Exposition, Labels};

/// More than this many notes tell nothing new about such a parser.
const MOST_NOTES: usize = 20;

/// One line, comparable between the parsers.
type Line = (String, Labels, String);

/// How the lenient parser differs from `ours` about the same text: short sentences, at most 20, never a
/// verdict. Times, comments and exemplars are not compared, since it invents the first and drops the others.
#[must_use]
pub fn second_reading(text: &str, ours: &Exposition) -> Vec<String> {
    let mut theirs = match read(text) {
        Ok(lines) => lines,
        Err(error) => return vec![format!("prometheus-parse gives up: {error}")],
    };
    let mut unmatched = Vec::new();
    for (_, sample) in ours.series() {
        let line = (sample.name.clone(), canonical(&sample.labels), shown(sample.value));
        if !take(&mut theirs, &line) {
            unmatched.push((line, sample.line));
        }
    }
    let mut notes = explained(text, &mut unmatched, &mut theirs);
    notes.extend(unmatched.into_iter().map(|((name, labels, value), line)| {
        format!("prometheus-parse does not see `{name}{labels}` {value} of line {line}")
    }));
    notes.extend(theirs.into_iter().filter(|(_, times)| *times > 0).map(|((name, labels, value), _)| {
        format!("prometheus-parse sees `{name}{labels}` {value}, which no line says")
    }));
    if notes.len() > MOST_NOTES {
        let more = notes.len() - (MOST_NOTES - 1);
        notes.truncate(MOST_NOTES - 1);
        notes.push(format!("and {more} more differences"));
    }
    notes
}

/// Takes the samples out of `unmatched` that a known weakness explains, and with each the line that
/// `prometheus-parse` made of it, if it made any.
fn explained(
    text: &str,
    unmatched: &mut Vec<(Line, usize)>,
    theirs: &mut BTreeMap<Line, usize>,
) -> Vec<String> {
    let written: Vec<&str> = text.split('\n').collect();
    let mut counts = [0_usize; WEAKNESSES.len()];
    unmatched.retain(|((name, labels, value), line)| {
        let written = written.get(line - 1).copied().unwrap_or_default();
        let Some(index) = WEAKNESSES.iter().position(|(_, explains)| explains(name, labels, written)) else {
            return true;
        };
        counts[index] += 1;
        let from = (name.clone(), Labels::default(), String::new());
        let misread = theirs
            .range_mut(from..)
            .take_while(|((other, ..), _)| other == name)
            .find(|((.., number), times)| **times > 0 && number == value);
        if let Some((_, times)) = misread {
            *times -= 1;
        }
        false
    });
    let counted = WEAKNESSES.iter().zip(counts).filter(|(_, count)| *count > 0);
    counted
        .map(|((what, _), count)| {
            let samples = if count == 1 { "sample" } else { "samples" };
            format!("prometheus-parse {}", what.replace('#', &format!("{count} {samples}")))
        })
        .collect()
}

/// Tells from the name, the labels and the line as written whether a weakness can be the cause.
type Explains = fn(&str, &Labels, &str) -> bool;

/// Found by reading it and by feeding it the cases of the test: its patterns want `\w+` as name and no `}`
/// between the braces, and it splits labels at every `,` and `=`. `#` stands for the number of samples.
const WEAKNESSES: [(&str, Explains); 7] = [
    ("drops # with a colon in the name", |name, _, _| name.contains(':')),
    ("drops # with a quoted name", |name, labels, _| {
        !is_word(name) || labels.iter().any(|(label, _)| !is_word(label))
    }),
    ("drops # with `}` in a label value", |_, labels, _| any_value(labels, &['}'])),
    ("misreads # with `,` or `=` in a label value", |_, labels, _| any_value(labels, &[',', '='])),
    ("leaves the escapes in the label values of #", |_, labels, _| any_value(labels, &['\\', '"', '\n'])),
    ("drops # with empty braces", |_, labels, line| labels.is_empty() && line.contains('{')),
    ("misreads # with blanks between the braces", |_, _, line| {
        // Every other piece is outside of quotes; values with quotes inside were explained above.
        let braces = line.split_once('{').and_then(|(_, rest)| rest.split_once('}')).unwrap_or_default().0;
        braces.split('"').step_by(2).any(|outside| outside.contains([' ', '\t']))
    }),
];

fn is_word(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn any_value(labels: &Labels, chars: &[char]) -> bool {
    labels.iter().any(|(_, value)| value.contains(chars))
}

/// Takes one such line out, if there is one.
fn take(lines: &mut BTreeMap<Line, usize>, line: &Line) -> bool {
    match lines.get_mut(line) {
        Some(times) if *times > 0 => {
            *times -= 1;
            true
        }
        _ => false,
    }
}

/// The other parser keeps bounds as numbers, so both sides are brought to one notation.
fn canonical(labels: &Labels) -> Labels {
    labels
        .iter()
        .map(|(name, value)| {
            let bound = if matches!(name, "le" | "quantile") { number::value(value).ok() } else { None };
            (name.to_owned(), bound.map_or_else(|| value.to_owned(), shown))
        })
        .collect()
}

/// What `prometheus-parse` sees, with its histograms and summaries taken apart into lines again.
fn read(text: &str) -> std::io::Result<BTreeMap<Line, usize>> {
    let scrape = Scrape::parse(text.lines().map(|line| Ok(line.to_owned())))?;
    let mut lines = BTreeMap::new();
    let mut add = |name: String, labels: Labels, value: f64| {
        *lines.entry((name, canonical(&labels), shown(value))).or_default() += 1;
    };
    for sample in scrape.samples {
        let labels = || sample.labels.iter().map(|(name, value)| (name.clone(), value.clone()));
        let with = |name: &str, bound: f64| labels().chain([(name.to_owned(), shown(bound))]).collect();
        match &sample.value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => {
                add(sample.metric.clone(), labels().collect(), *value);
            }
            Value::Histogram(buckets) => {
                for bucket in buckets {
                    add(format!("{}_bucket", sample.metric), with("le", bucket.less_than), bucket.count);
                }
            }
            Value::Summary(quantiles) => {
                for quantile in quantiles {
                    add(sample.metric.clone(), with("quantile", quantile.quantile), quantile.count);
                }
            }
        }
    }
    Ok(lines)
}
