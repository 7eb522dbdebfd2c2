//! The embedded Alertmanager: what is posted to it arrives at sinks, at the very instant at which it has to.

mod chain;
mod interface;
mod sinks;

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use jiff::Timestamp;
use probity::alerting::alertmanager::message::Templates;
use probity::alerting::alertmanager::{Release, config};
use probity::clock::{Clock, HttpClient, between};
use probity::observe::{Delivered, Fate, NotificationEvent};
use probity::parties::Sinks;
use probity::stack::embedded::alertmanager::{Alertmanager, AlertmanagerPlan, Destinations};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::stage::listener;

/// One webhook.
const HOOK: &str = "
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 10m
receivers:
- name: hook
  webhook_configs:
  - url: http://example.com/hook
";

/// An alert that fires for a day.
const FIRING: &str = r#"[{"labels":{"alertname":"Down","instance":"a"},"annotations":{"summary":"it is"},
  "startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-02T00:00:00Z"}]"#;

/// An Alertmanager, its sinks, and a client of theirs.
struct Bench {
    clock: Clock,
    began: Timestamp,
    http: HttpClient,
    alertmanager: Alertmanager,
    sinks: Sinks,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

fn plan(text: &str, templates: &[(String, String)], release: Release, sinks: &Sinks) -> AlertmanagerPlan {
    let read = config::read(text, "alertmanager.yml", release);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    AlertmanagerPlan {
        config: Arc::new(read.config.expect("nothing is wrong")),
        text: text.to_owned(),
        templates: Arc::new(Templates::new(release, templates).expect("they are templates")),
        release,
        external_url: "http://alertmanager:9093".to_owned(),
        seed: 7,
        destinations: Destinations::Sinks(sinks.base_url()),
    }
}

impl Bench {
    async fn start(clock: &Clock, text: &str) -> Bench {
        Bench::start_with(clock, text, Release::V0_33).await
    }

    async fn start_with(clock: &Clock, text: &str, release: Release) -> Bench {
        let sinks = Sinks::start(clock, listener().await).expect("it listens");
        let plan = plan(text, &[], release, &sinks);
        let alertmanager = Alertmanager::start(clock, listener().await, plan).expect("it listens");
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(alertmanager.clone().run(stopped));
        Bench {
            clock: clock.clone(),
            began: clock.now(),
            http: HttpClient::new(clock),
            alertmanager,
            sinks,
            stop,
            running,
        }
    }

    async fn ask(&self, method: Method, path: &str, body: &str) -> (StatusCode, String) {
        let url = format!("{}{path}", self.alertmanager.base_url());
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let reply = self.http.send(method, &url, headers, body.to_owned()).await.expect("it answers");
        (reply.status, String::from_utf8(reply.body.to_vec()).expect("UTF-8"))
    }

    async fn post(&self, alerts: &str) {
        let (status, said) = self.ask(Method::POST, "/api/v2/alerts", alerts).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    async fn sleep(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }

    /// Ends it; what it tried and what arrived.
    async fn end(self) -> (Vec<NotificationEvent>, Vec<Delivered>) {
        self.stop.send_replace(true);
        self.running.await.expect("it does not panic");
        (self.alertmanager.events(), self.sinks.delivered())
    }
}

/// Seconds since the start and what became of each attempt.
fn fates(began: Timestamp, events: &[NotificationEvent]) -> Vec<(f64, Fate)> {
    events.iter().map(|event| (between(began, event.at).as_secs_f64(), event.fate.clone())).collect()
}

/// Seconds since the start of each delivery.
fn arrivals(began: Timestamp, delivered: &[Delivered]) -> Vec<f64> {
    delivered.iter().map(|delivered| between(began, delivered.at).as_secs_f64()).collect()
}
