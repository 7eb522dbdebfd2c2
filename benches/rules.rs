//! Unit tests of rules beside `promtool`, what a sample costs in queries over ever more of them, and reading samples.
//!
//! ```sh
//! cargo bench --bench rules               # everything, beside promtool; some minutes
//! cargo bench --bench rules -- --test     # each once, as in CI
//! ```
//!
//! `promtool` 2.42 is taken from PATH and 3.5 from `target/engines` (`.ci/engines` puts it there) or from a folder like
//! it that `PROBITY_ENGINES` names. Both programs take turns as whole processes, from start to exit, and the medians of
//! the same run are compared. In the smoke run `promtool` runs ten of the hundred tests once, which proves that it agrees
//! with what is measured.

#![expect(
    clippy::disallowed_methods,
    reason = "a bench takes the machine's time, and asks where promtool is"
)]

#[path = "rules/inputs.rs"]
mod inputs;

use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use inputs::Files;
use probity::alerting::rules::file as rule_file;
use probity::alerting::template::AlertTemplate;
use probity::alerting::unit::{Loaded, Prepared, file as unit_file, run};
use probity::observe::series::of_text;
use probity::promql::{Dialect, Labels, NAME, Options, Query, Storage, parse_as};

/// Whether each is to run only once.
fn smoke() -> bool {
    std::env::args().any(|arg| arg == "--test")
}

fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Reads files and runs their tests as `probity test rules` does; how many expectations hold.
fn test(files: &Files, dialect: Dialect) -> usize {
    let sound = |template: &str| {
        AlertTemplate::parse(template, "", dialect).map(drop).map_err(|error| error.to_string())
    };
    let rules = rule_file::read(&files.rules, "rules.yml", dialect, &sound).rules;
    let mut loaded = Vec::new();
    for (place, group) in rules.groups.iter().enumerate() {
        for (number, rule) in group.rules.iter().enumerate() {
            let ready = Loaded::new(rule, group, "rules.yml", (0, place, number), dialect);
            loaded.push(ready.expect("a rule that can be evaluated"));
        }
    }
    let tests = unit_file::read(&files.tests, "tests.yml", dialect).file.expect("a file of tests");
    let prepared = Prepared {
        tests: &tests,
        file: "tests.yml".to_owned(),
        rules: loaded.iter().collect(),
        alertmanagers: Vec::new(),
    };
    let options = Options { dialect, ..Options::default() };
    let outcomes = run(&[prepared], &options, |_| true, |_, _| true);
    let cases = outcomes.iter().flat_map(|file| &file.tests).flat_map(|test| &test.cases);
    cases.inspect(|case| assert!(case.failures.is_empty(), "{case:?}")).count()
}

/// How long a program takes that succeeds.
fn process(program: &Path, args: &[&str], folder: &Path) -> Duration {
    let begun = Instant::now();
    let output = Command::new(program).args(args).current_dir(folder).stdin(Stdio::null()).output();
    let took = begun.elapsed();
    let output = output.expect("a program that runs");
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{}: {said}", program.display());
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Each release of `promtool` that is found, with what Probity calls its language.
fn promtools() -> Vec<(&'static str, PathBuf)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let old = std::env::split_paths(&path).map(|folder| folder.join("promtool")).find(|file| file.is_file());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../engines");
    let engines = std::env::var_os("PROBITY_ENGINES").map_or(target, PathBuf::from);
    let new = Some(engines.join("forky/usr/bin/promtool")).filter(|file| file.is_file());
    for (release, found) in [("2.42, in PATH", &old), ("3.5, in target/engines", &new)] {
        if found.is_none() {
            say(&format!("promtool {release}: not found, so nothing is compared with it"));
        }
    }
    [("2", old), ("3", new)].into_iter().filter_map(|(release, file)| Some((release, file?))).collect()
}

/// Whole processes in turns: `promtool` and Probity on the same files.
fn beside(title: &str, folder: &Path, turns: usize) {
    let own = Path::new(env!("CARGO_BIN_EXE_probity"));
    for (release, promtool) in promtools() {
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..turns {
            theirs.push(process(&promtool, &["test", "rules", "tests.yml"], folder));
            ours.extend(
                (0..3).map(|_| process(own, &["test", "rules", "--promql", release, "tests.yml"], folder)),
            );
        }
        let (theirs, ours) = (median(theirs), median(ours));
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        say(&format!(
            "{title}, language {release}: promtool {theirs:.3?}, probity {ours:.3?}, ratio {ratio:.0}"
        ));
    }
}

fn unit_tests(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules-bench");
    let inputs = [
        ("100 rules x 100 tests", "hundred", inputs::hundred_rules(100), 1000),
        ("30 days of an SLO without its 30-day rule", "windows", inputs::month_of_slo(false), 4),
        ("30 days of an SLO", "month", inputs::month_of_slo(true), 5),
    ];
    for (title, name, files, cases) in inputs {
        let folder = folder.join(name);
        files.write(&folder);
        let mut group = criterion.benchmark_group(title);
        group.sample_size(10);
        for (release, dialect) in [("2", Dialect::V2), ("3", Dialect::V3)] {
            group.bench_function(BenchmarkId::new("library, language", release), |bencher| {
                bencher.iter(|| assert_eq!(test(black_box(&files), dialect), cases));
            });
            let args = ["test", "rules", "--promql", release, "tests.yml"];
            group.bench_function(BenchmarkId::new("process, language", release), |bencher| {
                bencher.iter(|| process(Path::new(env!("CARGO_BIN_EXE_probity")), &args, &folder));
            });
        }
        group.finish();
        match name {
            "hundred" if !smoke() => beside(title, &folder, 3),
            "hundred" => {
                let few = folder.join("few");
                inputs::hundred_rules(10).write(&few);
                beside("100 rules x 10 tests", &few, 1);
            }
            // Most of a minute each; `promtool` refuses the 30-day rule: it would load too many samples.
            "windows" if !smoke() => beside(title, &folder, 1),
            _ => {}
        }
    }
}

/// The same samples in ten series, a sample each fifteen seconds, counters that are reset now and then.
fn counters(samples: usize) -> (Storage, i64) {
    let mut storage = Storage::new();
    let each = samples / 10;
    for series in 0..10 {
        let labels = Labels::new([(NAME, "m".to_owned()), ("i", series.to_string())]);
        let id = storage.series(&labels);
        for at in 0..each {
            storage.push(id, 15_000 * at as i64, (at % 5000) as f64).expect("times rise");
        }
    }
    (storage, 15_000 * each as i64)
}

/// A query over everything at 50 steps, with windows a tenth as long as all: what it takes for each sample must not
/// depend on how many there are.
fn samples(criterion: &mut Criterion) {
    let most = if smoke() { 5 } else { 7 };
    for function in ["sum_over_time", "avg_over_time", "max_over_time", "rate", "last_over_time", "selector"]
    {
        let mut group = criterion.benchmark_group(format!("a sample of {function}"));
        group.sample_size(10);
        for power in 4..=most {
            let count = 10usize.pow(power);
            let (storage, end_ms) = counters(count);
            let window_s = end_ms / 10_000;
            let text = match function {
                "selector" => "m".to_owned(),
                _ => format!("{function}(m[{window_s}s])"),
            };
            let query =
                Query::new(parse_as(&text, Dialect::V3).expect("a query"), Dialect::V3).expect("a query");
            let steps = (0, end_ms, (end_ms / 50).max(1));
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::from_parameter(format!("10^{power}")), |bencher| {
                bencher.iter(|| {
                    query.range(black_box(&storage), steps, &Options::default()).expect("an answer")
                });
            });
        }
        group.finish();
    }
}

fn reading(criterion: &mut Criterion) {
    let count = if smoke() { 10_000 } else { 1_000_000 };
    let mut group = criterion.benchmark_group("samples read");
    group.sample_size(10).throughput(Throughput::Elements(count as u64));
    for (order, by_scrape) in [("scrape by scrape", true), ("series by series", false)] {
        let text = inputs::open_metrics(count, by_scrape);
        group.bench_function(format!("OpenMetrics, {order}"), |bencher| {
            bencher.iter(|| {
                let loaded = of_text(black_box(&text), Dialect::V3).expect("sound text");
                assert_eq!(loaded.storage.samples(), count);
            });
        });
    }
    let instance = |place: usize| Labels::new([(NAME, "m".to_owned()), ("instance", place.to_string())]);
    let series: Vec<Labels> = (0..100).map(instance).collect();
    group.bench_function("Storage::append", |bencher| {
        bencher.iter(|| {
            let mut storage = Storage::new();
            for at in 0..count / series.len() {
                for labels in &series {
                    storage.append(black_box(labels), 15_000 * at as i64, at as f64).expect("times rise");
                }
            }
            storage.samples()
        });
    });
    group.finish();
}

criterion_group!(benches, unit_tests, samples, reading);
criterion_main!(benches);
