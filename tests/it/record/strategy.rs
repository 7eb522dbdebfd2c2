//! Arbitrary records: odd texts, whole ranges of numbers and instants, empty and full legs.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use probity::clock::after;
use probity::contract::{Contract, Contracts, SpanKind};
use probity::observe::{
    Failure, Ledger, Leg, LegStart, Observations, Origin, Outcome, ParentChoice, PhaseWindow, Plan,
    PlannedFault, ProviderFault, Record, RequestFact, Scrape, ScrapeOutcome, Span, SpanLoss, Tolerance,
    TraceNote, Traffic,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

/// A plan with nothing in it.
pub(super) fn plan() -> Plan {
    Plan {
        scenario: "smoke".to_owned(),
        seed: 0,
        clock: "lock-step".to_owned(),
        traffic: Traffic::Exclusive,
        scope: vec![],
        tolerance: Tolerance { latency_ns: 0, way_unknown: false },
        phases: vec![],
        faults: vec![],
        interrupted: false,
        reasons: vec![],
        load: None,
        alerts: None,
    }
}

pub(super) fn records() -> impl Strategy<Value = Record> {
    (contracts(), plans(), vec(legs(), 0..3))
        .prop_map(|(contracts, plan, legs)| Record { contracts, observations: Observations { plan, legs } })
}

/// Any text, with a weight on what line-wise and JSON readers stumble over.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("a\nb\r\nc\u{2028}d\u{0}".to_owned()),
        Just("\"quoted\\ \u{feff}/../ \u{1f980}\"".to_owned()),
        any::<String>(),
        "[a-z/{}]{1,12}",
    ]
}

fn instants() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(Timestamp::UNIX_EPOCH),
        (0i64..4_000_000_000, 0i32..1_000_000_000)
            .prop_map(|(second, nano)| Timestamp::new(second, nano).expect("within range")),
    ]
}

fn floats() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        floats().prop_map(|float| Number::from_f64(float).map_or(Value::Null, Value::Number)),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(texts(), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A contract of one clause. Its line ends are of two kinds: its text is kept as it was typed.
pub(super) fn contract(name: &str) -> Contract {
    let text = format!(
        "# {name}\r\ncontract: test/{name}\ndocument: guide.md\nclauses:\n  - id: metric.one\n    source:\n      \
         heading: Metrics\n      quote: a gauge\n    promise:\n      metric: {{name: one, type: gauge, labels: \
         [], meaning: One}}\n"
    );
    Contract::parse(&text, "test.yaml").expect("a valid contract")
}

fn contracts() -> impl Strategy<Value = Contracts> {
    vec("[a-z]{1,8}", 0..3)
        .prop_map(|names| Contracts { all: names.iter().map(|name| contract(name)).collect() })
}

fn faults() -> impl Strategy<Value = PlannedFault> {
    let kinds = prop::sample::select(vec![
        ProviderFault::Timeout,
        ProviderFault::RateLimited,
        ProviderFault::ServerError,
        ProviderFault::Malformed,
    ]);
    (prop::option::of(texts()), kinds, floats(), instants(), instants())
        .prop_map(|(provider, fault, share, from, to)| PlannedFault { provider, fault, share, from, to })
}

fn plans() -> impl Strategy<Value = Plan> {
    let phases =
        (texts(), instants(), instants()).prop_map(|(name, from, to)| PhaseWindow { name, from, to });
    (
        texts(),
        any::<u64>(),
        // A scope that is no pattern is refused, which is another test's.
        vec("[a-z0-9.*-]{1,12}", 0..3),
        any::<u64>(),
        vec(phases, 0..3),
        vec(faults(), 0..3),
        any::<bool>(),
        prop::sample::select(vec![Traffic::Exclusive, Traffic::Shared]),
    )
        .prop_map(|(scenario, seed, scope, latency_ns, phases, faults, interrupted, traffic)| {
            let tolerance = Tolerance { latency_ns, way_unknown: interrupted };
            Plan { scenario, seed, scope, tolerance, phases, faults, interrupted, traffic, ..plan() }
        })
}

fn starts() -> impl Strategy<Value = LegStart> {
    let loss = (any::<u64>(), any::<u64>()).prop_map(|(dropped, failed)| SpanLoss { dropped, failed });
    let env = btree_map(texts(), texts(), 0..3);
    (texts(), env, any::<bool>(), any::<bool>(), prop::option::of(loss)).prop_map(
        |(target, env, receives_spans, calls_unseen, span_loss)| LegStart {
            target,
            env,
            receives_spans,
            calls_unseen,
            span_loss,
            load: None,
        },
    )
}

fn requests() -> impl Strategy<Value = RequestFact> {
    let parents = prop::sample::select(vec![
        (ParentChoice::Sampled, Some("0af7651916cd43dd8448eb211c80319c".to_owned())),
        (ParentChoice::NotSampled, Some("0af7651916cd43dd8448eb211c80319d".to_owned())),
        (ParentChoice::Absent, None),
    ]);
    let origins = prop::sample::select(vec![Origin::Traffic, Origin::Probe, Origin::Scrape]);
    // Up to a day: a histogram tells no longer ones apart.
    let took = prop_oneof![Just(0), 0u64..100_000_000, 0u64..86_400_000_000_000];
    (parents, origins, texts(), texts(), prop::option::of(100u16..600), 0i64..4_000_000_000, took).prop_map(
        |((parent, trace_id), origin, method, route, status_code, sent, took)| {
            let sent = Timestamp::from_second(sent).expect("within range");
            let done = after(sent, Duration::from_nanos(took));
            let path = route.clone();
            let trace = TraceNote { trace_id, parent, method, route, path, status_code, origin, sent, done };
            RequestFact { trace, failure: status_code.is_none().then_some(Failure::Reset) }
        },
    )
}

fn ledgers() -> impl Strategy<Value = Ledger> {
    let outcomes = prop::sample::select(vec![Outcome::Success, Outcome::Error]);
    let calls = vec((texts(), outcomes, 0u64..86_400_000_000_000), 0..4);
    (vec(requests(), 0..12), calls, vec(texts(), 0..4), any::<u64>()).prop_map(
        |(requests, calls, frames, traces_not_kept)| {
            let mut ledger = Ledger { traces_not_kept, ..Ledger::default() };
            requests.into_iter().for_each(|fact| ledger.request(fact));
            for (agent, outcome, took) in calls {
                ledger.call(&agent, outcome, Duration::from_nanos(took));
            }
            frames.iter().for_each(|event| ledger.frame(event));
            ledger
        },
    )
}

fn scrapes() -> impl Strategy<Value = Scrape> {
    let body = prop_oneof![texts(), Just("# TYPE a gauge\na{b=\"c\\n\"} 0.1\n# EOF\n".to_owned())];
    let kinds = prop::option::of(prop_oneof![
        texts(),
        Just("application/openmetrics-text; version=1.0.0".to_owned())
    ]);
    let outcomes = prop_oneof![
        3 => (kinds, body).prop_map(|(content_type, text)| ScrapeOutcome::Body { content_type, text: text.into() }),
        1 => texts().prop_map(ScrapeOutcome::Failed),
    ];
    (texts(), texts(), instants(), outcomes)
        .prop_map(|(job, instance, at, outcome)| Scrape::new(&job, at, outcome).of_instance(&instance))
}

fn spans() -> impl Strategy<Value = Span> {
    let kinds = prop::sample::select(vec![
        SpanKind::Internal,
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
    ]);
    let ids = ("[0-9a-f]{32}", "[0-9a-f]{16}", prop::option::of("[0-9a-f]{16}"));
    let attributes = || btree_map(texts(), values(), 0..4);
    (ids, texts(), kinds, instants(), instants(), any::<bool>(), attributes(), attributes()).prop_map(
        |((trace_id, span_id, parent_id), name, kind, start, end, failed, attributes, resource)| Span {
            trace_id,
            span_id,
            parent_id,
            name,
            kind,
            start,
            end,
            failed,
            attributes,
            resource,
        },
    )
}

fn legs() -> impl Strategy<Value = Leg> {
    let full = (starts(), ledgers(), vec(scrapes(), 0..4), vec(spans(), 0..6))
        .prop_map(|(start, ledger, scrapes, spans)| Leg { start, ledger, scrapes, spans, chain: None });
    prop_oneof![
        1 => Just(Leg::default()),
        1 => Just(Leg { start: LegStart { env: BTreeMap::new(), ..LegStart::default() }, ..Leg::default() }),
        6 => full,
    ]
}
