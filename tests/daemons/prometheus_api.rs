//! The embedded Prometheus and real ones, asked the same.

mod ask;
mod normal;
mod pair;
mod tools;

use self::ask::{Reply, table};
use self::normal::normal;
use self::pair::Pair;
use self::tools::{Federating, promtool_agrees};
use crate::engines::Generation;

/// Requests that are answered differently on purpose, and why. `# Decisions` of the interface has the reasons at length.
const DIFFERENT: &[(&str, &str)] = &[
    ("GET /api/v1", NO_REDIRECT),
    ("GET /api/v1/query/", NO_REDIRECT),
    ("GET /api/v1/label//values", NO_REDIRECT),
    ("POST /api/v1/read", "what is read remotely is no concern of the harness"),
    ("GET /api/v1/parse_query?query=up", "only the pages of a server ask it"),
    ("GET /api/v1/parse_query?query=up(", "only the pages of a server ask it"),
    ("GET /api/v1/query?query=1%2B1&time=1e300", "a server wraps a time that no clock has around"),
    ("GET /api/v1/query?query=1%2B1&time=NaN", "a server wraps a time that no clock has around"),
    ("GET /api/v1/query?query=1%2B1&time=Inf", "a server wraps a time that no clock has around"),
    ("GET /api/v1/query?query=1&stats=all&time=1000", "nothing is measured"),
    ("GET /api/v1/query_range?query=1&start=1&end=2&step=0.0001", "a server divides by zero"),
    (
        "GET /api/v1/query?query=label_replace(queue_length,%22queue%22,%22same%22,%22queue%22,%22(%22)",
        "what is wrong with a pattern is said in words of ours",
    ),
    ("GET /api/v1/status/config", "the configuration is shown as it was written"),
    ("GET /api/v1/status/flags", "only flags that mean something here"),
    ("GET /api/v1/status/runtimeinfo", "only what means something here"),
    ("GET /api/v1/status/buildinfo", "it does not pretend to be a Prometheus"),
    ("GET /api/v1/query?query=jobs_total&limit=1", STORAGE_ORDER),
    ("GET /api/v1/query?query=queue_length[1m]&limit=1", STORAGE_ORDER),
    ("GET /api/v1/series?match[]=%7B__name__=~%22job.*%22%7D&limit=2", STORAGE_ORDER),
    ("GET /api/v1/label/job/values?limit=1", STORAGE_ORDER),
];

const NO_REDIRECT: &str = "nobody is sent elsewhere";
const STORAGE_ORDER: &str = "series come in the order of their labels, so a limit leaves others";

/// Where two answers part, a line each.
fn difference(theirs: &Reply, ours: &Reply) -> String {
    let mut text = String::new();
    if (theirs.status, &theirs.headers) != (ours.status, &ours.headers) {
        for reply in [theirs, ours] {
            text += &format!("\n  {} {:?}", reply.status, reply.headers);
        }
    }
    let same = theirs.body.chars().zip(ours.body.chars()).take_while(|(one, other)| one == other).count();
    if theirs.body != ours.body {
        for reply in [theirs, ours] {
            let from: String = reply.body.chars().skip(same.saturating_sub(40)).take(200).collect();
            text += &format!("\n  {from:?}");
        }
    }
    text
}

/// Why a request is answered differently.
fn on_purpose(request: &str) -> Option<&'static str> {
    DIFFERENT.iter().find(|(different, _)| *different == request).map(|(_, why)| *why)
}

fn agrees(generation: Generation) {
    let Some(pair) = Pair::start(generation) else { return };
    let federating = if generation == Generation::V3 { Federating::start(&pair) } else { None };
    pair.settle();
    let now = jiff::Timestamp::now().as_second();
    let mut wrong = Vec::new();
    for (line, request) in table(now) {
        // Of what counts equally often, chance decides which is left.
        let whole = line.contains("limit=1000") && generation == Generation::V3;
        let coarse = line.contains("/status/tsdb") && !whole;
        let [theirs, ours] = [pair.real_port, pair.port].map(|port| normal(&request.ask(port), coarse));
        match on_purpose(&line) {
            None if theirs != ours => wrong.push(format!("{line}{}", difference(&theirs, &ours))),
            // Orders are chance, and 2.42 has less that could differ.
            Some(why) if theirs == ours && why != STORAGE_ORDER && generation == Generation::V3 => {
                wrong.push(format!("{line}\n  is answered alike, though {why}"));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    promtool_agrees(&pair, Generation::V2);
    promtool_agrees(&pair, Generation::V3);
    if let Some(federating) = federating {
        federating.agrees(&pair);
    }
}

#[test]
fn every_request_of_the_table_is_answered_as_by_3_5() {
    agrees(Generation::V3);
}

#[test]
fn every_request_of_the_table_is_answered_as_by_2_42() {
    agrees(Generation::V2);
}
