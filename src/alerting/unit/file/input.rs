//! The series of a test, by way of the text that `promtool` makes of them.

use std::collections::BTreeMap;

use super::series::{self, MOST_SAMPLES};
use super::{InputSeries, Node, Problem, Reader, Written};
use crate::promql::Labels;

/// Nobody reads more, and finding the place of each reads the whole text again.
const MOST_PROBLEMS: usize = 100;

/// One item of `input_series`.
struct Item {
    series: Written,
    values: Written,
}

impl<'a> Reader<'a> {
    /// The series of a test, with what is wrong with them.
    pub(super) fn input_series(
        &mut self,
        items: &[&Node<'a>],
        problems: &mut Vec<Problem>,
    ) -> Vec<InputSeries> {
        let mut found: Vec<InputSeries> = Vec::with_capacity(items.len());
        let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
        let mut samples: u64 = 0;
        let mut hidden = false;
        for node in items {
            let place = node.target_place();
            let fields = self.decoder.fields(node, &"an item of `input_series`", &["series", "values"]);
            let mut written = |key| match fields.get(key) {
                Some(it) if self.decoder.text(it, &format_args!("`{key}`")).is_some() => Written::new(it),
                _ => Written::absent(place),
            };
            let item = Item { series: written("series"), values: written("values") };
            if hidden {
                continue;
            }
            let text = format!("{} {}", item.series.text, item.values.text);
            for (start, line) in lines(&text) {
                if line.is_empty() || line.starts_with('#') {
                    hidden = true;
                    self.note_hidden(
                        &item,
                        start,
                        items.last().is_some_and(|last| std::ptr::eq(*last, *node)),
                    );
                    break;
                }
                match series::series(line, self.dialect) {
                    Ok((labels, values)) => {
                        samples = samples.saturating_add(values.len());
                        if samples <= MOST_SAMPLES {
                            self.keep(InputSeries { labels, values, place }, &mut found, &mut places);
                        }
                    }
                    Err(wrong) => {
                        let place = self.place_in(&item, start + wrong.at);
                        let problem =
                            self.decoder.problem(place, format!("in `input_series`: {}", wrong.message));
                        problems.push(Problem { help: wrong.help, ..problem });
                        if problems.len() >= MOST_PROBLEMS {
                            return found;
                        }
                    }
                }
            }
            if samples > MOST_SAMPLES {
                let message = format!("the series have over {MOST_SAMPLES} samples up to here");
                problems.push(self.decoder.problem(item.values.place, message));
                break;
            }
        }
        found
    }

    /// Adds a series in place of an earlier one with the same labels.
    fn keep(
        &mut self,
        series: InputSeries,
        found: &mut Vec<InputSeries>,
        places: &mut BTreeMap<Labels, usize>,
    ) {
        let Some(held) = places.get(&series.labels) else {
            places.insert(series.labels.clone(), found.len());
            found.push(series);
            return;
        };
        let message = format!("the series {} stands twice; the later one counts", series.labels);
        self.notes.push(self.decoder.problem(found[*held].place, message));
        found[*held] = series;
    }

    fn note_hidden(&mut self, item: &Item, at: usize, last: bool) {
        if last {
            return;
        }
        let note =
            self.decoder.problem(self.place_in(item, at), "promtool reads no series after this blank line");
        self.notes.push(note.help("write `values` in quotes, or with `|-` or `>-`"));
    }

    /// The place of a byte of the text that was made of the series and its values.
    fn place_in(&self, item: &Item, byte: usize) -> super::Place {
        match byte.checked_sub(item.series.text.len() + 1) {
            Some(byte) => item.values.place_of(byte, self.text),
            None => item.series.place_of(byte, self.text),
        }
    }
}

/// The lines of a text without the blanks around them, and where they start.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let trimmed = line.trim_start();
        let at = start + line.len() - trimmed.len();
        start += line.len() + 1;
        (at, trimmed.trim_end())
    })
}
