//! Queries: what no server takes, what never has a result, what is read as the wrong kind.

use probity::prove::{Corpus, Input, lint};

/// What a rule finds in documents, as `file:line severity says`, a finding a line.
fn found(rule: &str, documents: &[(&str, &str)]) -> Vec<String> {
    let inputs = documents.iter().map(|(name, text)| Input {
        name: (*name).into(),
        text: (*text).into(),
        damaged: None,
    });
    let findings =
        lint(&Corpus::read(inputs.collect())).findings.into_iter().filter(|finding| finding.rule == rule);
    let shown = findings.map(|finding| {
        let places: Vec<String> = finding
            .places
            .iter()
            .map(|noted| format!("{}:{} {}", noted.place.file, noted.place.line, noted.says))
            .collect();
        format!("{} {}", finding.severity.name(), places.join(" | "))
    });
    shown.collect()
}

fn promql(queries: &str) -> String {
    format!("# Shop\n\n```promql\n{queries}\n```\n")
}

fn alert(expr: &str) -> String {
    format!(
        "# Shop\n\n```yaml\ngroups:\n  - name: shop\n    rules:\n      - alert: Bad\n        expr: {expr}\n```\n"
    )
}

fn in_query(rule: &str, queries: &str) -> Vec<String> {
    found(rule, &[("shop.md", &promql(queries))])
}

fn in_alert(rule: &str, expr: &str) -> Vec<String> {
    found(rule, &[("shop.md", &alert(expr))])
}

#[test]
fn a_query_that_does_not_parse_is_shown_with_its_line() {
    let bad = in_query(
        "query/syntax",
        "# fine\nrate(shop_orders_total[5m])\n\n# slow\nhistogram_quantile(0.9, rate(shop_seconds_bucket[5m])) by (job)",
    );
    assert_eq!(bad, ["error shop.md:8 histogram_quantile(0.9, rate(shop_seconds_bucket[5m])) by (job)"]);
    assert_eq!(in_query("query/syntax", "sum(rate(shop_orders_total[5m])").len(), 1);
}

#[test]
fn queries_on_neighbouring_lines_and_queries_of_many_lines_are_no_mistakes() {
    for good in [
        "rate(shop_orders_total[5m])\nshop_carts_active\nsum by (job) (up)",
        "sum(rate(shop_errors_total[5m]))\n# by\n/ sum(rate(shop_orders_total[5m]))",
        "sum by (job) (\n  rate(shop_orders_total[5m])\n)\n\n/\n\nsum by (job) (up)",
        "rate(shop_orders_total{job=\"$job\"}[$__rate_interval])",
        "<metric>{label=\"value\"}",
        "sum(rate(shop_orders_total[5m])) > $threshold",
    ] {
        assert_eq!(in_query("query/syntax", good), [""; 0], "{good}");
    }
}

#[test]
fn quantiles_need_buckets_with_le() {
    assert_eq!(in_query("query/buckets", "histogram_quantile(0.9, rate(shop_seconds_bucket[5m]))").len(), 1);
    let lost =
        in_query("query/buckets", "histogram_quantile(0.9, sum by (job) (rate(shop_seconds_bucket[5m])))");
    assert_eq!(lost, ["error shop.md:4 sum by (job) (rate(shop_seconds_bucket[5m]))"]);
    assert_eq!(
        in_query("query/buckets", "histogram_quantile(95, sum by (le) (rate(shop_seconds_bucket[5m])))")
            .len(),
        1
    );
    assert_eq!(
        in_query("query/buckets", "histogram_quantile(0.9, sum by (le) (rate(shop_seconds_count[5m])))")
            .len(),
        1
    );
    for good in [
        "histogram_quantile(0.9, sum by (le, job) (rate(shop_seconds_bucket[5m])))",
        "histogram_quantile(0.9, sum(rate(shop_seconds_bucket[5m])) without (pod))",
        "max(histogram_quantile(0.9, rate(shop_seconds_bucket[5m])))",
        "histogram_quantile(0.9, sum(rate(shop_seconds[5m])))",
    ] {
        assert_eq!(in_query("query/buckets", good), [""; 0], "{good}");
    }
}

#[test]
fn conditions_that_cannot_hold() {
    for bad in [
        "count(up == 1) == 0",
        "count by (job) (shop_workers) < 1",
        "up > 1",
        "absent(up) == 0",
        "sum(rate(shop_orders_total{status=\"failed\"}[5m])) / sum(rate(shop_orders_total[5m])) > 5",
        "1 - sum(rate(shop_hits_total{a=\"b\"}[5m])) / sum(rate(shop_hits_total[5m])) > 1",
        "shop_hits_total / (shop_hits_total + shop_misses_total) < 90",
        "sum(rate(shop_orders_total{status=\"ok\"}[5m])) / sum(rate(shop_orders_total[5m])) * 100 > 100",
    ] {
        assert_eq!(in_alert("query/never", bad).len(), 1, "{bad}");
    }
    let likely = in_alert("query/never", "rate(shop_errors_total[5m]) / rate(shop_orders_total[5m]) > 5");
    assert!(likely[0].starts_with("warning"), "{likely:?}");
    for good in [
        "count(up == 0) > 3",
        "count(shop_workers) > 0",
        "(count(up == 1) or vector(0)) == 0",
        "sum(up) == 0",
        "up == 0",
        "sum(rate(shop_orders_total{status=\"failed\"}[5m])) / sum(rate(shop_orders_total[5m])) > 0.05",
        "sum(rate(shop_orders_total{status=\"failed\"}[5m])) / sum(rate(shop_orders_total[5m])) * 100 > 5",
        "rate(shop_bytes_total[5m]) / rate(shop_orders_total[5m]) > 5",
        "rate(shop_seconds_sum[5m]) / rate(shop_seconds_count[5m]) > 5",
        "shop_jobs_queued / shop_workers > 5",
        "histogram_quantile(0.9, sum by (le) (rate(shop_seconds_bucket[5m]))) > 2",
    ] {
        assert_eq!(in_alert("query/never", good), [""; 0], "{good}");
    }
}

#[test]
fn patterns_belong_behind_a_tilde() {
    assert_eq!(
        in_query("query/matcher", "shop_orders_total{status=\"5..\"}"),
        ["warning shop.md:4 status=\"5..\""]
    );
    assert_eq!(in_query("query/matcher", "shop_orders_total{status=\"a|b\"}").len(), 1);
    for good in
        ["shop_orders_total{status=~\"5..\", v=\"1.2.3\", path=\"/a/.*\"}", "x{instance=\"shop:9090\"}"]
    {
        assert_eq!(in_query("query/matcher", good), [""; 0], "{good}");
    }
}

#[test]
fn counters_and_gauges_are_not_mistaken_for_each_other() {
    let table = "\n| Name | Type |\n|---|---|\n| `shop_carts` | Gauge |\n| `shop_visits` | Counter |\n";
    let with_table = |query: &str| found("query/kind", &[("shop.md", &format!("{}{table}", promql(query)))]);
    assert_eq!(with_table("rate(shop_carts[5m])"), ["warning shop.md:4 shop_carts[5m] | shop.md:9 gauge"]);
    assert_eq!(with_table("delta(shop_visits[5m])").len(), 1);
    assert_eq!(with_table("deriv(shop_orders_total[5m])").len(), 1);
    assert_eq!(with_table("shop_a_total / (shop_a_total + shop_b_total)"), ["note shop.md:4 shop_a_total"]);
    for good in [
        "rate(shop_visits[5m])",
        "delta(shop_carts[5m])",
        "shop_carts > 5",
        "shop_orders_total",
        "absent(shop_orders_total) > 0",
    ] {
        assert_eq!(with_table(good), [""; 0], "{good}");
    }
    assert!(in_alert("query/kind", "shop_errors_total > 100")[0].starts_with("warning"));
    // Another system's table says nothing of this one's metrics.
    let other =
        format!("# Bank\n\nbank_a bank_b bank_c bank_d\n{}", table.replace("shop_visits", "bank_visits"));
    assert_eq!(
        found("query/kind", &[("bank.md", &other), ("shop.md", &promql("rate(shop_carts[5m])\nshop_x_y"))]),
        [""; 0]
    );
}

#[test]
fn both_sides_need_the_same_labels() {
    let bad = in_alert("query/labels", "sum by (job) (shop_a) / sum by (job, pod) (shop_b) > 1");
    assert_eq!(bad, ["error shop.md:8 sum by (job) (shop_a) | shop.md:8 sum by (job, pod) (shop_b)"]);
    for good in [
        "sum by (job) (shop_a) / on (job) group_right () sum by (job, pod) (shop_b) > 1",
        "sum by (job) (shop_a) / ignoring (pod) group_right () sum by (job, pod) (shop_b) > 1",
        "sum by (job) (shop_a) / sum by (job) (shop_b) > 1",
        "sum by (job) (shop_a) or vector(0)",
        "sum by (job) (shop_a) > 5",
        "sum by (job) (shop_a) / scalar(sum(shop_b)) > 1",
    ] {
        assert_eq!(in_alert("query/labels", good), [""; 0], "{good}");
    }
}

#[test]
fn logql_is_checked_in_blocks_with_and_without_a_language() {
    let page = |lang: &str, code: &str| format!("# Logs\n\n```{lang}\n{code}\n```\n");
    let of = |text: String| found("query/logql", &[("logs.md", &text)]);
    let bad = of(page("logql", "# errors\n{app=\"shop\"} |= \"error\"\n\n# rate\nsum(rate({app=\"shop\"}))"));
    assert_eq!(bad, ["error logs.md:8 sum(rate({app=\"shop\"}))"]);
    assert_eq!(of(page("", "{app=\"shop\"} | json | level=error")).len(), 1);
    let good = "{app=\"shop\"} |= \"error\"\n{app=\"shop\"}\n  | json\n  | level=\"error\"\nsum by (pod) (\n  count_over_time({app=\"shop\"}[5m])\n)";
    assert_eq!(of(page("logql", good)), [""; 0]);
}

#[test]
fn queries_in_tables_and_unnamed_blocks_are_read_too() {
    let table = "# Shop\n\n| Panel | Query |\n|---|---|\n| a | `sum(rate(shop_a_total[5m])) by (job)` |\n| b | `rate(shop_a_total[5m]) by (job)` |\n\nUse `rate(x)` or `increase(x[5m])`; see `sum(...)`.\n";
    assert_eq!(
        found("query/syntax", &[("shop.md", table)]),
        ["error shop.md:6 rate(shop_a_total[5m]) by (job)"]
    );
    let block = "# Shop\n\n```\nhistogram_quantile(0.9, rate(shop_seconds_bucket[5m])) by (job)\n```\n\n```\nsum of (all) things [5m]\n```\n";
    assert_eq!(found("query/syntax", &[("shop.md", block)]).len(), 1);
    // Loki's ruler has rules of the same form.
    assert_eq!(in_alert("query/syntax", "'sum(rate({app=\"shop\"} |= \"error\" [5m])) > 1'"), [""; 0]);
}

#[test]
fn series_for_every_state_are_summed_or_named() {
    assert_eq!(in_alert("query/split", "'pg_stat_activity_count{datname=\"shop\"} > 80'").len(), 1);
    for good in [
        "sum(pg_stat_activity_count) > 80",
        "'pg_stat_activity_count{state=\"idle\"} > 80'",
        "shop_connections > 80",
    ] {
        assert_eq!(in_alert("query/split", good), [""; 0], "{good}");
    }
}
