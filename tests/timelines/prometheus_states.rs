//! The states of alerts over time: real Prometheus servers of both releases scrape scripted series and evaluate rules each
//! second; the rule manager here is given their samples at their times, and must write and send what they did.
//!
//! Times are read back: those of scrapes from `up`, those of evaluations from a rule that always records. Where a series
//! is missing at a scrape that had it before, it ended. A server whose scrapes and evaluations come so close that their
//! order cannot be known is started again with other labels, which move them.

#[path = "prometheus_states/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};

use probity::alerting::rules::file::read;
use probity::alerting::rules::{Manager, Settings};
use probity::promql::{Labels, Options, Storage, is_stale, stale_marker};

use super::engines::Generation;
use server::{Seen, Server};

/// How long a server runs, in seconds.
const LASTS_S: u32 = 24;

/// Alerts are not compared that were sent before it knew where to, which takes it five seconds.
const DEAF_MS: i64 = 9_000;

const RESEND_DELAY_MS: i64 = 2_000;

/// Rules over `signal{timeline="0"}` to 59, which are 1, 0 or missing, and a target that is down now and then.
fn rules() -> String {
    let mut text =
        "groups:\n  - name: states\n    rules:\n      - {record: evaluated, expr: vector(1)}\n".to_owned();
    for seconds in 0..4 {
        let what = "labels: {n: '{{ $labels.timeline }}'}, annotations: {value: 'is {{ $value }}'}";
        text.push_str(&format!(
            "      - {{alert: For{seconds}, expr: signal == 1, for: {seconds}s, {what}}}\n"
        ));
        text.push_str(&format!(
            "      - {{alert: Kept{seconds}, expr: signal == 1, for: {seconds}s, keep_firing_for: 2s}}\n"
        ));
    }
    text + "      - {alert: Gone, expr: 'absent(signal{timeline=\"7\"})'}\n      \
            - {alert: Down, expr: up == 0, for: 1s}\n      \
            - {record: alerts, expr: 'count by (alertname, alertstate) (ALERTS)'}\n      \
            - {record: total, expr: 'sum by (job) (signal)'}\n"
}

#[test]
fn alerts_of_2_42_stand_and_are_sent_as_here() {
    compare(Generation::V2);
}

#[test]
fn alerts_of_3_5_stand_and_are_sent_as_here() {
    compare(Generation::V3);
}

fn compare(generation: Generation) {
    let Some(seen) = Server::watch(generation, &rules(), LASTS_S) else { return };
    let (ours, sent) = replay(generation, &seen);
    let names = ["ALERTS", "ALERTS_FOR_STATE", "alerts", "total", "evaluated"];
    let mut samples = 0;
    for name in names {
        let theirs = &seen.series[name];
        samples += theirs.values().map(Vec::len).sum::<usize>();
        let mine = of_metric(&ours, name);
        let differs = theirs.iter().find(|(labels, points)| mine.get(labels) != Some(points));
        if let Some((labels, points)) = differs {
            panic!("{generation:?}: {labels}: {points:?} there, {:?} here", mine.get(labels));
        }
        let alien = mine.keys().find(|labels| !theirs.contains_key(labels));
        assert!(alien.is_none(), "{generation:?}: {alien:?} is only here");
    }
    assert!(samples > 3_000, "only {samples} samples were compared");
    let posted: BTreeSet<String> = seen.posted.iter().cloned().collect();
    let all: BTreeSet<String> = sent.iter().map(|(_, alert)| alert.clone()).collect();
    let alien = posted.iter().find(|alert| !all.contains(*alert));
    assert!(alien.is_none(), "{generation:?}: only the server sent {alien:?}");
    let span = seen.evaluations[0] + DEAF_MS..*seen.evaluations.last().expect("some") - 1_000;
    let due = sent.iter().filter(|(at_ms, _)| span.contains(at_ms));
    let lost = due.clone().find(|(_, alert)| !posted.contains(alert));
    assert!(lost.is_none(), "{generation:?}: only we sent {lost:?}");
    assert!(due.count() > 200, "too few alerts were sent");
}

/// What we write and send when we are given a server's samples at its times.
fn replay(generation: Generation, seen: &Seen) -> (Storage, Vec<(i64, String)>) {
    let dialect = generation.dialect();
    let read = read(&rules(), "rules.yml", dialect, &|_| Ok(()));
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let settings = Settings {
        options: Options { dialect, subquery_step_ms: 1_000, ..Options::default() },
        evaluation_interval_ms: 1_000,
        query_offset_ms: 0,
        external_labels: Labels::empty(),
        external_url: "http://prometheus:9090".to_owned(),
        resend_delay_ms: RESEND_DELAY_MS,
        started_ms: seen.evaluations[0] - 1_000,
    };
    let mut manager =
        Manager::new(vec![("rules.yml".to_owned(), read.rules)], settings).expect("sound rules");
    let mut scraped = samples(seen);
    scraped.sort_by_key(|(at_ms, ..)| *at_ms);
    let (mut storage, mut next, mut sent) = (Storage::new(), 0, Vec::new());
    for at_ms in &seen.evaluations {
        assert_eq!(manager.next_due_ms(), Some(*at_ms), "evaluations are a second apart");
        while let Some((time_ms, labels, value)) = scraped.get(next).filter(|(time_ms, ..)| time_ms <= at_ms)
        {
            storage.append(labels, *time_ms, *value).expect("in order");
            next += 1;
        }
        let evaluation = manager.evaluate(*at_ms, &mut storage);
        assert_eq!(evaluation.errors, []);
        sent.extend(evaluation.sent.iter().map(|alert| {
            let body = serde_json::from_str(&probity::alerting::notifier::body(std::slice::from_ref(alert)));
            let body: serde_json::Value = body.expect("JSON");
            (*at_ms, body[0].to_string())
        }));
    }
    (storage, sent)
}

/// The samples of every scraped series, with an end where it was missing at the next scrape of its job.
fn samples(seen: &Seen) -> Vec<(i64, Labels, f64)> {
    let mut all = Vec::new();
    for (labels, points) in seen.series["signal"].iter().chain(&seen.series["up"]) {
        let scrapes = &seen.scrapes[labels.value("job")];
        let held: BTreeMap<i64, f64> = points.iter().copied().collect();
        let mut before = false;
        for at_ms in scrapes {
            match held.get(at_ms) {
                Some(value) => all.push((*at_ms, labels.clone(), *value)),
                None if before => all.push((*at_ms, labels.clone(), stale_marker())),
                None => {}
            }
            before = held.contains_key(at_ms);
        }
    }
    all
}

fn of_metric(storage: &Storage, metric: &str) -> BTreeMap<Labels, Vec<(i64, f64)>> {
    let series = storage.iter().filter(|series| series.labels().metric() == metric);
    let points = series.map(|series| {
        let points = series.times().iter().copied().zip(series.values().iter().copied());
        (series.labels().clone(), points.filter(|(_, value)| !is_stale(*value)).collect::<Vec<_>>())
    });
    points.filter(|(_, points)| !points.is_empty()).collect()
}
