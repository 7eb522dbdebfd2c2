//! Grafana, Kubernetes and Compose.

use probity::prove::schema::{Format, recognize};

use super::{one, said, table};

#[test]
fn files_of_grafana() {
    table(
        Format::GrafanaAlertRules,
        false,
        &[
            (
                "apiVersion: 1\ngroups:\n- {name: a, folder: b, interval: 1m, rules: [{uid: x, title: y, condition: C, data: \
          [{refId: A, datasourceUid: p, model: {expr: up}}]}]}\n",
                &["3:76+1: the condition `C` is the `refId` of none of the rule's queries"],
            ),
            (
                "groups:\n- name: a\n  folder: b\n  rules:\n  - title: y\n    condition: A\n    data: []\n    noDataState: Ok\n",
                &[
                    "1:1+6: missing key `apiVersion` in an alerting file",
                    "2:3+4: missing key `interval` in a rule group",
                    "5:5+5: missing key `uid` in a rule",
                    "8:18+2: unknown value `Ok`; did you mean `OK`?",
                ],
            ),
        ],
    );
    table(
        Format::GrafanaDatasources,
        false,
        &[
            ("apiVersion: 1\ndatasources:\n- {name: a, type: b, url: $URL, isDefault: $DEFAULT}\n", &[]),
            (
                "apiVersion: 1\ndatasources:\n- {name: a, type: b, isdefault: true}\n- {type: b, access: server}\n",
                &[
                    "3:22+9: unknown key `isdefault` in a data source; did you mean `isDefault`?",
                    "4:4+4: missing key `name` in a data source",
                    "4:21+6: unknown value `server`",
                ],
            ),
        ],
    );
    table(
        Format::GrafanaDashboardProviders,
        false,
        &[(
            "apiVersion: 1\nproviders:\n- {name: a, type: file, options: {folder_: b}}\n",
            &[
                "3:25+7: missing key `path` in the provider's options",
                "3:35+7: unknown key `folder_` in the provider's options; did you mean `folder`?",
            ],
        )],
    );
}

#[test]
fn dashboards() {
    table(
        Format::GrafanaDashboard,
        true,
        &[
            (
                r#"{"title": "a", "panels": [{"title": "b", "type": "stat", "targets": [{"expr": "up"}]}]}"#,
                &[],
            ),
            (
                r#"{"title": "a", "panels": [{"type": "x", "lineWidth": 1, "anything": 2, "datasource": null}]}"#,
                &[],
            ),
            (
                r#"{"panels": [{"id": 1, "targts": [], "type": "x"}, {"id": 1, "gridPos": {"h": 1, "w": 25, "x": 0, "y": 0}}]}"#,
                &[
                    "1:2+8: missing key `title` in a dashboard",
                    "1:23+8: unknown key `targts` in a panel; did you mean `targets`?",
                    "1:52+4: missing key `type` in a panel",
                    "1:58+1: another panel has the id 1, on line 1",
                    "1:86+2: expected a whole number from 1 to 24, saw the number 25",
                ],
            ),
            (
                r#"{"title": 5, "panels": [{"type": "x", "targets": [{"refId": "A", "expr": 1}, {"refId": "A"}]}]}"#,
                &[
                    "1:11+1: expected text, saw the number 5: put quotes around it to make it text",
                    "1:74+1: expected text, saw the number 1: put quotes around it to make it text",
                    "1:88+3: another query of the panel has the `refId` `A`, on line 1",
                ],
            ),
        ],
    );
}

const MONITOR: &str = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n";
const RULE: &str = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";

#[test]
fn manifests() {
    let of = |head: &str, rest: &str| {
        let root = one(&format!("{head}{rest}"));
        assert_eq!(recognize(&root), Some(Format::Kubernetes));
        said(Format::Kubernetes, &root, false).join("; ")
    };
    let rows = [
        (MONITOR, "spec: {selector: {matchLabels: {a: b}}, endpoints: [{port: http, interval: 15s}]}\n", ""),
        (
            MONITOR,
            "spec: {endpoints: [{port: 8080, intervall: 15s}]}\n",
            "4:1+4: missing key `selector` in the spec of a ServiceMonitor; \
             4:27+4: expected text, saw the number 8080: put quotes around it to make it text; \
             4:33+9: unknown key `intervall` in an endpoint; did you mean `interval`?",
        ),
        (RULE, "spec: {groups: []}\n", ""),
        (RULE, "spec:\n  groups:\n", "5:3+6: expected a list, saw nothing"),
        (
            RULE,
            "spec: {groups: [{name: a, rules: [{alert: x, expr: up, labels: {a: 5}, for: }]}]}\n",
            "4:68+1: expected text, saw the number 5: put quotes around it to make it text; \
             4:72+3: expected a duration such as 30s, 5m or 1h30m (units: y, w, d, h, m, s, ms), saw nothing",
        ),
        (
            DEPLOYMENT,
            "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {containers: \
             [{name: x, image: y, env: [{name: A, value: 5}, {name: B, value: yes}], ports: [{containerPort: '80'}]}]}}}\n",
            "4:33+1: the template's pods do not have this value of the label `a`; \
             4:143+1: expected text, saw the number 5: put quotes around it to make it text; \
             4:164+3: expected text, saw text \"yes\": YAML 1.1 reads it as true or false, put quotes around it to make it text; \
             4:195+4: expected a whole number from 1 to 65535, saw text \"80\": remove the quotes",
        ),
        (
            "apiVersion: v1\nkind: Deployment\n",
            "spec: {}\n",
            "1:13+2: `Deployment` is not of `v1` but of `apps/v1`",
        ),
        (
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMoniter\n",
            "spec: {}\n",
            "2:7+14: unknown kind `ServiceMoniter` of `monitoring.coreos.com/v1`; did you mean `ServiceMonitor`?",
        ),
        ("apiVersion: serving.knative.dev/v1\nkind: Service\n", "metadata: {name: a}\nwhatever: {}\n", ""),
        (
            "apiVersion: v1\nkind: ConfigMap\n",
            "metadata: {name: a}\ndata: {a: b, c: 5}\n",
            "4:17+1: expected text, saw the number 5: put quotes around it to make it text",
        ),
        (
            "apiVersion: v1\nkind: Service\n",
            "metadata: {name: a_b}\nspec: {ports: [{port: 80}, {port: 0}]}\n",
            "3:18+3: expected a name (lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit), \
             saw text \"a_b\"; \
             4:23+2: of several ports, each must have a `name`; \
             4:35+1: expected a whole number from 1 to 65535, saw the number 0; \
             4:35+1: of several ports, each must have a `name`",
        ),
    ];
    for (head, rest, expected) in rows {
        assert_eq!(of(head, rest), expected, "{head}{rest}");
    }
}

#[test]
fn parts_of_containers() {
    table(
        Format::KubernetesFragment,
        true,
        &[
            ("livenessProbe:\n  httpGet: {path: /health, port: 8080}\n  periodSeconds: 10\n", &[]),
            (
                "readinessProbe:\n  httpGet: {path: /ready}\n  periodSecond: 10\nstartupProbe: {periodSeconds: 1}\n",
                &[
                    "2:3+7: missing key `port` in httpGet",
                    "3:3+12: unknown key `periodSecond` in a probe; did you mean `periodSeconds`?",
                    "4:1+12: a probe must say how it asks",
                ],
            ),
            (
                "env:\n- {name: A, value: '1'}\n- {name: B, value: true, valueFrom: {fieldRef: {}}}\n",
                &[
                    "3:20+4: expected text, saw true: put quotes around it to make it text",
                    "3:26+9: a variable has `value` or `valueFrom`, not both",
                    "3:38+8: missing key `fieldPath` in fieldRef",
                ],
            ),
        ],
    );
}

#[test]
fn compose_files() {
    table(
        Format::Compose,
        false,
        &[
            (
                "version: '3.8'\nservices:\n  a:\n    image: b\n    ports: ['80:80', '127.0.0.1:1-2:1-2/udp', 81]\n    environment: [A=b, C]\n\
          \x20   x-mine: 1\nx-other: {}\n",
                &[],
            ),
            (
                "services:\n  a: {image: '${I}', ports: ['${P}:80'], environment: {A: 1, B: , C: true}, restart: no}\n",
                &[],
            ),
            (
                "services:\n  a:\n    image: b\n    port: ['80:80']\n    enviroment: [A]\n    depends_on: [c]\n    volumes: ['data:/d', './e:/e']\n\
          \x20 f: {container_name: g}\n",
                &[
                    "4:5+4: unknown key `port` in a service; did you mean `ports`?",
                    "5:5+10: unknown key `enviroment` in a service; did you mean `environment`?",
                    "6:18+1: there is no service `c` in this file",
                    "7:15+9: there is no volume `data` in this file",
                    "8:3+1: a service needs an `image` or a `build`",
                ],
            ),
            (
                "services:\n  a: {image: b, ports: ['80:http'], healthcheck: {interval: 5}, restart: allways}\n",
                &[
                    "2:25+9: expected a port such as 8080, \"8080:80\" or \"127.0.0.1:8080:80/tcp\" or a whole number from 1 to \
             65535 or a mapping, saw text \"80:http\"",
                    "2:61+1: expected a duration such as 500ms, 1.5s or 1m30s (units: h, m, s, ms, us, ns), saw the number 5",
                    "2:74+7: expected one of no, always, on-failure, on-failure:<times>, unless-stopped, saw text \"allways\"",
                ],
            ),
        ],
    );
}
