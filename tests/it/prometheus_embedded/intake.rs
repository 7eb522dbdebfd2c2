//! Which series a scrape leaves, and which of its samples.

use probity::promql::Dialect;

use super::{SECOND, World, ask, text};
use crate::stage::simulate;

/// What every query below yields after scrapes at 0 s and 15 s that bring these bodies.
fn after(job: &str, bodies: [(u16, &'static str, String); 2], dialect: Dialect, query: &str) -> Vec<String> {
    simulate(|clock| async move {
        let mut world = World::new(&clock);
        let [first, second] = bodies;
        world.target("shop:8080", move |at| if at < 15.0 { first.clone() } else { second.clone() }).await;
        let config = format!(
            "scrape_configs:\n  - job_name: shop\n    scrape_interval: 15s\n{job}    static_configs:\n      - \
             targets: ['shop:8080']\n"
        );
        let prometheus = world.prometheus(&config, "", dialect).await;
        world.run(&prometheus, 16 * SECOND).await;
        ask(&prometheus, query, 16)
    })
}

fn twice(body: &str) -> [(u16, &'static str, String); 2] {
    [text(body), text(body)]
}

#[test]
fn labels_of_the_target_win_unless_it_is_told_otherwise() {
    let body = twice("a{job=\"own\",instance=\"\",exported_job=\"x\"} 1\n");
    let displaced = after("", body.clone(), Dialect::V3, "a");
    assert_eq!(
        displaced,
        [r#"a{exported_exported_job="own", exported_job="x", instance="shop:8080", job="shop"} 1"#]
    );
    let honored = after("    honor_labels: true\n", body, Dialect::V3, "a");
    assert_eq!(honored, [r#"a{exported_job="x", job="own"} 1"#]);
}

#[test]
fn relabelling_of_metrics_drops_and_renames() {
    let relabel = "    metric_relabel_configs:\n      - {source_labels: [__name__], regex: go_.*, action: drop}\n      \
                   - {source_labels: [__name__], regex: old, target_label: __name__, replacement: new}\n";
    let left =
        after(relabel, twice("go_x 1\nold 2\n"), Dialect::V3, r#"{job="shop", __name__!~"scrape_dur.*"}"#);
    let left: Vec<String> =
        left.iter().map(|line| line.replace(r#"{instance="shop:8080", job="shop"}"#, "")).collect();
    assert_eq!(
        left,
        [
            "new 2",
            "scrape_samples_post_metric_relabeling 1",
            "scrape_samples_scraped 2",
            "scrape_series_added 0",
            "up 1"
        ]
    );
}

#[test]
fn a_series_that_relabelling_leaves_without_a_name_fails_the_scrape() {
    let relabel = "    metric_relabel_configs:\n      - {regex: __name__, action: labeldrop}\n";
    assert_eq!(
        after(relabel, twice("a 1\n"), Dialect::V3, "up"),
        [r#"up{instance="shop:8080", job="shop"} 0"#]
    );
}

#[test]
fn a_scrape_over_its_limit_fails_and_is_counted_to_its_end() {
    let query = r#"{__name__=~"a|b|c|up|scrape_samples_scraped"}"#;
    let left = after("    sample_limit: 2\n", [text("a 1\n"), text("a 1\nb 1\nc 1\n")], Dialect::V3, query);
    let left: Vec<String> =
        left.iter().map(|line| line.replace(r#"{instance="shop:8080", job="shop"}"#, "")).collect();
    // What was read of it does not end with it, see below.
    assert_eq!(left, ["a 1", "scrape_samples_scraped 3", "up 0"]);
}

#[test]
fn series_that_were_read_before_the_fault_of_a_body_do_not_end_with_it() {
    for dialect in [Dialect::V2, Dialect::V3] {
        let left =
            after("", [text("a 1\nb 1\n"), text("a 2\n7&-\nb 2\n")], dialect, r#"{__name__=~"a|b|up"}"#);
        let left: Vec<String> =
            left.iter().map(|line| line.replace(r#"{instance="shop:8080", job="shop"}"#, "")).collect();
        assert_eq!(left, ["a 1", "up 0"]);
    }
}

#[test]
fn a_blank_before_a_sample_is_part_of_its_name_or_makes_it_invalid() {
    let metrics =
        |dialect| after("", twice(" a 1\n"), dialect, r#"count by (__name__) ({__name__=~" a|a"})"#);
    assert_eq!(metrics(Dialect::V3), [r#"{__name__=" a"} 1"#]);
    assert!(metrics(Dialect::V2).is_empty());
}

#[test]
fn what_is_no_exposition_fails_the_scrape() {
    for body in ["a 1\nb{ 2\n", "a 1\n<html>\n"] {
        let up = after("", twice(body), Dialect::V3, "up");
        assert_eq!(up, [r#"up{instance="shop:8080", job="shop"} 0"#], "{body}");
    }
    let open = [(200, "application/openmetrics-text; version=1.0.0", "a 1\n".to_owned()), text("")];
    assert_eq!(
        after("", open, Dialect::V3, "max_over_time(up[1m])"),
        [r#"{instance="shop:8080", job="shop"} 1"#]
    );
}

#[test]
fn only_2_42_takes_what_does_not_say_that_it_is_an_exposition() {
    let html = || (200, "text/html", "a 1\n".to_owned());
    let up = |dialect| after("", [html(), html()], dialect, "up");
    assert_eq!(up(Dialect::V3), [r#"up{instance="shop:8080", job="shop"} 0"#]);
    assert_eq!(up(Dialect::V2), [r#"up{instance="shop:8080", job="shop"} 1"#]);
}

#[test]
fn bounds_are_written_as_the_release_writes_them() {
    let body = "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n";
    let le = |dialect| after("", twice(body), dialect, r#"count by (le) (h_bucket{le!="+Inf"})"#);
    assert_eq!(le(Dialect::V3), [r#"{le="1.0"} 1"#]);
    assert_eq!(le(Dialect::V2), [r#"{le="1"} 1"#]);
}

#[test]
fn samples_with_times_of_their_own_neither_follow_the_scrapes_nor_end_with_them() {
    let at = |seconds: i64| 1_767_225_600_000 + 1000 * seconds;
    let first = text(&format!("a 1 {}\n", at(-5)));
    let all = after("", [first.clone(), text("b 1\n")], Dialect::V3, "a[1m]");
    assert_eq!(all, [r#"a{instance="shop:8080", job="shop"} 1@-5"#]);
    let all = after("    honor_timestamps: false\n", [first, text("b 1\n")], Dialect::V3, "a[1m]");
    assert_eq!(all, [r#"a{instance="shop:8080", job="shop"} 1@0"#]);
}

#[test]
fn of_one_time_the_first_sample_counts() {
    let all = after("", twice("a 1\na 2\n"), Dialect::V3, "a[1m]");
    assert_eq!(all, [r#"a{instance="shop:8080", job="shop"} 1@0 1@15"#]);
}
