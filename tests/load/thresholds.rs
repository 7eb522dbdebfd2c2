//! Thresholds as values: what is read, what is refused, and what is kept. These take no time.

use std::collections::BTreeMap;
use std::time::Duration;

use probity::observe::{Failure, Figures, KindFigures, RequestKind, Threshold};
use proptest::prelude::*;

fn threshold(text: &str) -> Threshold {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A kind of request of these latencies, of which some failed.
fn kind(latencies_ms: &[u64], failed: u64) -> KindFigures {
    let mut kind = KindFigures::default();
    for latency in latencies_ms {
        kind.requests += 1;
        kind.in_time += 1;
        kind.total_ns += latency * 1_000_000;
        kind.latency_us.record(latency * 1_000).expect("in range");
    }
    if failed > 0 {
        kind.errors = BTreeMap::from([(Failure::Status, failed)]);
    }
    kind
}

fn figures() -> Figures {
    let of = |text: &str| text.parse::<RequestKind>().expect("a kind");
    let kinds = BTreeMap::from([
        (of("GET /fast"), kind(&[10; 99], 0)),
        (of("POST /slow"), kind(&[400, 500, 600], 2)),
    ]);
    Figures { lasted: Duration::from_secs(2), kinds }
}

#[test]
fn what_was_measured_is_compared_and_shown() {
    let cases = [
        ("p50 < 11ms", true, Some("10.0ms")),
        ("p99 < 11ms", false, Some("500.")),
        ("p99 < 501ms", true, Some("500.")),
        ("max < 500ms", false, Some("600.")),
        ("mean < 1s for POST /slow", true, Some("500.0ms")),
        ("mean < 500ms for POST /slow", false, Some("500.0ms")),
        ("mean <= 500ms for POST /slow", true, Some("500.0ms")),
        ("errors < 2%", true, Some("1.961%")),
        ("errors < 1.9%", false, Some("1.961%")),
        ("errors <= 0% for GET /fast", true, Some("0.000%")),
        ("errors < 0% for GET /fast", false, Some("0.000%")),
        ("rate > 50/s", true, Some("51.0/s")),
        ("rate > 51/s", false, Some("51.0/s")),
        ("rate >= 51/s", true, Some("51.0/s")),
        ("rate > 2/s for POST /slow", false, Some("1.5/s")),
        // Nobody asked: silence is not success, not even of the share of errors.
        ("errors < 100% for GET /never", false, None),
        ("p99 < 1h for GET /never", false, None),
        ("rate >= 0/s for GET /never", false, None),
    ];
    for (text, kept, observed) in cases {
        let verdict = threshold(text).judge(&figures());
        assert_eq!(verdict.kept, kept, "{text}: {verdict:?}");
        let shown = verdict.observed.as_deref();
        assert!(
            shown.is_some() == observed.is_some() && shown.unwrap_or("").starts_with(observed.unwrap_or("")),
            "{text}: {verdict:?}"
        );
    }
    for text in ["errors < 50%", "p99 < 1h", "rate >= 0/s"] {
        let verdict = threshold(text).judge(&Figures::default());
        assert!(!verdict.kept && verdict.observed.is_none(), "{text} of nothing: {verdict:?}");
    }
}

#[test]
fn what_is_refused_says_what_is_accepted() {
    for (text, why) in [
        ("", "`<` or `>` is missing"),
        ("p99", "`<` or `>` is missing"),
        ("p99 < 500", "is not a duration"),
        ("p99 > 500ms", "`p99` is limited with `<`"),
        ("rate < 5/s", "`rate` is limited with `>`"),
        ("p100 < 1s", "`p100` is not measured"),
        ("p0 < 1s", "`p0` is not measured"),
        ("p1e1 < 1s", "`p1e1` is not measured"),
        ("median < 1s", "`median` is not measured"),
        ("errors < 1", "`1` is no share"),
        ("errors < 101%", "`101%` is no share"),
        ("errors < -1%", "`-1%` is no share"),
        ("rate > 50", "`50` is no rate"),
        ("rate > inf/s", "`inf/s` is no rate"),
        ("max < 1s for /x", "`/x` is no request"),
        ("max < 1s for get /x", "is no request"),
        ("max < 1s for GET x", "is no request"),
        ("max < 1s for GET /x y", "is no request"),
    ] {
        let error = text.parse::<Threshold>().expect_err(text);
        assert!(
            error.contains(why) && error.contains("p99 < 500ms for POST /api/debates"),
            "{text}: {error}"
        );
    }
}

fn texts() -> impl Strategy<Value = String> {
    let durations = (1u64..10_000_000)
        .prop_map(|nanos| probity::contract::HumanDuration(Duration::from_nanos(nanos * 7)));
    let latency = ("p[1-9][0-9]|p99\\.9|mean|max", prop::sample::select(vec!["<", "<="]), durations)
        .prop_map(|(measure, sign, limit)| format!("{measure} {sign} {limit}"));
    let errors = (0u32..=100_000).prop_map(|share| format!("errors < {}%", f64::from(share) / 1_000.0));
    let rates = any::<u32>().prop_map(|rate| format!("rate > {}/s", f64::from(rate) / 8.0));
    let of = prop::option::of("(GET|POST|DELETE) /[a-z{}/]{0,8}");
    (prop_oneof![latency, errors, rates], of)
        .prop_map(|(text, of)| of.map_or(text.clone(), |of| format!("{text} for {of}")))
}

proptest! {
    // This binary has no main.rs beside which failing cases could be kept.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_what_was_written(text in texts()) {
        prop_assert_eq!(threshold(&text).to_string(), text.clone());
        prop_assert_eq!(threshold(&text.replace(' ', "  ").replace("  for  ", " for ")), threshold(&text));
        let json = serde_json::to_string(&threshold(&text)).expect("it is text");
        prop_assert_eq!(serde_json::from_str::<Threshold>(&json).expect("it is read back"), threshold(&text));
    }

    #[test]
    fn no_text_panics(text in "[pmeanxrotsf0-9<>=%./ ]{0,24}|\\PC{0,24}") {
        if let Ok(threshold) = text.parse::<Threshold>() {
            prop_assert_eq!(threshold.to_string().parse::<Threshold>(), Ok(threshold));
        }
    }

    #[test]
    fn a_limit_that_is_kept_is_kept_when_it_is_wider(
        latencies in prop::collection::vec(1u64..5_000, 1..50), limit in 1u64..5_000, more in 0u64..5_000,
    ) {
        let of = "GET /x".parse::<RequestKind>().expect("a kind");
        let kinds = BTreeMap::from([(of, kind(&latencies, 0))]);
        let figures = Figures { lasted: Duration::from_secs(1), kinds };
        let kept = |limit: u64| threshold(&format!("p95 < {limit}ms")).judge(&figures).kept;
        prop_assert!(!kept(limit) || kept(limit + more));
        prop_assert!(kept(latencies.iter().max().expect("one") + 6));
    }
}
