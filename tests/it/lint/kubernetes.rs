//! Kubernetes objects that differ, that nothing selects, and names that others make.

use super::asked::parcels as found;

const NONE: [&str; 0] = [];

fn monitor(labels: &str, selector: &str, endpoint: &str) -> String {
    let object = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: parcel\n";
    format!(
        "# M\n```yaml\n{object}  labels: {labels}\nspec:\n  selector:\n    matchLabels: {selector}\n  endpoints:\n    - {endpoint}\n```\n"
    )
}

#[test]
fn one_object_is_written_one_way() {
    let a = monitor("{team: web}", "{app: parcel}", "{port: metrics, interval: 30s}");
    let b = monitor("{team: web, release: prom}", "{app: parcel-api}", "{port: http, interval: 30s}");
    assert_eq!(
        found("kubernetes/object-differs", &[("a.md", &a), ("b.md", &b)]),
        ["a.md:10 app: parcel; b.md:10 app: parcel-api", "a.md:12 metrics; b.md:12 http"]
    );
    let c = b.replace("name: parcel\n", "name: parcel-web\n");
    assert_eq!(found("kubernetes/object-differs", &[("a.md", &a), ("b.md", &c)]), NONE);
}

#[test]
fn monitors_have_the_labels_that_are_selected() {
    let values = "# V\n```yaml\nprometheus:\n  prometheusSpec:\n    serviceMonitorSelector:\n      matchLabels:\n        release: prom\n```\n";
    let a = monitor("{team: web}", "{app: parcel}", "{port: metrics}");
    assert_eq!(
        found("kubernetes/not-selected", &[("a.md", &a), ("v.md", values)]),
        ["a.md:7 team: web; v.md:7 serviceMonitorSelector: release: prom"]
    );
    let b = a.replace("team: web", "team: web, release: prom");
    assert_eq!(found("kubernetes/not-selected", &[("a.md", &b), ("v.md", values)]), NONE);
}

#[test]
fn charts_select_by_their_release() {
    let install = "# I\n```bash\nhelm upgrade --install kps prometheus-community/kube-prometheus-stack \\\n  -n monitoring\n```\n";
    let rule = "```yaml\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: parcel-rules\n```\n";
    let both = format!("{install}{rule}");
    let says = "a.md:10 parcel-rules has no labels; a.md:3 installs prometheus-community/kube-prometheus-stack as `kps`, without `ruleSelector`";
    assert_eq!(found("kubernetes/not-selected", &[("a.md", &both)]), [says]);
    let told = both.replace(
        "-n monitoring",
        "-n monitoring --set prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues=false",
    );
    assert_eq!(found("kubernetes/not-selected", &[("a.md", &told)]), NONE);
    assert_eq!(found("kubernetes/not-selected", &[("a.md", rule)]), NONE);
}

#[test]
fn selectors_find_what_stands_beside_them() {
    let service = "```yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: parcel\n  labels: {app: parcel-api}\nspec:\n  ports:\n    - name: web\n      port: 80\n```\n";
    let a = format!("{}{service}", monitor("{a: b}", "{app: parcel}", "{port: metrics}"));
    assert_eq!(
        found("kubernetes/selects-nothing", &[("a.md", &a)]),
        ["a.md:10 app: parcel; a.md:19 app: parcel-api", "a.md:12 metrics; a.md:22 web"]
    );
    let b = format!("{}{service}", monitor("{a: b}", "{app: parcel-api}", "{port: web}"));
    assert_eq!(found("kubernetes/selects-nothing", &[("a.md", &b)]), NONE);
}

#[test]
fn operators_name_services_after_their_objects() {
    let object = "# O\n```yaml\napiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata:\n  name: parcel-otel\n```\n";
    let env = "```env\nOTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4317\n```\n";
    let a = format!("{object}{env}");
    assert_eq!(
        found("kubernetes/service-name", &[("a.md", &a)]),
        ["a.md:9 otel-collector; a.md:6 OpenTelemetryCollector parcel-otel"]
    );
    let b = a.replace("//otel-collector", "//parcel-otel-collector");
    assert_eq!(found("kubernetes/service-name", &[("a.md", &b)]), NONE);
}

#[test]
fn a_server_is_in_one_namespace() {
    let install = "# I\n```bash\nhelm install loki grafana/loki --namespace logging\n```\n";
    let sends = "# S\n```yaml\nurl: http://loki.monitoring:3100\n```\n";
    assert_eq!(
        found("kubernetes/namespace-differs", &[("a.md", install), ("b.md", sends)]),
        ["a.md:3 logging; b.md:3 loki.monitoring"]
    );
    let outside = "# S\n```yaml\nurl: http://loki.example.org:3100\n```\n";
    assert_eq!(found("kubernetes/namespace-differs", &[("a.md", install), ("b.md", outside)]), NONE);
}

#[test]
fn commands_look_for_a_release_where_it_is_installed() {
    let a = "# I\n```bash\nhelm install kps prometheus-community/kube-prometheus-stack --namespace monitoring\nkubectl get secret kps-grafana -n metrics\n```\n";
    assert_eq!(
        found("kubernetes/namespace-differs", &[("a.md", a)]),
        ["a.md:3 monitoring; a.md:4 kubectl get secret kps-grafana -n metrics"]
    );
    assert_eq!(
        found("kubernetes/namespace-differs", &[("a.md", &a.replace("-n metrics", "-n monitoring"))]),
        NONE
    );
}
