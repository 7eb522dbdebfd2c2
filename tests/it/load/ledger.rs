//! The ledger against an independent count, its parents, its latencies and its limits.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use probity::clock::after;
use probity::load::Persona;
use probity::observe::{
    Ledger, MOST_FRAME_KINDS, MOST_TRACES, OTHER_FRAMES, Origin, Outcome, ParentChoice, RequestEntry,
    RequestFact, RequestKey, TraceNote,
};
use tokio::sync::watch;

use super::driver;
use super::standin::{Deed, Manner, Served, StandIn};
use crate::stage::{Stage, Wanted, assert_share, series, simulate};

/// Drives these personas against a stand-in; the ledger, and what the stand-in saw.
fn drive(personas: &[(Persona, u32)], seconds: u64, rate: &str, manner: Manner) -> (Ledger, StandIn) {
    simulate(|clock| async move {
        let standin = StandIn::start(&clock, manner, true).await;
        let phases = [(Duration::from_secs(seconds), rate)];
        let (driver, client) = driver(&clock, &standin.address, &phases, personas);
        driver.run(clock.now(), watch::channel(false).1).await;
        (client.ledger(), standin)
    })
}

fn everyone() -> Vec<(Persona, u32)> {
    Persona::ALL.iter().map(|persona| (persona.clone(), 1)).collect()
}

fn counts(ledger: &Ledger) -> BTreeMap<(String, String, Option<u16>), u64> {
    let mut counts = BTreeMap::new();
    for (key, entry) in &ledger.requests {
        *counts.entry((key.method.clone(), key.route.clone(), key.status_code)).or_default() += entry.count;
    }
    counts
}

#[test]
fn the_ledger_equals_an_independent_count() {
    let manner: Manner = |number| match number % 7 {
        0 => Deed::Answers(500, 40),
        1 => Deed::Answers(404, 3),
        2 => Deed::Answers(429, 0),
        // Within the client's patience of a minute, and beyond it.
        3 => Deed::Answers(200, 59_000),
        4 if number % 3 == 0 => Deed::Answers(200, 61_000),
        4 if number % 5 == 0 => Deed::NeverAnswers,
        _ => Deed::Answers(200, 120),
    };
    let (ledger, standin) = drive(&everyone(), 120, "5/s", manner);
    assert_eq!(counts(&ledger), standin.counts());
    assert_eq!(ledger.request_count(), standin.served().len() as u64);
    assert_eq!((ledger.traces.len() as u64, ledger.traces_not_kept), (ledger.request_count(), 0));
    let missing = ledger.requests.keys().filter(|key| key.status_code.is_none()).count();
    assert!(missing > 1, "some were given up: {:?}", ledger.requests.keys());
    // Monitors are told from users.
    for key in ledger.requests.keys() {
        let probe = key.route == "/health" || key.route == "/ready";
        assert_eq!(key.origin, if probe { Origin::Probe } else { Origin::Traffic });
    }
}

#[test]
fn latencies_are_exact_in_virtual_time() {
    let (ledger, _) = drive(&[(Persona::Prober, 1)], 30, "2/s", |number| {
        Deed::Answers(200, if number % 2 == 0 { 1_500 } else { 250 })
    });
    let (count, total_ns) = ledger
        .requests
        .values()
        .fold((0, 0), |(count, ns), entry| (count + entry.count, ns + entry.total_ns));
    assert_eq!((count, total_ns), (120, 60 * 1_750_000_000));
    let mut latencies = RequestEntry::default().latency_us;
    for entry in ledger.requests.values() {
        latencies.add(&entry.latency_us).expect("it resizes");
    }
    // To three significant digits.
    let (low, high) = (latencies.value_at_quantile(0.5), latencies.value_at_quantile(0.51));
    assert!(low.abs_diff(250_000) <= 250 && high.abs_diff(1_500_000) <= 1_500, "{low} {high}");
    assert_eq!((latencies.len(), latencies.count_between(200_000, 300_000)), (120, 60));
    let (given_up, _) = drive(&[(Persona::Prober, 1)], 1, "1/s", |_| Deed::NeverAnswers);
    let waits: Vec<(Option<u16>, u64)> =
        given_up.requests.iter().map(|(key, entry)| (key.status_code, entry.total_ns)).collect();
    assert_eq!(waits, [(None, 60_000_000_000); 2]);
}

#[test]
fn a_target_that_is_not_there_is_entered_without_a_status() {
    let ledger = simulate(|clock| async move {
        let nowhere = crate::stage::collector::closed().await;
        let address = nowhere.trim_start_matches("http://");
        let (driver, client) = driver(&clock, address, &[(Duration::from_secs(5), "1/s")], &everyone());
        driver.run(clock.now(), watch::channel(false).1).await;
        client.ledger()
    });
    assert!(ledger.request_count() >= 5);
    assert!(ledger.requests.iter().all(|(key, entry)| key.status_code.is_none() && entry.total_ns == 0));
}

#[test]
fn a_third_each_is_sampled_not_sampled_and_left_to_the_server() {
    let (ledger, standin) =
        drive(&[(Persona::Prober, 1), (Persona::Clumsy, 1)], 100, "10/s", |_| Deed::Answers(200, 1));
    let total = ledger.traces.len();
    assert!(total >= 2_000, "{total}");
    for choice in [ParentChoice::Sampled, ParentChoice::NotSampled, ParentChoice::Absent] {
        let notes = ledger.traces.iter().filter(|note| note.parent == choice);
        assert_share(notes.clone().count(), total, 1.0 / 3.0);
        let flags = match choice {
            ParentChoice::Sampled => Some("01"),
            ParentChoice::NotSampled => Some("00"),
            ParentChoice::Absent => None,
        };
        // What the server really got: version, the noted trace, some parent, the flags.
        let mut noted: Vec<Option<&str>> = notes.map(|note| note.trace_id.as_deref()).collect();
        let served = standin.served();
        let mut got: Vec<Option<&str>> =
            served.iter().filter(|served| flags_of(served) == flags).map(trace_of).collect();
        noted.sort_unstable();
        got.sort_unstable();
        assert_eq!(got, noted);
    }
    let mut traces: Vec<&String> = ledger.traces.iter().filter_map(|note| note.trace_id.as_ref()).collect();
    let all = traces.len();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), all, "no two requests share a trace");
}

fn flags_of(served: &Served) -> Option<&str> {
    served.traceparent.as_deref().map(|value| {
        assert!(
            value.len() == 55 && value.starts_with("00-") && &value[36..52] != "0000000000000000",
            "{value}"
        );
        &value[53..]
    })
}

fn trace_of(served: &Served) -> Option<&str> {
    served.traceparent.as_deref().map(|value| &value[3..35])
}

#[test]
fn the_ledger_and_the_reference_server_agree() {
    let (ledger, exposition, providers) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let address = stage.server.api.to_string();
        let (driver, client) = driver(&clock, &address, &[(Duration::from_secs(40), "2/s")], &everyone());
        driver.run(clock.now(), watch::channel(false).1).await;
        (client.ledger(), stage.exposition().await, stage.providers.book())
    });
    let mut metrics = BTreeMap::new();
    for (labels, count) in series(&exposition, "aragora_requests_total") {
        let label = |name| labels.get(name).expect("the guide's labels").to_owned();
        let status: u16 = label("status").parse().expect("a status");
        metrics.insert((label("method"), label("endpoint"), Some(status)), count as u64);
    }
    assert_eq!(counts(&ledger), metrics);
    assert!(providers.values().map(|entry| entry.count).sum::<u64>() > 0);
    assert!(ledger.frames["debate_end"] > 0, "somebody watched: {:?}", ledger.frames);
    assert!(!ledger.frames.contains_key("malformed"));
}

fn note(sent: Timestamp, took: Duration) -> TraceNote {
    TraceNote {
        trace_id: None,
        parent: ParentChoice::Absent,
        method: "GET".to_owned(),
        route: "/".to_owned(),
        path: "/".to_owned(),
        status_code: Some(200),
        origin: Origin::Traffic,
        sent,
        done: after(sent, took),
    }
}

#[test]
fn traces_beyond_the_limit_are_counted_and_nothing_else_is_lost() {
    let mut ledger = Ledger::default();
    let total = MOST_TRACES as u64 + 7;
    for number in 0..total {
        let trace = note(Timestamp::UNIX_EPOCH, Duration::from_nanos(number));
        ledger.request(RequestFact { trace, failure: None });
    }
    assert_eq!((ledger.traces.len(), ledger.traces_not_kept), (MOST_TRACES, 7));
    assert_eq!(ledger.request_count(), total);
    let sum: u64 = ledger.requests.values().map(|entry| entry.total_ns).sum();
    assert_eq!(sum, total * (total - 1) / 2, "the first are kept one by one, all are counted");
    assert_eq!(ledger.traces.last().map(|note| note.done.as_nanosecond()), Some(MOST_TRACES as i128 - 1));
}

#[test]
fn kinds_of_frames_beyond_the_limit_are_counted_together() {
    let mut ledger = Ledger::default();
    ledger.frame(&"long".repeat(1_000));
    for number in 0..MOST_FRAME_KINDS + 50 {
        ledger.frame(&format!("kind-{number}"));
    }
    ledger.frame("kind-0");
    ledger.frame("kind-149");
    assert_eq!(ledger.frames.len(), MOST_FRAME_KINDS + 1);
    assert_eq!((ledger.frames["kind-0"], ledger.frames["kind-99"], ledger.frames[OTHER_FRAMES]), (2, 1, 52));
}

#[test]
fn books_of_calls_are_added_up() {
    let mut ledger = Ledger::default();
    ledger.call("a", Outcome::Success, Duration::from_secs(1));
    let mut other = Ledger::default();
    other.call("a", Outcome::Success, Duration::from_secs(2));
    other.call("a", Outcome::Error, Duration::from_secs(4));
    ledger.absorb_calls(other.calls);
    let seen: Vec<(&str, Outcome, u64, u64)> = ledger
        .calls
        .iter()
        .map(|(key, entry)| (key.agent.as_str(), key.outcome, entry.count, entry.total_ns))
        .collect();
    assert_eq!(seen, [("a", Outcome::Success, 2, 3_000_000_000), ("a", Outcome::Error, 1, 4_000_000_000)]);
    assert_eq!(ledger.call_count(), 3);
}

#[test]
fn a_latency_of_years_is_counted_exactly_and_kept_as_the_longest() {
    let mut ledger = Ledger::default();
    let day = Duration::from_secs(24 * 3600);
    for took in [Duration::from_millis(3), day, 400 * day] {
        ledger.request(RequestFact { trace: note(Timestamp::UNIX_EPOCH, took), failure: None });
    }
    let [entry] = ledger.requests.values().collect::<Vec<_>>()[..] else { panic!("one kind of request") };
    assert_eq!((entry.count, entry.latency_us.len()), (3, 3));
    assert_eq!(u128::from(entry.total_ns), (401 * day + Duration::from_millis(3)).as_nanos());
    let day_us = day.as_micros() as u64;
    assert_eq!(entry.latency_us.count_between(day_us, day_us), 2);
    assert_eq!(entry.latency_us.count_between(3_000, 3_000), 1);
}

#[test]
fn a_clock_that_stepped_back_gives_no_negative_latency() {
    let mut ledger = Ledger::default();
    let mut trace = note(Timestamp::UNIX_EPOCH, Duration::ZERO);
    trace.sent = after(trace.sent, Duration::from_secs(5));
    trace.origin = Origin::Scrape;
    ledger.request(RequestFact { trace, failure: None });
    let key = RequestKey {
        method: "GET".to_owned(),
        route: "/".to_owned(),
        status_code: Some(200),
        failure: None,
        origin: Origin::Scrape,
    };
    assert_eq!((ledger.requests[&key].count, ledger.requests[&key].total_ns), (1, 0));
}
