//! Tools, plans, promises, monitors, webhooks, exporters, diagrams.

use super::asked::bakery as found;

#[test]
fn a_part_has_one_tool() {
    let table = |tool: &str| {
        format!(
            "# Bakery\n\n| Concern | Purpose | Backend |\n|---|---|---|\n| Tracing | requests | Jaeger |\n| Logs | lines | {tool} |\n"
        )
    };
    let (splunk, loki, both) = (table("Splunk"), table("Loki"), table("Loki or Splunk"));
    assert_eq!(found("tools/disagree", &[("a.md", &splunk), ("b.md", &loki)]), ["error a.md:6 b.md:6"]);
    assert!(found("tools/disagree", &[("a.md", &splunk), ("b.md", &both)]).is_empty());
    let item = "# Bakery use\n\n- **Log Storage**: Graylog keeps them\n- **Audit logs**: Splunk\n";
    assert_eq!(found("tools/disagree", &[("a.md", &loki), ("b.md", item)]), ["error a.md:6 b.md:3"]);
    let sentence = "# Bakery use\n\nThe bakery exports traces to Zipkin.\n";
    assert_eq!(found("tools/disagree", &[("a.md", &loki), ("b.md", sentence)]), ["error a.md:5 b.md:3"]);
}

#[test]
fn another_place_or_time_may_have_another_tool() {
    let local = "# Bakery\n\n## Local Development\n\n- **Logs**: Loki\n";
    let production =
        "# Bakery\n\n## Production\n\n- **Logs**: CloudWatch\n\n## Migration\n\n- **Logs**: Graylog\n";
    assert!(found("tools/disagree", &[("a.md", local), ("b.md", production)]).is_empty());
}

#[test]
fn plans_are_for_what_is_not_there() {
    let text = "# Tracing and Dashboards\n\nThis describes the tracing of the bakery.\n\n## Dashboards\n\nx\n\n## Roadmap\n\n- Add dashboards\n- Add dashboards for the vans\n- Add more dashboards\n- Introduce alerting\n";
    assert_eq!(found("prose/planned-exists", &[("a.md", text)]), ["error a.md:11 a.md:1 a.md:3 a.md:5"]);
}

#[test]
fn a_promised_topic_is_taken_up() {
    let text = "# Bakery\n\nMetrics, dashboards and log aggregation of the bakery.\n\n## Metrics\n\nx\n\n## Grafana\n\nCheck the logs if it fails.\n";
    assert_eq!(found("prose/topic-missing", &[("a.md", text)]), ["warning a.md:3"]);
    let loki = format!("{text}\nLoki keeps them.\n");
    assert!(found("prose/topic-missing", &[("a.md", &loki)]).is_empty());
}

const MONITORS: &str = "# Uptime\n\n| Monitor | URL | Interval |\n|---|---|---|\n| Shop | `https://bakery.test/up` | 60s |\n| Ovens | `https://bakery.test/up` | 30s |\n| Feed | `wss://bakery.test/feed` | 60s |\n\n- Monitor Type: HTTP(s)\n";

#[test]
fn each_monitor_has_a_url_of_its_own() {
    assert_eq!(found("monitors/same-url", &[("a.md", MONITORS)]), ["warning a.md:5 a.md:6"]);
    let keyword = MONITORS.replace("Interval", "Keyword");
    assert!(found("monitors/same-url", &[("a.md", &keyword)]).is_empty());
}

#[test]
fn a_monitor_can_watch_its_url() {
    assert_eq!(found("monitors/scheme", &[("a.md", MONITORS)]), ["warning a.md:7 a.md:9"]);
    let socket = format!("{MONITORS}- Type: WebSocket, for the feed\n");
    assert!(found("monitors/scheme", &[("a.md", &socket)]).is_empty());
}

#[test]
fn webhooks_go_somewhere() {
    let text =
        "# Bakery\n\n## Webhooks\n\n```env\nORDER_WEBHOOKS_ENABLED=true\nORDER_WEBHOOKS_RETRIES=3\n```\n";
    assert_eq!(found("webhooks/no-destination", &[("a.md", text)]), ["error a.md:6 a.md:7"]);
    let url = text.replace("ORDER_WEBHOOKS_RETRIES=3", "ORDER_WEBHOOK_URL=https://bakery.test/in");
    assert!(found("webhooks/no-destination", &[("a.md", &url)]).is_empty());
    let register = format!("{text}\nReceivers register with a POST.\n");
    assert!(found("webhooks/no-destination", &[("a.md", &register)]).is_empty());
}

const SCRAPE: &str = "# Bakery\n\n## Targets\n\nMetrics:\n\n- Oven metrics\n- Node metrics (via node_exporter)\n- Till metrics (via till-exporter)\n\n```yaml\nscrape_configs:\n  - job_name: bakery\n    static_configs:\n      - targets: ['bakery:80', 'till_exporter:9']\n```\n";

#[test]
fn what_comes_by_an_exporter_is_scraped_from_it() {
    assert_eq!(found("exporters/not-scraped", &[("a.md", SCRAPE)]), ["warning a.md:8 a.md:13"]);
}

#[test]
fn an_alert_needs_the_exporter_of_its_metric() {
    let rules = "# Bakery rules\n\n```yaml\ngroups:\n- name: bakery\n  rules:\n  - alert: A\n    expr: mysql_up == 0\n  - alert: B\n    expr: node_load1 > 9\n```\n";
    assert_eq!(found("exporters/missing", &[("a.md", SCRAPE), ("b.md", rules)]), ["warning b.md:8"]);
    assert!(found("exporters/missing", &[("b.md", rules)]).is_empty());
    let job = SCRAPE.replace("job_name: bakery", "job_name: mysql");
    assert!(found("exporters/missing", &[("a.md", &job), ("b.md", rules)]).is_empty());
}

#[test]
fn metrics_go_to_what_scrapes_them() {
    let scrape = SCRAPE.replace("job_name: bakery", "job_name: oven");
    let drawn = |to: &str| {
        format!(
            "{scrape}\n```\n┌──────┐            ┌────────────┐\n│ Oven │            │ {to:<10} │\n│ :80  │──metrics──▶│ :9090      │\n└──────┘            └────────────┘\n```\n"
        )
    };
    assert_eq!(found("diagram/metrics-arrow", &[("a.md", &drawn("Grafana"))]), ["error a.md:21 a.md:13"]);
    // A longer name in the first box, put there without drawing the picture anew.
    let shifted = drawn("Grafana").replace("│ :80  │", "│ :80 old │");
    assert_eq!(found("diagram/metrics-arrow", &[("a.md", &shifted)]), ["error a.md:21 a.md:13"]);
    assert!(found("diagram/metrics-arrow", &[("a.md", &drawn("Prometheus"))]).is_empty());
    assert!(
        found("diagram/metrics-arrow", &[("a.md", &drawn("Grafana").replace("oven", "till"))]).is_empty()
    );
}
