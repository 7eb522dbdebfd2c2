use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::load::{Figures, KindFigures, RequestKind};
use crate::contract::HumanDuration;

/// What a load must keep, as people write it: `p99 < 500ms for POST /api/debates`, `errors < 0.1%`, `rate > 50/s`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Threshold {
    measure: Measure,
    /// The limit itself is still good.
    or_equal: bool,
    limit: f64,
    /// The requests that it is about; none is all of them.
    of: Option<RequestKind>,
}

/// What is measured. Limits and values are nanoseconds, percent and requests a second.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    /// This share of the latencies, in percent, is at most so long.
    Percentile(f64),
    Mean,
    Max,
    /// The share of requests whose answer was not as it should be.
    Errors,
    /// Requests that were answered within the load's time, a second.
    Rate,
}

/// What a threshold came to.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdVerdict {
    /// The measured value with its unit; none when there was nothing to measure.
    pub observed: Option<String>,
    /// Whether it was kept. What was never measured was not: silence is not success.
    pub kept: bool,
}

/// How thresholds are written, for messages.
const EXAMPLES: &str = "write for example `p99 < 500ms for POST /api/debates`, `mean < 200ms`, `max < 2s`, \
                        `errors < 0.1%` or `rate > 50/s`";

/// The highest percentage and rate that a limit may have: beyond them somebody mistyped.
const MOST: (f64, f64) = (100.0, 1_000_000_000.0);

impl Threshold {
    /// The one that holds unless a scenario gives another of its kind: fewer than one request in a hundred fails.
    pub const DEFAULT_ERRORS: Self = Self { measure: Measure::Errors, or_equal: false, limit: 1.0, of: None };

    /// Whether it is about the share of errors.
    pub fn is_about_errors(&self) -> bool {
        self.measure == Measure::Errors
    }

    /// The requests that it is about; none is all of them.
    pub fn kind(&self) -> Option<&RequestKind> {
        self.of.as_ref()
    }

    /// Compares it with what was measured.
    pub fn judge(&self, figures: &Figures) -> ThresholdVerdict {
        let measured = match &self.of {
            Some(kind) => figures.kinds.get(kind).cloned().unwrap_or_default(),
            None => figures.all(),
        };
        let Some(value) = self.measure.value(&measured, figures.lasted) else {
            return ThresholdVerdict { observed: None, kept: false };
        };
        let inside = if self.measure == Measure::Rate { value > self.limit } else { value < self.limit };
        let kept = inside || (self.or_equal && value == self.limit);
        ThresholdVerdict { observed: Some(self.measure.observed(value)), kept }
    }
}

impl Measure {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "mean" => Some(Self::Mean),
            "max" => Some(Self::Max),
            "errors" => Some(Self::Errors),
            "rate" => Some(Self::Rate),
            _ => {
                let percent = plain(text.strip_prefix('p')?)?;
                (percent > 0.0 && percent < 100.0).then_some(Self::Percentile(percent))
            }
        }
    }

    /// The limit and what is wrong with it.
    fn limit(self, text: &str) -> Result<f64, String> {
        match self {
            Self::Percentile(_) | Self::Mean | Self::Max => {
                let limit: HumanDuration = text.parse()?;
                // Nanoseconds are exact in a float up to three months.
                Ok(limit.0.as_nanos() as f64)
            }
            Self::Errors => text
                .strip_suffix('%')
                .and_then(plain)
                .filter(|percent| *percent <= MOST.0)
                .ok_or_else(|| format!("`{text}` is no share; it is a percentage such as 0.1%")),
            Self::Rate => {
                text.strip_suffix("/s").and_then(plain).filter(|rate| *rate <= MOST.1).ok_or_else(|| {
                    format!("`{text}` is no rate; it is a number of requests a second such as 50/s")
                })
            }
        }
    }

    fn value(self, measured: &KindFigures, lasted: Duration) -> Option<f64> {
        if measured.requests == 0 {
            return None;
        }
        let requests = measured.requests as f64;
        let micros = |value: u64| value as f64 * 1_000.0;
        let timed = measured.latency_us.len();
        if timed == 0 && matches!(self, Self::Percentile(_) | Self::Mean | Self::Max) {
            return None;
        }
        Some(match self {
            Self::Percentile(percent) => micros(measured.latency_us.value_at_quantile(percent / 100.0)),
            Self::Mean => measured.total_ns as f64 / timed as f64,
            Self::Max => micros(measured.latency_us.max()),
            Self::Errors => measured.failures() as f64 * 100.0 / requests,
            Self::Rate if lasted.is_zero() => return None,
            Self::Rate => measured.in_time as f64 / lasted.as_secs_f64(),
        })
    }

    fn observed(self, value: f64) -> String {
        match self {
            Self::Percentile(_) | Self::Mean | Self::Max => in_time(Duration::from_nanos(value as u64)),
            Self::Errors => format!("{value:.3}%"),
            Self::Rate => format!("{value:.1}/s"),
        }
    }
}

/// A latency for people: three digits are what histograms keep.
pub fn in_time(latency: Duration) -> String {
    let seconds = latency.as_secs_f64();
    if seconds < 0.001 {
        format!("{}us", latency.as_micros())
    } else if seconds < 10.0 {
        format!("{:.1}ms", seconds * 1_000.0)
    } else {
        format!("{seconds:.1}s")
    }
}

/// A number without sign, exponent or infinity.
fn plain(text: &str) -> Option<f64> {
    let digits = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

impl TryFrom<String> for Threshold {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refused = |why: String| format!("`{text}` is no threshold: {why}; {EXAMPLES}");
        let at = text.find(['<', '>']).ok_or_else(|| refused("`<` or `>` is missing".to_owned()))?;
        let (left, right) = (text[..at].trim(), &text[at + 1..]);
        let measure = Measure::parse(left).ok_or_else(|| {
            refused(format!("`{left}` is not measured; accepted: p50 to p99.99, mean, max, errors, rate"))
        })?;
        let upward = text[at..].starts_with('>');
        if upward != (measure == Measure::Rate) {
            let sign = if upward { "<" } else { ">" };
            return Err(refused(format!("`{left}` is limited with `{sign}`")));
        }
        let (or_equal, right) = right.strip_prefix('=').map_or((false, right), |rest| (true, rest));
        let (limit, of) = match right.split_once(" for ") {
            Some((limit, kind)) => (limit, Some(kind.parse().map_err(refused)?)),
            None => (right, None),
        };
        let limit = measure.limit(limit.trim()).map_err(refused)?;
        Ok(Self { measure, or_equal, limit, of })
    }
}

impl std::str::FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.measure {
            Measure::Percentile(percent) => write!(f, "p{percent}"),
            Measure::Mean => f.write_str("mean"),
            Measure::Max => f.write_str("max"),
            Measure::Errors => f.write_str("errors"),
            Measure::Rate => f.write_str("rate"),
        }?;
        let sign = if self.measure == Measure::Rate { '>' } else { '<' };
        write!(f, " {sign}{} ", if self.or_equal { "=" } else { "" })?;
        match self.measure {
            Measure::Errors => write!(f, "{}%", self.limit),
            Measure::Rate => write!(f, "{}/s", self.limit),
            Measure::Percentile(_) | Measure::Mean | Measure::Max => {
                write!(f, "{}", HumanDuration(Duration::from_nanos(self.limit as u64)))
            }
        }?;
        self.of.as_ref().map_or(Ok(()), |kind| write!(f, " for {kind}"))
    }
}

impl From<Threshold> for String {
    fn from(threshold: Threshold) -> Self {
        threshold.to_string()
    }
}

impl JsonSchema for Threshold {
    fn schema_name() -> Cow<'static, str> {
        "Threshold".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "What a load must keep: `p99 < 500ms for POST /api/debates`, `mean < 200ms`, `max < 2s`, \
                            `errors < 0.1%`, `rate > 50/s`.",
            "pattern": r"^\s*(p[0-9.]+|mean|max|errors)\s*<=?.+|rate\s*>=?.+$"
        })
    }
}
