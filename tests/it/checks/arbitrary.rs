//! No observation, however odd, stops a judge: a record is a file, and a judged service may expose anything.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use probity::checks::{Verdict, judge};
use probity::contract::{Contract, Contracts, SpanKind};
use probity::observe::{
    CallEntry, CallKey, Failure, GeneratorCount, Ledger, Leg, LegStart, LoadNote, LoadPlan, Observations,
    Origin, Outcome, ParentChoice, Plan, PlannedThreshold, Record, RequestEntry, RequestKey, Scrape,
    ScrapeOutcome, Span, SpanLoss, Tolerance, TraceNote, Traffic,
};
use probity::report::{Style, json, junit, markdown, terminal};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};

pub(super) fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(20_260_101), ..Config::default() }
}

/// Every kind of promise that a check judges, over the names that are generated.
static CONTRACTS: LazyLock<Contracts> = LazyLock::new(|| {
    let contract =
        Contract::parse(include_str!("everything.yaml"), "everything.yaml").expect("a valid contract");
    Contracts { all: vec![contract] }
});

pub(super) fn at(second: i64) -> Timestamp {
    // 2026-01-01T00:00:00Z, where lock-step runs begin.
    Timestamp::from_second(1_767_225_600 + second).expect("an instant of 2026")
}

fn plan() -> impl Strategy<Value = Plan> {
    (any::<u64>(), any::<bool>(), any::<bool>()).prop_map(|(latency_ns, interrupted, shared)| Plan {
        scenario: "anything".to_owned(),
        seed: 1,
        clock: "lock-step".to_owned(),
        traffic: if shared { Traffic::Shared } else { Traffic::Exclusive },
        scope: vec!["*".to_owned()],
        tolerance: Tolerance { latency_ns, way_unknown: shared },
        phases: Vec::new(),
        faults: Vec::new(),
        interrupted,
        reasons: Vec::new(),
        load: None,
        alerts: None,
    })
}

/// A load that had to keep something, and what its generator says of it.
fn load() -> impl Strategy<Value = (LoadPlan, LoadNote)> {
    let threshold = select(vec!["errors < 1%", "p99 < 1s for GET /a", "rate > 1/s"]);
    let threshold = threshold
        .prop_map(|text| PlannedThreshold { threshold: text.parse().expect("a threshold"), default: false });
    let counted = (word(), word(), count(), count(), count(), count()).prop_map(
        |(method, route, requests, failures, unsent, in_time)| GeneratorCount {
            method,
            route,
            requests,
            failures,
            unsent,
            in_time,
        },
    );
    let note = (any::<u64>(), count(), count(), prop::collection::vec(counted, 0..4)).prop_map(
        |(lasted_ns, sessions, cut_short, counts)| LoadNote {
            generator: "anything".to_owned(),
            lasted_ns,
            sessions,
            cut_short,
            counts,
        },
    );
    (prop::collection::vec(threshold, 0..3), note)
        .prop_map(|(thresholds, note)| (LoadPlan { users: Vec::new(), rest_ms: 0, thresholds }, note))
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(vec!["a", "GET", "200", "", "/a"]).prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

fn status() -> impl Strategy<Value = Option<u16>> {
    select(vec![None, Some(0), Some(200), Some(500), Some(u16::MAX)])
}

/// Counts up to the edge, where adding two of them would not fit.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..4_u64, 1 => Just(u64::MAX)]
}

fn ledger() -> impl Strategy<Value = Ledger> {
    let origin = || select(vec![Origin::Traffic, Origin::Probe, Origin::Scrape]);
    let failure =
        || select(vec![None, Some(Failure::Refused), Some(Failure::TimedOut), Some(Failure::Status)]);
    let key = (word(), word(), status(), failure(), origin()).prop_map(
        |(method, route, status_code, failure, origin)| RequestKey {
            method,
            route,
            status_code,
            failure,
            origin,
        },
    );
    let entry = (count(), any::<u64>()).prop_map(|(count, total_ns)| RequestEntry {
        count,
        total_ns,
        ..RequestEntry::default()
    });
    let outcome = select(vec![Outcome::Success, Outcome::Error]);
    let call = (word(), outcome).prop_map(|(agent, outcome)| CallKey { agent, outcome });
    let called = (any::<u64>(), any::<u64>()).prop_map(|(count, total_ns)| CallEntry { count, total_ns });
    let book = (
        prop::collection::btree_map(key, entry, 0..4),
        prop::collection::btree_map(call, called, 0..3),
        prop::collection::vec(note(), 0..5),
        count(),
    );
    book.prop_map(|(requests, calls, traces, traces_not_kept)| Ledger {
        requests,
        calls,
        traces,
        traces_not_kept,
        frames: BTreeMap::new(),
    })
}

fn note() -> impl Strategy<Value = TraceNote> {
    let parent = select(vec![ParentChoice::Sampled, ParentChoice::NotSampled, ParentChoice::Absent]);
    let id = prop::option::of(select(vec!["1", "2", "\u{1f980}"]).prop_map(str::to_owned));
    let origin = select(vec![Origin::Traffic, Origin::Probe, Origin::Scrape]);
    (id, parent, word(), word(), status(), origin, 0..90_i64, 0..90_i64).prop_map(
        |(trace_id, parent, method, route, status_code, origin, sent, done)| TraceNote {
            trace_id,
            parent,
            path: route.clone(),
            method,
            route,
            status_code,
            origin,
            sent: at(sent),
            done: at(done),
        },
    )
}

/// So few ids that spans are their own ancestors.
fn span() -> impl Strategy<Value = Span> {
    let id = || select(vec!["1", "2", "3"]).prop_map(str::to_owned);
    let kind = select(vec![SpanKind::Server, SpanKind::Client, SpanKind::Internal]);
    let attributes = prop::collection::btree_map(
        select(vec!["path", "service.name"]).prop_map(str::to_owned),
        select(vec![serde_json::json!(null), serde_json::json!("a"), serde_json::json!([1e300])]),
        0..3,
    );
    (id(), id(), prop::option::of(id()), word(), kind, attributes).prop_map(
        |(trace_id, span_id, parent_id, name, kind, attributes)| Span {
            trace_id,
            span_id,
            parent_id,
            name,
            kind,
            start: at(9),
            end: at(3),
            failed: false,
            resource: attributes.clone(),
            attributes,
        },
    )
}

fn line() -> impl Strategy<Value = String> {
    let name = select(vec![
        "c_total",
        "c",
        "g",
        "h_bucket",
        "h_sum",
        "h_count",
        "s",
        "s_count",
        "i_info",
        "other",
        "c_created",
        "process_start_time_seconds",
    ]);
    let labels = select(vec![
        "",
        "{}",
        r#"{m="GET"}"#,
        r#"{m="GET",s="200"}"#,
        r#"{le="1"}"#,
        r#"{le="NaN"}"#,
        r#"{le="+Inf"}"#,
        r#"{le="-1",m="a"}"#,
        r#"{quantile="2"}"#,
        r#"{m="\"\\\n"}"#,
        r#"{"odd name"=""}"#,
    ]);
    let value =
        select(vec!["0", "1", "2", "-3", "NaN", "+Inf", "-Inf", "1e308", "0.5", "-0", "9007199254740993"]);
    let kind = select(vec!["counter", "gauge", "histogram", "summary", "info", "unknown", "nonsense"]);
    prop_oneof![
        8 => (name.clone(), labels, value).prop_map(|(name, labels, value)| format!("{name}{labels} {value}")),
        3 => (name, kind).prop_map(|(name, kind)| format!("# TYPE {} {kind}", name.trim_end_matches("_total"))),
        1 => "\\PC{0,12}",
    ]
}

fn scrape() -> impl Strategy<Value = Scrape> {
    let body = (prop::collection::vec(line(), 0..12), any::<bool>()).prop_map(|(lines, open_metrics)| {
        ScrapeOutcome::Body {
            content_type: open_metrics.then(|| "application/openmetrics-text".to_owned()),
            text: lines.join("\n").into(),
        }
    });
    let outcome = prop_oneof![4 => body, 1 => Just(ScrapeOutcome::Failed("status 503".to_owned()))];
    (select(vec!["shop", "node"]), select(vec!["", "a:1", "b:2"]), 0..90_i64, outcome).prop_map(
        |(job, instance, second, outcome)| Scrape::new(job, at(second), outcome).of_instance(instance),
    )
}

fn leg() -> impl Strategy<Value = Leg> {
    let value = select(vec!["", "NaN", "-1", "0", "0.5", "1", "1e400", "off", "a"]).prop_map(str::to_owned);
    let env = prop::collection::btree_map(Just("SHARE".to_owned()), value, 0..2);
    let loss = prop::option::of((any::<u64>(), any::<u64>()));
    let start = (env, loss, any::<bool>(), any::<bool>()).prop_map(|(env, loss, spans, calls)| LegStart {
        target: "anything".to_owned(),
        env,
        receives_spans: spans,
        calls_unseen: calls,
        span_loss: loss.map(|(dropped, failed)| SpanLoss { dropped, failed }),
        load: None,
    });
    (start, ledger(), prop::collection::vec(scrape(), 0..5), prop::collection::vec(span(), 0..6))
        .prop_map(|(start, ledger, scrapes, spans)| Leg { start, ledger, scrapes, spans, chain: None })
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn no_observation_stops_a_judge(plan in plan(), legs in prop::collection::vec(leg(), 0..3)) {
        let seen = Observations { plan, legs };
        let judgements = judge(&CONTRACTS, &seen);
        // Every clause is judged, a failure names at least one finding, and judging again changes nothing.
        let clauses: std::collections::BTreeSet<&str> = judgements.iter().map(|one| one.clause.as_str()).collect();
        prop_assert_eq!(clauses.len(), CONTRACTS.clauses().count());
        for judgement in &judgements {
            prop_assert!(judgement.verdict != Verdict::Fail(Vec::new()), "{judgement:?}");
            prop_assert!(judgement.check.is_some(), "{judgement:?}");
        }
        prop_assert_eq!(&judgements, &judge(&CONTRACTS, &seen));
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn no_total_stops_a_report(
        plan in plan(),
        legs in prop::collection::vec(leg(), 0..3),
        load in prop::option::of(load()),
        said in any::<bool>(),
    ) {
        let mut seen = Observations { plan, legs };
        if let Some((plan, note)) = load {
            seen.plan.load = Some(plan);
            for leg in &mut seen.legs {
                leg.start.load = said.then(|| note.clone());
            }
        }
        let outcome = probity::run::judge(Record { contracts: CONTRACTS.clone(), observations: seen });
        prop_assert!(json(&outcome).contains("\"totals\""));
        prop_assert!(terminal(&outcome, Style::default()).contains("(exit "));
        prop_assert!(!junit(&outcome).is_empty() && !markdown(&outcome).is_empty());
    }
}
