//! The scraper: exact intervals in virtual time, and every way in which a scrape fails.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use probity::clock::{ClientOptions, Clock, between, serve};
use probity::observe::exposition::Labels;
use probity::observe::{Failure, Ledger, Scrape, ScrapeOutcome};
use probity::stack::embedded::{LARGEST_SCRAPE, ScrapeJob, Scraper};
use tokio::sync::watch;

use crate::stage::{listener, simulate};

const INTERVAL: Duration = Duration::from_secs(15);

async fn target(clock: &Clock, routes: Router) -> String {
    let listener = listener().await;
    let url = format!("http://{}/metrics", listener.local_addr().expect("bound"));
    serve(clock, listener, routes);
    url
}

fn scraper(clock: &Clock, url: String, interval: Duration) -> Scraper {
    Scraper::new(clock, ScrapeJob { name: "aragora".to_owned(), url, interval })
}

/// A route that takes so long, and then answers.
fn slow(clock: &Clock, takes: Duration) -> Router {
    let clock = clock.clone();
    let route = get(move || async move {
        clock.sleep(takes).await;
        "up 1\n"
    });
    Router::new().route("/metrics", route)
}

/// Offsets of all scrapes of the first `lasts`.
fn offsets(interval: Duration, takes: Duration, lasts: Duration) -> Vec<(Duration, bool)> {
    simulate(|clock| async move {
        let url = target(&clock, slow(&clock, takes)).await;
        clock.sleep(Duration::from_millis(123)).await;
        let scraper = scraper(&clock, url, interval);
        let start = clock.now();
        let (over, stop) = watch::channel(false);
        tokio::spawn(scraper.clone().run(stop));
        clock.sleep(lasts).await;
        over.send_replace(true);
        let scrapes = scraper.scrapes();
        scrapes.iter().map(|scrape| (between(start, scrape.at), scrape.exposition().is_some())).collect()
    })
}

#[test]
fn a_scrape_that_is_under_way_at_the_end_is_brought_to_its_end() {
    let seen = simulate(|clock| async move {
        let url = target(&clock, slow(&clock, Duration::from_secs(3))).await;
        let scraper = scraper(&clock, url, INTERVAL);
        let (over, stop) = watch::channel(false);
        let scraping = tokio::spawn(scraper.clone().run(stop));
        clock.sleep(INTERVAL + Duration::from_secs(1)).await;
        over.send_replace(true);
        scraping.await.expect("it ends by itself");
        scraper.statuses()
    });
    assert_eq!(seen, [Ok(200)]);
}

#[test]
fn scrapes_that_brought_no_counters_are_entered_as_far_as_the_counters_show_them() {
    let ledger = simulate(|clock| async move {
        // From the last to the first: 200, then one that takes too long, 500, 200, and again 500 at the end.
        let turns = Arc::new(Mutex::new(vec![500u16, 200, 500, 0, 200, 503]));
        let time = clock.clone();
        let answer = move || async move {
            let turn = turns.lock().pop().expect("asked six times");
            if turn == 0 {
                time.sleep(Duration::from_secs(60)).await;
            }
            StatusCode::from_u16(turn.max(200)).expect("a status")
        };
        let url = target(&clock, Router::new().route("/metrics", get(answer))).await;
        let scraper = scraper(&clock, url, INTERVAL);
        for _ in 0..6 {
            scraper.scrape().await;
        }
        let mut ledger = Ledger::default();
        scraper.enter(&mut ledger);
        ledger
    });
    let entered: Vec<_> =
        ledger.requests.iter().map(|(key, entry)| (key.status_code, key.failure, entry.count)).collect();
    let expected = [(None, Some(Failure::TimedOut), 1), (Some(200), None, 1), (Some(500), None, 1)];
    assert_eq!(
        entered, expected,
        "not the one before the base line, the last that counts, and what follows it"
    );
}

#[test]
fn scrapes_come_at_exact_intervals() {
    // The target's own time does not move the next scrape.
    for takes in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(9)] {
        let seen = offsets(INTERVAL, takes, Duration::from_secs(3_600) + INTERVAL - Duration::from_millis(1));
        let expected: Vec<(Duration, bool)> = (1..=240).map(|k| (INTERVAL * k, true)).collect();
        assert_eq!(seen, expected, "a target that takes {takes:?}");
    }
}

#[test]
fn a_short_interval_is_kept_by_a_target_that_never_answers() {
    // Prometheus has no time-out above the interval: it refuses the one and lowers its default to the other.
    let interval = Duration::from_secs(5);
    let seen = offsets(interval, Duration::from_secs(86_400), Duration::from_secs(62));
    let expected: Vec<(Duration, bool)> = (1..=11).map(|k| (interval * k, false)).collect();
    assert_eq!(seen, expected);
}

/// One scrape; its outcome, and how long it took.
async fn once(clock: &Clock, url: String) -> (Scrape, Duration) {
    let scraper = scraper(clock, url, INTERVAL);
    let asked = clock.now();
    scraper.scrape().await;
    let took = between(asked, clock.now());
    let mut scrapes = scraper.scrapes();
    assert_eq!(scrapes.len(), 1);
    let scrape = scrapes.remove(0);
    assert_eq!((scrape.job.as_str(), scrape.at), ("aragora", asked));
    (scrape, took)
}

fn failed((scrape, took): &(Scrape, Duration)) -> (&str, u64) {
    assert!(scrape.exposition().is_none());
    match &scrape.outcome {
        ScrapeOutcome::Failed(reason) => (reason, took.as_secs()),
        ScrapeOutcome::Body { .. } => panic!("expected a failure, saw {scrape:?}"),
    }
}

#[test]
fn every_failure_says_what_it_was() {
    let (refused, silent, torn, hung_up) = simulate(|clock| async move {
        let refused = once(&clock, crate::stage::collector::closed().await).await;
        let silent = once(&clock, crate::stage::collector::silent(&clock).await).await;
        let torn = Router::new().route("/metrics", get(|| async { torn_body() }));
        let torn = once(&clock, target(&clock, torn).await).await;
        let hung_up = Router::new().route("/metrics", get(hang_up));
        let hung_up = once(&clock, target(&clock, hung_up).await).await;
        // A scrape that was given up leaves nothing behind.
        clock.sleep(Duration::from_secs(3_600)).await;
        (refused, silent, torn, hung_up)
    });
    assert_eq!(failed(&refused), ("connection refused", 0));
    assert_eq!(failed(&silent), ("not done within 10s", 10));
    assert_eq!(failed(&torn), ("broken answer", 0));
    assert_eq!(failed(&hung_up), ("connection broke off", 0));
}

/// Half an answer, and then the connection breaks. The half must be out before that: the server needs a few turns.
fn torn_body() -> Response {
    let half = stream::once(async { Ok(Bytes::from_static(b"up 1\n")) });
    let end = stream::once(async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe))
    });
    Body::from_stream(half.chain(end)).into_response()
}

/// A handler that panics takes its connection with it. The panic is raised without the hook that prints it.
async fn hang_up() -> Response {
    std::panic::resume_unwind(Box::new("the target crashed"))
}

#[test]
fn any_status_but_200_is_a_failure() {
    let statuses = [204u16, 301, 302, 401, 404, 500, 503];
    let outcomes = simulate(|clock| async move {
        let mut outcomes = vec![];
        for status in statuses {
            // Elsewhere there is an answer; Prometheus follows redirects, this scraper has only targets of its own.
            let answer = move || async move {
                let location = [(http::header::LOCATION, "/elsewhere")];
                (StatusCode::from_u16(status).expect("a status"), location, "up 1\n")
            };
            let routes =
                Router::new().route("/metrics", get(answer)).route("/elsewhere", get(|| async { "up 1\n" }));
            outcomes.push(once(&clock, target(&clock, routes).await).await);
        }
        outcomes
    });
    for (status, outcome) in statuses.iter().zip(&outcomes) {
        assert_eq!(failed(outcome), (format!("status {status}").as_str(), 0));
    }
}

#[test]
fn every_scrape_that_was_answered_but_the_last_is_entered_into_the_ledger() {
    let entered = simulate(|clock| async move {
        let statuses = Arc::new(Mutex::new(vec![200u16, 200, 503, 200]));
        let answer = move || async move {
            StatusCode::from_u16(statuses.lock().pop().expect("asked four times")).expect("a status")
        };
        let url = target(&clock, Router::new().route("/metrics", get(answer))).await;
        let scraper = scraper(&clock, url, INTERVAL);
        for _ in 0..4 {
            scraper.scrape().await;
        }
        let mut ledger = Ledger::default();
        scraper.enter(&mut ledger);
        ledger
    });
    let counts: Vec<_> = entered
        .requests
        .iter()
        .map(|(key, entry)| (key.route.as_str(), key.status_code, entry.count))
        .collect();
    assert_eq!(counts, [("/metrics", Some(200), 2), ("/metrics", Some(503), 1)]);
    assert_eq!(entered.request_count(), 0, "they are nobody's traffic");
}

#[test]
fn a_body_is_kept_as_it_came_with_its_type() {
    let (scrape, asked) = simulate(|clock| async move {
        let asked = Arc::<Mutex<HeaderMap>>::default();
        let heard = Arc::clone(&asked);
        let answer = move |headers: HeaderMap| async move {
            *heard.lock() = headers;
            let kind = [("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")];
            (kind, "# TYPE a gauge\na{b=\"\u{e9}\"} 0.25\n# EOF\n")
        };
        let url = target(&clock, Router::new().route("/metrics", get(answer))).await;
        let (scrape, _) = once(&clock, url).await;
        let asked = asked.lock().clone();
        (scrape, asked)
    });
    let ScrapeOutcome::Body { content_type, text } = &scrape.outcome else {
        panic!("it answered: {scrape:?}")
    };
    assert_eq!(content_type.as_deref(), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert_eq!(&**text, "# TYPE a gauge\na{b=\"\u{e9}\"} 0.25\n# EOF\n");
    let labels: Labels = [("b".to_owned(), "\u{e9}".to_owned())].into_iter().collect();
    assert_eq!(scrape.value("a", &labels), Some(0.25));
    let accept = asked.get("accept").expect("it says what it reads").to_str().expect("ASCII");
    assert!(accept.starts_with("application/openmetrics-text;version=1.0.0"), "{accept}");
}

#[test]
fn a_body_beyond_the_limit_fails_its_scrape_and_says_so() {
    let bodies = simulate(|clock| async move {
        let mut bodies = vec![];
        for more in [0, 1] {
            let answer = move || async move { "#".repeat(LARGEST_SCRAPE as usize - 1 + more) + "\n" };
            let url = target(&clock, Router::new().route("/metrics", get(answer))).await;
            bodies.push(once(&clock, url).await);
        }
        bodies
    });
    assert!(matches!(&bodies[0].0.outcome, ScrapeOutcome::Body { text, .. } if text.len() == 64 << 20));
    assert_eq!(failed(&bodies[1]), ("answer too large: more than 67108864 bytes", 0));
}

#[test]
fn a_target_of_others_is_met_with_its_headers_and_named_by_its_instance() {
    let (scrapes, statuses, asked) = simulate(|clock| async move {
        let asked = Arc::<Mutex<Vec<HeaderMap>>>::default();
        let heard = Arc::clone(&asked);
        let answer = move |headers: HeaderMap| async move {
            heard.lock().push(headers);
            if heard.lock().len() == 2 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
        };
        let url = target(&clock, Router::new().route("/metrics", get(answer))).await;
        let job = ScrapeJob { name: "aragora".to_owned(), url, interval: INTERVAL };
        let options = ClientOptions::default().bearer("s3cret").expect("a token");
        let options = options.header("x-scope-orgid", "tenant").expect("a header");
        let scraper = Scraper::with(&clock, job, options).expect("a client").of_instance("shop:9090");
        for _ in 0..3 {
            scraper.scrape().await;
        }
        let closed = crate::stage::collector::closed().await;
        let gone =
            Scraper::new(&clock, ScrapeJob { name: "gone".to_owned(), url: closed, interval: INTERVAL });
        gone.scrape().await;
        let statuses = [scraper.statuses(), gone.statuses()];
        let asked = asked.lock().clone();
        (scraper.scrapes(), statuses, asked)
    });
    assert!(scrapes.iter().all(|scrape| scrape.instance == "shop:9090"), "{scrapes:?}");
    assert_eq!(statuses, [vec![Ok(200), Ok(503), Ok(200)], vec![Err(Failure::Refused)]]);
    for headers in asked {
        assert_eq!(
            (&headers["authorization"], &headers["x-scope-orgid"]),
            (&"Bearer s3cret".parse().expect("a value"), &"tenant".parse().expect("a value"))
        );
        assert!(headers.get("accept-encoding").is_none(), "nobody here unpacks");
    }
}
