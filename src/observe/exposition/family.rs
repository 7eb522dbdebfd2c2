//! The model: families, their samples and exemplars.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::labels::Labels;
use super::{Format, number};

/// The types a `# TYPE` line may name, in either format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Only rises, or starts again from zero.
    Counter,
    /// A momentary value.
    Gauge,
    /// Cumulative buckets with a sum and a count.
    Histogram,
    /// Quantiles with a sum and a count.
    Summary,
    /// `untyped` in the text format, `unknown` in OpenMetrics, and every family without a `# TYPE` line.
    #[default]
    Untyped,
    /// Constant facts carried by labels (OpenMetrics only).
    Info,
    /// A set of booleans (OpenMetrics only).
    StateSet,
    /// Buckets that may fall as well as rise (OpenMetrics only).
    GaugeHistogram,
}

impl Kind {
    /// Whether this kind, under the word `word`, may stand in a `# TYPE` line of `format`.
    pub(super) fn is_word_of(self, word: &str, format: Format) -> bool {
        match (self, format) {
            (Kind::Counter | Kind::Gauge | Kind::Histogram | Kind::Summary, _) => true,
            (Kind::Untyped, Format::Text) => word == "untyped",
            (Kind::Untyped, Format::OpenMetrics) => word == "unknown",
            (Kind::Info | Kind::StateSet | Kind::GaugeHistogram, _) => format == Format::OpenMetrics,
        }
    }

    /// What the samples of a family of this kind append to its name; `""` is the bare name.
    ///
    /// The text format knows no `_created`, and its counters are named as their samples.
    pub(super) fn suffixes(self, format: Format) -> &'static [&'static str] {
        match (self, format) {
            (Kind::Counter, Format::OpenMetrics) => &["_total", "_created"],
            (Kind::Histogram, Format::OpenMetrics) => &["_bucket", "_sum", "_count", "_created"],
            (Kind::Histogram, Format::Text) => &["_bucket", "_sum", "_count"],
            (Kind::Summary, Format::OpenMetrics) => &["", "_sum", "_count", "_created"],
            (Kind::Summary, Format::Text) => &["", "_sum", "_count"],
            (Kind::GaugeHistogram, _) => &["_bucket", "_gsum", "_gcount"],
            (Kind::Info, _) => &["_info"],
            (Kind::Counter | Kind::Gauge | Kind::Untyped | Kind::StateSet, _) => &[""],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::Summary => "summary",
            Kind::Untyped => "untyped",
            Kind::Info => "info",
            Kind::StateSet => "stateset",
            Kind::GaugeHistogram => "gaugehistogram",
        })
    }
}

/// The word is not a metric type of either format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a metric type")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Kind, UnknownKind> {
        Ok(match word {
            "counter" => Kind::Counter,
            "gauge" => Kind::Gauge,
            "histogram" => Kind::Histogram,
            "summary" => Kind::Summary,
            "untyped" | "unknown" => Kind::Untyped,
            "info" => Kind::Info,
            "stateset" => Kind::StateSet,
            "gaugehistogram" => Kind::GaugeHistogram,
            _ => return Err(UnknownKind(word.to_owned())),
        })
    }
}

/// The samples that share a name and its metadata.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Family {
    /// As in the `# TYPE` line; without one, the name of the samples.
    pub name: String,
    /// [`Kind::Untyped`] when there is no `# TYPE` line, or one with an unknown word.
    pub kind: Kind,
    /// Whether a `# TYPE` line named a known kind.
    pub typed: bool,
    /// Unescaped. OpenMetrics treats an empty text as absent.
    pub help: Option<String>,
    /// Only OpenMetrics has units; in the text format `# UNIT` is a comment.
    pub unit: Option<String>,
    /// The first line that mentions the family, counted from 1.
    pub line: usize,
    /// In order of appearance.
    pub samples: Vec<Sample>,
}

impl Family {
    /// The name to query for. An OpenMetrics counter `foo` is stored as `foo_total`; other families keep
    /// their name, to which a histogram or summary query appends its usual suffix.
    #[must_use]
    pub fn queried_name(&self) -> String {
        let total = format!("{}_total", self.name);
        let renamed = self.kind == Kind::Counter
            && !self.name.ends_with("_total")
            && self.samples.iter().any(|sample| sample.name == total);
        if renamed { total } else { self.name.clone() }
    }
}

/// One line with a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// As written, with its suffix.
    pub name: String,
    /// Without the name.
    pub labels: Labels,
    /// Serialized as text, since JSON has no `NaN` and `+Inf`.
    #[serde(with = "number::as_text")]
    pub value: f64,
    /// Milliseconds since 1970-01-01 UTC; OpenMetrics writes seconds, which are rounded.
    pub timestamp_ms: Option<i64>,
    /// Only OpenMetrics has exemplars.
    pub exemplar: Option<Exemplar>,
    /// Counted from 1.
    pub line: usize,
}

/// A pointer from an aggregate to one event, usually a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exemplar {
    /// Often only `trace_id` and `span_id`.
    pub labels: Labels,
    /// The value of that event; serialized as [`Sample::value`].
    #[serde(with = "number::as_text")]
    pub value: f64,
    /// Milliseconds since 1970-01-01 UTC.
    pub timestamp_ms: Option<i64>,
}
