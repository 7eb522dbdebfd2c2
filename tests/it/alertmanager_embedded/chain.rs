//! From a posted alert to what a sink was sent.

use probity::alerting::alertmanager::Release;
use probity::clock::{Clock, after};
use probity::observe::{Delivered, Fate, NotificationEvent};
use probity::parties::{PlannedSinkFault, SinkFault};
use std::time::Duration;

use super::{Bench, FIRING, HOOK, arrivals, fates};
use crate::stage::simulate;

/// What happened, with seconds since the start.
struct Story {
    fates: Vec<(f64, Fate)>,
    arrivals: Vec<f64>,
    events: Vec<NotificationEvent>,
    delivered: Vec<Delivered>,
}

/// Posts an alert after five seconds and lets so many more go by; the fault begins with the run and ends after so many
/// seconds.
async fn story(clock: Clock, config: &str, fault: Option<(SinkFault, u64)>, lasts: u64) -> Story {
    let bench = Bench::start(&clock, config).await;
    let began = bench.began;
    if let Some((fault, ends)) = fault {
        let to = after(began, Duration::from_secs(ends));
        bench.sinks.plan(vec![PlannedSinkFault { receiver: "hook".to_owned(), from: began, to, fault }]);
    }
    bench.sleep(5).await;
    bench.post(FIRING).await;
    bench.sleep(lasts).await;
    let (events, delivered) = bench.end().await;
    Story { fates: fates(began, &events), arrivals: arrivals(began, &delivered), events, delivered }
}

#[test]
fn an_alert_arrives_when_its_group_has_waited() {
    let story = simulate(|clock| async move { story(clock, HOOK, None, 60).await });
    assert_eq!(story.fates, [(15.0, Fate::Taken)]);
    assert_eq!(story.arrivals, [15.0]);
    let (arrived, event) = (&story.delivered[0], &story.events[0]);
    assert_eq!((arrived.receiver.as_str(), arrived.kind.as_str(), arrived.index), ("hook", "webhook", 0));
    assert_eq!((arrived.answered, arrived.notification), (200, Some(event.id)));
    assert!(arrived.body.contains(r#""status":"firing""#), "{}", arrived.body);
    assert!(arrived.body.contains("http://alertmanager:9093"), "{}", arrived.body);
    assert_eq!(event.reason, "first notification");
    assert_eq!(event.group_labels["alertname"], "Down");
    assert_eq!(event.alerts[0].annotations["summary"], "it is");
}

#[test]
fn it_is_repeated_at_the_repeat_interval_and_not_before() {
    let story = simulate(|clock| async move { story(clock, HOOK, None, 1900).await });
    assert_eq!(story.arrivals, [15.0, 615.0, 1215.0, 1815.0]);
    assert!(story.events[1..].iter().all(|event| event.reason == "repeat interval elapsed"));
}

#[test]
fn its_end_is_told_with_the_next_flush() {
    let (events, delivered) = simulate(|clock| async move {
        let bench = Bench::start(&clock, HOOK).await;
        bench.post(FIRING).await;
        bench.sleep(30).await;
        bench.post(&FIRING.replace("2026-01-02T00:00:00Z", "2026-01-01T00:00:29Z")).await;
        bench.sleep(600).await;
        let began = bench.began;
        let (events, delivered) = bench.end().await;
        (fates(began, &events), delivered)
    });
    assert_eq!(events, [(10.0, Fate::Taken), (70.0, Fate::Taken)]);
    assert!(delivered[1].body.contains(r#""status":"resolved""#), "{}", delivered[1].body);
}

#[test]
fn a_template_that_fails_loses_the_notification_and_says_why() {
    let config = HOOK.replace(
        "  webhook_configs:\n  - url: http://example.com/hook\n",
        "  slack_configs:\n  - api_url: http://example.com/\n    channel: '#a'\n    text: '{{ template \"none\" . }}'\n",
    );
    // 0.33 forgets the mistake and sends a message with holes.
    let (fates, delivered) = simulate(|clock| async move {
        let bench = Bench::start_with(&clock, &config, Release::V0_25).await;
        bench.post(FIRING).await;
        bench.sleep(30).await;
        let began = bench.began;
        let (events, delivered) = bench.end().await;
        (fates(began, &events), delivered)
    });
    let [(at, Fate::Lost(why))] = &fates[..] else { panic!("{fates:?}") };
    assert!(*at == 10.0 && why.contains("\"none\" not defined"), "{why}");
    assert!(delivered.is_empty());
}

#[test]
fn what_this_twin_does_not_speak_is_made_and_goes_nowhere() {
    let config = HOOK.replace(
        "  webhook_configs:\n  - url: http://example.com/hook\n",
        "  opsgenie_configs:\n  - api_key: x\n",
    );
    let story = simulate(|clock| async move { story(clock, &config, None, 30).await });
    // Taken, so that the group goes on as it would: once, and not again at each flush.
    let [(_, Fate::Taken)] = &story.fates[..] else { panic!("{:?}", story.fates) };
    assert_eq!(story.events[0].kind, "opsgenie");
    assert_eq!(story.delivered.len(), 0);
}

#[test]
fn a_sink_that_fails_is_tried_again_until_it_takes_the_message() {
    let fault = Some((SinkFault::Status(500), 17));
    let story = simulate(|clock| async move { story(clock, HOOK, fault, 60).await });
    let (last, tries) = story.fates.split_last().expect("it was tried");
    assert!(tries.len() > 1, "{tries:?}");
    assert!(tries.iter().all(|(at, fate)| *at < 17.0 && matches!(fate, Fate::Retried(_))), "{tries:?}");
    assert!(last.0 >= 17.0 && last.1 == Fate::Taken, "{last:?}");
    assert!(story.events.iter().all(|event| event.id == story.events[0].id));
    let answered: Vec<u16> = story.delivered.iter().map(|delivered| delivered.answered).collect();
    assert_eq!(answered.len(), story.fates.len());
    assert_eq!(answered.iter().filter(|status| **status == 500).count(), tries.len());
}

#[test]
fn what_was_tried_until_the_flush_was_over_is_lost() {
    let fault = Some((SinkFault::Status(500), 70));
    let story = simulate(|clock| async move { story(clock, HOOK, fault, 120).await });
    let first = story.events[0].id;
    let last = story.events.iter().rfind(|event| event.id == first).expect("it was tried");
    let tries = story.events.iter().filter(|event| event.id == first).count();
    let begins = format!("notify retry canceled after {tries} attempts: ");
    assert!(matches!(&last.fate, Fate::Lost(why) if why.starts_with(&begins)), "{:?}", last.fate);
    assert_eq!(story.fates.last(), Some(&(75.0, Fate::Taken)));
}

#[test]
fn a_sink_that_refuses_loses_the_message_at_once() {
    let fault = Some((SinkFault::Status(404), 17));
    let story = simulate(|clock| async move { story(clock, HOOK, fault, 40).await });
    assert!(matches!(&story.fates[..], [(_, Fate::Lost(why))] if why.contains("404")), "{:?}", story.fates);
}

#[test]
fn a_sink_that_hangs_is_left_after_the_timeout() {
    let config = HOOK.replace("/hook\n", "/hook\n    timeout: 3s\n");
    let fault = Some((SinkFault::Hang, 17));
    let story = simulate(|clock| async move { story(clock, &config, fault, 60).await });
    assert_eq!(story.arrivals[0], 15.0);
    assert_eq!(story.delivered[0].answered, 0);
    assert!(matches!(&story.fates[0].1, Fate::Retried(why) if why.contains("3s")), "{:?}", story.fates[0]);
    let (at, fate) = story.fates.last().expect("it was tried");
    assert!(*at >= 18.0 && *fate == Fate::Taken, "{:?}", story.fates);
}

#[test]
fn a_sink_that_hangs_for_ever_is_left_when_the_flush_is_over() {
    let fault = Some((SinkFault::Hang, 1000));
    let story = simulate(|clock| async move { story(clock, HOOK, fault, 120).await });
    let lost = |(_, fate): &(f64, Fate)| *fate == Fate::Lost("context deadline exceeded".to_owned());
    assert!(story.fates.iter().all(lost), "{:?}", story.fates);
    assert_eq!(story.arrivals[..2], [15.0, 75.0]);
}

#[test]
fn every_integration_of_a_receiver_is_told_at_the_same_instant() {
    let config = HOOK.to_owned()
        + "  - url: http://example.com/other\n  slack_configs:\n  - api_url: http://example.com/\n    channel: '#a'\n  \
           pagerduty_configs:\n  - routing_key: r\n  - service_key: s\n";
    let story = simulate(|clock| async move { story(clock, &config, None, 30).await });
    assert!(story.fates.iter().all(|fate| *fate == (15.0, Fate::Taken)), "{:?}", story.fates);
    let mut kinds: Vec<(&str, usize, u16)> =
        story.delivered.iter().map(|to| (to.kind.as_str(), to.index, to.answered)).collect();
    kinds.sort_unstable();
    let wanted = [
        ("pagerduty", 0, 202),
        ("pagerduty", 1, 200),
        ("slack", 0, 200),
        ("webhook", 0, 200),
        ("webhook", 1, 200),
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn two_runs_leave_the_same_bytes() {
    let once = || {
        simulate(|clock| async move {
            let config = HOOK.replace("group_by: [alertname]", "group_by: ['...']");
            let bench = Bench::start_with(&clock, &config, Release::V0_33).await;
            let to = after(bench.began, Duration::from_secs(12));
            let fault = SinkFault::Status(503);
            bench.sinks.plan(vec![PlannedSinkFault {
                receiver: "hook".to_owned(),
                from: bench.began,
                to,
                fault,
            }]);
            for instance in ["a", "b", "c", "d"] {
                bench.post(&FIRING.replace("\"a\"", &format!("{instance:?}"))).await;
            }
            bench.sleep(700).await;
            let (events, delivered) = bench.end().await;
            assert!(events.len() > 8, "{}", events.len());
            serde_json::to_string(&(events, delivered)).expect("they are data")
        })
    };
    assert_eq!(once(), once());
}

#[test]
fn a_month_without_alerts_costs_nothing() {
    let (events, delivered) = simulate(|clock| async move {
        let bench = Bench::start(&clock, HOOK).await;
        bench.sleep(30 * 86_400).await;
        bench.end().await
    });
    assert!(events.is_empty() && delivered.is_empty());
}
