//! Other parsers on the same text: `openmetrics-parser` must agree but for a list of known differences, and
//! `prometheus-parse` must disagree in the ways that the second reading explains.

use std::collections::BTreeMap;

use openmetrics_parser::openmetrics::parse_openmetrics;
use openmetrics_parser::prometheus::parse_prometheus;
use openmetrics_parser::{
    HistogramValue, MetricFamily, MetricNumber, OpenMetricsValue, ParseError, PrometheusValue,
    RenderableMetricValue, SummaryValue,
};
use probity::observe::exposition::{Exposition, Format, Labels, lenient, parse};
use proptest::prelude::*;

use super::generator::{Taste, config, families, render, spoil, spoils};

/// One line of an exposition as text, so that `NaN` equals itself and bounds compare as numbers.
fn line(name: &str, labels: &Labels, value: f64) -> String {
    let bound =
        |text: &str| text.parse::<f64>().map_or_else(|_| text.to_owned(), |bound| format!("{bound:?}"));
    let labels: Labels = labels
        .iter()
        .map(|(name, value)| {
            let value = if matches!(name, "le" | "quantile") { bound(value) } else { value.to_owned() };
            (name.to_owned(), value)
        })
        .collect();
    // It reads `-0` as an integer, which has no negative zero.
    let value = if value == 0.0 { 0.0 } else { value };
    format!("{name}{labels} {value:?}")
}

fn our_lines(exposition: &Exposition) -> Vec<String> {
    let mut lines: Vec<String> =
        exposition.series().map(|(_, sample)| line(&sample.name, &sample.labels, sample.value)).collect();
    lines.sort();
    lines
}

/// Takes the families of the other parser apart into lines again.
struct Lines(Vec<String>);

impl Lines {
    fn add(&mut self, name: &str, labels: &Labels, extra: Option<(&str, f64)>, value: f64) {
        let extra = extra.map(|(name, bound)| (name.to_owned(), format!("{bound:?}")));
        let labels =
            labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).chain(extra).collect();
        self.0.push(line(name, &labels, value));
    }

    fn histogram(&mut self, name: &str, labels: &Labels, histogram: &HistogramValue, gauge: &str) {
        for bucket in &histogram.buckets {
            let le = Some(("le", bucket.upper_bound));
            self.add(&format!("{name}_bucket"), labels, le, bucket.count.as_f64());
        }
        if let Some(count) = histogram.count {
            self.add(&format!("{name}_{gauge}count"), labels, None, count as f64);
        }
        self.rest(name, labels, histogram.sum, &format!("_{gauge}sum"), histogram.created);
    }

    fn summary(&mut self, name: &str, labels: &Labels, summary: &SummaryValue) {
        for quantile in &summary.quantiles {
            self.add(name, labels, Some(("quantile", quantile.quantile)), quantile.value.as_f64());
        }
        if let Some(count) = summary.count {
            self.add(&format!("{name}_count"), labels, None, count as f64);
        }
        self.rest(name, labels, summary.sum, "_sum", summary.created);
    }

    fn rest(
        &mut self,
        name: &str,
        labels: &Labels,
        sum: Option<MetricNumber>,
        suffix: &str,
        created: Option<f64>,
    ) {
        if let Some(sum) = sum {
            self.add(&format!("{name}{suffix}"), labels, None, sum.as_f64());
        }
        if let Some(created) = created {
            self.add(&format!("{name}_created"), labels, None, created);
        }
    }

    fn sorted(mut self) -> Vec<String> {
        self.0.sort();
        self.0
    }
}

fn each<T: Clone, V: RenderableMetricValue + Clone>(
    family: &MetricFamily<T, V>,
    mut visit: impl FnMut(&Labels, &V),
) {
    for sample in family.iter_samples() {
        let labels = sample.get_labelset().expect("a sample of a family knows its labels");
        visit(&labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect(), &sample.value);
    }
}

fn prometheus_lines(text: &str) -> Result<Vec<String>, ParseError> {
    let exposition = parse_prometheus(text)?;
    let mut lines = Lines(Vec::new());
    for (name, family) in exposition.families.iter().collect::<BTreeMap<_, _>>() {
        each(family, |labels, value| match value {
            PrometheusValue::Unknown(value) | PrometheusValue::Gauge(value) => {
                lines.add(name, labels, None, value.as_f64());
            }
            PrometheusValue::Counter(counter) => lines.add(name, labels, None, counter.value.as_f64()),
            PrometheusValue::Histogram(histogram) => lines.histogram(name, labels, histogram, ""),
            PrometheusValue::Summary(summary) => lines.summary(name, labels, summary),
        });
    }
    Ok(lines.sorted())
}

fn open_metrics_lines(text: &str) -> Result<Vec<String>, ParseError> {
    let exposition = parse_openmetrics(text)?;
    let mut lines = Lines(Vec::new());
    for (name, family) in exposition.families.iter().collect::<BTreeMap<_, _>>() {
        each(family, |labels, value| match value {
            OpenMetricsValue::Unknown(value)
            | OpenMetricsValue::Gauge(value)
            | OpenMetricsValue::StateSet(value) => {
                lines.add(name, labels, None, value.as_f64());
            }
            OpenMetricsValue::Counter(counter) => {
                lines.rest(name, labels, Some(counter.value), "_total", counter.created);
            }
            OpenMetricsValue::Histogram(histogram) => lines.histogram(name, labels, histogram, ""),
            OpenMetricsValue::GaugeHistogram(histogram) => lines.histogram(name, labels, histogram, "g"),
            OpenMetricsValue::Info => lines.add(&format!("{name}_info"), labels, None, 1.0),
            OpenMetricsValue::Summary(summary) => lines.summary(name, labels, summary),
        });
    }
    Ok(lines.sorted())
}

fn their_lines(text: &str, format: Format) -> Result<Vec<String>, ParseError> {
    match format {
        Format::Text => prometheus_lines(text),
        Format::OpenMetrics => open_metrics_lines(text),
    }
}

/// What only we see: the start of a message, the format (or both), and why the other parser is silent.
/// A difference is known when every problem of ours is in this list.
const ONLY_OURS: &[(Option<Format>, &str, &str)] = &[
    (None, "in the help text", "it takes help texts as they are"),
    (None, "for a quote in the help text", "it takes help texts as they are"),
    (Some(Format::OpenMetrics), "in the value of label", "the ABNF tolerates undefined escapes"),
    (None, "before the samples of", "it does not look for samples that bear another family's suffixes"),
    (Some(Format::OpenMetrics), "expected a name that leaves", "as above"),
    (Some(Format::OpenMetrics), "(reserved), saw", "it does not know reserved names"),
    (Some(Format::Text), "expected a sum and a count beside", "it wants both or neither"),
    (None, "its unit, saw", "it does not compare the unit with the name"),
    (None, "expected an exemplar of at most", "it does not compare exemplars with bounds"),
    (None, "expected every series once", "it counts buckets, quantiles and repeated times as new"),
    (None, "expected quantiles in rising order", "it does not look at the order"),
    (None, "expected bounds in rising order", "it does not look at the order"),
    (None, "to hold at least the", "it compares buckets as they are listed, not by their bounds"),
    (None, "for infinity, saw", "it reads bounds as Rust does"),
    (None, "to equal the", "it does not compare the count with the last bucket"),
    (None, "expected a bucket of zero or more", "it does not judge buckets"),
    (None, "expected a whole number as bucket", "it does not judge buckets"),
    (None, "does not fit a 64-bit float", "it rounds to infinity"),
    (None, "expected a timestamp in", "it reads any float as a time in both formats"),
    (Some(Format::OpenMetrics), "to stand together, saw them resumed", "it takes every state for a metric"),
    (Some(Format::OpenMetrics), "to rise, saw", "it compares with the first time of a metric only"),
    (Some(Format::OpenMetrics), "as on the line before", "it takes every state for a metric"),
    (Some(Format::OpenMetrics), "expected a bucket with le=", "it ignores that the times differ"),
    (Some(Format::OpenMetrics), "beside the", "it ignores that the times differ"),
    (Some(Format::OpenMetrics), "beside its `_created`", "it ignores that the times differ"),
];

/// What only it refuses, in its own words, and why we do not.
const ONLY_THEIRS: &[(Option<Format>, &str, &str)] = &[
    (None, "Found weird metric name", "it puts all lines up to the next metadata into one family"),
    (None, "Invalid Name in metric family", "as above"),
    (None, "Invalid metric name in family", "as above, with metadata that no sample follows"),
    (None, "UNIT metric name doesn't match", "as above"),
    (None, "Missing mandatory label", "as above"),
    (None, "different label sets", "equal label names within a family are a SHOULD, and above"),
    (None, "can't have units", "it allows units for counters, gauges and unknowns only"),
    (None, "unit and no samples", "nothing forbids it"),
    (Some(Format::Text), "after that family was finalised", "an empty line ends its families"),
    (Some(Format::OpenMetrics), "Interwoven labelsets", "as above"),
    (Some(Format::Text), "must have", "as above, when the rest of a histogram follows"),
    (Some(Format::Text), "must be present", "as above"),
    (Some(Format::Text), "Missing timestamp in family", "the text format has a time per line"),
    (Some(Format::Text), "Timestamps went backwarts", "the text format has a time per line"),
    (Some(Format::Text), "negative", "only OpenMetrics says what sums and quantiles may be"),
    (Some(Format::Text), "must be integers", "only OpenMetrics wants whole counts"),
];

/// Tells from a line whether it has the construct.
type Has = fn(&str) -> bool;

/// Constructs that its grammars lack, by the line at which it stops, and where they are allowed.
const ONLY_OUR_SYNTAX: &[(Option<Format>, Has, &str)] = &[
    (None, |line| line.is_empty(), "an exposition may be empty, and so may lines of the text format"),
    (None, |line| line.contains('\r'), "a carriage return within a line is a character like others"),
    (None, |line| has_token(line, is_short_number), "numbers may start with a point, and `Inf` has no sign"),
    (Some(Format::OpenMetrics), |line| line.contains('E'), "the exponent's `e` may be a capital"),
    (Some(Format::Text), |line| line.contains('\t'), "tabs are blanks"),
    (Some(Format::Text), |line| line.contains("  "), "blanks may be repeated"),
    (Some(Format::Text), |line| line.trim_matches(' ') != line, "blanks around a line are ignored"),
    (Some(Format::Text), |line| line.split('}').skip(1).any(is_glued), "no blank is due after a brace"),
    (Some(Format::Text), |line| line.starts_with('#') && !is_metadata(line), "that is a remark"),
];

fn has_token(line: &str, wanted: fn(&str) -> bool) -> bool {
    line.split(' ').skip(1).any(wanted)
}

fn is_short_number(token: &str) -> bool {
    let unsigned = token.trim_start_matches(['+', '-']);
    unsigned.starts_with('.') || token.eq_ignore_ascii_case("inf") || token.eq_ignore_ascii_case("infinity")
}

fn is_glued(after_brace: &str) -> bool {
    after_brace.starts_with(|next: char| next.is_ascii_alphanumeric() || "+-.".contains(next))
}

fn is_metadata(line: &str) -> bool {
    line.starts_with("# TYPE ") || line.starts_with("# HELP ")
}

fn any_exposition() -> impl Strategy<Value = (Format, String)> {
    prop_oneof![Just(Format::Text), Just(Format::OpenMetrics)].prop_flat_map(|format| {
        families(Taste { format, for_oracle: true })
            .prop_map(move |mut families| (format, render(&mut families, format, false)))
    })
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_valid_text_reads_alike((format, text) in any_exposition()) {
        let ours = parse(&text, format);
        prop_assert_eq!(&ours.problems, &[], "{}", text);
        let theirs = their_lines(&text, format).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(our_lines(&ours), theirs, "{}", text);
    }
}

fn listed(list: &[(Option<Format>, &str, &str)], format: Format, message: &str) -> bool {
    list.iter().any(|(only, part, _)| only.is_none_or(|only| only == format) && message.contains(part))
}

/// Whether the other parser breaks the text into other lines than we do, so that the verdicts are about
/// different things: it ends lines at a carriage return too, and takes `#  TYPE` for a remark.
fn reads_other_lines(text: &str, format: Format) -> bool {
    let remark = |line: &str| line.starts_with("#  ") && format == Format::Text;
    text.contains('\r') || text.split('\n').any(remark)
}

/// Judges a text by both parsers and gives what is not a known difference.
fn unknown_difference(text: &str, format: Format) -> Option<String> {
    let ours = parse(text, format);
    match (their_lines(text, format), ours.problems.is_empty()) {
        (Err(ParseError::ParseError(message)), true) => {
            let position = message.split_once("--> ").and_then(|(_, rest)| rest.split_once(':'));
            let number: usize = position.and_then(|(line, _)| line.parse().ok()).unwrap_or(1);
            let line = text.split('\n').nth(number - 1).unwrap_or_default();
            let known = ONLY_OUR_SYNTAX
                .iter()
                .any(|(only, has, _)| only.is_none_or(|only| only == format) && has(line));
            (!known).then(|| format!("it refuses {line:?}: {message}"))
        }
        (Err(error), true) => {
            let message = error.to_string();
            (!listed(ONLY_THEIRS, format, &message)).then(|| format!("it refuses: {message}"))
        }
        (Ok(_), false) if reads_other_lines(text, format) => None,
        (Ok(_), false) => {
            let unknown = ours.problems.iter().find(|problem| !listed(ONLY_OURS, format, &problem.message));
            unknown.map(|problem| format!("we refuse: {problem}"))
        }
        (Ok(theirs), true) => {
            let lines = our_lines(&ours);
            // A second point of a metric without parts is checked by it and then forgotten.
            let forgotten = format == Format::OpenMetrics && theirs.iter().all(|line| lines.contains(line));
            (lines != theirs && !forgotten).then(|| format!("lines differ: {lines:#?} and {theirs:#?}"))
        }
        (Err(_), false) => None,
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn a_spoiled_text_is_judged_alike_but_for_known_differences(
        (format, text) in any_exposition(),
        spoils in spoils(),
    ) {
        let text = spoil(&text, &spoils);
        let difference = unknown_difference(&text, format);
        prop_assert!(difference.is_none(), "{}\n{text}", difference.unwrap_or_default());
    }
}

/// Lines, and what the second reading says about them.
const NOTES: &[(&str, &[&str])] = &[
    ("# TYPE a counter\na{b=\"c\"} 1 5\na{b=\"d\"} NaN\n", &[]),
    (
        "# TYPE h histogram\nh_bucket{le=\"1\",a=\"b\"} 1\nh_bucket{le=\"+Inf\",a=\"b\"} 2\nh_sum{a=\"b\"} 1\nh_count{a=\"b\"} 2\n",
        &[],
    ),
    ("# TYPE s summary\ns{quantile=\"0.50\"} NaN\ns_sum 1\ns_count 2\n", &[]),
    ("a:b 1\na:c{d=\"e\"} 1\na:f 1\n", &["prometheus-parse drops 3 samples with a colon in the name"]),
    ("{\"a.b\"} 1\n", &["prometheus-parse drops 1 sample with a quoted name"]),
    ("a{b=\"}\"} 1\n", &["prometheus-parse drops 1 sample with `}` in a label value"]),
    ("a{b=\"c,d\"} 1\n", &["prometheus-parse misreads 1 sample with `,` or `=` in a label value"]),
    ("a{b=\"c\\\\d\"} 1\n", &["prometheus-parse leaves the escapes in the label values of 1 sample"]),
    ("a{} 1\n", &["prometheus-parse drops 1 sample with empty braces"]),
    ("a{ b=\"c\" } 1\n", &["prometheus-parse misreads 1 sample with blanks between the braces"]),
    ("a 1 2 3\nb 1x\nc{d=e} 5\n", &["prometheus-parse sees `c{d=\"e\"}` 5, which no line says"]),
    ("a{b=\"c\"}1\n", &["prometheus-parse does not see `a{b=\"c\"}` 1 of line 1"]),
];

#[test]
fn the_second_reading_says_where_it_differs() {
    for (text, expected) in NOTES {
        assert_eq!(lenient::second_reading(text, &parse(text, Format::Text)), *expected, "{text}");
    }
    let many: String = (0..30).map(|index| format!("a{index}=\"5\"\nb{index}{{c=d}} 1\n")).collect();
    let notes = lenient::second_reading(&many, &parse(&many, Format::Text));
    assert_eq!((notes.len(), notes[19].as_str()), (20, "and 11 more differences"));
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_second_reading_explains_what_it_loses((format, text) in any_exposition()) {
        let notes = lenient::second_reading(&text, &parse(&text, format));
        let unexplained = notes.iter().find(|note| note.contains("does not see"));
        prop_assert!(unexplained.is_none(), "{unexplained:?}\n{text}");
    }

    #[test]
    fn the_second_reading_survives_spoiled_texts((format, text) in any_exposition(), spoils in spoils()) {
        let text = spoil(&text, &spoils);
        let notes = lenient::second_reading(&text, &parse(&text, format));
        prop_assert!(notes.len() <= 20);
    }
}
