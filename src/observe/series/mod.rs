//! Samples over time, from files and from records, as a Prometheus that took them in would hold them.
//!
//! [`of_text`] reads a file whose samples have timestamps: OpenMetrics text, which ends with `# EOF` and writes
//! seconds, or the text format 0.0.4, which writes milliseconds. [`of_observations`] replays the scrapes of a run.
//! Both fill a [`Storage`] that queries are asked of. [`Bodies`] reads the scrapes of one target as they come.
//!
//! A line of a known series costs a comparison and two numbers; the strict parser of [`exposition`](super::exposition)
//! reads whatever is new, and whatever is not plain, one line at a time.
//!
//! # Decisions
//!
//! * Only lines are judged, not families: an incoherent histogram is data like any other, and may be what the question
//!   is about. `probity judge` finds it.
//! * OpenMetrics times are multiplied by 1000 and cut, not rounded, as Prometheus does: `1.001` is 1000 ms. Times of
//!   this century have too few bits left for it to show.
//! * Prometheus 3 writes the bounds `le` of histograms and the `quantile` of summaries its own way (`1` is `1.0`), and
//!   so do these readers for it. What decides is the last TYPE line before the sample, whatever it names, as there.
//! * Samples may come in any order in time. `promtool` refuses a series that runs back; files that several tools have
//!   written into do. The same sample twice is one; two values at one time are a mistake.

mod body;
mod bounds;
mod late;
mod line;
mod metadata;
mod plain;
mod replay;
mod strict;
mod text;

use super::exposition::{Format, Problem};
use crate::promql::Storage;

pub use body::{Bodies, Body, Exposed, Point};
pub use metadata::Described;
pub use replay::of_observations;
pub use text::of_text;

/// Samples over time, and what their reader has to say of them.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The samples.
    pub storage: Storage,
    /// What a reader should know who asks about them, a sentence each.
    pub notes: Vec<String>,
}

/// The time of the latest sample, in milliseconds since 1970; none when there is no sample.
#[must_use]
pub fn last_ms(storage: &Storage) -> Option<i64> {
    storage.iter().filter_map(|series| series.times().last().copied()).max()
}

/// What is wrong with a file of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// In the order of the file; never empty, and at most 101 entries, the last of which says that there are more.
    pub problems: Vec<Problem>,
}

/// The format of a file of samples, by its content: OpenMetrics has a line `# EOF`.
#[must_use]
pub fn format_of(text: &str) -> Format {
    // From the end, where it is.
    let marked = text.rmatch_indices("# EOF").any(|(at, mark)| {
        let (before, after) = (&text[..at], &text[at + mark.len()..]);
        (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with(['\n', '\r']))
    });
    if marked { Format::OpenMetrics } else { Format::Text }
}
