//! Scrape jobs and span exporters that places describe differently.

use super::asked::parcels as found;

const NONE: [&str; 0] = [];

fn job(name: &str, target: &str, more: &str) -> String {
    format!(
        "# Scraping\n```yaml\nscrape_configs:\n  - job_name: {name}\n    static_configs:\n      - targets: ['{target}']\n{more}```\n"
    )
}

#[test]
fn one_target_has_one_port() {
    let (a, b) = (job("parcel", "parcel:7000", ""), job("parcel", "parcel:7001", ""));
    assert_eq!(
        found("scrape/port-differs", &[("a.md", &a), ("b.md", &b)]),
        ["a.md:6 parcel:7000; b.md:6 parcel:7001"]
    );
    let asked = "# B\n```bash\ncurl -s http://parcel-api:7002/metrics\n```\n";
    assert_eq!(
        found("scrape/port-differs", &[("a.md", &a), ("b.md", asked)]),
        ["a.md:6 parcel:7000; b.md:3 http://parcel-api:7002/metrics"]
    );
    let worker = job("parcel-worker", "parcel-worker:7001", "");
    assert_eq!(found("scrape/port-differs", &[("a.md", &a), ("b.md", &worker)]), NONE);
    let exporters = [job("cache", "redis-exporter:9121", ""), job("cache", "redis-exporter:9122", "")];
    assert_eq!(found("scrape/port-differs", &[("a.md", &exporters[0]), ("b.md", &exporters[1])]).len(), 1);
}

#[test]
fn metrics_are_scraped_where_they_are_served() {
    let a = job("parcel", "parcel:7000", "");
    let b = "# B\n```env\nPARCEL_METRICS_PORT=7001\n```\n";
    assert_eq!(
        found("scrape/port-of-nothing", &[("a.md", &a), ("b.md", b)]),
        ["b.md:3 7001; a.md:6 parcel:7000"]
    );
    let b = b.replace("7001", "7000");
    assert_eq!(found("scrape/port-of-nothing", &[("a.md", &a), ("b.md", &b)]), NONE);
}

#[test]
fn one_target_has_one_job() {
    let (a, b) = (job("parcel", "parcel:7000", ""), job("parcel-api", "parcel:7000", ""));
    assert_eq!(
        found("scrape/job-differs", &[("a.md", &a), ("b.md", &b)]),
        ["a.md:4 parcel; b.md:4 parcel-api"]
    );
    let (a, b) = (job("cache", "redis-exporter:9121", ""), job("redis", "redis-exporter:9121", ""));
    assert_eq!(found("scrape/job-differs", &[("a.md", &a), ("b.md", &b)]), ["a.md:4 cache; b.md:4 redis"]);
    let worker = job("parcel-worker", "worker:7000", "");
    assert_eq!(
        found("scrape/job-differs", &[("a.md", &job("parcel", "parcel:7000", "")), ("b.md", &worker)]),
        NONE
    );
}

#[test]
fn queries_select_a_job_that_is_scraped() {
    let a = job("parcel-api", "parcel:7000", "");
    let query = "# B\n```promql\nup{job=\"parcel\"} == 0\n```\n";
    assert_eq!(
        found("scrape/job-differs", &[("a.md", &a), ("b.md", query)]),
        ["b.md:3 parcel; a.md:4 parcel-api"]
    );
    let other = "# B\n```promql\nup{job=\"postgres\"} == 0\n```\n";
    assert_eq!(found("scrape/job-differs", &[("a.md", &a), ("b.md", other)]), NONE);
}

#[test]
fn one_job_has_one_interval() {
    let (a, b) = (
        job("parcel", "parcel:7000", "    scrape_interval: 15s\n"),
        job("parcel", "parcel:7000", "    scrape_interval: 1m\n"),
    );
    assert_eq!(found("scrape/interval-differs", &[("a.md", &a), ("b.md", &b)]), ["a.md:7 15s; b.md:7 1m"]);
    let same = job("parcel", "parcel:7000", "    scrape_interval: 60s\n");
    assert_eq!(found("scrape/interval-differs", &[("b.md", &b), ("c.md", &same)]), NONE);
    let told = format!("{a}\nPrometheus scrapes it every 30 seconds.\n");
    assert_eq!(
        found("scrape/interval-differs", &[("a.md", &told)]),
        ["a.md:10 Prometheus scrapes it every 30 seconds.; a.md:7 15s"]
    );
}

#[test]
fn spans_travel_by_one_protocol() {
    let thrift = "# A\n```python\nfrom opentelemetry.exporter.jaeger.thrift import JaegerExporter\n```\n";
    let otlp = "# B\n```bash\nexport OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317\n```\n";
    assert_eq!(
        found("tracing/protocol-differs", &[("a.md", thrift), ("b.md", otlp)]),
        [
            "a.md:3 from opentelemetry.exporter.jaeger.thrift import JaegerExporter; b.md:3 OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317"
        ]
    );
    let http = "# C\n```go\nexporter, _ := otlptracehttp.New(ctx)\n```\n";
    assert_eq!(found("tracing/protocol-differs", &[("b.md", otlp), ("c.md", http)]).len(), 1);
    let package =
        "# C\n```text\nopentelemetry-exporter-otlp>=1.24\nopentelemetry-exporter-jaeger is not needed\n```\n";
    assert_eq!(
        found(
            "tracing/protocol-differs",
            &[("b.md", otlp), ("c.md", &package.replace("opentelemetry-exporter-jaeger", "It"))]
        ),
        NONE
    );
}

#[test]
fn spans_are_sent_to_a_published_port() {
    let services =
        "# A\n```yaml\nservices:\n  t:\n    image: jaegertracing/jaeger:2\n    ports: [\"4317:4317\"]\n```\n";
    let env = "```env\nOTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318\n```\n";
    let a = format!("{services}{env}");
    assert_eq!(found("tracing/port-closed", &[("a.md", &a)]), ["a.md:9 http://localhost:4318; a.md:6 4317"]);
    assert_eq!(found("tracing/port-closed", &[("a.md", &a.replace(":4318", ":4317"))]), NONE);
}

#[test]
fn a_server_listens_on_one_port_of_its_network() {
    let a = job("cache", "redis-exporter:9122", "");
    let b = "# B\nThis starts the Redis exporter on port 9121.\n";
    let says = "a.md:6 redis-exporter:9122; b.md:2 This starts the Redis exporter on port 9121.";
    assert_eq!(found("ports/server-differs", &[("a.md", &a), ("b.md", b)]), [says]);
    let source = "# B\n```yaml\nurl: http://prometheus:9090\n```\n```yaml\nservices:\n  p:\n    image: prom/prometheus\n    ports: [\"9999:9090\"]\n```\nPrometheus is on port 9999.\n";
    assert_eq!(found("ports/server-differs", &[("b.md", source)]), NONE);
}

#[test]
fn things_last_as_long_in_every_place() {
    let a = "# A\n```yaml\nroute:\n  receiver: x\n  repeat_interval: 4h\n```\n";
    let b = a.replace("4h", "12h");
    assert_eq!(found("timing/disagree", &[("a.md", a), ("b.md", &b)]), ["a.md:5 4h; b.md:5 12h"]);
    let kept = "# K\n```yaml\nprometheus:\n  prometheusSpec:\n    retention: 30d\n```\nPrometheus keeps samples for 15 days.\n";
    assert_eq!(found("timing/disagree", &[("k.md", kept)]), ["k.md:5 30d; k.md:7 15 days"]);
    assert_eq!(found("timing/disagree", &[("k.md", &kept.replace("15 days", "30 days"))]), NONE);
}
