//! Templates of alerts and notifications, and units that are shown.

use super::asked::shop as found;

fn alert(expr: &str, description: &str) -> String {
    format!(
        "# Shop\n\n```yaml\ngroups:\n  - name: shop\n    rules:\n      - alert: Bad\n        expr: {expr}\n        labels:\n          severity: page\n        annotations:\n          description: '{description}'\n```\n"
    )
}

fn receiver(field: &str) -> String {
    format!(
        "# Shop\n\n```yaml\nroute:\n  receiver: a\nreceivers:\n  - name: a\n    slack_configs:\n      - {field}\n```\n"
    )
}

const SHARE: &str =
    "sum(rate(shop_orders_total{status=\"failed\"}[5m])) / sum(rate(shop_orders_total[5m])) > 0.1";
const PERCENT: &str =
    "100 * sum(rate(shop_orders_total{status=\"failed\"}[5m])) / sum(rate(shop_orders_total[5m])) > 10";

#[test]
fn templates_that_prometheus_refuses() {
    for bad in [
        "{{ $value",
        "{{ $value | humanise }}",
        "{{ $label.pod }}",
        "{{ $value * 100 }}",
        "{{ if $value }}x",
        "{{ .CommonLabels.pod }}",
        "{{ printf \"%.2f $value }}",
        "{{ }}",
        "{ $value }",
    ] {
        assert_eq!(found("template/syntax", &alert("up == 0", bad)).len(), 1, "{bad}");
    }
    for good in [
        "{{ $value | humanizePercentage }} {{ $labels.pod }}{{- \" }}\" -}}",
        "{{ printf \"%.1f\" $value }} {{ .Labels.pod }} {{ $externalURL }}",
        "{{ with query \"up\" }}{{ . | first | value }}{{ .Anything }}{{ end }}",
        "{{ range $i, $e := query \"up\" }}{{ $e.Labels.x }}{{ else }}-{{ end }}",
        "{{ if gt $value 5.0 }}{{ $x := 1 }}{{ $x }}{{ else if eq $value -1.5 }}a{{ end }}",
        "no template {1} }}",
    ] {
        assert_eq!(found("template/syntax", &alert("up == 0", good)), [""; 0], "{good}");
    }
}

#[test]
fn templates_that_alertmanager_refuses() {
    for bad in [
        "title: '{{ $labels.pod }}'",
        "title: '{{ .Labels.pod }}'",
        "text: '{{ .CommonLabels.pod | upper }}'",
        "text: '{{ range .Alerts }}x'",
    ] {
        assert_eq!(found("template/syntax", &receiver(bad)).len(), 1, "{bad}");
    }
    for good in [
        "title: '{{ .Status | toUpper }} {{ .CommonAnnotations.summary }}'",
        "text: '{{ range .Alerts }}{{ .Labels.pod }} {{ .Annotations.x }}{{ end }}'",
        "text: '{{ template \"slack.default.text\" . }}{{ (index .Alerts 0).Labels.pod }}'",
    ] {
        assert_eq!(found("template/syntax", &receiver(good)), [""; 0], "{good}");
    }
}

#[test]
fn labels_that_are_summed_away_print_nothing() {
    let bad = found(
        "template/label",
        &alert("sum by (job) (rate(shop_a_total[5m])) > 1", "{{ $labels.pod }} of {{ $labels.job }}"),
    );
    assert_eq!(bad, ["error 12 {{ $labels.pod }} | 8 sum by (job) (rate(shop_a_total[5m]))"]);
    for bad in ["{{ $labels.severity }}", "{{ .Labels.pod }}", "{{ index $labels \"pod\" }}"] {
        assert_eq!(found("template/label", &alert("sum(shop_a) > 1", bad)).len(), 1, "{bad}");
    }
    for (expr, text) in [
        ("sum by (job) (shop_a) > 1", "{{ $labels.job }}"),
        ("sum without (pod) (shop_a) > 1", "{{ $labels.job }}"),
        ("topk(3, shop_a) > 1", "{{ $labels.pod }}"),
        ("absent(up{job=\"shop\"})", "{{ $labels.job }}"),
        ("label_replace(sum(shop_a), \"pod\", \"x\", \"\", \"\") > 1", "{{ $labels.pod }}"),
        ("shop_a * on (pod) group_left (node) shop_info > 1", "{{ $labels.node }} {{ $labels.zone }}"),
        ("sum(shop_a) > 1", "{{ if $labels.pod }}x{{ end }}"),
    ] {
        assert_eq!(found("template/label", &alert(expr, text)), [""; 0], "{expr}");
    }
}

#[test]
fn a_share_is_no_percentage() {
    let bad = found("unit/percent", &alert(SHARE, "{{ $value }}% fail"));
    assert!(bad[0].starts_with("warning 12 {{ $value }}% fail | 8 "), "{bad:?}");
    assert_eq!(found("unit/percent", &alert(SHARE, "{{ printf \"%.2f\" $value }} percent")).len(), 1);
    assert_eq!(found("unit/percent", &alert(PERCENT, "{{ $value | humanizePercentage }}")).len(), 1);
    for (expr, text) in [
        (SHARE, "{{ $value | humanizePercentage }}"),
        (SHARE, "{{ $value }}"),
        (PERCENT, "{{ $value }}%"),
        ("shop_anything > 5", "{{ $value }}%"),
        ("shop_used_bytes / shop_items > 5", "{{ $value }}%"),
    ] {
        assert_eq!(found("unit/percent", &alert(expr, text)), [""; 0], "{expr} {text}");
    }
}

#[test]
fn panels_and_captions_say_the_right_unit() {
    let panel = |expr: &str, title: &str, unit: &str| {
        let expr = expr.split(" > ").next().unwrap_or_default().replace('"', "\\\"");
        format!(
            "# Shop\n\n```json\n{{\"panels\": [{{\n\"title\": \"{title}\", \"type\": \"stat\",\n\"fieldConfig\": {{\"defaults\": {{\"unit\": \"{unit}\"}}}},\n\"targets\": [{{\"expr\": \"{expr}\"}}]\n}}]}}\n```\n"
        )
    };
    assert!(found("unit/percent", &panel(SHARE, "Errors", "percent"))[0].starts_with("warning 6 percent"));
    assert_eq!(found("unit/percent", &panel(PERCENT, "Errors", "percentunit")).len(), 1);
    assert_eq!(found("unit/percent", &panel(SHARE, "Errors (%)", "short")).len(), 1);
    assert_eq!(found("unit/time", &panel("max(shop_a_seconds)", "Slow", "ms")).len(), 1);
    for good in [
        panel(SHARE, "Errors (%)", "percentunit"),
        panel(PERCENT, "Errors (%)", "percent"),
        panel(SHARE, "99th percentile", "short"),
    ] {
        assert_eq!(found("unit/percent", &good), [""; 0]);
    }
    let query = SHARE.split(" > ").next().unwrap_or_default();
    let shown = |caption: &str| format!("# Shop\n\n```promql\n# {caption}\n{query}\n```\n");
    assert_eq!(found("unit/percent", &shown("Failed orders (%)")).len(), 1);
    assert_eq!(found("unit/percent", &shown("Failed orders")), [""; 0]);
}

#[test]
fn legends_name_labels_that_are_there() {
    let panel = |legend: &str| {
        format!(
            "# Shop\n\n```json\n{{\"panels\": [{{\"targets\": [{{\"expr\": \"sum by (job) (up)\",\n\"legendFormat\": \"{legend}\"}}]}}]}}\n```\n"
        )
    };
    assert_eq!(found("query/legend", &panel("{{pod}}")), ["warning 5 {{pod}} | 4 sum by (job) (up)"]);
    assert_eq!(found("query/legend", &panel("{{ job }} p95")), [""; 0]);
}

#[test]
fn seconds_are_no_milliseconds() {
    let slow = "histogram_quantile(0.9, sum by (le) (rate(shop_seconds_bucket[5m]))) > 1";
    assert_eq!(found("unit/time", &alert(slow, "takes {{ $value }}ms")).len(), 1);
    assert_eq!(found("unit/time", &alert("shop_lag_ms > 5", "{{ $value | humanizeDuration }}")).len(), 1);
    for (expr, text) in [
        (slow, "takes {{ $value }}s"),
        (slow, "{{ $value | humanizeDuration }}"),
        ("shop_lag_seconds * 1000 > 5", "{{ $value }} ms"),
    ] {
        assert_eq!(found("unit/time", &alert(expr, text)), [""; 0], "{expr}");
    }
}
