//! The exposition: its form, its names, and that each call moves exactly what it says.

use std::collections::BTreeMap;

use probity::clock::Clock;
use probity::observe::exposition::{Exposition, Kind};
use probity::telemetry::{Config, Definitions, Ids, Telemetry};
use proptest::prelude::*;

use crate::stage::{series, strict, value};

fn telemetry(metrics: &str) -> Telemetry {
    let env = BTreeMap::from([("METRICS_ENABLED".to_owned(), metrics.to_owned())]);
    let config = Config::from_env(&env).expect("it is valid");
    // Metrics take no time from the clock.
    Telemetry::init(&Clock::real(), &config, Definitions::default(), Ids::seeded(1)).expect("it starts")
}

fn exposed(telemetry: &Telemetry) -> Exposition {
    strict(&telemetry.exposition().expect("metrics are enabled"))
}

/// Every series with its value, as text, so that "nothing else moved" is one comparison.
fn all(telemetry: &Telemetry) -> BTreeMap<String, f64> {
    let exposition = exposed(telemetry);
    exposition
        .series()
        .map(|(_, sample)| (format!("{}{}", sample.name, sample.labels), sample.value))
        .collect()
}

/// What is there after and was not, or was another value, before.
fn moved(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) -> Vec<(String, f64)> {
    assert!(before.keys().all(|name| after.contains_key(name)), "no series disappears");
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    changed.map(|(name, value)| (name.clone(), value - before.get(name).unwrap_or(&0.0))).collect()
}

fn use_everything(telemetry: &Telemetry) {
    for endpoint in ["/health", "/api/debates", "/api/debates/{id}"] {
        for (method, status) in [("POST", 500), ("GET", 404), ("GET", 200)] {
            telemetry.record_request(method, endpoint, status, 0.3);
        }
    }
    for agent in ["openai-api", "anthropic-api"] {
        telemetry.record_agent_call(agent, false, 30.0);
        telemetry.record_agent_call(agent, true, 1.2);
    }
    telemetry.with_metrics(|metrics| {
        metrics.record_memory_operation("store", "fast");
        metrics.record_memory_operation("recall", "slow");
        metrics.record_debate_end(true);
    });
}

#[test]
fn names_types_and_labels_are_the_guides() {
    let telemetry = telemetry("true");
    use_everything(&telemetry);
    let exposition = exposed(&telemetry);
    let mut seen: Vec<(String, Kind, Vec<String>)> = exposition
        .families
        .iter()
        .map(|family| {
            let sample = family.samples.first().expect("every family was used");
            let labels = sample.labels.iter().map(|(name, _)| name.to_owned());
            (family.queried_name(), family.kind, labels.filter(|name| name != "le").collect())
        })
        .collect();
    seen.sort();
    let promised = [
        ("aragora_active_debates", Kind::Gauge, vec![]),
        ("aragora_agent_calls_total", Kind::Counter, vec!["agent", "status"]),
        ("aragora_agent_latency_seconds", Kind::Histogram, vec!["agent"]),
        ("aragora_consensus_rate", Kind::Gauge, vec![]),
        ("aragora_memory_operations_total", Kind::Counter, vec!["operation", "tier"]),
        ("aragora_request_latency_seconds", Kind::Histogram, vec!["endpoint"]),
        ("aragora_requests_total", Kind::Counter, vec!["endpoint", "method", "status"]),
        ("aragora_websocket_connections", Kind::Gauge, vec![]),
    ];
    let promised = promised.map(|(name, kind, labels)| {
        (name.to_owned(), kind, labels.into_iter().map(str::to_owned).collect::<Vec<_>>())
    });
    assert_eq!(seen, promised);
}

#[test]
fn the_exposition_is_strict_before_and_after_first_use() {
    let telemetry = telemetry("true");
    let fresh = exposed(&telemetry);
    let gauges: Vec<&str> = fresh.series().map(|(_, sample)| sample.name.as_str()).collect();
    // Nobody knows the labels of what has not happened; gauges without labels are there from the start.
    assert_eq!(gauges, ["aragora_active_debates", "aragora_websocket_connections", "aragora_consensus_rate"]);
    use_everything(&telemetry);
    exposed(&telemetry);
}

#[test]
fn the_exposition_is_sorted_and_byte_stable() {
    let (first, second) = (telemetry("true"), telemetry("true"));
    use_everything(&first);
    // The same calls in another order.
    second.record_agent_call("anthropic-api", true, 1.2);
    second.record_request("GET", "/health", 200, 0.3);
    use_everything(&second);
    first.record_request("GET", "/health", 200, 0.3);
    first.record_agent_call("anthropic-api", true, 1.2);
    assert_eq!(first.exposition(), first.exposition());
    assert_eq!(first.exposition(), second.exposition());
    let exposition = exposed(&first);
    for name in
        ["aragora_requests_total", "aragora_agent_calls_total", "aragora_request_latency_seconds_count"]
    {
        let order = |telemetry_labels: [&str; 3]| {
            let values = series(&exposition, name).into_iter().map(move |(labels, _)| {
                telemetry_labels.map(|label| labels.get(label).unwrap_or_default().to_owned())
            });
            values.collect::<Vec<_>>()
        };
        // In the order in which values are recorded, which is the guide's order of labels.
        let listed = if name.contains("agent") {
            order(["agent", "status", ""])
        } else {
            order(["method", "endpoint", "status"])
        };
        assert!(listed.is_sorted(), "{name}: {listed:?}");
        assert!(listed.len() > 1);
    }
}

#[test]
fn a_request_moves_its_counter_and_its_histogram_and_nothing_else() {
    let telemetry = telemetry("true");
    use_everything(&telemetry);
    let before = all(&telemetry);
    telemetry.record_request("GET", "/api/debates", 200, 0.05);
    let endpoint = r#"{endpoint="/api/debates""#;
    let mut expected = vec![
        (r#"aragora_requests_total{endpoint="/api/debates",method="GET",status="200"}"#.to_owned(), 1.0),
        (format!("aragora_request_latency_seconds_count{endpoint}}}"), 1.0),
        (format!("aragora_request_latency_seconds_sum{endpoint}}}"), 0.05),
    ];
    // 0.05 is a bound itself: a bucket holds what is at most its bound.
    for bound in ["0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"] {
        expected.push((format!(r#"aragora_request_latency_seconds_bucket{endpoint},le="{bound}"}}"#), 1.0));
    }
    assert_moved(&moved(&before, &all(&telemetry)), expected);
}

#[test]
fn an_agent_call_moves_its_counter_and_its_histogram_and_nothing_else() {
    let telemetry = telemetry("true");
    use_everything(&telemetry);
    for (success, status) in [(true, "success"), (false, "error")] {
        let before = all(&telemetry);
        telemetry.record_agent_call("anthropic-api", success, 31.0);
        let expected = vec![
            (format!(r#"aragora_agent_calls_total{{agent="anthropic-api",status="{status}"}}"#), 1.0),
            (r#"aragora_agent_latency_seconds_count{agent="anthropic-api"}"#.to_owned(), 1.0),
            (r#"aragora_agent_latency_seconds_sum{agent="anthropic-api"}"#.to_owned(), 31.0),
            (r#"aragora_agent_latency_seconds_bucket{agent="anthropic-api",le="60.0"}"#.to_owned(), 1.0),
            (r#"aragora_agent_latency_seconds_bucket{agent="anthropic-api",le="+Inf"}"#.to_owned(), 1.0),
        ];
        assert_moved(&moved(&before, &all(&telemetry)), expected);
    }
}

fn assert_moved(seen: &[(String, f64)], mut expected: Vec<(String, f64)>) {
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let names = |list: &[(String, f64)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(seen), names(&expected));
    for ((name, by), (_, wanted)) in seen.iter().zip(&expected) {
        // A sum of floats is not exact in its last bits.
        assert!((by - wanted).abs() < 1e-9, "{name} moved by {by}, expected {wanted}");
    }
}

#[test]
fn debates_and_connections_count_while_their_guards_live() {
    let telemetry = telemetry("true");
    let gauge = |name| value(&exposed(&telemetry), name, &[]);
    let (first, second) = (telemetry.track_debate(), telemetry.track_debate());
    assert_eq!(gauge("aragora_active_debates"), Some(2.0));
    drop(first);
    assert_eq!(gauge("aragora_active_debates"), Some(1.0));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _second = second;
        std::panic::resume_unwind(Box::new("a debate that panics"));
    }));
    assert!(panicked.is_err());
    assert_eq!(gauge("aragora_active_debates"), Some(0.0));
    let socket = telemetry.metrics().map(probity::telemetry::Metrics::track_websocket);
    assert_eq!(gauge("aragora_websocket_connections"), Some(1.0));
    drop(socket);
    assert_eq!(gauge("aragora_websocket_connections"), Some(0.0));
}

#[test]
fn the_consensus_rate_is_agreed_over_ended() {
    let telemetry = telemetry("true");
    let mut rates = vec![];
    for agreed in [true, false, false, true] {
        telemetry.with_metrics(|metrics| metrics.record_debate_end(agreed));
        rates.push(value(&exposed(&telemetry), "aragora_consensus_rate", &[]).expect("it is exposed"));
    }
    assert_eq!(rates, [1.0, 0.5, 1.0 / 3.0, 0.5]);
}

#[test]
fn disabled_metrics_are_none_at_all() {
    let telemetry = telemetry("false");
    use_everything(&telemetry);
    drop(telemetry.track_debate());
    assert!(telemetry.metrics().is_none());
    assert_eq!(telemetry.exposition(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn label_values_survive_a_round_trip(
        values in prop::collection::btree_set(r#"[a-z"\\{}=,# \n\r\t\u{e9}\u{2028}]{0,12}"#, 1..6),
    ) {
        let telemetry = telemetry("true");
        for value in &values {
            telemetry.record_request("GET", value, 200, 0.1);
            telemetry.record_agent_call(value, true, 0.1);
            telemetry.with_metrics(|metrics| metrics.record_memory_operation(value, value));
        }
        let exposition = exposed(&telemetry);
        for (name, label) in [
            ("aragora_requests_total", "endpoint"),
            ("aragora_request_latency_seconds_count", "endpoint"),
            ("aragora_agent_calls_total", "agent"),
            ("aragora_memory_operations_total", "tier"),
        ] {
            let read: Vec<String> = series(&exposition, name)
                .iter()
                .map(|(labels, _)| labels.get(label).unwrap_or_default().to_owned())
                .collect();
            prop_assert_eq!(&read, &values.iter().cloned().collect::<Vec<_>>());
        }
    }
}
