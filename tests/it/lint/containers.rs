//! Containers: images, published ports, mounts; and ports that two servers want.

use super::asked::parcels as found;

const NONE: [&str; 0] = [];

fn compose(services: &str) -> String {
    format!("# Start\n```yaml\nservices:\n{services}```\n")
}

#[test]
fn one_image_has_one_tag() {
    let a = compose("  cache:\n    image: bitnami/redis:7.2\n");
    let b = "# B\n```bash\ndocker run -d -p 6379:6379 bitnami/redis:6.0\n```\n";
    let c = "# C\n```yaml\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: bitnami/redis:7.2\n```\n";
    let files = [("a.md", a.as_str()), ("b.md", b), ("c.md", c)];
    assert_eq!(
        found("compose/image-differs", &files),
        ["a.md:5 bitnami/redis:7.2; c.md:7 bitnami/redis:7.2; b.md:3 bitnami/redis:6.0"]
    );
    let other = compose("  cache:\n    image: bitnami/redis-exporter:6.0\n");
    assert_eq!(found("compose/image-differs", &[("a.md", &a), ("b.md", &other)]), NONE);
}

#[test]
fn one_server_is_published_on_one_port() {
    let a = compose("  graphs:\n    image: grafana/grafana:11\n    ports: [\"3001:3000\"]\n");
    let b = "# B\n- Grafana : localhost:3000\n- **Shop**: http://localhost:9999\n";
    assert_eq!(
        found("compose/host-port-differs", &[("a.md", &a), ("b.md", b)]),
        ["a.md:6 3001:3000; b.md:2 localhost:3000"]
    );
    let forwarded =
        "# B\n```bash\nkubectl port-forward svc/grafana 3000:80\n# Grafana at http://localhost:3000\n```\n";
    assert_eq!(found("compose/host-port-differs", &[("a.md", &a), ("b.md", forwarded)]), NONE);
    let metrics = "# B\n```bash\ncurl http://localhost:3000/metrics\n```\n";
    assert_eq!(found("compose/host-port-differs", &[("a.md", &a), ("b.md", metrics)]), NONE);
}

#[test]
fn one_folder_is_mounted_at_one_path() {
    let a = compose(
        "  logs:\n    image: grafana/loki:3\n    volumes:\n      - ./loki.yml:/etc/loki/config.yml\n",
    );
    let b = compose(
        "  loki:\n    image: grafana/loki:3\n    volumes:\n      - ./loki.yml:/etc/loki/local-config.yaml:ro\n",
    );
    let places = "a.md:7 ./loki.yml:/etc/loki/config.yml; b.md:7 ./loki.yml:/etc/loki/local-config.yaml:ro";
    assert_eq!(found("compose/mount-differs", &[("a.md", &a), ("b.md", &b)]), [places]);
    let both = compose(
        "  loki:\n    image: grafana/loki:3\n    volumes:\n      - ./loki.yml:/etc/loki/config.yml\n      - ./loki.yml:/tmp/copy.yml\n",
    );
    assert_eq!(found("compose/mount-differs", &[("b.md", &both)]), NONE);
}

#[test]
fn the_hosts_own_name_needs_a_mapping() {
    let job = "```yaml\nscrape_configs:\n  - job_name: parcel\n    static_configs:\n      - targets: ['host.docker.internal:7000']\n```\n";
    assert_eq!(
        found("scrape/host-unreachable", &[("a.md", job)]),
        ["a.md:5 - targets: ['host.docker.internal:7000']"]
    );
    let mapped = format!(
        "{job}{}",
        compose(
            "  prom:\n    image: prom/prometheus\n    extra_hosts: [\"host.docker.internal:host-gateway\"]\n"
        )
    );
    assert_eq!(found("scrape/host-unreachable", &[("a.md", &mapped)]), NONE);
}

#[test]
fn one_port_is_for_one_server() {
    let services = compose("  trace:\n    image: openzipkin/zipkin:3\n    ports: [\"9411:9411\"]\n");
    let own =
        "```bash\nexport PARCEL_METRICS_PORT=9411\nparcel serve\ncurl http://localhost:9411/metrics\n```\n";
    assert_eq!(
        found("ports/claimed-twice", &[("a.md", &format!("{services}{own}"))]),
        [
            "a.md:6 9411:9411 (trace); a.md:9 PARCEL_METRICS_PORT=9411; a.md:11 curl http://localhost:9411/metrics"
        ]
    );
    // Another document may start only one of the two; an environment file may be a container's.
    assert_eq!(found("ports/claimed-twice", &[("a.md", &services), ("b.md", own)]), NONE);
    let contained = format!("{services}```env\nPARCEL_METRICS_PORT=9411\n```\n");
    assert_eq!(found("ports/claimed-twice", &[("a.md", &contained)]), NONE);
    let two = compose(
        "  a:\n    image: parcel/a\n    ports: [\"80:8080\"]\n  b:\n    image: parcel/b\n    ports: [\"80:9090\"]\n",
    );
    assert_eq!(found("ports/claimed-twice", &[("a.md", &two)]), ["a.md:6 80:8080 (a); a.md:9 80:9090 (b)"]);
    let ways = format!(
        "{services}{}",
        compose("  collector:\n    image: parcel/collector\n    ports: [\"9411:9411\"]\n")
    );
    assert_eq!(found("ports/claimed-twice", &[("a.md", &ways)]), NONE);
}

#[test]
fn localhost_in_a_container_is_the_container() {
    let services = compose(
        "  p:\n    image: prom/prometheus\n    volumes: [\"./p.yml:/etc/prometheus/prometheus.yml\"]\n",
    );
    let jobs = "```yaml\nscrape_configs:\n  - job_name: parcel\n    static_configs:\n      - targets: [localhost:7000]\n  - job_name: prometheus\n    static_configs:\n      - targets: [localhost:9090]\n```\n";
    let says = "a.md:12 localhost:7000, which inside Prometheus' container is that container itself";
    assert_eq!(found("scrape/localhost-in-container", &[("a.md", &format!("{services}{jobs}"))]), [says]);
    assert_eq!(found("scrape/localhost-in-container", &[("a.md", jobs)]), NONE);
}

#[test]
fn parts_have_one_port_in_flags_and_diagrams() {
    let drawn = "# A\n```\n┌───────────┐     ┌────────────┐\n│ REST/gRPC │────▶│ Prometheus │\n│   :7000   │     │   :9090    │\n└───────────┘     └────────────┘\n```\n";
    let flags = "# B\n```bash\nparcel serve --api-port 7000 --grpc-port=7001\n```\n";
    assert_eq!(
        found("ports/role-differs", &[("a.md", drawn), ("b.md", flags)]),
        ["a.md:5 7000; b.md:3 7001"]
    );
    let spoken = "# B\nThe gRPC server listens on port 7000.\n";
    assert_eq!(found("ports/role-differs", &[("a.md", drawn), ("b.md", spoken)]), NONE);
    let elsewhere = compose("  p:\n    image: prom/prometheus\n    ports: [\"9095:9090\"]\n");
    assert_eq!(found("ports/diagram-differs", &[("a.md", &format!("{drawn}{elsewhere}"))]), NONE);
    let wrong = drawn.replace(":9090 ", ":9999 ");
    assert_eq!(
        found("ports/diagram-differs", &[("a.md", &format!("{wrong}{elsewhere}"))]),
        ["a.md:5 9999; a.md:13 9095:9090"]
    );
    let table = "| Tool | Port |\n|---|---|\n| Prometheus | 9096 |\n";
    assert_eq!(
        found("ports/diagram-differs", &[("a.md", &format!("{elsewhere}\n{table}"))]),
        ["a.md:11 9096; a.md:6 9095:9090"]
    );
}
