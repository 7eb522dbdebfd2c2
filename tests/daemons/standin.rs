//! Honest services of odd habits: none of them may be accused.

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
            which(&counts).fetch_add(1, Ordering::SeqCst);
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

/// Runs a scenario without a quiet phase against it.
fn judge(name: &str, habits: Habits) -> (i32, String) {
    let folder = folder(name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let url = runtime.block_on(serve(habits));
    let contract = "contract: shop\ndocument: none\nclauses:\n  - {id: requests, source: {heading: none, quote: none}, \
                    promise: {metric: {name: shop_requests_total, type: counter, labels: [path]}}}\n  - {id: conserve, \
                    source: {heading: none, quote: none}, promise: {conserve: {metric: shop_requests_total, ledger: \
                    requests, labels: {path: route}}}}\n";
    fs::write(folder.join("shop.contract.yaml"), contract).expect("written");
    let scenario = format!(
        "scenario: shop\ncontracts: [shop.contract.yaml]\nscope: [\"*\"]\ntarget: {{url: \"{url}\", metrics: \
         \"{url}/metrics\"}}\nscrape_interval: 1s\npersonas: [{{name: one, steps: [{{request: GET /}}]}}]\nphases: \
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
        let (code, text) = judge(name, habits);
        assert_eq!(code, 0, "{habits:?}\n{text}");
    }
}
