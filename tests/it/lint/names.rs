//! Names of metrics that disagree, that no list has, that no contract has.

use super::asked::themselves as found;

const LIST: &str = "# Metrics of Bakery\n\n\
    | Name | Kind | Labels |\n|---|---|---|\n\
    | `bakery_http_requests_total` | counter | route |\n\
    | `bakery_orders_active` | gauge | - |\n\
    | `bakery_oven_response_time_seconds` | histogram | oven |\n";

#[test]
fn one_signal_has_one_name() {
    let other = "# Queries\n\n```promql\nsum(rate(bakery_requests_total[5m]))\n\nbakery_orders_in_progress\n\n\
        histogram_quantile(0.9, sum(rate(bakery_oven_latency_seconds_bucket[5m])) by (le))\n```\n";
    assert_eq!(
        found("metrics/several-names", &[("a.md", LIST), ("b.md", other)]),
        ["error a.md:5 b.md:4", "error a.md:6 b.md:6", "error a.md:7 b.md:8"]
    );
}

#[test]
fn a_rule_in_the_same_document_may_differ_from_its_list() {
    let rule = "## Alerts\n\n```yaml\ngroups:\n- name: bakery\n  rules:\n  - alert: Busy\n    expr: bakery_running_orders > 9\n```\n";
    let both = format!("{LIST}\n{rule}");
    assert_eq!(found("metrics/several-names", &[("a.md", &both)]), ["error a.md:6 a.md:16"]);
}

#[test]
fn names_that_are_listed_side_by_side_are_two_metrics() {
    let two = format!(
        "{LIST}| `bakery_api_requests_total` | counter | route |\n| `bakery_orders_total` | counter | - |\n"
    );
    let query = "# Queries\n\n```promql\nrate(bakery_api_requests_total[5m])\n\nbakery_orders_active\n```\n";
    assert!(found("metrics/several-names", &[("a.md", &two), ("b.md", query)]).is_empty());
}

#[test]
fn others_metrics_and_other_products_are_let_be() {
    let query = "# Queries of Bakery\n\n```promql\nredis_connected_clients\n\nnode_memory_active_bytes\n```\n\nbakery-api bakery-db bakery-web\n";
    let florist = "# Florist\n\n| Metric | Type |\n|---|---|\n| `florist_orders_in_progress` | gauge |\n| `florist_requests_total` | counter |\n| `florist_x_total` | counter |\n";
    assert!(found("metrics/several-names", &[("a.md", LIST), ("b.md", query), ("c.md", florist)]).is_empty());
    assert!(found("metrics/unlisted", &[("a.md", LIST), ("b.md", query), ("c.md", florist)]).is_empty());
}

#[test]
fn what_is_read_is_listed() {
    let other = "# Bakery queries\n\n```promql\nbakery_flour_kilograms\n\nrate(bakery_http_requests_total[5m])\n\n\
        rate(bakery_oven_response_time_seconds_count[5m])\n```\n\n```bash\ncurl localhost/metrics | grep bakery_flour_kilograms\n```\n";
    assert_eq!(found("metrics/unlisted", &[("a.md", LIST), ("b.md", other)]), ["warning b.md:4 a.md:5"]);
}

#[test]
fn without_a_list_nothing_is_unlisted() {
    let other = "# Bakery queries\n\n```promql\nbakery_flour_kilograms\n```\n";
    assert!(found("metrics/unlisted", &[("b.md", other)]).is_empty());
    // What a rule records exists by that.
    let recorded = "# Rules\n\n```yaml\ngroups:\n- name: bakery\n  rules:\n  - record: bakery_flour_used\n    expr: sum(bakery_orders_active)\n\
        \x20 - alert: Flour\n    expr: bakery_flour_used > 3\n```\n";
    assert!(found("metrics/unlisted", &[("a.md", LIST), ("b.md", recorded)]).is_empty());
}

#[test]
fn deployed_rules_read_what_a_contract_promises() {
    let contract = "contract: bakery/main\ndocument: a.md\nclauses:\n  - id: orders\n    source: { heading: Metrics, quote: x }\n    promise:\n      metric: { name: bakery_orders_active, type: gauge }\n";
    let rules = "groups:\n- name: bakery\n  rules:\n  - alert: A\n    expr: bakery_orders_active > 1\n  - alert: B\n    expr: bakery_flour_kilograms < 1\n\
        \x20 - alert: C\n    expr: bakery_orders_active > 2\n";
    assert_eq!(
        found("metrics/no-clause", &[("contracts/a.yaml", contract), ("bakery.rules.yml", rules)]),
        ["warning bakery.rules.yml:7"]
    );
    assert!(found("metrics/no-clause", &[("bakery.rules.yml", rules)]).is_empty());
}
