//! Our evaluation against two generations of Prometheus, to the bit: the same series, the same expressions, the same
//! answers. What an engine leaves to chance is listed in `promql/settled.rs`.

use std::collections::BTreeSet;

use probity::promql::{AggregationOp, ExprKind, Options, Storage, functions, instant, parse_as, range};

use super::engines::Generation;
use super::promql::{Answer, Asked, Query, Server, Tally, evaluate, query, regular, say, scraped, storage};
use super::promql_promtool::Chance;

const SEED: u64 = 20_260_401;

/// How many expressions are asked at one time, over a time, and of promtool.
const INSTANT: usize = 10_000;
const RANGE: usize = 2_000;
const TESTS: usize = 500;

/// How many ask at once.
const THREADS: usize = 2;

/// Another run's seed.
#[expect(clippy::disallowed_methods, reason = "a developer asks for other expressions")]
fn seed() -> u64 {
    let given = std::env::var("PROBITY_SEED").ok();
    given.map_or(SEED, |given| given.parse().expect("PROBITY_SEED is a whole number"))
}

/// What we make of a query.
fn ours(storage: &Storage, generation: Generation, asked: Asked, query: &Query) -> Answer {
    let options = Options { dialect: generation.dialect(), ..Options::default() };
    let (start, end, step) = query.when;
    let expr = match parse_as(&query.text, options.dialect) {
        Ok(expr) => expr,
        Err(error) => return Answer::Failed(error.to_string()),
    };
    let value = match asked {
        Asked::Range => range(storage, &expr, start, end, step, &options).map(Answer::matrix),
        Asked::Instant | Asked::Test => instant(storage, &expr, start, &options).map(Answer::Gave),
    };
    value.unwrap_or_else(|error| Answer::Failed(error.to_string()))
}

fn theirs(server: &Server, asked: Asked, query: &Query) -> Answer {
    let (start, end, step) = query.when;
    match asked {
        Asked::Range => server.range(&query.text, start, end, step),
        Asked::Instant | Asked::Test => server.instant(&query.text, start),
    }
}

fn question(asked: Asked, query: &Query) -> String {
    let (start, end, step) = query.when;
    match asked {
        Asked::Range => format!("{}  from {start} to {end} by {step} ms", query.text),
        Asked::Instant | Asked::Test => format!("{}  at {start} ms", query.text),
    }
}

/// Every function and aggregation of the dialect must have been asked for.
fn assert_complete(generation: Generation, queries: &[Query]) {
    let mut used = BTreeSet::new();
    for query in queries {
        let Ok(expr) = parse_as(&query.text, generation.dialect()) else { continue };
        expr.walk(&mut |part, _| match &part.kind {
            ExprKind::Call(call) => drop(used.insert(call.function.name)),
            ExprKind::Aggregation(it) => drop(used.insert(it.op.name())),
            _ => {}
        });
    }
    let all = functions(generation.dialect()).map(|it| it.name);
    let all = all.chain(AggregationOp::ALL.map(AggregationOp::name));
    let never: Vec<&str> = all.filter(|name| !used.contains(name)).collect();
    assert!(never.is_empty(), "never asked of {generation:?}: {never:?}");
}

/// Asks both engines everything, on a few threads.
fn compare(
    server: &Server,
    storage: &Storage,
    generation: Generation,
    asked: Asked,
    queries: &[Query],
) -> Tally {
    let compare_some = |queries: &[Query]| {
        let mut tally = Tally::default();
        for query in queries {
            let (ours, theirs) = (ours(storage, generation, asked, query), theirs(server, asked, query));
            tally.add(&question(asked, query), query.settled, &ours, &theirs);
        }
        tally
    };
    std::thread::scope(|scope| {
        let chunks = queries.chunks(queries.len().div_ceil(THREADS));
        let threads: Vec<_> = chunks.map(|chunk| scope.spawn(move || compare_some(chunk))).collect();
        let mut all = Tally::default();
        for thread in threads {
            all.join(thread.join().expect("a thread that compares does not panic"));
        }
        all
    })
}

/// The answers of a server, at one time and over a time.
pub(crate) fn tallies(generation: Generation) -> Option<[Tally; 2]> {
    let mut chance = Chance(seed());
    let series = scraped(generation, &mut chance);
    let storage = storage(&series);
    let server = Server::start(generation, &format!("promql-{generation:?}"), &series)?;
    say(&format!("seed {}, {generation:?}: {} series, {} samples", seed(), series.len(), storage.samples()));
    let counts = [(Asked::Instant, INSTANT), (Asked::Range, RANGE)];
    let queries = counts.map(|(asked, count)| {
        (0..count).map(|_| query(&mut chance, generation, asked)).collect::<Vec<Query>>()
    });
    assert_complete(generation, &queries.concat());
    let [instant, range] = &queries;
    Some([
        compare(&server, &storage, generation, Asked::Instant, instant),
        compare(&server, &storage, generation, Asked::Range, range),
    ])
}

/// The answers of promtool, which loads series from its own notation.
pub(crate) fn told(generation: Generation) -> Option<Tally> {
    let mut chance = Chance(seed());
    let series = regular(generation, &mut chance);
    let storage = storage(&series);
    let mut queries: Vec<Query> = (0..TESTS).map(|_| query(&mut chance, generation, Asked::Test)).collect();
    for (i, query) in queries.iter_mut().enumerate() {
        // Each at a time of its own, a quarter of them where samples are: promtool names the time, not the test.
        let i = i as i64;
        query.when.0 = if i % 4 == 0 { i / 4 * 30_000 } else { i * 7_200 + 11 };
    }
    let theirs = evaluate(generation, &series, &queries)?;
    let mut tally = Tally::default();
    for (query, theirs) in queries.iter().zip(&theirs) {
        let ours = ours(&storage, generation, Asked::Test, query).sampled();
        tally.add(&question(Asked::Test, query), query.settled, &ours, theirs);
    }
    Some(tally)
}

fn judge_server(generation: Generation) {
    let Some([instant, range]) = tallies(generation) else { return };
    instant.judge(&format!("seed {}, {generation:?}, at one time", seed()));
    range.judge(&format!("seed {}, {generation:?}, over a time", seed()));
}

#[test]
fn prometheus_2_answers_as_we_do() {
    judge_server(Generation::V2);
}

#[test]
fn prometheus_3_answers_as_we_do() {
    judge_server(Generation::V3);
}

#[test]
fn promtool_evaluates_as_we_do() {
    for generation in [Generation::V2, Generation::V3] {
        if let Some(tally) = told(generation) {
            tally.judge(&format!("seed {}, promtool of {generation:?}", seed()));
        }
    }
}
