//! However alerts fall and flap, and however often a sink is tried: who is told as Alertmanager tells is not accused.
//! And what is taken away, repeated or added is found.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use probity::checks::{Judgement, Verdict, judge};
use probity::observe::{
    AlertChain, AlertEvent, AlertPhase, AlertPlan, Delivered, ExpectedAlert, ExpectedNotice, Fate, Leg,
    NotificationEvent, Observations, PhaseWindow, ToldAlert, Window,
};
use proptest::prelude::*;

use super::arbitrary::{at, config};
use super::chance::{contracts, plan};

const EVERY: i64 = 15;
const HOLD: i64 = 30;
const GROUP_WAIT: i64 = 30;
const GROUP_INTERVAL: i64 = 300;
const REPEAT: i64 = 1200;
/// Long enough for the last group to be told that all is over.
const END: i64 = 7200;

/// An alert, and who is told of it.
#[derive(Clone, Copy)]
struct Kind {
    alert: &'static str,
    severity: &'static str,
    receiver: &'static str,
    speaks: &'static str,
    route: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        alert: "Down",
        severity: "critical",
        receiver: "oncall",
        speaks: "webhook",
        route: r#"{}/{severity="critical"}"#,
    },
    Kind { alert: "Slow", severity: "warning", receiver: "team", speaks: "slack", route: "{}" },
];

/// A trouble of one instance, in evaluations.
type Trouble = (usize, i64, i64);

/// When an alert fired and until when, in seconds.
#[derive(Clone, Copy)]
struct Fired {
    instance: usize,
    from: i64,
    to: i64,
}

fn labels(kind: Kind, instance: usize) -> BTreeMap<String, String> {
    let pairs = [
        ("alertname", kind.alert.to_owned()),
        ("severity", kind.severity.to_owned()),
        ("instance", format!("i{instance}")),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What the rules make of the troubles of one alert.
fn rules(kind: Kind, troubles: &[Trouble], chain: &mut AlertChain) -> Vec<Fired> {
    let mut fired = Vec::new();
    let mut now = [EVERY; 2];
    for (instance, gap, lasts) in troubles {
        let from = now[*instance] + gap * EVERY;
        let to = from + lasts * EVERY;
        now[*instance] = to + EVERY;
        let mut event = |second: i64, phase| {
            chain.alerts.push(AlertEvent {
                at: at(second),
                group: "g".to_owned(),
                alert: kind.alert.to_owned(),
                labels: labels(kind, *instance),
                phase,
                active_at: at(from),
                value: "1".to_owned(),
                annotations: BTreeMap::new(),
            });
        };
        event(from, AlertPhase::Pending);
        if to - from <= HOLD {
            event(to, AlertPhase::Dropped);
            continue;
        }
        event(from + HOLD, AlertPhase::Firing);
        event(to, AlertPhase::Resolved);
        fired.push(Fired { instance: *instance, from: from + HOLD, to });
    }
    fired
}

/// What Alertmanager sends of one alert, whose instances make one group.
fn alertmanager(kind: Kind, fired: &[Fired], tries: &[usize], chain: &mut AlertChain) {
    let mut last: (BTreeSet<usize>, BTreeSet<usize>, i64) = (BTreeSet::new(), BTreeSet::new(), i64::MIN / 2);
    let mut known = 0;
    loop {
        let Some(first) = fired.iter().map(|one| one.from).filter(|from| *from >= known).min() else {
            return;
        };
        let mut flush = first + GROUP_WAIT;
        loop {
            let mut members: BTreeMap<usize, Fired> = BTreeMap::new();
            for one in fired.iter().filter(|one| one.from <= flush && one.to > known) {
                let newest = members.entry(one.instance).or_insert(*one);
                if one.from > newest.from {
                    *newest = *one;
                }
            }
            let firing: BTreeSet<usize> =
                members.values().filter(|one| one.to > flush).map(|one| one.instance).collect();
            let over: BTreeSet<usize> =
                members.values().filter(|one| one.to <= flush).map(|one| one.instance).collect();
            let news = !firing.is_subset(&last.0)
                || (firing.is_empty() && !last.0.is_empty())
                || (!last.0.is_empty() && !firing.is_empty() && !over.is_subset(&last.1))
                || (!firing.is_empty() && flush - last.2 > REPEAT);
            if news {
                let tried = tries[chain.notifications.len() % tries.len()];
                let taken = send(kind, flush, &members, tried, chain);
                last = (firing.clone(), over, taken);
            }
            known = flush;
            if firing.is_empty() {
                break;
            }
            flush += GROUP_INTERVAL;
        }
    }
}

/// Sends one notification, refused as often as asked. Returns when it was taken.
fn send(
    kind: Kind,
    flush: i64,
    members: &BTreeMap<usize, Fired>,
    refused: usize,
    chain: &mut AlertChain,
) -> i64 {
    let id = 1 + chain.notifications.iter().map(|event| event.id).max().unwrap_or(0);
    let alerts: Vec<ToldAlert> = members
        .values()
        .map(|one| ToldAlert {
            labels: labels(kind, one.instance),
            annotations: BTreeMap::new(),
            starts_at: at(one.from),
            ends_at: (one.to <= flush).then(|| at(one.to)),
        })
        .collect();
    let mut now = flush;
    for attempt in 0..=refused {
        now = flush + 5 * i64::try_from(attempt).expect("few attempts");
        let fate = if attempt == refused { Fate::Taken } else { Fate::Retried("status 503".to_owned()) };
        let event = NotificationEvent {
            id,
            at: at(now),
            receiver: kind.receiver.to_owned(),
            kind: kind.speaks.to_owned(),
            index: 0,
            group_key: format!("{}:{{alertname=\"{}\"}}", kind.route, kind.alert),
            group_labels: BTreeMap::from([("alertname".to_owned(), kind.alert.to_owned())]),
            reason: "NewAlertsInGroup".to_owned(),
            alerts: alerts.clone(),
            fate,
            forgotten: None,
        };
        chain.deliveries.push(deliver(&event, if attempt == refused { 200 } else { 503 }));
        chain.notifications.push(event);
    }
    now
}

fn deliver(event: &NotificationEvent, answered: u16) -> Delivered {
    let status = |over: bool| if over { "resolved" } else { "firing" };
    let body = if event.kind == "slack" {
        serde_json::json!({"channel": "#c", "attachments": [
            {"title": "[FIRING]", "text": "it is slow", "footer": "me", "fallback": ""},
        ]})
    } else {
        let alert = |told: &ToldAlert| serde_json::json!({"status": status(told.ends_at.is_some()), "labels": told.labels});
        serde_json::json!({
            "receiver": event.receiver,
            "status": status(event.alerts.iter().all(|told| told.ends_at.is_some())),
            "alerts": event.alerts.iter().map(alert).collect::<Vec<_>>(),
            "groupLabels": event.group_labels,
            "groupKey": event.group_key,
        })
    };
    Delivered {
        at: event.at,
        receiver: event.receiver.clone(),
        kind: event.kind.clone(),
        index: event.index,
        notification: Some(event.id),
        answered,
        body: body.to_string(),
    }
}

fn around(instant: Timestamp, slack: i64) -> Window {
    let by = jiff::SignedDuration::from_secs(slack);
    Window { from: instant - by, to: instant + by }
}

/// What a scenario would expect of all that.
fn expected(kind: Kind, fired: &[Fired], slack: i64, chain: &AlertChain) -> ExpectedAlert {
    let mut firsts: BTreeMap<(bool, String, Timestamp), Timestamp> = BTreeMap::new();
    for delivery in chain.deliveries.iter().filter(|one| one.receiver == kind.receiver && one.answered == 200)
    {
        let event = chain.notifications.iter().find(|event| Some(event.id) == delivery.notification);
        for told in &event.expect("its notification").alerts {
            let key = (told.ends_at.is_some(), told.labels["instance"].clone(), told.starts_at);
            firsts.entry(key).or_insert(delivery.at);
        }
    }
    let told = |over: bool| {
        let own = firsts.iter().filter(|((what, _, _), _)| *what == over);
        own.map(|(_, instant)| around(*instant, slack)).collect::<Vec<_>>()
    };
    ExpectedAlert {
        quiet: false,
        alert: kind.alert.to_owned(),
        labels: BTreeMap::new(),
        fires: fired.iter().map(|one| around(at(one.from), slack)).collect(),
        resolves: fired.iter().map(|one| around(at(one.to), slack)).collect(),
        notifies: vec![ExpectedNotice {
            receiver: kind.receiver.to_owned(),
            firing: told(false),
            resolved: told(true),
            contains: vec![if kind.speaks == "slack" { "it is slow" } else { kind.alert }.to_owned()],
        }],
    }
}

/// A whole run.
fn run(troubles: &[(usize, Trouble)], tries: &[usize], slack: i64) -> Observations {
    let mut chain = AlertChain::default();
    let mut alerts = AlertPlan::default();
    for (number, kind) in KINDS.into_iter().enumerate() {
        let own: Vec<Trouble> =
            troubles.iter().filter(|(which, _)| *which == number).map(|(_, trouble)| *trouble).collect();
        let fired = rules(kind, &own, &mut chain);
        alertmanager(kind, &fired, tries, &mut chain);
        alerts.expected.push(expected(kind, &fired, slack, &chain));
        alerts.repeats_ms.insert(kind.receiver.to_owned(), REPEAT * 1000);
    }
    seen(alerts, chain)
}

fn seen(alerts: AlertPlan, mut chain: AlertChain) -> Observations {
    chain.alerts.sort_by_key(|event| event.at);
    chain.notifications.sort_by_key(|event| event.at);
    chain.deliveries.sort_by_key(|delivery| delivery.at);
    let phase = PhaseWindow { name: "all".to_owned(), from: at(0), to: at(END) };
    Observations {
        plan: plan(Some(alerts), vec![phase]),
        legs: vec![Leg { chain: Some(chain), ..Leg::default() }],
    }
}

fn troubles() -> impl Strategy<Value = Vec<(usize, Trouble)>> {
    prop::collection::vec((0..2_usize, (0..2_usize, 1..20_i64, 1..90_i64)), 0..5)
}

fn tries() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![3 => Just(0_usize), 1 => 1..3_usize], 1..5)
}

fn failed<'a>(judgements: &'a [Judgement], check: &str) -> Vec<&'a Judgement> {
    let own = judgements.iter().filter(|one| one.check.as_deref() == Some(check));
    own.filter(|one| matches!(one.verdict, Verdict::Fail(_))).collect()
}

fn chain(seen: &mut Observations) -> &mut AlertChain {
    seen.legs[0].chain.as_mut().expect("a chain")
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn who_tells_as_alertmanager_does_is_not_accused(troubles in troubles(), tries in tries(), slack in 0..20_i64) {
        let seen = run(&troubles, &tries, slack);
        for judgement in judge(contracts(), &seen) {
            prop_assert!(!matches!(judgement.verdict, Verdict::Fail(_)), "{judgement:#?}\n{seen:#?}");
        }
    }

    #[test]
    fn a_notification_that_arrives_nowhere_is_missed(
        troubles in troubles(), which in any::<prop::sample::Index>(), tries in tries(),
    ) {
        let mut seen = run(&troubles, &tries, 5);
        let chain = chain(&mut seen);
        prop_assume!(!chain.notifications.is_empty());
        let lost = which.get(&chain.notifications).clone();
        // What is told once more is made good.
        let again = |told: &ToldAlert| {
            let later = chain.notifications.iter().filter(|one| one.id > lost.id && one.receiver == lost.receiver);
            later.flat_map(|one| &one.alerts).any(|other| other == told)
        };
        prop_assume!(!lost.alerts.iter().all(again));
        chain.deliveries.retain(|one| one.notification != Some(lost.id));
        let judgements = judge(contracts(), &seen);
        let found = ["notifications/lost", "notifications/late"].iter().any(|check| !failed(&judgements, check).is_empty());
        prop_assert!(found, "{lost:#?} {judgements:#?}");
    }

    #[test]
    fn a_notification_that_is_sent_anew_is_found(troubles in troubles(), which in any::<prop::sample::Index>()) {
        let mut seen = run(&troubles, &[0], 5);
        let chain = chain(&mut seen);
        prop_assume!(!chain.notifications.is_empty());
        let mut again = which.get(&chain.notifications).clone();
        again.id = 1 + chain.notifications.iter().map(|event| event.id).max().unwrap_or(0);
        again.at += jiff::SignedDuration::from_secs(7);
        chain.deliveries.push(deliver(&again, 200));
        chain.notifications.push(again);
        let judgements = judge(contracts(), &seen);
        prop_assert!(!failed(&judgements, "notifications/duplicated").is_empty(), "{judgements:#?}");
    }

    #[test]
    fn an_alert_that_nobody_expects_is_found_once(troubles in troubles(), second in 0..END) {
        let mut seen = run(&troubles, &[0], 5);
        chain(&mut seen).alerts.push(AlertEvent {
            at: at(second),
            group: "g".to_owned(),
            alert: "Nobodys".to_owned(),
            labels: BTreeMap::from([("alertname".to_owned(), "Nobodys".to_owned())]),
            phase: AlertPhase::Firing,
            active_at: at(second),
            value: "1".to_owned(),
            annotations: BTreeMap::new(),
        });
        let judgements = judge(contracts(), &seen);
        let accused = judgements.iter().filter(|one| matches!(one.verdict, Verdict::Fail(_))).count();
        prop_assert_eq!((failed(&judgements, "alerts/spurious").len(), accused), (1, 1));
    }
}
