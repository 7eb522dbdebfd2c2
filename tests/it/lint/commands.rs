//! Commands, and the requests that they send.

use super::asked::shop as found;

fn shell(code: &str) -> String {
    format!("# Shop\n\n```bash\n{code}\n```\n")
}

fn none(rule: &str, commands: &[&str]) {
    for code in commands {
        assert_eq!(found(rule, &shell(code)), [""; 0], "{code}");
    }
}

#[test]
fn paths_that_no_server_has() {
    let bad = found(
        "endpoint/unknown",
        &shell("# compact\ncurl -X POST \\\n  http://prometheus:9090/api/v1/admin/tsdb/compact"),
    );
    assert_eq!(bad, ["error 6 http://prometheus:9090/api/v1/admin/tsdb/compact"]);
    for bad in [
        "curl localhost:9090/api/v1/target",
        "curl -s http://alertmanager.shop.svc:9093/api/v1/alerts",
        "curl http://admin:pw@grafana:3000/api/dashboard/uid/x",
        "curl \"$PROMETHEUS_URL/api/v2/alerts\"",
        "curl http://localhost:3100/loki/api/v1/querry?query=x",
        "curl https://shop.example.com/prometheus/api/v1/rule",
        "docker exec prometheus wget -qO- localhost:9090/health",
    ] {
        assert_eq!(found("endpoint/unknown", &shell(bad)).len(), 1, "{bad}");
    }
    assert_eq!(
        found("endpoint/unknown", "# Shop\n\nCall `http://prometheus:9090/api/v1/alertz`.\n").len(),
        1
    );
    none(
        "endpoint/unknown",
        &[
            "curl http://localhost:9090/metrics",
            "curl http://localhost:9090/api/v1/label/job/values",
            "curl http://localhost:9090/api/orders",
            "curl http://localhost:3000/api/orders",
            "curl https://api.shop.com/api/health",
            "curl -X DELETE http://a:b@localhost:3000/api/dashboards/uid/OLD",
            "curl http://localhost:3000/api/datasources/proxy/uid/x/api/v1/query?query=up",
            "curl http://redis-exporter:9121/api/x",
            "curl http://prometheus:9090/api/v1/<path>",
            "curl http://localhost:9093/api/v2/silence/abc",
            "curl http://jaeger:16686/api/traces/1a2b",
        ],
    );
}

#[test]
fn a_port_is_whose_the_document_says_it_is() {
    let compose = "# Shop\n\n```yaml\nservices:\n  metrics:\n    image: prom/prometheus:v3\n    ports: [\"9999:9090\"]\n```\n\n```bash\ncurl localhost:9999/api/v1/targetz\n```\n";
    assert_eq!(found("endpoint/unknown", compose), ["error 11 localhost:9999/api/v1/targetz | 7 9999:9090"]);
    let list = "# Shop\n\n- **Grafana**: http://localhost:3333\n\n```bash\ncurl http://localhost:3333/api/dashboardz\n```\n";
    assert_eq!(found("endpoint/unknown", list).len(), 1);
    let row = "# Shop\n\nPrometheus lives at http://localhost:9095, Grafana UI: http://localhost:3001.\n\n";
    assert_eq!(
        found("endpoint/unknown", &format!("{row}{}", shell("curl localhost:3001/api/boards"))).len(),
        1
    );
    // Neither what is scraped nor what is named after a product is that product.
    let scraped = format!(
        "Prometheus scrapes the shop at http://localhost:8080/metrics.\n\n{}",
        shell("curl localhost:8080/api/orders")
    );
    assert_eq!(found("endpoint/unknown", &scraped), [""; 0]);
    none(
        "endpoint/unknown",
        &["curl http://prometheus-example-app:8080/api/orders", "curl http://grafana-webhook:5000/api/x"],
    );
    // The shop's own server is at 9090 too: who knows what it answers.
    let own = shell("export SHOP_PORT=9090\ncurl localhost:9090/api/v1/orders");
    assert_eq!(found("endpoint/unknown", &own), [""; 0]);
}

#[test]
fn methods_and_parameters() {
    assert_eq!(
        found("endpoint/method", &shell("curl http://prometheus:9090/api/v1/admin/tsdb/snapshot")).len(),
        1
    );
    let bad =
        found("endpoint/method", &shell("curl -X PUT \\\n http://grafana:3000/api/dashboards/db -d @x"));
    assert_eq!(bad, ["error 5 http://grafana:3000/api/dashboards/db | 4 PUT"]);
    none(
        "endpoint/method",
        &["curl -I http://prometheus:9090/api/v1/rules", "curl -XPOST http://prometheus:9090/-/reload"],
    );
    for bad in [
        "curl http://localhost:16686/api/traces",
        "curl 'http://localhost:16686/api/traces?limit=5'",
        "curl http://localhost:9090/api/v1/query",
        "curl -X POST 'http://prometheus:9090/api/v1/admin/tsdb/delete_series'",
    ] {
        assert_eq!(found("endpoint/parameter", &shell(bad)).len(), 1, "{bad}");
    }
    none(
        "endpoint/parameter",
        &[
            "curl 'http://localhost:16686/api/traces?service=shop'",
            "curl 'http://localhost:9090/api/v1/query?query=up'",
            "curl -G http://localhost:9090/api/v1/query --data-urlencode 'query=up'",
            "curl http://localhost:9090/api/v1/query -d @query.txt",
            "curl -g -X POST 'http://prometheus:9090/api/v1/admin/tsdb/delete_series?match[]=up'",
        ],
    );
}

#[test]
fn http_is_not_spoken_everywhere() {
    let bad = found("endpoint/protocol", &shell("curl -v http://localhost:4317"));
    assert_eq!(bad, ["warning 4 http://localhost:4317"]);
    none(
        "endpoint/protocol",
        &["curl http://localhost:4318/v1/traces", "nc -zv localhost 4317", "grpcurl localhost:4317 list"],
    );
}

#[test]
fn bodies_have_the_form_that_is_taken() {
    let json = "-H 'Content-Type: application/json'";
    let post = |path: &str, rest: &str| shell(&format!("curl -X POST http://{path} {rest}"));
    assert_eq!(
        found(
            "endpoint/body",
            &post("grafana:3000/api/dashboards/db", &format!("{json} -d '{{\"title\": \"x\"}}'"))
        )
        .len(),
        1
    );
    let file = found(
        "endpoint/body",
        &post("grafana:3000/api/dashboards/db", &format!("{json} -d @dash/shop.json")),
    );
    assert_eq!(file, ["warning 4 @dash/shop.json"]);
    assert_eq!(
        found(
            "endpoint/body",
            &post("alertmanager:9093/api/v2/alerts", &format!("{json} -d '{{\"labels\": {{}}}}'"))
        )
        .len(),
        1
    );
    assert_eq!(
        found("endpoint/body", &post("alertmanager:9093/api/v2/alerts", "-d '[{\"labels\": {}}]'")).len(),
        1
    );
    for good in [
        format!("grafana:3000/api/dashboards/db {json} -d '{{\"dashboard\": {{}}}}'"),
        format!("alertmanager:9093/api/v2/alerts {json} -d '[{{\"labels\": {{\"alertname\": \"x\"}}}}]'"),
        format!("grafana:3000/api/dashboards/db {json} -d @-"),
        "shop:8080/api/orders -d '{\"title\": \"x\"}'".to_owned(),
    ] {
        assert_eq!(found("endpoint/body", &post(&good, "")), [""; 0], "{good}");
    }
}

#[test]
fn what_the_shell_makes_of_json_queries_and_urls() {
    assert_eq!(found("command/json", &shell("curl shop:8080/x -d \"{\"a\": 1}\"")).len(), 1);
    assert_eq!(found("command/json", &shell("curl shop:8080/x -d '{\"a\": 1,}'")).len(), 1);
    none(
        "command/json",
        &[
            "curl shop:8080/x -d '{\"a\": 1}'",
            "curl shop:8080/x -d '{\"a\": ...}'",
            "curl shop:8080/x -d \"{\\\"a\\\": $B}\"",
        ],
    );
    assert_eq!(
        found(
            "command/query",
            &shell("curl -G http://prometheus:9090/api/v1/query --data-urlencode 'query=sum(up'")
        )
        .len(),
        1
    );
    none("command/query", &["curl 'http://prometheus:9090/api/v1/query?query=sum%28up%29+%3E+1'"]);
    assert_eq!(found("command/url", &shell("curl http://h:1/x?a=1&b=2")).len(), 1);
    assert_eq!(found("command/url", &shell("curl 'http://h:1/x?query=up{job=\"a\"}'")).len(), 1);
    assert_eq!(found("command/url", &shell("curl 'http://h:1/x?query=rate(up[5m])'")).len(), 1);
    none(
        "command/url",
        &[
            "curl 'http://h:1/x?a=1&b=2'",
            "serve & open=1",
            "curl -g 'http://h:1/x?match[]=up{a=\"b\"}'",
            "curl http://h/${ID}?x=1",
        ],
    );
}

#[test]
fn lines_that_are_no_commands() {
    assert_eq!(found("command/not-one", &shell("GET /api/orders/1")), ["error 4 GET /api/orders/1"]);
    assert_eq!(found("command/not-one", "# A\n\n```http\nGET /api/orders/1\n```\n"), [""; 0]);
    none("command/not-one", &["curl -X GET http://h/api", "# GET /api"]);
    assert_eq!(found("command/quotes", &shell("echo 'open\nls")).len(), 1);
    assert_eq!(found("command/quotes", &shell("curl -s h | jq '.a[0'")).len(), 1);
    none("command/quotes", &["# don't\necho \"it's\" | jq '.a | {b: \"\\(.c)\"}'", "cat <<EOF\nit's\nEOF"]);
    assert_eq!(found("command/subcommand", &shell("kubectl -n shop gte pods")).len(), 1);
    assert_eq!(found("command/subcommand", &shell("promtool verify rules.yml")).len(), 1);
    none(
        "command/subcommand",
        &[
            "kubectl get pods",
            "kubectl argo list",
            "docker compose up -d",
            "helm repo update",
            "docker-compose -f a.yml --profile x up",
        ],
    );
}

#[test]
fn charts_come_from_repositories_that_are_added() {
    let bad = found("command/helm-repo", &shell("helm install logs grafana/loki \\\n  --set a/b=c"));
    assert_eq!(bad, ["error 4 grafana/loki"]);
    none(
        "command/helm-repo",
        &[
            "helm repo add grafana https://grafana.github.io/helm-charts\nhelm upgrade --install -n x logs grafana/loki",
            "helm install shop ./charts/shop",
            "helm install shop charts/shop",
            "helm install shop oci://ghcr.io/shop/chart",
            "helm install shop shop/chart --repo https://x",
        ],
    );
}

#[test]
fn redis_takes_what_its_commands_take() {
    for bad in [
        "redis-cli XLEN",
        "redis-cli -h r LRANGE jobs 0",
        "redis-cli XLENN jobs",
        "redis-cli LLENGTH jobs",
        "redis-cli XPENDING jobs workers - +",
    ] {
        assert_eq!(found("command/redis", &shell(bad)).len(), 1, "{bad}");
    }
    assert_eq!(found("command/redis", "# A\n\nAsk `redis-cli LLEN`.\n").len(), 1);
    none(
        "command/redis",
        &[
            "redis-cli ping",
            "redis-cli XPENDING jobs workers",
            "redis-cli XPENDING jobs workers IDLE 9 - + 10",
            "redis-cli --stat",
            "redis-cli -n 2 INFO memory | grep used",
            "redis-cli KEYS 'shop:*'",
            "docker exec redis redis-cli GET a",
            "redis-cli JSON.GET a",
        ],
    );
}

#[test]
fn requests_in_other_languages_are_judged_too() {
    let http = "# Shop\n\n```http\nPOST /api/v1/admin/tsdb/compact HTTP/1.1\nHost: prometheus:9090\n```\n";
    assert_eq!(found("endpoint/unknown", http), ["error 4 /api/v1/admin/tsdb/compact"]);
    let python = "# Shop\n\n```python\nrequests.get(\"http://prometheus:9090/api/v1/quer\", params={})\nrequests.get(\"http://prometheus:9090/api/v1/query\", params={})\n```\n";
    assert_eq!(found("endpoint/unknown", python).len(), 1);
    assert_eq!(found("endpoint/parameter", python), [""; 0]);
}

#[test]
fn one_block_is_for_one_machine() {
    let compose = "# Shop\n\n```yaml\nservices:\n  jaeger:\n    image: jaegertracing/all-in-one\n```\n\n";
    let both = format!("{compose}{}", shell("curl http://localhost:16686/api/services\nnc -zv jaeger 4317"));
    assert_eq!(
        found("command/host", &both),
        ["warning 13 nc -zv jaeger 4317 | 12 http://localhost:16686/api/services | 5 the service jaeger"]
    );
    for good in [
        "nc -zv jaeger 4317\ncurl http://jaeger:16686/",
        "curl localhost:16686/api/services\ndocker exec shop nc -zv jaeger 4317",
        "curl localhost:1/\nnc -zv bank 1",
    ] {
        assert_eq!(found("command/host", &format!("{compose}{}", shell(good))), [""; 0], "{good}");
    }
}
