//! The embedded Prometheus and real ones, asked the same.

mod ask;
mod normal;
mod pair;
mod tools;

use self::ask::table;
use self::normal::normal;
use self::pair::Pair;
use self::tools::{Federating, promtool_agrees};
use crate::engines::Generation;

/// Requests that are answered differently on purpose, and why. `# Decisions` of the interface has the reasons at length.
const DIFFERENT: &[(&str, &str)] = &[];

/// Whether they stand there for a release too.
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
        let coarse = line.contains("/status/tsdb") && !line.contains("limit=1000");
        let [theirs, ours] = [pair.real_port, pair.port].map(|port| normal(&request.ask(port), coarse));
        if theirs != ours && on_purpose(&line).is_none() {
            wrong.push(format!("{line}\n  theirs {theirs:#?}\n  ours   {ours:#?}"));
        }
    }
    promtool_agrees(&pair, Generation::V2);
    promtool_agrees(&pair, Generation::V3);
    if let Some(federating) = federating {
        federating.agrees(&pair);
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_request_of_the_table_is_answered_as_by_3_5() {
    agrees(Generation::V3);
}

#[test]
fn every_request_of_the_table_is_answered_as_by_2_42() {
    agrees(Generation::V2);
}
