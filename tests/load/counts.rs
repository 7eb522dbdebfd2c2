//! Goose, the ledger and the target's own counters, over many requests.

use std::collections::BTreeMap;
use std::time::Duration;

use probity::clock::{Clock, Seed};
use probity::load::Persona;
use probity::observe::exposition::{Format, parse};
use probity::server::aragora::{Aragora, Settings};

use crate::stage::{Came, drive, runtime};

const PERSONAS: [(Persona, u32); 3] = [(Persona::Reader, 4), (Persona::Clumsy, 1), (Persona::Prober, 3)];

/// A reference server that does no more work than it must, on a runtime of its own; the load, and what the server's
/// own counter says afterwards, by method, route and status.
fn load(phases: &[(Duration, u32)], stop_at: Option<u64>) -> (Came, BTreeMap<(String, String, u16), u64>) {
    let server_runtime = runtime();
    let env = [("OTEL_ENABLED", "false"), ("METRICS_PORT", "0")];
    let settings = Settings {
        env: env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        defects: vec![],
        agents: vec![],
        seed: Seed(1),
        latency: Duration::ZERO,
    };
    let clock = Clock::real();
    let started = Aragora::start(&clock, ([127, 0, 0, 1], 0).into(), settings);
    let server = server_runtime.block_on(started).expect("it starts");
    let came = drive(&server.api.to_string(), phases, &PERSONAS, Duration::from_secs(10), stop_at);
    let url = format!("http://{}/metrics", server.metrics.expect("metrics are enabled"));
    let text = server_runtime
        .block_on(async { reqwest::get(url).await.expect("it answers").text().await.expect("text") });
    let exposition = parse(&text, Format::OpenMetrics);
    let mut counts = BTreeMap::new();
    for (_, sample) in exposition.series().filter(|(_, sample)| sample.name == "aragora_requests_total") {
        let label = |name: &str| {
            let found = sample.labels.iter().find(|(label, _)| *label == name);
            found.map(|(_, value)| value.to_owned()).expect("labelled")
        };
        let status = label("status").parse().expect("a status");
        counts.insert((label("method"), label("endpoint"), status), sample.value as u64);
    }
    (came, counts)
}

fn in_ledger(came: &Came) -> BTreeMap<(String, String, u16), u64> {
    let mut counts = BTreeMap::new();
    for (key, entry) in &came.ledger.requests {
        let status = key.status_code.expect("every request was answered");
        *counts.entry((key.method.clone(), key.route.clone(), status)).or_default() += entry.count;
    }
    counts
}

#[test]
fn over_a_hundred_thousand_requests_goose_ledger_and_server_agree_exactly() {
    let (came, server) = load(&[(Duration::from_secs(120), 32)], Some(100_000));
    assert!(came.ledger.request_count() > 100_000, "only {} in time", came.ledger.request_count());
    assert_eq!(in_ledger(&came), server);
    came.assert_goose_agrees();
    // Refusals that were provoked on purpose are no failures, and nothing else failed.
    assert_eq!(came.failures().keys().copied().collect::<Vec<_>>(), [None]);
    eprintln!("{} requests in {:?}", came.ledger.request_count(), came.took);
}

#[test]
fn phases_have_their_users_and_two_loads_follow_each_other() {
    for _ in 0..2 {
        let phases = [
            (Duration::from_millis(700), 3),
            (Duration::from_millis(500), 0),
            (Duration::from_millis(300), 8),
        ];
        let (came, server) = load(&phases, None);
        assert_eq!(in_ledger(&came), server);
        came.assert_goose_agrees();
        assert!(!came.report.stopped);
        let lasted = Duration::from_nanos(came.report.note.lasted_ns);
        assert!(lasted >= Duration::from_millis(1_500), "{lasted:?}");
        assert!(came.took < Duration::from_secs(8), "{:?}", came.took);
        assert!(came.report.note.sessions > 50);
    }
}

#[test]
fn a_stop_before_it_begins_asks_nothing() {
    let (came, server) = load(&[(Duration::from_secs(60), 3)], Some(0));
    assert!(came.report.stopped);
    assert!(came.took < Duration::from_secs(8), "{:?}", came.took);
    assert_eq!(in_ledger(&came), server);
    came.assert_goose_agrees();
}
