//! Draws well-formed expositions, and spoils them.

use std::fmt::Write as _;

use probity::observe::exposition::{Exemplar, Family, Format, Kind, Labels, Sample};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

/// A fixed seed: a build must not fail because of a draw that nobody can repeat. To look further, change it.
pub(crate) fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(20_240_229), ..Config::default() }
}

/// What an exposition may contain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taste {
    pub(crate) format: Format,
    /// Leave out what `openmetrics-parser` refuses in well-formed input: families that nothing but their
    /// samples announces, which it lumps together, a unit before anything else, and the `_created` of summaries, which it forgot.
    pub(crate) for_oracle: bool,
}

#[derive(Debug, Clone)]
struct Draft {
    kind: Kind,
    stem: String,
    help: Option<String>,
    has_unit: bool,
    typed: bool,
    label_names: Vec<String>,
    metrics: Vec<Draw>,
}

/// The numbers and texts from which the samples of one metric are made.
#[derive(Debug, Clone)]
struct Draw {
    texts: Vec<String>,
    counts: Vec<u16>,
    number: f64,
    timestamp_ms: Option<i64>,
    exemplar: Option<(String, Option<i64>)>,
}

/// Every character that means something to some parser, and one of two bytes.
fn any_text() -> impl Strategy<Value = String> {
    "[a-c\\\\\"\n}{,=#\u{e9} ]{0,6}"
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<f64>(),
        4 => (-1000_i32..1000).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
    ]
}

fn draw() -> impl Strategy<Value = Draw> {
    let time = || proptest::option::of(0_i64..2_000_000_000_000);
    let exemplar = proptest::option::of((any_text(), time()));
    (vec(any_text(), 3), vec(any::<u16>(), 5), number(), time(), exemplar).prop_map(
        |(texts, counts, number, timestamp_ms, exemplar)| Draw {
            texts,
            counts,
            number,
            timestamp_ms,
            exemplar,
        },
    )
}

fn draft(taste: Taste) -> impl Strategy<Value = Draft> {
    let mut kinds = vec![Kind::Counter, Kind::Gauge, Kind::Histogram, Kind::Summary, Kind::Untyped];
    let mut stem = prop_oneof![3 => "[a-z][a-z0-9_]{0,4}", 1 => "[a-z]:[a-z]"].boxed();
    if taste.format == Format::OpenMetrics {
        kinds.extend([Kind::Info, Kind::StateSet, Kind::GaugeHistogram]);
    } else {
        stem = prop_oneof![4 => stem, 1 => "[a-z]\\.[\u{e9}\\\\\"]"].boxed();
    }
    let help = proptest::option::of("[a-z][a-c\\\\\"\n# ]{0,6}");
    let names = btree_set("[a-z][a-z0-9_]{0,3}", 0..3);
    let flags = (any::<bool>(), any::<bool>());
    (proptest::sample::select(kinds), stem, help, flags, names, vec(draw(), 1..4)).prop_map(
        |(kind, stem, help, (has_unit, typed), names, metrics)| Draft {
            kind,
            stem,
            help,
            has_unit,
            typed,
            // The ending keeps them apart from `le`, `quantile` and the names of the families.
            label_names: names.into_iter().map(|name| name + "y").collect(),
            metrics,
        },
    )
}

/// Families in their order; line numbers are set by [`render`].
pub(crate) fn families(taste: Taste) -> impl Strategy<Value = Vec<Family>> {
    vec(draft(taste), 1..5).prop_map(move |drafts| {
        drafts.into_iter().enumerate().map(|(index, draft)| family(taste, index, draft)).collect()
    })
}

fn family(taste: Taste, index: usize, draft: Draft) -> Family {
    let open_metrics = taste.format == Format::OpenMetrics;
    let mut stem = draft.stem;
    if draft.kind == Kind::StateSet {
        stem = stem.replace(':', "_"); // Its name is a label name too.
    }
    // The ending makes families distinct, and none looks like a sample of another.
    let mut name = format!("{stem}_{index}x");
    let has_unit =
        open_metrics && draft.has_unit && matches!(draft.kind, Kind::Counter | Kind::Gauge | Kind::Untyped);
    if has_unit {
        name.push_str("_seconds");
    }
    let typed = draft.typed
        || draft.kind != Kind::Untyped
        || (taste.for_oracle && (has_unit || draft.help.is_none()));
    let mut family = Family {
        name,
        kind: draft.kind,
        typed,
        help: draft.help,
        unit: has_unit.then(|| "seconds".to_owned()),
        ..Family::default()
    };
    // Without labels there is one metric only.
    let metrics = if draft.label_names.is_empty() { 1 } else { draft.metrics.len() };
    for (index, mut draw) in draft.metrics.into_iter().take(metrics).enumerate() {
        draw.texts[0].push_str(&index.to_string());
        let labels = draft.label_names.iter().cloned().zip(draw.texts.iter().cloned()).collect();
        let samples = samples(&family, taste, &labels, &draw);
        family.samples.extend(samples);
    }
    family
}

fn samples(family: &Family, taste: Taste, labels: &Labels, draw: &Draw) -> Vec<Sample> {
    let open_metrics = taste.format == Format::OpenMetrics;
    let base = Sample {
        name: family.name.clone(),
        labels: labels.clone(),
        value: draw.number,
        timestamp_ms: draw.timestamp_ms,
        exemplar: None,
        line: 0,
    };
    let counts: Vec<f64> = draw.counts.iter().map(|count| f64::from(*count)).collect();
    let exemplar = draw.exemplar.as_ref().filter(|_| open_metrics).map(|(text, timestamp_ms)| Exemplar {
        labels: [("id".to_owned(), text.clone())].into_iter().collect(),
        value: 0.001,
        timestamp_ms: *timestamp_ms,
    });
    let with = |suffix: &str, label: Option<(&str, &str)>, value: f64| Sample {
        name: format!("{}{suffix}", family.name),
        labels: base
            .labels
            .iter()
            .chain(label)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        value,
        exemplar: exemplar.clone().filter(|_| matches!(suffix, "_total" | "_bucket")),
        ..base.clone()
    };
    let buckets = || {
        let mut total = 0.0;
        ["0.005", "0.1", "2.5", "+Inf"].into_iter().zip(counts.clone()).map(move |(le, count)| {
            total += count;
            (le, total)
        })
    };
    let all = counts[..4].iter().sum();
    let histogram = |sum: &str, count: &str| {
        let mut samples: Vec<Sample> =
            buckets().map(|(le, count)| with("_bucket", Some(("le", le)), count)).collect();
        samples.extend([with(sum, None, counts[4] / 8.0), with(count, None, all)]);
        samples
    };
    let mut samples = match family.kind {
        Kind::Gauge | Kind::Untyped => vec![base.clone()],
        Kind::Counter if open_metrics => vec![with("_total", None, counts[0])],
        Kind::Counter => vec![with("", None, counts[0] / 4.0)],
        Kind::Histogram => histogram("_sum", "_count"),
        Kind::GaugeHistogram => histogram("_gsum", "_gcount"),
        Kind::Summary => vec![
            with("", Some(("quantile", "0.5")), f64::NAN),
            with("", Some(("quantile", "0.99")), counts[0]),
            with("_sum", None, counts[1] / 8.0),
            with("_count", None, counts[2]),
        ],
        Kind::Info => vec![with("_info", None, 1.0)],
        Kind::StateSet => vec![
            with("", Some((&family.name, "on")), f64::from(draw.counts[0] % 2)),
            with("", Some((&family.name, "off")), 0.0),
        ],
    };
    let born = match family.kind {
        Kind::Counter | Kind::Histogram => open_metrics,
        Kind::Summary => open_metrics && !taste.for_oracle,
        _ => false,
    };
    if born && draw.counts[3].is_multiple_of(2) {
        samples.push(with("_created", None, counts[3]));
    }
    samples
}

/// Writes the families down and sets their line numbers. A `loose` text uses every liberty of its format.
pub(crate) fn render(families: &mut [Family], format: Format, loose: bool) -> String {
    let loose = loose && format == Format::Text;
    let blank = if loose { " \t " } else { " " };
    let mut text = String::new();
    let line_of = |text: &str| text.matches('\n').count() + 1;
    for family in families {
        if loose {
            text.push_str("\n  # a remark\n");
        }
        family.line = line_of(&text);
        let name = quoted(&family.name);
        if family.typed {
            let kind = match (family.kind, format) {
                (Kind::Untyped, Format::OpenMetrics) => "unknown".to_owned(),
                (kind, _) => kind.to_string(),
            };
            let _ = writeln!(text, "#{blank}TYPE{blank}{name}{blank}{kind}");
        }
        if let Some(unit) = &family.unit {
            let _ = writeln!(text, "# UNIT {name} {unit}");
        }
        if let Some(help) = &family.help {
            let mut help = help.replace('\\', r"\\").replace('\n', r"\n");
            if format == Format::OpenMetrics {
                help = help.replace('"', r#"\""#);
            }
            let _ = writeln!(text, "# HELP{blank}{name}{blank}{help}");
        }
        for sample in &mut family.samples {
            sample.line = line_of(&text);
            let line = sample_line(sample, format, blank, loose);
            text.push_str(&line);
        }
    }
    if format == Format::OpenMetrics {
        text.push_str("# EOF\n");
    }
    text
}

fn sample_line(sample: &Sample, format: Format, blank: &str, loose: bool) -> String {
    let time = |timestamp_ms: Option<i64>| match (timestamp_ms, format) {
        (None, _) => String::new(),
        (Some(time), Format::Text) => format!("{blank}{time}"),
        (Some(time), Format::OpenMetrics) => format!(" {}.{:03}", time / 1000, time % 1000),
    };
    let mut labels = sample.labels.to_string();
    let name = quoted(&sample.name);
    let is_quoted = name.starts_with('"');
    if is_quoted {
        let comma = if sample.labels.is_empty() { "" } else { "," };
        labels.insert_str(1, &format!("{name}{comma}"));
    } else if sample.labels.is_empty() {
        labels.clear();
    }
    if loose && !labels.is_empty() {
        labels.insert_str(labels.len() - 1, " ,\t");
        labels.insert(0, ' ');
    }
    let mut line = if is_quoted { labels } else { format!("{name}{labels}") };
    let _ = write!(line, "{blank}{}{}", value(sample.value), time(sample.timestamp_ms));
    if let Some(exemplar) = &sample.exemplar {
        let _ =
            write!(line, " # {} {}{}", exemplar.labels, value(exemplar.value), time(exemplar.timestamp_ms));
    }
    if loose {
        line.push_str(" \t");
    }
    line + "\n"
}

fn value(number: f64) -> String {
    match number {
        number if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        number => format!("{number:?}"),
    }
}

fn quoted(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':') {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', r"\\").replace('"', r#"\""#))
}

/// One way to spoil a text. Positions are taken modulo its length.
#[derive(Debug, Clone)]
pub(crate) enum Spoil {
    Delete(usize),
    Insert(usize, char),
    Replace(usize, char),
    DropLine(usize),
    RepeatLine(usize),
    SwapLines(usize),
}

pub(crate) fn spoils() -> impl Strategy<Value = Vec<Spoil>> {
    let place = || any::<u16>().prop_map(usize::from);
    let token = || proptest::sample::select("ae_019.+-:{}\"\\=,# \t\r\n\u{e9}".chars().collect::<Vec<_>>());
    vec(
        prop_oneof![
            place().prop_map(Spoil::Delete),
            (place(), token()).prop_map(|(at, token)| Spoil::Insert(at, token)),
            (place(), token()).prop_map(|(at, token)| Spoil::Replace(at, token)),
            place().prop_map(Spoil::DropLine),
            place().prop_map(Spoil::RepeatLine),
            place().prop_map(Spoil::SwapLines),
        ],
        1..3,
    )
}

pub(crate) fn spoil(text: &str, spoils: &[Spoil]) -> String {
    let mut text = text.to_owned();
    for spoil in spoils {
        let mut chars: Vec<char> = text.chars().collect();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (char_count, line_count) = (chars.len().max(1), lines.len().max(1));
        if chars.is_empty() {
            break;
        }
        match *spoil {
            Spoil::Delete(at) => drop(chars.remove(at % char_count)),
            Spoil::Insert(at, token) => chars.insert(at % char_count, token),
            Spoil::Replace(at, token) => chars[at % char_count] = token,
            Spoil::DropLine(at) => drop(lines.remove(at % line_count)),
            Spoil::RepeatLine(at) => lines.insert(at % line_count, lines[at % line_count]),
            Spoil::SwapLines(at) => lines.swap(at % line_count, (at + 1) % line_count),
        }
        text = match spoil {
            Spoil::DropLine(_) | Spoil::RepeatLine(_) | Spoil::SwapLines(_) => lines.concat(),
            _ => chars.into_iter().collect(),
        };
    }
    text
}
