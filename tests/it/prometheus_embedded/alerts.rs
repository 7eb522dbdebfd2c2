//! What is posted to Alertmanager, and when.

use probity::observe::AlertPhase;
use probity::promql::Dialect;
use serde_json::json;

use super::{Posted, SECOND, World, since, text};
use crate::stage::simulate;

const CONFIG: &str = "
global:
  scrape_interval: 15s
  evaluation_interval: 15s
  external_labels: {region: eu}
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['alertmanager:9093']
scrape_configs:
  - job_name: shop
    static_configs:
      - targets: ['shop:8080']
";

const RULES: &str = "
groups:
  - name: shop
    rules:
      - alert: Busy
        expr: load > 5
        for: 30s
        labels: {severity: page}
        annotations: {summary: 'load is {{ $value }}'}
";

/// What was posted, by seconds from the start.
type Bodies = Vec<(f64, serde_json::Value)>;

/// How alerts changed, by seconds from the start.
type Changes = Vec<(f64, AlertPhase, String)>;

/// A load of 9 from the 15th second to before the 300th; what was posted, and the events.
fn busy() -> (Bodies, Changes) {
    simulate(|clock| async move {
        let mut world = World::new(&clock);
        let load = |at: f64| text(if (15.0..300.0).contains(&at) { "load 9\n" } else { "load 1\n" });
        world.target("shop:8080", load).await;
        let posted: Posted = world.sink("alertmanager:9093").await;
        let prometheus = world.prometheus(CONFIG, RULES, Dialect::V3).await;
        world.run(&prometheus, 400 * SECOND).await;
        let events = prometheus.events();
        let events = events.into_iter().map(|event| (since(event.at), event.phase, event.value));
        (posted.lock().clone(), events.collect())
    })
}

#[test]
fn an_alert_is_posted_when_it_fires_and_again_when_a_minute_is_over() {
    let (posted, events) = busy();
    let times: Vec<f64> = posted.iter().map(|(at, _)| *at).collect();
    // A minute must be over, not just up: at an interval of 15 s that is 75 s.
    assert_eq!(times, [45.0, 120.0, 195.0, 270.0, 300.0, 375.0]);
    assert_eq!(
        posted[0].1,
        json!([{
            "annotations": {"summary": "load is 9"},
            "startsAt": "2026-01-01T00:00:45.000Z",
            "endsAt": "2026-01-01T00:04:45.000Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=load+%3E+5&g0.tab=1",
            "labels": {
                "alertname": "Busy", "instance": "shop:8080", "job": "shop", "region": "eu", "severity": "page"
            },
        }])
    );
    assert_eq!(posted[4].1[0]["endsAt"], "2026-01-01T00:05:00.000Z");
    assert_eq!(
        events,
        [
            (15.0, AlertPhase::Pending, "9".to_owned()),
            (45.0, AlertPhase::Firing, "9".to_owned()),
            (300.0, AlertPhase::Resolved, "9".to_owned()),
        ]
    );
}

#[test]
fn the_same_happens_every_time() {
    assert_eq!(busy(), busy());
}

#[test]
fn alerts_that_nobody_takes_are_counted_and_not_sent_again_before_their_time() {
    let posts = simulate(|clock| async move {
        let mut world = World::new(&clock);
        world.target("shop:8080", |_| text("load 9\n")).await;
        let prometheus = world.prometheus(CONFIG, RULES, Dialect::V3).await;
        world.run(&prometheus, 130 * SECOND).await;
        prometheus.posts()
    });
    // At 45 s and at 120 s.
    assert_eq!((posts.sent, posts.failed), (0, 2));
    let why = ("http://alertmanager:9093/api/v2/alerts".to_owned(), "connection refused".to_owned());
    assert_eq!(posts.failures.into_iter().collect::<Vec<_>>(), [why]);
}
