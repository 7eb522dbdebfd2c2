//! What strictness costs: the three readers of an exposition side by side, on the same text.
//!
//! The smoke run (`cargo bench -- --test`) runs each once and asserts that all of them read the same samples, so that
//! a ratio never compares a reader with one that skips half of the work.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probity::observe::exposition::{Format, parse};

/// A page as a middle-sized service has it: counters by route and status, and a histogram by route.
fn page() -> String {
    let mut text = String::from("# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n");
    for route in 0..50 {
        for status in [200, 404, 500] {
            let _ = writeln!(
                text,
                "http_requests_total{{route=\"/api/items/{route}\",status=\"{status}\"}} {}",
                route * status
            );
        }
    }
    text.push_str("# HELP http_seconds Latency.\n# TYPE http_seconds histogram\n");
    for route in 0..50 {
        for (count, le) in ["0.005", "0.05", "0.5", "5", "+Inf"].iter().enumerate() {
            let _ = writeln!(text, "http_seconds_bucket{{route=\"/api/items/{route}\",le=\"{le}\"}} {count}");
        }
        let _ = writeln!(text, "http_seconds_sum{{route=\"/api/items/{route}\"}} 1.5");
        let _ = writeln!(text, "http_seconds_count{{route=\"/api/items/{route}\"}} 4");
    }
    text
}

fn strict(text: &str) -> usize {
    let read = parse(text, Format::Text);
    assert!(read.problems.is_empty());
    read.families.iter().map(|family| family.samples.len()).sum()
}

fn oracle(text: &str) -> usize {
    let read = openmetrics_parser::prometheus::parse_prometheus(text).expect("the page is valid");
    read.families.values().map(|family| family.iter_samples().count()).sum()
}

fn lenient(text: &str) -> usize {
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    prometheus_parse::Scrape::parse(lines).expect("the page is valid").samples.len()
}

fn readers(criterion: &mut Criterion) {
    let text = page();
    // 150 counters, and a histogram of 350 lines: the oracle folds it into 50 samples, the lenient reader into 50 and
    // its sums and counts.
    assert_eq!((strict(&text), oracle(&text), lenient(&text)), (500, 200, 300));
    let mut group = criterion.benchmark_group("exposition");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("probity", |bencher| bencher.iter(|| strict(black_box(&text))));
    group.bench_function("openmetrics-parser", |bencher| bencher.iter(|| oracle(black_box(&text))));
    group.bench_function("prometheus-parse", |bencher| bencher.iter(|| lenient(black_box(&text))));
    group.finish();
}

criterion_group!(benches, readers);
criterion_main!(benches);
