//! Metrics, alerts and objectives that places promise differently, and numbers said again.

use super::asked::parcels as found;

const NONE: [&str; 0] = [];

#[test]
fn a_metric_has_one_type() {
    let a = "# A\n| Metric | Type | Description |\n|---|---|---|\n| `parcel_open_orders` | Gauge | Open orders |\n";
    let b = "# B\n- `parcel_open_orders` (counter): open orders\n";
    assert_eq!(found("metrics/type-differs", &[("a.md", a), ("b.md", b)]), ["a.md:4 gauge; b.md:2 counter"]);
    assert_eq!(found("metrics/type-differs", &[("a.md", a), ("b.md", &b.replace("counter", "gauge"))]), NONE);
}

#[test]
fn a_metric_has_one_set_of_labels() {
    let a = "# A\n| Name | Kind | Labels |\n|---|---|---|\n| `parcel_orders_total` | counter | `shop`, `status` |\n";
    let b = "# B\n| Metric | Type | Meaning |\n|---|---|---|\n| `parcel_orders_total` | counter | Orders by country |\n";
    assert_eq!(
        found("metrics/labels-differ", &[("a.md", a), ("b.md", b)]),
        ["a.md:4 shop, status; b.md:4 by country"]
    );
    for other in [
        "Orders by status and shop",
        "Orders by shop",
        "Orders counted by the shop",
        "Orders placed by customers",
    ] {
        let b = b.replace("Orders by country", other);
        assert_eq!(found("metrics/labels-differ", &[("a.md", a), ("b.md", &b)]), NONE, "{other}");
    }
    let code =
        "# C\n```python\nORDERS = Counter(\n    \"parcel_orders\", \"Orders\", [\"shop\", \"code\"])\n```\n";
    assert_eq!(
        found("metrics/labels-differ", &[("a.md", a), ("c.md", code)]),
        ["a.md:4 shop, status; c.md:4 code, shop"]
    );
}

#[test]
fn queries_are_by_labels_that_are_promised() {
    let a = "# A\n| Metric | Type | Labels |\n|---|---|---|\n| `parcel_wait_seconds` | Histogram | shop |\n";
    let query = "# B\n```promql\nhistogram_quantile(0.9, sum by (le, country) (rate(parcel_wait_seconds_bucket{shop=\"x\"}[5m])))\n```\n";
    assert_eq!(
        found("metrics/label-unknown", &[("a.md", a), ("b.md", query)]),
        ["b.md:3 country; a.md:4 shop"]
    );
    let ok = query.replace("country", "instance, shop");
    assert_eq!(found("metrics/label-unknown", &[("a.md", a), ("b.md", &ok)]), NONE);
}

fn alert(name: &str, expr: &str, rest: &str) -> String {
    format!(
        "# R\n```yaml\ngroups:\n  - name: g\n    rules:\n      - alert: {name}\n        expr: {expr}\n{rest}```\n"
    )
}

#[test]
fn an_alert_has_one_threshold_duration_and_severity() {
    let a = alert(
        "SlowOrders",
        "histogram_quantile(0.9, rate(parcel_order_duration_seconds_bucket[5m])) > 3",
        "        for: 5m\n",
    );
    let b = alert(
        "ParcelSlowOrders",
        "histogram_quantile(0.9, sum by (le) (rate(parcel_order_latency_seconds_bucket[1m]))) > 4",
        "        for: 300s\n",
    );
    assert_eq!(found("alerts/values-differ", &[("a.md", &a), ("b.md", &b)]), ["a.md:7 > 3; b.md:7 > 4"]);
    let table = "# T\n| Alert | Threshold | For | Severity |\n|---|---|---|---|\n| `SlowOrders` | > 3s | 10 minutes | warning |\n";
    assert_eq!(found("alerts/values-differ", &[("a.md", &a), ("t.md", table)]), ["a.md:8 5m; t.md:4 600 s"]);
    let other = alert("SlowOrders", "parcel_orders_waiting > 4", "        for: 5m\n");
    assert_eq!(found("alerts/values-differ", &[("a.md", &a), ("b.md", &other)]), NONE);
}

#[test]
fn steps_of_one_alert_are_no_contradiction() {
    let steps = "        labels: {severity: warning}\n      - alert: Backlog\n        expr: parcel_queue_depth > 100\n        labels: {severity: critical}\n";
    let a = alert("Backlog", "parcel_queue_depth > 10", steps);
    assert_eq!(found("alerts/values-differ", &[("a.md", &a)]), NONE);
}

#[test]
fn an_alert_has_one_name() {
    let a = alert("ParcelSlowOrders", "parcel_wait > 1", "");
    let table = "# T\n| Category | Alerts |\n|---|---|\n| Speed | `SlowOrders`, `AgentSlowOrders` |\n";
    assert_eq!(
        found("alerts/named-twice", &[("a.md", &a), ("t.md", table)]),
        ["a.md:6 ParcelSlowOrders; t.md:4 SlowOrders"]
    );
    let b = alert(
        "SlowOrders",
        "parcel_wait > 1",
        "      - alert: ParcelSlowOrders\n        expr: parcel_stay > 2\n",
    );
    assert_eq!(found("alerts/named-twice", &[("a.md", &b)]), NONE);
}

#[test]
fn texts_say_what_conditions_say() {
    let text = "        for: 5m\n        annotations:\n          summary: \"Errors above 10%\"\n          description: \"The 95th percentile has been slow for 10 minutes\"\n";
    let a = alert(
        "Errors",
        "sum(rate(parcel_errors_total[5m])) / sum(rate(parcel_orders_total[5m])) > 0.05",
        text,
    );
    let found_texts = found("alerts/text-differs", &[("a.md", &a)]);
    assert_eq!(found_texts.len(), 2, "{found_texts:?}");
    let ok = a.replace("10%", "5%").replace("10 minutes", "5 minutes");
    assert_eq!(found("alerts/text-differs", &[("a.md", &ok)]), NONE);
    let title =
        "# Q\n```promql\n# P99 wait\nhistogram_quantile(0.95, rate(parcel_wait_seconds_bucket[5m]))\n```\n";
    assert_eq!(found("query/percentile-differs", &[("a.md", title)]).len(), 1);
    assert_eq!(found("query/percentile-differs", &[("a.md", &title.replace("0.95", "0.99"))]), NONE);
}

#[test]
fn objectives_agree_and_parts_keep_the_whole() {
    let a = "# A\n## SLOs\n| SLO | Target |\n|---|---|\n| API Availability | 99.9% |\n| P95 Latency | < 300ms |\n";
    let b = "# B\n## Availability SLO\n| Service | Target |\n|---|---|\n| API | 99.95% |\n## Latency targets\n| Endpoint | p50 | p95 |\n|---|---|---|\n| `/orders` | 50ms | 1s |\n| `/health` | 5ms | 300ms |\n";
    assert_eq!(found("objectives/disagree", &[("a.md", a), ("b.md", b)]), ["a.md:5 99.9%; b.md:5 99.95%"]);
    assert_eq!(
        found("objectives/part-exceeds-whole", &[("a.md", a), ("b.md", b)]),
        ["a.md:6 < 300ms; b.md:9 /orders: 1s"]
    );
    let agreeing = b.replace("99.95", "99.9").replace("1s", "0.2s");
    assert_eq!(found("objectives/disagree", &[("a.md", a), ("b.md", &agreeing)]), NONE);
    assert_eq!(found("objectives/part-exceeds-whole", &[("a.md", a), ("b.md", &agreeing)]), NONE);
}

#[test]
fn budgets_follow_from_objectives() {
    let right = "# A\n- 99.9% availability = 43 minutes/month downtime budget\n- 99.5% leaves 3.6 hours per month of downtime\n\nA 99.99% SLO = 0.01% error budget = ~4.4 minutes/month.\n\n| SLO | Downtime per year |\n|---|---|\n| 99.9% | 8.76 hours |\n";
    assert_eq!(found("objectives/budget-wrong", &[("a.md", right)]), NONE);
    for (from, to) in
        [("43 min", "53 min"), ("3.6 hours", "6.3 hours"), ("0.01%", "0.1%"), ("8.76 hours", "87.6 hours")]
    {
        let wrong = right.replace(from, to);
        assert_eq!(found("objectives/budget-wrong", &[("a.md", &wrong)]).len(), 1, "{to}");
    }
}

#[test]
fn comments_say_what_lines_say() {
    let right = "# A\n```python\nsampler = TraceIdRatioBased(0.1)  # Sample 10% of traces\ndelay_ms=5000,  # 5 seconds\ncooldown = 60  # one every 1 minute\nsize = 2048  # 5 seconds of spans\nscrape_interval: 15s  # default is 1 minute\n```\n";
    assert_eq!(found("values/restated-wrong", &[("a.md", right)]), NONE);
    for (from, to) in
        [("10%", "20%"), ("# 5 seconds\ncool", "# 50 seconds\ncool"), ("1 minute\nsize", "2 minutes\nsize")]
    {
        let wrong = right.replace(from, to);
        assert_eq!(found("values/restated-wrong", &[("a.md", &wrong)]).len(), 1, "{to}");
    }
}

#[test]
fn intervals_are_the_tables() {
    let a = "# A\n## Checks\n| Check | Interval |\n|---|---|\n| Home | 30s |\n| Shop | 30s |\n\n- Heartbeat interval: 60 seconds\n";
    assert_eq!(
        found("objectives/interval-restated", &[("a.md", a)]),
        ["a.md:8 Heartbeat interval: 60 seconds; a.md:5 30s"]
    );
    let mixed = a.replace("Shop | 30s", "Shop | 60s");
    assert_eq!(found("objectives/interval-restated", &[("a.md", &mixed)]), NONE);
}

#[test]
fn lists_describe_alerts_too() {
    let a = alert(
        "SlowOrders",
        "histogram_quantile(0.9, rate(parcel_order_duration_seconds_bucket[5m])) > 3",
        "        for: 5m\n",
    );
    let list =
        "# L\n- `SlowOrders`: orders take more than 2 seconds for 5 minutes\n- `OtherThing`: above 7\n";
    assert_eq!(found("alerts/values-differ", &[("a.md", &a), ("l.md", list)]).len(), 1);
    assert_eq!(
        found("alerts/values-differ", &[("a.md", &a), ("l.md", &list.replace("2 seconds", "3 seconds"))]),
        NONE
    );
}

#[test]
fn a_label_has_one_name() {
    let a = "# A\n```promql\nsum(rate(parcel_orders_total{status=\"500\"}[5m]))\n```\n";
    let b = "# B\n```promql\nsum by (code) (rate(parcel_orders_total[5m]))\n```\n";
    assert_eq!(
        found("metrics/label-named-two-ways", &[("a.md", a), ("b.md", b)]),
        ["a.md:3 status; b.md:3 code"]
    );
    assert_eq!(
        found("metrics/label-named-two-ways", &[("a.md", a), ("b.md", &b.replace("orders", "bills"))]),
        NONE
    );
}
