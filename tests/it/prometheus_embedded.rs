//! The embedded Prometheus in virtual time: what it makes of scrapes, when it evaluates rules, and what it posts.

mod alerts;
mod intake;
mod rules;
mod scrapes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use parking_lot::Mutex;
use probity::alerting::deployed::Deployed;
use probity::alerting::prometheus;
use probity::alerting::rules::file::{self, RuleFile};
use probity::clock::{Clock, EPOCH, serve};
use probity::promql::{Dialect, Query, Value, parse_as};
use probity::stack::embedded::prometheus::{Prometheus, PrometheusPlan};
use tokio::sync::watch;

use crate::stage::listener;

const SECOND: Duration = Duration::from_secs(1);

/// What a post brought to the sink: seconds since the start, and the body.
type Posted = Arc<Mutex<Vec<(f64, serde_json::Value)>>>;

fn start() -> Timestamp {
    EPOCH.parse().expect("a timestamp")
}

/// Seconds since the start of virtual time.
fn since(at: Timestamp) -> f64 {
    at.duration_since(start()).as_secs_f64()
}

/// The rules of a file in which nothing is wrong.
fn rule_file(text: &str) -> RuleFile {
    let read = file::read(text, "rules.yml", Dialect::V3, &|_| Ok(()));
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read.rules
}

/// A Prometheus and what stands around it.
struct World {
    clock: Clock,
    book: BTreeMap<String, String>,
}

impl World {
    fn new(clock: &Clock) -> World {
        World { clock: clock.clone(), book: BTreeMap::new() }
    }

    /// A target at a configured address; it answers with a status, a content type and a body by the seconds since the
    /// start.
    async fn target(
        &mut self,
        address: &str,
        answer: impl Fn(f64) -> (u16, &'static str, String) + Clone + Send + Sync + 'static,
    ) {
        let clock = self.clock.clone();
        let route = get(move || {
            let (status, content_type, body) = answer(since(clock.now()));
            let status = http::StatusCode::from_u16(status).expect("a status");
            async move { (status, [(CONTENT_TYPE, content_type)], body).into_response() }
        });
        self.serve(address, Router::new().route("/metrics", route)).await;
    }

    /// An Alertmanager that keeps what it is sent.
    async fn sink(&mut self, address: &str) -> Posted {
        let (clock, posted) = (self.clock.clone(), Posted::default());
        let kept = Arc::clone(&posted);
        let route = post(move |body: String| async move {
            let body = serde_json::from_str(&body).expect("JSON");
            kept.lock().push((since(clock.now()), body));
        });
        self.serve(address, Router::new().route("/api/v2/alerts", route)).await;
        posted
    }

    async fn serve(&mut self, address: &str, routes: Router) {
        let listener = listener().await;
        let real = listener.local_addr().expect("bound").to_string();
        self.book.insert(address.to_owned(), real);
        serve(&self.clock, listener, routes);
    }

    async fn prometheus(&self, config: &str, rules: &str, dialect: Dialect) -> Prometheus {
        let read = prometheus::read(config, "prometheus.yml", dialect);
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let rules =
            if rules.is_empty() { Vec::new() } else { vec![("rules.yml".to_owned(), rule_file(rules))] };
        let deployed = Deployed {
            prometheus: read.config.expect("it has no problems"),
            text: config.to_owned(),
            rules,
            alertmanager: None,
        };
        let book = self.book.clone();
        let plan = PrometheusPlan {
            deployed,
            dialect,
            external_url: "http://prometheus:9090".to_owned(),
            book: Arc::new(move |address, _| book.get(address).cloned()),
            retention_ms: None,
        };
        Prometheus::start(&self.clock, listener().await, plan).expect("the rules are sound")
    }

    /// Runs it for as long, with a scrape at the start.
    async fn run(&self, prometheus: &Prometheus, lasts: Duration) {
        let (over, stop) = watch::channel(false);
        prometheus.scrape_all().await;
        let running = tokio::spawn(prometheus.clone().run(stop));
        self.clock.sleep(lasts).await;
        over.send_replace(true);
        running.await.expect("it comes to its end");
    }
}

/// What a query yields at so many seconds after the start, a line each: labels and value.
fn ask(prometheus: &Prometheus, query: &str, seconds: i64) -> Vec<String> {
    prometheus.read(|look| {
        let expr = parse_as(query, look.dialect).expect("a query");
        let query = Query::new(expr, look.dialect).expect("a query");
        let at_ms = start().as_millisecond() + 1000 * seconds;
        match query.instant(look.storage, at_ms, look.options).expect("it is answered") {
            Value::Vector(samples) => {
                samples.iter().map(|sample| format!("{} {}", sample.labels, sample.value)).collect()
            }
            Value::Matrix(series) => series
                .iter()
                .map(|series| {
                    let points = series.points.iter().map(|(at_ms, value)| {
                        format!("{value}@{}", (at_ms - start().as_millisecond()) as f64 / 1000.0)
                    });
                    format!("{} {}", series.labels, points.collect::<Vec<_>>().join(" "))
                })
                .collect(),
            other => vec![format!("{other:?}")],
        }
    })
}

/// A plain exposition.
fn text(body: &str) -> (u16, &'static str, String) {
    (200, "text/plain; version=0.0.4", body.to_owned())
}
