//! Services of odd habits that are honest, none of which may be accused, and services that lie.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use probity::clock::Clock;
use tokio::net::TcpListener;

use super::daemon::{folder, probity};

/// A service that counts everything it is asked, scrapes too.
#[derive(Clone, Copy, Debug, Default)]
struct Habits {
    /// A scrape takes so long.
    scrape: Duration,
    /// Every third scrape takes so long.
    third: Duration,
    /// What was answered is counted so much later.
    late: Duration,
    /// Everything is counted twice.
    twice: bool,
    /// The exposition breaks off in a label.
    broken: bool,
}

#[derive(Debug, Default)]
struct Counts {
    home: AtomicU64,
    metrics: AtomicU64,
    scrapes: AtomicU64,
}

/// Serves on a free port until the runtime ends; its URL.
async fn serve(habits: Habits) -> String {
    let (clock, counts) = (Clock::real(), Arc::new(Counts::default()));
    let count = move |clock: Clock, counts: Arc<Counts>, which: fn(&Counts) -> &AtomicU64| async move {
        tokio::spawn(async move {
            clock.sleep(habits.late).await;
            which(&counts).fetch_add(if habits.twice { 2 } else { 1 }, Ordering::SeqCst);
        });
    };
    let home = {
        let (clock, counts) = (clock.clone(), Arc::clone(&counts));
        move || async move {
            count(clock, counts, |counts| &counts.home).await;
            "hello"
        }
    };
    let metrics = move || async move {
        let text = format!(
            "# TYPE shop_requests_total counter\nshop_requests_total{{path=\"/\"}} {}\nshop_requests_total{{path=\"/metrics\"}} {}\n",
            counts.home.load(Ordering::SeqCst),
            counts.metrics.load(Ordering::SeqCst)
        );
        let text = if habits.broken { format!("{text}shop_oops{{a=\"b}} 3\n") } else { text };
        let third = counts.scrapes.fetch_add(1, Ordering::SeqCst) % 3 == 2;
        clock.sleep(if third { habits.third } else { habits.scrape }).await;
        count(clock.clone(), counts, |counts| &counts.metrics).await;
        text
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let routes = Router::new().route("/", get(home)).route("/metrics", get(metrics));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

/// Runs a scenario without a quiet phase against it; every request is to be answered with this status.
fn judge(name: &str, habits: Habits, expect: u16) -> (i32, String) {
    let folder = folder(name);
    let runtime = runtime();
    let url = runtime.block_on(serve(habits));
    let contract = "contract: shop\ndocument: none\nclauses:\n  - {id: requests, source: {heading: none, quote: none}, \
                    promise: {metric: {name: shop_requests_total, type: counter, labels: [path]}}}\n  - {id: conserve, \
                    source: {heading: none, quote: none}, promise: {conserve: {metric: shop_requests_total, ledger: \
                    requests, labels: {path: route}}}}\n";
    fs::write(folder.join("shop.contract.yaml"), contract).expect("written");
    let scenario = format!(
        "scenario: shop\ncontracts: [shop.contract.yaml]\nscope: [\"*\"]\ntarget: {{url: \"{url}\", metrics: \
         \"{url}/metrics\"}}\nscrape_interval: 1s\npersonas: [{{name: one, steps: [{{request: GET /, expect: {expect}}}]}}]\nphases: \
         [{{name: all, for: 4500ms, load: {{rate: 4/s}}}}]\n"
    );
    fs::write(folder.join("shop.yaml"), scenario).expect("written");
    let (code, stdout, stderr) = probity(&folder, &["run", "shop.yaml"]);
    (code, format!("{stdout}\n{stderr}"))
}

#[test]
fn scrapes_under_way_at_the_end_late_counts_and_scrapes_that_time_out_accuse_nobody() {
    let ms = Duration::from_millis;
    let odd = [
        ("slow-scrapes", Habits { scrape: ms(600), third: ms(600), ..Habits::default() }),
        ("late-counts", Habits { late: ms(300), ..Habits::default() }),
        ("lost-scrapes", Habits { third: ms(1_500), ..Habits::default() }),
    ];
    for (name, habits) in odd {
        let (code, text) = judge(name, habits, 200);
        assert_eq!(code, 0, "{habits:?}\n{text}");
    }
}

#[test]
fn traffic_that_nobody_answers_as_it_should_shows_nothing() {
    let (code, text) = judge("in-vain", Habits::default(), 201);
    assert_eq!(code, 4, "{text}");
    assert!(
        text.contains("18 of 18 requests were not answered as their persona expects: 18 status (GET /)"),
        "{text}"
    );
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

#[test]
fn init_tells_the_lies_that_it_sees() {
    let lies = [
        (
            "init-twice",
            Habits { twice: true, ..Habits::default() },
            "conserve.shop-requests-total",
            "not-conserved",
        ),
        ("init-broken", Habits { broken: true, ..Habits::default() }, "scrape.metrics", "exposition-invalid"),
    ];
    for (name, habits, clause, check) in lies {
        let (folder, runtime) = (folder(name), runtime());
        let metrics = format!("{}/metrics", runtime.block_on(serve(habits)));
        let (code, stdout, stderr) = probity(&folder, &["init", "--metrics", &metrics, "--name", "shop"]);
        assert_eq!(code, 0, "{stdout}\n{stderr}");
        assert!(stdout.contains(&format!("broken in the trial: {clause}: ")), "{stdout}");
        assert!(!stderr.contains("conformant"), "{stderr}");
        let scenario = fs::read_to_string(folder.join("shop.yaml")).expect("it was written");
        let scenario = scenario.replace("for: 20s", "for: 2s").replace("settle: 30s", "settle: 2s");
        fs::write(folder.join("shop.yaml"), scenario).expect("written");
        let (code, stdout, _) = probity(&folder, &["run", "shop.yaml"]);
        assert_eq!(code, 0, "what is inferred binds nobody\n{stdout}");
        assert!(stdout.contains(&format!("FAIL {clause} (")) && stdout.contains(check), "{stdout}");
    }
    // The most likely mistake of all.
    let (folder, runtime) = (folder("init-page"), runtime());
    let page = runtime.block_on(serve(Habits::default()));
    let (code, _, stderr) = probity(&folder, &["init", "--metrics", &page]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("is the path right"), "{stderr}");
}
