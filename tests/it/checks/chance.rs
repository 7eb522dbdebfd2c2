//! No alert chain, however odd, stops a judge of alerts or notifications, or gets two answers.

use std::sync::LazyLock;

use probity::checks::{Verdict, judge};
use probity::contract::{Contract, Contracts};
use probity::observe::{
    AlertChain, AlertEvent, AlertPhase, AlertPlan, Delivered, ExpectedAlert, ExpectedNotice, Fate, Leg,
    NotificationEvent, Observations, PhaseWindow, Plan, Scrape, ScrapeOutcome, ToldAlert, Tolerance, Traffic,
    Window,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{at, config};

static CONTRACTS: LazyLock<Contracts> = LazyLock::new(|| {
    let text = include_str!("alerts.yaml");
    Contracts { all: vec![Contract::parse(text, "alerts.yaml").expect("a valid contract")] }
});

/// The contract that both files of tests of the alert chain judge by.
pub(super) fn contracts() -> &'static Contracts {
    &CONTRACTS
}

pub(super) fn plan(alerts: Option<AlertPlan>, phases: Vec<PhaseWindow>) -> Plan {
    Plan {
        scenario: "alerts".to_owned(),
        seed: 1,
        clock: "lock-step".to_owned(),
        traffic: Traffic::Exclusive,
        scope: vec!["*".to_owned()],
        tolerance: Tolerance { latency_ns: 0, way_unknown: false },
        phases,
        faults: Vec::new(),
        interrupted: false,
        reasons: Vec::new(),
        load: None,
        alerts,
    }
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["Down", "Slow", "Nobodys", ""]).prop_map(str::to_owned)
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(vec!["oncall", "team", "mail", "critical"]).prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

fn labels() -> impl Strategy<Value = std::collections::BTreeMap<String, String>> {
    let label = select(vec!["alertname", "severity", "instance"]).prop_map(str::to_owned);
    prop::collection::btree_map(label, prop_oneof![name(), word()], 0..3)
}

fn instant() -> impl Strategy<Value = jiff::Timestamp> {
    prop_oneof![
        8 => (0..90_i64).prop_map(at),
        1 => select(vec![jiff::Timestamp::MIN, jiff::Timestamp::MAX]),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    (instant(), instant()).prop_map(|(from, to)| Window { from, to })
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    prop::collection::vec(window(), 0..3)
}

fn expected() -> impl Strategy<Value = AlertPlan> {
    let notice = (word(), windows(), windows(), prop::collection::vec(word(), 0..2)).prop_map(
        |(receiver, firing, resolved, contains)| ExpectedNotice { receiver, firing, resolved, contains },
    );
    let alert = (name(), labels(), windows(), windows(), prop::collection::vec(notice, 0..2)).prop_map(
        |(alert, labels, fires, resolves, notifies)| ExpectedAlert {
            alert,
            labels,
            fires,
            resolves,
            notifies,
            quiet: false,
        },
    );
    let repeats = prop::collection::btree_map(word(), any::<i64>(), 0..3);
    (prop::collection::vec(alert, 0..3), prop::collection::vec(name(), 0..2), repeats).prop_map(
        |(expected, tolerated, repeats_ms)| AlertPlan { expected, tolerated, repeats_ms, notes: Vec::new() },
    )
}

fn event() -> impl Strategy<Value = AlertEvent> {
    let phase = select(vec![
        AlertPhase::Pending,
        AlertPhase::Firing,
        AlertPhase::Firing,
        AlertPhase::Resolved,
        AlertPhase::Dropped,
    ]);
    (instant(), name(), labels(), phase, instant()).prop_map(|(at, alert, labels, phase, active_at)| {
        AlertEvent {
            at,
            group: "g".to_owned(),
            alert,
            labels,
            phase,
            active_at,
            value: "NaN".to_owned(),
            annotations: labels_of_none(),
        }
    })
}

fn labels_of_none() -> std::collections::BTreeMap<String, String> {
    std::collections::BTreeMap::new()
}

fn told() -> impl Strategy<Value = ToldAlert> {
    (labels(), instant(), prop::option::of(instant())).prop_map(|(labels, starts_at, ends_at)| ToldAlert {
        labels,
        annotations: labels_of_none(),
        starts_at,
        ends_at,
    })
}

fn kind() -> impl Strategy<Value = String> {
    select(vec!["webhook", "slack", "pagerduty", "email"]).prop_map(str::to_owned)
}

fn notification() -> impl Strategy<Value = NotificationEvent> {
    let fate = prop_oneof![
        3 => Just(Fate::Taken),
        1 => word().prop_map(Fate::Retried),
        1 => word().prop_map(Fate::Lost),
    ];
    let key = select(vec!["{}:{}", "{}/{a=\"b\"}:{}", ""]).prop_map(str::to_owned);
    (0..4_u64, instant(), word(), kind(), key, labels(), prop::collection::vec(told(), 0..3), fate).prop_map(
        |(id, at, receiver, kind, group_key, group_labels, alerts, fate)| NotificationEvent {
            id,
            at,
            receiver,
            kind,
            index: 0,
            group_key,
            group_labels,
            reason: "FirstNotification".to_owned(),
            alerts,
            fate,
            forgotten: None,
        },
    )
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec![
            "",
            "[]",
            "{}",
            "null",
            r##"{"channel":"#c","attachments":[{"title":"<no value>","text":"%!"}]}"##,
            r#"{"attachments":[{"title":"%!\u00e9(é","text":["a"]}],"text":"%!("}"#,
            r#"{"dedup_key":1,"routing_key":"r","event_action":"resolve","payload":{"severity":""}}"#,
            r#"{"status":"firing","receiver":"oncall","alerts":[{"status":"resolved","labels":{"alertname":"Down"},"startsAt":"2026-01-01T00:00:10Z","endsAt":"x"}]}"#,
            r#"{"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Down"},"startsAt":"2026-01-01T00:00:10Z"}],"truncatedAlerts":1}"#,
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,9}",
    ]
}

fn delivered() -> impl Strategy<Value = Delivered> {
    let answered = select(vec![0, 200, 200, 299, 400, 503]);
    (instant(), word(), kind(), prop::option::of(0..5_u64), answered, body()).prop_map(
        |(at, receiver, kind, notification, answered, body)| Delivered {
            at,
            receiver,
            kind,
            index: 0,
            notification,
            answered,
            body,
        },
    )
}

fn chain() -> impl Strategy<Value = AlertChain> {
    (
        prop::collection::vec(event(), 0..9),
        prop::collection::vec(notification(), 0..6),
        prop::collection::vec(delivered(), 0..6),
        prop::collection::vec(word(), 0..2),
    )
        .prop_map(|(alerts, notifications, deliveries, rule_errors)| AlertChain {
            alerts,
            notifications,
            deliveries,
            rule_errors,
            unsent: Vec::new(),
        })
}

fn leg() -> impl Strategy<Value = Leg> {
    (prop::option::weighted(0.9, chain()), any::<bool>()).prop_map(|(chain, scraped)| {
        let scrape = || Scrape::new("shop", at(90), ScrapeOutcome::Failed("refused".to_owned()));
        Leg { chain, scrapes: scraped.then(scrape).into_iter().collect(), ..Leg::default() }
    })
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn no_alert_chain_stops_a_judge(
        alerts in prop::option::weighted(0.9, expected()),
        phase in prop::option::of(window()),
        legs in prop::collection::vec(leg(), 0..3),
    ) {
        let phase = phase.map(|window| PhaseWindow { name: "p".to_owned(), from: window.from, to: window.to });
        let seen = Observations { plan: plan(alerts, phase.into_iter().collect()), legs };
        let judgements = judge(&CONTRACTS, &seen);
        for judgement in &judgements {
            prop_assert!(judgement.verdict != Verdict::Fail(Vec::new()), "{judgement:?}");
            prop_assert!(judgement.check.is_some(), "{judgement:?}");
        }
        prop_assert_eq!(&judgements, &judge(&CONTRACTS, &seen));
    }
}
