//! Series by chance: one family for each way in which a query can go wrong. The same seed gives the same bits on every
//! machine, so nothing here asks a mathematical library.

use probity::promql::{Labels, Storage, stale_marker};

use crate::engines::Generation;
use crate::promql_promtool::Chance;

/// Where the data starts: a full hour of November 2023.
pub(crate) const START_MS: i64 = 1_699_999_200_000;

/// Where it ends. From three hours on, a server would move it out of memory, and answer in another order.
pub(crate) const END_MS: i64 = START_MS + 9_000_000;

/// Where series that promtool is told end. They start at zero.
pub(crate) const REGULAR_END_MS: i64 = 3_600_000;

/// The time between scrapes, where nothing else is said.
const SCRAPE_MS: i64 = 30_000;

/// What the values of a family are like, and so which functions say most about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Never falls, except to zero.
    Counter,
    /// Fractions that go up and down.
    Gauge,
    /// Small whole numbers, many of them alike.
    Whole,
    /// NaN, infinities, both zeros, the huge and the tiny.
    Odd,
    /// Cumulative counts below bounds.
    Buckets,
    /// Always one: its labels are what it says.
    Info,
}

/// Series of one name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    /// As it stands in a query.
    pub(crate) name: &'static str,
    /// The labels that tell its series apart, with their values.
    pub(crate) labels: &'static [(&'static str, &'static [&'static str])],
    pub(crate) nature: Nature,
}

const INSTANCE: (&str, &[&str]) = ("instance", &["a:9090", "b:9090", "c:9090"]);
const SHARD: (&str, &[&str]) = ("shard", &["0", "1"]);

const fn family(
    name: &'static str,
    nature: Nature,
    labels: &'static [(&'static str, &'static [&'static str])],
) -> Family {
    Family { name, labels, nature }
}

/// All families. Several have the same label sets, so that they can be joined.
pub(crate) const FAMILIES: &[Family] = &[
    family("alpha", Nature::Whole, &[INSTANCE, SHARD]),
    family("beta", Nature::Whole, &[INSTANCE, SHARD]),
    family(
        "city",
        Nature::Gauge,
        &[("instance", &["a:9090"]), ("name", &["Zürich", "東京", "a\"b\\c\nd", "", "São  Paulo"])],
    ),
    family("errors_total", Nature::Counter, &[INSTANCE, ("method", &["get", "post"])]),
    family("flapping", Nature::Whole, &[INSTANCE, ("pod", &["p-1", "p-2"])]),
    family(
        "http_requests_total",
        Nature::Counter,
        &[
            ("code", &["200", "404", "500"]),
            ("instance", &["a:9090", "b:9090"]),
            ("method", &["get", "post"]),
        ],
    ),
    family("instance_info", Nature::Info, &[INSTANCE, ("region", &["north"]), ("version", &["1.2.3"])]),
    family("jittered", Nature::Gauge, &[INSTANCE, SHARD]),
    family(
        "odd",
        Nature::Odd,
        &[("instance", &["a:9090", "b:9090"]), ("kind", &["huge", "inf", "nan", "small", "tiny", "zero"])],
    ),
    family(
        "request_seconds_bucket",
        Nature::Buckets,
        &[INSTANCE, ("le", &["+Inf", "0.05", "0.1", "0.25", "1", "10"])],
    ),
    family("request_seconds_count", Nature::Counter, &[INSTANCE]),
    family("slow", Nature::Gauge, &[INSTANCE, SHARD]),
    family("steep_total", Nature::Counter, &[INSTANCE, SHARD]),
    family("temperature", Nature::Gauge, &[INSTANCE, ("room", &["attic", "cellar"])]),
];

/// Prometheus 3 takes names of any letters.
const QUOTED: Family = family("http.server", Nature::Gauge, &[INSTANCE, ("service.name", &["x y", "z"])]);

/// What a generation can hold.
pub(crate) fn families(generation: Generation) -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().chain((generation == Generation::V3).then_some(&QUOTED))
}

/// One series and its samples, in order of time.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) labels: Labels,
    pub(crate) samples: Vec<(i64, f64)>,
}

/// What our engine reads.
pub(crate) fn storage(series: &[Given]) -> Storage {
    let mut storage = Storage::new();
    for one in series {
        for (at_ms, value) in &one.samples {
            storage.append(&one.labels, *at_ms, *value).expect("times rise");
        }
    }
    storage
}

/// Series as a server scrapes them: off the full second, with gaps, late starts and early ends. Each begins with a
/// staleness marker, so that a server meets all of them at once, in the order of their labels, and keeps that order.
pub(crate) fn scraped(generation: Generation, chance: &mut Chance) -> Vec<Given> {
    let mut given = Vec::new();
    for family in families(generation) {
        for labels in all(family) {
            let mut samples = vec![(START_MS, stale_marker())];
            let times = times(family, chance);
            let values = values(family, &labels, times.len(), chance);
            samples.extend(times.into_iter().zip(values));
            given.push(Given { labels, samples });
        }
    }
    given.sort_by(|one, other| one.labels.cmp(&other.labels));
    given
}

/// Series as promtool's notation can tell them: one place each half minute, which may be empty.
pub(crate) fn regular(generation: Generation, chance: &mut Chance) -> Vec<Given> {
    let mut given = Vec::new();
    for family in families(generation) {
        for labels in all(family) {
            let places = (0..REGULAR_END_MS / SCRAPE_MS).map(|place| place * SCRAPE_MS);
            let values = values(family, &labels, places.clone().count(), chance);
            let (from, to) = lifetime(family, chance, 0, REGULAR_END_MS);
            let mut samples: Vec<(i64, f64)> = places.zip(values).collect();
            samples.retain(|(at, _)| (from..to).contains(at) && !chance.one_in(12));
            given.push(Given { labels, samples });
        }
    }
    given
}

/// Every combination of a family's labels, with one series too many or too few here and there.
fn all(family: &Family) -> Vec<Labels> {
    let name = Labels::new([("__name__", family.name)]);
    let mut found = vec![name.clone()];
    for (label, values) in family.labels {
        found = found.iter().flat_map(|one| values.iter().map(|value| one.with(label, value))).collect();
    }
    match family.nature {
        // Without the last bucket, and with one that sorts otherwise as text than as a number.
        Nature::Buckets => {
            found.retain(|one| (one.value("le"), one.value("instance")) != ("+Inf", "c:9090"));
            found.push(name.with("instance", "b:9090").with("le", "1e-3"));
        }
        // Two for one: a join with these must fail.
        Nature::Info => {
            found.push(name.with("instance", "c:9090").with("version", "2.0").with("region", "south"))
        }
        _ => {}
    }
    found
}

/// When a series of the family begins and ends.
fn lifetime(family: &Family, chance: &mut Chance, start: i64, end: i64) -> (i64, i64) {
    let third = ((end - start) / 3) as usize;
    let whole = !(family.name == "flapping" || chance.one_in(8));
    let late = if whole { 0 } else { chance.below(third) as i64 };
    let early = if whole { 0 } else { chance.below(third) as i64 };
    (start + late, end - early)
}

fn times(family: &Family, chance: &mut Chance) -> Vec<i64> {
    let (from, to) = lifetime(family, chance, START_MS, END_MS);
    let step = match family.name {
        // As far apart as a selector looks back.
        "slow" => 300_000,
        "temperature" | "steep_total" => 15_000,
        _ => SCRAPE_MS,
    };
    // On the full step for some, since the bounds of windows are where generations differ.
    let phase = if chance.one_in(2) { step } else { 1 + chance.below(step as usize) as i64 };
    let jitter = match family.name {
        "jittered" => 9_000,
        _ if chance.one_in(4) => 40,
        _ => 1,
    };
    let mut times: Vec<i64> = (0..).map(|i| START_MS + phase + i * step).take_while(|at| *at < to).collect();
    times.retain(|at| *at >= from);
    times.iter_mut().for_each(|at| *at += chance.below(jitter) as i64);
    let holes = chance.below(4);
    for _ in 0..holes {
        let (hole, length) = (chance.below(times.len().max(1)), chance.below(25));
        times = times
            .iter()
            .enumerate()
            .filter(|(i, _)| !(hole..hole + length).contains(i))
            .map(|(_, at)| *at)
            .collect();
    }
    times
}

fn values(family: &Family, labels: &Labels, count: usize, chance: &mut Chance) -> Vec<f64> {
    let mut values: Vec<f64> = match family.nature {
        Nature::Counter | Nature::Buckets => counter(family, labels, count, chance),
        Nature::Gauge => {
            let middle = chance.below(2_000) as f64 / 7.0 - 100.0;
            (0..count).map(|_| middle + chance.below(10_000) as f64 / 1_000.0 - 5.0).collect()
        }
        Nature::Whole => (0..count).map(|_| chance.below(7) as f64 - 2.0).collect(),
        Nature::Odd => (0..count).map(|_| odd(labels.value("kind"), chance)).collect(),
        Nature::Info => vec![1.0; count],
    };
    if family.name == "flapping" {
        values.iter_mut().for_each(|value| *value = if chance.one_in(9) { stale_marker() } else { *value });
    } else if chance.one_in(5) && count > 0 {
        let end = chance.below(count);
        values[end] = stale_marker();
    }
    values
}

fn counter(family: &Family, labels: &Labels, count: usize, chance: &mut Chance) -> Vec<f64> {
    // Those below a higher bound are more. Some steps backwards are kept: scrapes are not of one moment.
    let bound: f64 = labels.value("le").parse().unwrap_or(1.0);
    let most = 1 + if bound.is_infinite() { 60 } else { (bound.min(10.0) * 5.0) as usize };
    let fraction = if family.name == "steep_total" { 1.7 } else { 1.0 };
    let mut total = chance.below(50) as f64;
    let mut values = Vec::with_capacity(count);
    for _ in 0..count {
        total = if chance.one_in(70) { 0.0 } else { total + chance.below(most + 1) as f64 * fraction };
        values.push(total);
    }
    values
}

fn odd(kind: &str, chance: &mut Chance) -> f64 {
    let few: &[f64] = match kind {
        "huge" => &[f64::MAX, 1.5e308, -1.7e308, 9_007_199_254_740_993.0, 1e100, 3.0],
        "inf" => &[f64::INFINITY, f64::NEG_INFINITY, 1.0, f64::INFINITY, 2.5],
        "nan" => &[f64::NAN, 1.0, 2.0, f64::NAN, -0.5, 0.25],
        "tiny" => &[f64::MIN_POSITIVE, 5e-324, -5e-324, 2.5e-310, 1e-300, -1e-300],
        "zero" => &[0.0, -0.0, 1.0, -1.0],
        _ => &[0.1, 0.2, 0.3, -0.7, 1e16, -1e16, 1.0],
    };
    few[chance.below(few.len())]
}
