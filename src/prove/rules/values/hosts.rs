//! Addresses in texts, and the servers of the field by their names, ports and interfaces.

/// An address in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url<'a> {
    /// `admin:admin`
    pub(super) user: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    /// With its slash, without what asks.
    pub(super) path: &'a str,
    /// All of it.
    pub(super) text: &'a str,
    /// The byte at which it begins.
    pub(super) start: usize,
}

/// Every `scheme://host:port/path` of a text.
pub(super) fn urls(text: &str) -> Vec<Url<'_>> {
    let ends = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')' | '<' | '>' | ',' | ']' | '}' | '|' | '\\')
    };
    let found = text.match_indices("://").filter_map(|(mark, _)| {
        let scheme = text[..mark].bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let start = mark - scheme;
        let rest = &text[mark + 3..];
        let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let (host, port) = host_port(host).map_or((host, None), |(host, port)| (host, Some(port)));
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches(['.', ';', ':']);
        let text = &text[start..mark + 3 + rest.len()];
        (scheme > 0 && !host.is_empty()).then_some(Url { user, host, port, path, text, start })
    });
    found.collect()
}

/// `host:port`
pub(super) fn host_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.trim_end_matches(['.', ',', '/']).rsplit_once(':')?;
    Some((host, port.parse().ok()?)).filter(|(host, port)| !host.contains('/') && *port > 0)
}

/// Whether a name is the machine that the reader sits at.
pub(super) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "::1" | "[::1]" | "host.docker.internal")
}

/// Servers of the field and the port on which people reach each: its page, or its interface where it has none.
const SERVERS: [(&str, u16); 26] = [
    ("alertmanager", 9093),
    ("blackbox-exporter", 9115),
    ("cadvisor", 8080),
    ("elasticsearch", 9200),
    ("grafana", 3000),
    ("jaeger", 16686),
    ("kafka", 9092),
    ("kibana", 5601),
    ("kube-state-metrics", 8080),
    ("loki", 3100),
    ("memcached", 11211),
    ("mimir", 9009),
    ("mongodb", 27017),
    ("mysql", 3306),
    ("nats", 4222),
    ("node-exporter", 9100),
    ("postgres", 5432),
    ("postgres-exporter", 9187),
    ("prometheus", 9090),
    ("pushgateway", 9091),
    ("rabbitmq", 15672),
    ("redis", 6379),
    ("redis-exporter", 9121),
    ("tempo", 3200),
    ("victoriametrics", 8428),
    ("zipkin", 9411),
];

/// The port on which people reach a server unless it is told otherwise.
pub(super) fn usual_port(server: &str) -> Option<u16> {
    SERVERS.iter().find(|(name, _)| *name == server).map(|(_, port)| *port)
}

/// The servers that a text names, each once, in the order of their names. An exporter is not what it exports.
pub(super) fn servers(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase().replace(['_', ' '], "-");
    let whole = |at: usize, name: &str| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + name.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(|c| c.is_alphanumeric() && c != 's')
    };
    let named = |name: &str| lower.match_indices(name).any(|(at, _)| whole(at, name));
    let found: Vec<&'static str> = SERVERS.iter().map(|(name, _)| *name).filter(|name| named(name)).collect();
    let is_part = |name: &str| found.iter().any(|other| other.len() > name.len() && other.starts_with(name));
    found.iter().copied().filter(|name| !is_part(name)).collect()
}

/// The only server that a text names.
pub(super) fn server(text: &str) -> Option<&'static str> {
    match servers(text).as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// The server that an image or a chart is of. Jaeger's images are named after its parts.
pub(super) fn server_of_image(name: &str) -> Option<&'static str> {
    let last = name.rsplit('/').next().unwrap_or(name);
    server(last).or_else(|| name.contains("jaegertracing/").then_some("jaeger"))
}

/// The server whose interface a path belongs to.
pub(super) fn server_of_path(path: &str) -> Option<&'static str> {
    let of = |list: &[&str]| list.iter().any(|prefix| path.starts_with(prefix));
    let prometheus = [
        "/api/v1/targets",
        "/api/v1/rules",
        "/api/v1/alerts",
        "/api/v1/query",
        "/api/v1/series",
        "/api/v1/labels",
        "/api/v1/label/",
        "/api/v1/status/",
        "/api/v1/admin/tsdb",
        "/api/v1/metadata",
        "/api/v1/write",
    ];
    if of(&prometheus) {
        Some("prometheus")
    } else if of(&["/api/v2/alerts", "/api/v2/status", "/api/v2/silences", "/api/v2/receivers"]) {
        Some("alertmanager")
    } else if of(&[
        "/api/dashboards/",
        "/api/datasources",
        "/api/search",
        "/api/v1/provisioning/",
        "/api/folders",
    ]) {
        Some("grafana")
    } else if of(&["/loki/api/"]) {
        Some("loki")
    } else if of(&["/api/traces", "/api/services"]) {
        Some("jaeger")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_sentences_and_commands() {
        let found = urls("see `http://admin:pw@localhost:3000/api/search?x=1`, or (https://a.example.org).");
        assert_eq!(
            (found[0].user, found[0].host, found[0].port),
            (Some("admin:pw"), "localhost", Some(3000))
        );
        assert_eq!((found[0].path, found[1].host, found[1].port), ("/api/search", "a.example.org", None));
        assert_eq!(host_port("shop:8080"), Some(("shop", 8080)));
        assert_eq!((host_port("shop"), host_port("a/b:1")), (None, None));
    }

    #[test]
    fn servers_go_by_many_names() {
        assert_eq!(servers("Redis exporter and **Grafana**"), ["grafana", "redis-exporter"]);
        assert_eq!(server_of_image("docker.io/jaegertracing/all-in-one"), Some("jaeger"));
        assert_eq!(server_of_image("prom/prometheus"), Some("prometheus"));
        assert_eq!(server_of_image("grafana/loki"), Some("loki"));
        assert_eq!(server_of_path("/api/v1/targets"), Some("prometheus"));
        assert_eq!(server_of_path("/metrics"), None);
    }
}
