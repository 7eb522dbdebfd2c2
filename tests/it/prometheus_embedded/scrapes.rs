//! When targets are scraped, and what tells of it.

use probity::observe::ScrapeOutcome;
use probity::promql::Dialect;

use super::{SECOND, World, ask, since, text};
use crate::stage::simulate;

const CONFIG: &str = "
scrape_configs:
  - job_name: shop
    scrape_interval: 15s
    static_configs:
      - targets: ['shop:8080']
  - job_name: gone
    scrape_interval: 15s
    static_configs:
      - targets: ['gone:9']
";

#[test]
fn a_target_is_scraped_on_full_intervals_after_the_start_and_once_at_it() {
    let scrapes = simulate(|clock| async move {
        let mut world = World::new(&clock);
        world.target("shop:8080", |at| text(&format!("seen {at}\n"))).await;
        let prometheus = world.prometheus(CONFIG, "", Dialect::V3).await;
        world.run(&prometheus, 31 * SECOND).await;
        assert_eq!(
            ask(&prometheus, "seen[1m]", 31),
            [r#"seen{instance="shop:8080", job="shop"} 0@0 15@15 30@30"#]
        );
        prometheus.scrapes()
    });
    let told: Vec<_> =
        scrapes.iter().map(|scrape| (&*scrape.job, &*scrape.instance, since(scrape.at))).collect();
    assert_eq!(told, [("shop", "", 0.0), ("shop", "", 15.0), ("shop", "", 30.0)]);
}

#[test]
fn an_address_that_the_book_does_not_know_is_down_and_not_recorded() {
    let (up, scrapes) = simulate(|clock| async move {
        let mut world = World::new(&clock);
        world.target("shop:8080", |_| text("one 1\n")).await;
        let prometheus = world.prometheus(CONFIG, "", Dialect::V3).await;
        world.run(&prometheus, 16 * SECOND).await;
        (ask(&prometheus, "up", 16), prometheus.scrapes())
    });
    assert_eq!(up, [r#"up{instance="gone:9", job="gone"} 0"#, r#"up{instance="shop:8080", job="shop"} 1"#]);
    assert!(scrapes.iter().all(|scrape| scrape.job == "shop"));
}

#[test]
fn a_scrape_lasts_as_long_as_time_says_and_fails_at_its_limit() {
    let (took, failed) = simulate(|clock| async move {
        let mut world = World::new(&clock);
        let sleeper = clock.clone();
        let route = axum::routing::get(move || {
            let (sleeper, at) = (sleeper.clone(), since(sleeper.now()));
            async move {
                sleeper.sleep(if at < 1.0 { 2 * SECOND } else { 12 * SECOND }).await;
                "one 1\n"
            }
        });
        world.serve("shop:8080", axum::Router::new().route("/metrics", route)).await;
        let prometheus = world.prometheus(CONFIG, "", Dialect::V3).await;
        world.run(&prometheus, 30 * SECOND).await;
        let took = ask(&prometheus, "scrape_duration_seconds{job=\"shop\"}[1m]", 31);
        (took, prometheus.scrapes().last().map(|scrape| scrape.outcome.clone()))
    });
    assert_eq!(took, [r#"scrape_duration_seconds{instance="shop:8080", job="shop"} 2@0 10@17"#]);
    assert!(matches!(failed, Some(ScrapeOutcome::Failed(why)) if why == "not done within 10s"));
}

#[test]
fn series_end_when_they_are_gone_and_when_a_scrape_fails() {
    let lines = simulate(|clock| async move {
        let mut world = World::new(&clock);
        let answer = |at: f64| match at as u64 {
            0 => text("a 1\nb 1\n"),
            15 => text("a 2\n"),
            30 => (500, "text/plain", "a 3\n".to_owned()),
            _ => text("a 4\nb 4\n"),
        };
        world.target("shop:8080", answer).await;
        let prometheus = world.prometheus(CONFIG, "", Dialect::V3).await;
        world.run(&prometheus, 46 * SECOND).await;
        [14, 16, 31, 46].map(|at| ask(&prometheus, r#"{__name__=~"a|b|up", job="shop"}"#, at).join(";"))
    });
    let lines = lines.map(|line| line.replace(r#"{instance="shop:8080", job="shop"}"#, ""));
    assert_eq!(lines, ["a 1;b 1;up 1", "a 2;up 1", "up 0", "a 4;b 4;up 1"]);
}

#[test]
fn a_target_shows_how_its_last_scrape_went() {
    let (errors, metadata) = simulate(|clock| async move {
        let mut world = World::new(&clock);
        world.target("shop:8080", |_| (404, "text/plain", String::new())).await;
        let prometheus = world.prometheus(CONFIG, "", Dialect::V3).await;
        world.run(&prometheus, SECOND).await;
        prometheus.read(|look| {
            let errors: Vec<_> = look.targets.iter().map(|target| target.last_error.clone()).collect();
            (errors, look.metadata.len())
        })
    });
    assert_eq!(errors, ["server returned HTTP status 404 Not Found", "connection refused"]);
    assert_eq!(metadata, 0);
}
