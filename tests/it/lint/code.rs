//! Python in documents, and blocks that are something else than is said of them.

use super::asked::shop as found;

fn python(code: &str) -> String {
    format!("# Shop\n\n```python\n{code}\n```\n")
}

#[test]
fn names_that_are_not_imported() {
    let bad =
        found("python/not-imported", &python("import json\n\nprint(json.dumps(os.environ))\nos.getenv('A')"));
    assert_eq!(bad, ["error 6 os.environ | 7 os.getenv | 4 import json"]);
    let class = "from opentelemetry.sdk.trace.export import ConsoleSpanExporter\n\np = TracerProvider()";
    assert_eq!(found("python/not-imported", &python(class)).len(), 1);
    for good in [
        "print(os.environ)",
        "import os, json\nos.getenv(json.dumps(1))",
        "from shop import *\nos.getenv('A')",
        "import json\n\ndef f(os):\n    return os.environ",
        "import json\n\ntime = clock()\ntime.sleep(1)",
        "import json\n# Add to main()\nos.getenv('A')",
        "from shop import x\nqueue.put(1)\ntime_left.time()",
        "from shop import Counter2\nCounter('a')",
        "from prometheus_client import Gauge\nclass Counter: pass\nCounter()",
        "import structlog\nf(time=1, os=2)",
    ] {
        assert_eq!(found("python/not-imported", &python(good)), [""; 0], "{good}");
    }
    let base =
        found("python/not-imported", &python("import json\n\nclass A(Base, json.JSONEncoder):\n    pass"));
    assert_eq!(base, ["note 6 Base"]);
    assert_eq!(
        found("python/not-imported", &python("from x import Base\nclass A(Base, Exception):\n    pass")),
        [""; 0]
    );
    let goes_on = format!("{}{}", python("import os"), python("import json\nos.getenv('A')"));
    assert_eq!(found("python/not-imported", &goes_on), [""; 0]);
}

#[test]
fn names_that_a_package_does_not_have() {
    let code = "from opentelemetry.context import context\n\nc = context.get_current()\nwith context.attach(c):\n    pass";
    let bad = found("python/attribute", &python(code));
    assert_eq!(
        bad,
        [
            "error 6 context.get_current | 4 from opentelemetry.context import context | 7 with context.attach(...)"
        ]
    );
    for bad in [
        "from opentelemetry.sdk.trace import BatchSpanProcessor",
        "from opentelemetry.sdk.tracing import TracerProvider",
        "import prometheus_client\nprometheus_client.start_server(1)",
        "from opentelemetry import trace\ntrace.get_span()",
        "from opentelemetry import context\nwith context.attach(c):\n    pass",
        "from sentry_sdk import initialize",
    ] {
        assert_eq!(found("python/attribute", &python(bad)).len(), 1, "{bad}");
    }
    for good in [
        "from opentelemetry import context\nt = context.attach(context.get_current())\ncontext.detach(t)",
        "from opentelemetry.sdk.trace import TracerProvider, sampling\nsampling.TraceIdRatioBased(1)",
        "from opentelemetry import trace\ntrace = wrap(trace)\ntrace.anything()",
        "import sentry_sdk\nsentry_sdk.init()\nsentry_sdk.integrations.x",
        "from opentelemetry.instrumentation.new import Thing",
        "from prometheus_client import Counter\nCounter('a', 'b').inc()",
    ] {
        assert_eq!(found("python/attribute", &python(good)), [""; 0], "{good}");
    }
}

#[test]
fn code_that_is_no_code() {
    assert_eq!(found("python/syntax", &python("print((1)\nx = 2")), ["error 4 ((1)"]);
    assert_eq!(found("python/syntax", &python("def f():\n    await x"))[0], "error 5 await x");
    assert_eq!(found("python/syntax", &python("await x"))[0], "note 4 await x");
    for good in [
        "async def f():\n    if a:\n        await x",
        "x = \"it's\"",
        ">>> f(\n",
        "class A:\n    async def f(self):\n        async with a: pass",
    ] {
        assert_eq!(found("python/syntax", &python(good)), [""; 0], "{good}");
    }
}

#[test]
fn files_and_packages() {
    let own = python("# shop/obs/trace.py\nfrom shop.obs.trace import handler");
    assert_eq!(
        found("python/imports-itself", &own),
        ["warning 5 from shop.obs.trace import handler | 4 shop/obs/trace.py"]
    );
    assert_eq!(
        found("python/imports-itself", &python("# shop/main.py\nfrom shop.obs.trace import handler")),
        [""; 0]
    );
    assert_eq!(
        found("python/ended", &python("from opentelemetry.exporter.jaeger.thrift import JaegerExporter"))
            .len(),
        1
    );
    let http = "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n";
    assert_eq!(
        found("python/otlp-port", &python(&format!("{http}OTLPSpanExporter(endpoint=\"http://c:4317\")")))
            .len(),
        1
    );
    assert_eq!(
        found(
            "python/otlp-port",
            &python(&format!("{http}OTLPSpanExporter(endpoint=\"http://c:4318/v1/traces\")"))
        ),
        [""; 0]
    );
}

#[test]
fn fences_and_files_agree() {
    let agent = "# Shop\n\n```yaml\n# agent.json\n{\n  \"a\": \"b # c\"\n}\n```\n";
    assert_eq!(found("fence/language", agent), ["error 4 # agent.json | 3 ```yaml"]);
    assert_eq!(found("fence/language", "# Shop\n\n`agent.yml`:\n\n```yaml\na: b # c\n```\n"), [""; 0]);
    assert_eq!(found("fence/language", "# Shop\n\nSave as `agent.yml`:\n\n```json\na: 1\n```\n").len(), 1);
}

#[test]
fn rules_are_said_to_be_for_whom_they_are() {
    let rules = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: up == 0\n";
    let page = |heading: &str, intro: &str, comment: &str| {
        format!("# Shop\n\n## {heading}\n\n{intro}\n\n```yaml\n{comment}{rules}```\n")
    };
    assert_eq!(
        found("fence/product", &page("Alerts", "", "# Grafana alerting rule\n")),
        ["error 8 Grafana alerting rule | 9 groups"]
    );
    assert_eq!(found("fence/product", &page("Alerts", "Provision these in Grafana:", "")).len(), 1);
    assert_eq!(found("fence/product", &page("Alerts", "", "# prometheus.yml\n")).len(), 1);
    for good in [
        page("Alerts", "", ""),
        page("Prometheus alerts", "Grafana shows what Prometheus evaluates:", ""),
        page("Alerts", "", "# rules.yml\n"),
        page("Alerts", "Name the file in `prometheus.yml`, and write into it:", ""),
    ] {
        assert_eq!(found("fence/product", &good), [""; 0], "{good}");
    }
}
