//! What the HTTP interfaces of the products of this field offer, read from their sources and documentation.

use super::ports::Product;

/// Something that an interface answers.
pub(super) struct Route {
    /// The methods; `GET` also stands for `HEAD`.
    pub(super) methods: &'static [&'static str],
    /// The path: `*` stands for one step, `**` at the end for any number of them.
    pub(super) path: &'static str,
    /// The parameters that must be there; of those parted by `|` one.
    pub(super) needs: &'static [&'static str],
}

/// What was there once.
pub(super) struct Gone {
    /// What its paths begin with.
    pub(super) prefix: &'static str,
    /// What became of it.
    pub(super) since: &'static str,
}

/// The interface of a product.
pub(super) struct Interface {
    pub(super) product: Product,
    /// What its paths begin with that are judged; others may be pages or files.
    pub(super) judged: &'static [&'static str],
    /// What its paths begin with that are judged where nothing but the port's number says whose they are.
    pub(super) on_its_port: &'static [&'static str],
    /// Paths that can be nobody else's, whatever the port.
    pub(super) unmistakable: &'static [&'static str],
    pub(super) routes: &'static [Route],
    pub(super) gone: &'static [Gone],
}

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const GET_POST: &[&str] = &["GET", "POST"];
const POST_PUT: &[&str] = &["POST", "PUT"];
const GET_DELETE: &[&str] = &["GET", "DELETE"];
const ANY: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

const fn route(methods: &'static [&'static str], path: &'static str) -> Route {
    Route { methods, path, needs: &[] }
}

const fn asking(
    methods: &'static [&'static str],
    path: &'static str,
    needs: &'static [&'static str],
) -> Route {
    Route { methods, path, needs }
}

/// Every interface that is judged.
pub(super) static INTERFACES: [Interface; 8] =
    [PROMETHEUS, ALERTMANAGER, GRAFANA, JAEGER, LOKI, TEMPO, ZIPKIN, OTLP_HTTP];

/// `web/api/v1/api.go` and `web/web.go` of 2.42 to 3.5.
const PROMETHEUS: Interface = Interface {
    product: Product::Prometheus,
    judged: &["/api/", "/-/", "/health", "/healthz", "/ready", "/readyz"],
    on_its_port: &["/api/v1/"],
    unmistakable: &["/api/v1/admin/tsdb", "/api/v1/query_range", "/api/v1/status/tsdb"],
    routes: &[
        asking(GET_POST, "/api/v1/query", &["query"]),
        asking(GET_POST, "/api/v1/query_range", &["query", "start", "end", "step"]),
        asking(GET_POST, "/api/v1/query_exemplars", &["query"]),
        asking(GET_POST, "/api/v1/format_query", &["query"]),
        asking(GET_POST, "/api/v1/parse_query", &["query"]),
        asking(GET_POST, "/api/v1/series", &["match[]"]),
        route(GET_POST, "/api/v1/labels"),
        route(GET, "/api/v1/label/*/values"),
        route(GET, "/api/v1/targets"),
        route(GET, "/api/v1/targets/metadata"),
        route(GET, "/api/v1/targets/relabel_steps"),
        route(GET, "/api/v1/scrape_pools"),
        route(GET, "/api/v1/rules"),
        route(GET, "/api/v1/alerts"),
        route(GET, "/api/v1/alertmanagers"),
        route(GET, "/api/v1/metadata"),
        route(GET, "/api/v1/status/config"),
        route(GET, "/api/v1/status/flags"),
        route(GET, "/api/v1/status/runtimeinfo"),
        route(GET, "/api/v1/status/buildinfo"),
        route(GET, "/api/v1/status/tsdb"),
        route(GET, "/api/v1/status/tsdb/blocks"),
        route(GET, "/api/v1/status/walreplay"),
        route(GET, "/api/v1/notifications"),
        route(GET, "/api/v1/notifications/live"),
        route(GET, "/api/v1/features"),
        route(GET, "/api/v1/openapi.yaml"),
        route(POST, "/api/v1/read"),
        route(POST, "/api/v1/write"),
        route(POST, "/api/v1/otlp/v1/metrics"),
        asking(POST_PUT, "/api/v1/admin/tsdb/delete_series", &["match[]"]),
        route(POST_PUT, "/api/v1/admin/tsdb/clean_tombstones"),
        route(POST_PUT, "/api/v1/admin/tsdb/snapshot"),
        route(GET, "/-/healthy"),
        route(GET, "/-/ready"),
        route(POST_PUT, "/-/reload"),
        route(POST_PUT, "/-/quit"),
    ],
    gone: &[Gone {
        prefix: "/api/v2/",
        since: "that is Alertmanager's interface; Prometheus has /api/v1 only",
    }],
};

/// `api/v2/openapi.yaml` of 0.25 to 0.33.
const ALERTMANAGER: Interface = Interface {
    product: Product::Alertmanager,
    judged: &["/api/", "/-/", "/health", "/healthz", "/ready", "/readyz"],
    on_its_port: &["/api/v1/", "/api/v2/"],
    unmistakable: &["/api/v2/silence"],
    routes: &[
        route(GET, "/api/v2/status"),
        route(GET, "/api/v2/receivers"),
        route(GET_POST, "/api/v2/silences"),
        route(GET_DELETE, "/api/v2/silence/*"),
        route(GET_POST, "/api/v2/alerts"),
        route(GET, "/api/v2/alerts/groups"),
        route(GET, "/-/healthy"),
        route(GET, "/-/ready"),
        route(POST, "/-/reload"),
    ],
    gone: &[Gone { prefix: "/api/v1/", since: "0.27 took /api/v1 out; use /api/v2" }],
};

/// `pkg/api/api.go` and the HTTP reference of 10 to 12.
const GRAFANA: Interface = Interface {
    product: Product::Grafana,
    judged: &["/api/"],
    on_its_port: &["/api/dashboards", "/api/datasources", "/api/v1/provisioning/"],
    unmistakable: &["/api/dashboards/db", "/api/dashboards/uid/"],
    routes: &[
        route(GET, "/api/health"),
        route(GET, "/api/search"),
        route(GET, "/api/search/*"),
        route(POST, "/api/dashboards/db"),
        route(POST, "/api/dashboards/import"),
        route(POST, "/api/dashboards/calculate-diff"),
        route(POST, "/api/dashboards/validate"),
        route(POST, "/api/dashboards/trim"),
        route(GET, "/api/dashboards/home"),
        route(GET, "/api/dashboards/tags"),
        route(GET, "/api/dashboards/public-dashboards"),
        route(GET_DELETE, "/api/dashboards/uid/*"),
        route(ANY, "/api/dashboards/uid/*/**"),
        route(ANY, "/api/dashboards/id/**"),
        route(ANY, "/api/snapshots/**"),
        route(ANY, "/api/snapshots-delete/*"),
        route(GET, "/api/dashboard/snapshots"),
        route(GET_POST, "/api/datasources"),
        route(ANY, "/api/datasources/**"),
        route(POST, "/api/ds/query"),
        route(POST, "/api/tsdb/query"),
        route(GET_POST, "/api/folders"),
        route(ANY, "/api/folders/**"),
        route(ANY, "/api/annotations/**"),
        route(ANY, "/api/org/**"),
        route(ANY, "/api/orgs/**"),
        route(ANY, "/api/user/**"),
        route(ANY, "/api/users/**"),
        route(ANY, "/api/teams/**"),
        route(ANY, "/api/admin/**"),
        route(ANY, "/api/auth/**"),
        route(ANY, "/api/serviceaccounts/**"),
        route(ANY, "/api/access-control/**"),
        route(ANY, "/api/library-elements/**"),
        route(ANY, "/api/playlists/**"),
        route(ANY, "/api/plugins/**"),
        route(ANY, "/api/plugin-proxy/**"),
        route(ANY, "/api/short-urls/**"),
        route(ANY, "/api/query-history/**"),
        route(ANY, "/api/public/**"),
        route(ANY, "/api/reports/**"),
        route(ANY, "/api/licensing/**"),
        route(ANY, "/api/live/**"),
        route(ANY, "/api/recording-rules/**"),
        route(ANY, "/api/preferences/**"),
        route(ANY, "/api/convert/**"),
        route(ANY, "/api/v1/ngalert/**"),
        route(ANY, "/api/v1/sso-settings/**"),
        route(ANY, "/api/v1/provisioning/**"),
        route(ANY, "/api/v1/rule/**"),
        route(ANY, "/api/v1/rules/**"),
        route(ANY, "/api/v1/eval"),
        route(ANY, "/api/alertmanager/**"),
        route(ANY, "/api/prometheus/**"),
        route(ANY, "/api/ruler/**"),
        route(GET, "/api/gnet/**"),
        route(GET, "/api/login/ping"),
        route(GET, "/api/frontend/**"),
        route(ANY, "/api/saml/**"),
        route(ANY, "/api/cloudmigration/**"),
        route(ANY, "/api/quotas/**"),
    ],
    gone: &[
        Gone {
            prefix: "/api/alert-notifications",
            since: "Grafana 11 took legacy alerting out; use /api/v1/provisioning/contact-points",
        },
        Gone {
            prefix: "/api/alerts",
            since: "Grafana 11 took legacy alerting out; use /api/v1/provisioning/alert-rules",
        },
        Gone {
            prefix: "/api/dashboards/db/",
            since: "dashboards are no longer found by their slug; use /api/dashboards/uid/<uid>",
        },
    ],
};

/// `cmd/query/app/http_handler.go` of 1.50, and what 2.x keeps.
const JAEGER: Interface = Interface {
    product: Product::Jaeger,
    judged: &["/api/"],
    on_its_port: &["/api/"],
    unmistakable: &[],
    routes: &[
        route(GET, "/api/services"),
        route(GET, "/api/services/*/operations"),
        asking(GET, "/api/operations", &["service"]),
        asking(GET, "/api/traces", &["service|traceID"]),
        route(GET, "/api/traces/*"),
        route(POST, "/api/archive/*"),
        route(GET, "/api/archive/*"),
        route(GET, "/api/dependencies"),
        route(GET, "/api/metrics/minstep"),
        asking(GET, "/api/metrics/*", &["service"]),
        route(POST, "/api/transform"),
        route(GET, "/api/quality-metrics"),
        route(GET, "/api/deep-dependencies"),
        route(GET, "/api/v3/services"),
        asking(GET, "/api/v3/operations", &["service"]),
        route(GET, "/api/v3/traces"),
        route(GET, "/api/v3/traces/*"),
        route(GET, "/api/v3/trace-summaries"),
        route(GET, "/api/v3/dependencies"),
    ],
    gone: &[
        Gone {
            prefix: "/api/v1/",
            since: "Jaeger's interface has no version 1: it is /api/services, /api/traces, or /api/v3/...",
        },
        Gone {
            prefix: "/api/v2/",
            since: "Jaeger's interface has no version 2: it is /api/services, /api/traces, or /api/v3/...",
        },
    ],
};

/// `pkg/loki/modules.go` of 2.9 to 3.5.
const LOKI: Interface = Interface {
    product: Product::Loki,
    judged: &["/api/", "/loki/"],
    on_its_port: &["/loki/"],
    unmistakable: &["/loki/api/"],
    routes: &[
        asking(GET_POST, "/loki/api/v1/query", &["query"]),
        asking(GET_POST, "/loki/api/v1/query_range", &["query"]),
        route(GET_POST, "/loki/api/v1/labels"),
        route(GET_POST, "/loki/api/v1/label"),
        route(GET_POST, "/loki/api/v1/label/*/values"),
        route(GET_POST, "/loki/api/v1/series"),
        route(GET_POST, "/loki/api/v1/index/*"),
        route(GET_POST, "/loki/api/v1/patterns"),
        route(GET_POST, "/loki/api/v1/detected_labels"),
        route(GET_POST, "/loki/api/v1/detected_fields"),
        route(GET_POST, "/loki/api/v1/detected_field/**"),
        route(GET_POST, "/loki/api/v1/drilldown-limits"),
        route(GET_POST, "/loki/api/v1/format_query"),
        route(GET, "/loki/api/v1/tail"),
        route(POST, "/loki/api/v1/push"),
        route(ANY, "/loki/api/v1/rules/**"),
        route(ANY, "/loki/api/v1/delete"),
        route(GET, "/loki/api/v1/cache/generation_numbers"),
        route(GET, "/loki/api/v1/status/buildinfo"),
        route(ANY, "/api/prom/**"),
    ],
    gone: &[Gone { prefix: "/api/v1/", since: "Loki's interface is /loki/api/v1" }],
};

/// `cmd/tempo/app/modules.go` and `pkg/api/http.go` of 2.3 to 2.8.
const TEMPO: Interface = Interface {
    product: Product::Tempo,
    judged: &["/api/"],
    on_its_port: &["/api/"],
    unmistakable: &[],
    routes: &[
        route(GET, "/api/echo"),
        route(GET, "/api/traces/*"),
        route(GET, "/api/v2/traces/*"),
        route(GET, "/api/search"),
        route(GET, "/api/search/tags"),
        route(GET, "/api/search/tag/*/values"),
        route(GET, "/api/v2/search/tags"),
        route(GET, "/api/v2/search/tag/*/values"),
        route(GET, "/api/metrics/query"),
        route(GET, "/api/metrics/query_range"),
        route(GET, "/api/metrics/summary"),
        route(GET, "/api/status/buildinfo"),
        route(ANY, "/api/overrides"),
        route(GET, "/api/mcp"),
    ],
    gone: &[],
};

/// `zipkin2-api.yaml` of 2.24 to 3.4.
const ZIPKIN: Interface = Interface {
    product: Product::Zipkin,
    judged: &["/api/"],
    on_its_port: &["/api/"],
    unmistakable: &[],
    routes: &[
        route(POST, "/api/v2/spans"),
        asking(GET, "/api/v2/spans", &["serviceName"]),
        route(GET, "/api/v2/services"),
        asking(GET, "/api/v2/remoteServices", &["serviceName"]),
        route(GET, "/api/v2/traces"),
        asking(GET, "/api/v2/traceMany", &["traceIds"]),
        route(GET, "/api/v2/trace/*"),
        asking(GET, "/api/v2/dependencies", &["endTs"]),
        route(GET, "/api/v2/autocompleteKeys"),
        asking(GET, "/api/v2/autocompleteValues", &["key"]),
        route(POST, "/api/v1/spans"),
    ],
    gone: &[],
};

/// The OTLP specification.
const OTLP_HTTP: Interface = Interface {
    product: Product::OtlpHttp,
    judged: &["/v1", "/api/"],
    on_its_port: &["/v1", "/api/"],
    unmistakable: &[],
    routes: &[
        route(POST, "/v1/traces"),
        route(POST, "/v1/metrics"),
        route(POST, "/v1/logs"),
        route(POST, "/v1development/profiles"),
    ],
    gone: &[],
};

impl Route {
    /// Whether a path is this one.
    pub(super) fn is(&self, path: &str) -> bool {
        let mut steps = path.trim_matches('/').split('/');
        for wanted in self.path.trim_matches('/').split('/') {
            if wanted == "**" {
                return true;
            }
            match steps.next() {
                Some(step) if wanted == "*" => {
                    if step.is_empty() {
                        return false;
                    }
                }
                Some(step) if step == wanted => {}
                _ => return false,
            }
        }
        steps.next().is_none()
    }

    /// Whether it takes a method.
    pub(super) fn takes(&self, method: &str) -> bool {
        self.methods.contains(&method)
            || (method == "HEAD" && self.methods.contains(&"GET"))
            || method == "OPTIONS"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_step_by_step() {
        let label = route(GET, "/api/v1/label/*/values");
        assert!(label.is("/api/v1/label/job/values") && label.is("/api/v1/label/job/values/"));
        assert!(!label.is("/api/v1/label/values") && !label.is("/api/v1/label/a/b/values"));
        let any = route(ANY, "/api/org/**");
        assert!(any.is("/api/org") && any.is("/api/org/users/1") && !any.is("/api/organisation"));
        assert!(label.takes("HEAD") && !label.takes("POST"));
    }
}
