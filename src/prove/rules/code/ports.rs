//! Who listens where, as far as the documents say it: published ports, "Grafana: http://localhost:3000", port-forwards.

use std::collections::{BTreeMap, BTreeSet};

use super::curl::Url;
use super::shell::{Word, script};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::Noted;
use crate::prove::place::Place;
use crate::prove::snippet::{Kind, Snippet};

/// What listens on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Product {
    Prometheus,
    Alertmanager,
    Grafana,
    /// Jaeger's query service, which also serves its pages.
    Jaeger,
    Loki,
    Tempo,
    Zipkin,
    OtlpGrpc,
    OtlpHttp,
    /// A server that speaks no HTTP.
    Redis,
    /// A server that speaks no HTTP.
    Postgres,
    /// Anything else: the system's own servers, exporters.
    Other,
}

impl Product {
    /// Its name in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Alertmanager => "Alertmanager",
            Self::Grafana => "Grafana",
            Self::Jaeger => "Jaeger",
            Self::Loki => "Loki",
            Self::Tempo => "Tempo",
            Self::Zipkin => "Zipkin",
            Self::OtlpGrpc => "an OTLP receiver over gRPC",
            Self::OtlpHttp => "an OTLP receiver over HTTP",
            Self::Redis => "Redis",
            Self::Postgres => "PostgreSQL",
            Self::Other => "something else",
        }
    }

    /// What listens on a port where nobody says anything.
    pub(super) fn by_default(port: u16) -> Option<Self> {
        Some(match port {
            9090 => Self::Prometheus,
            9093 => Self::Alertmanager,
            3000 => Self::Grafana,
            16686 => Self::Jaeger,
            3100 => Self::Loki,
            3200 => Self::Tempo,
            9411 => Self::Zipkin,
            4317 => Self::OtlpGrpc,
            4318 => Self::OtlpHttp,
            6379 => Self::Redis,
            5432 => Self::Postgres,
            _ => return None,
        })
    }
}

/// The product that a name means on one of its ports: an image, a service, a host, a title.
pub(super) fn product_of(name: &str, port: Option<u16>) -> Option<Product> {
    let lower = name.to_lowercase();
    let has = |word: &str| lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
    if NOT_ITSELF.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let by_port = port.and_then(Product::by_default);
    let named = [
        ("alertmanager", Product::Alertmanager),
        ("zipkin", Product::Zipkin),
        ("loki", Product::Loki),
        ("grafana", Product::Grafana),
        ("prometheus", Product::Prometheus),
        ("prom", Product::Prometheus),
        ("redis", Product::Redis),
        ("postgres", Product::Postgres),
        ("postgresql", Product::Postgres),
    ];
    if ["jaeger", "jaegertracing", "otel", "opentelemetry", "tempo", "otlp"].iter().any(|word| has(word)) {
        let jaeger = has("jaeger") || has("jaegertracing");
        let pages = port.is_none_or(|port| matches!(port, 80 | 443));
        return match by_port {
            Some(
                Product::OtlpGrpc | Product::OtlpHttp | Product::Jaeger | Product::Tempo | Product::Zipkin,
            ) => by_port,
            None if jaeger && pages && !has("collector") => Some(Product::Jaeger),
            _ => None,
        };
    }
    let (_, product) = named.into_iter().find(|(word, _)| has(word))?;
    // On another product's port it is not what its name says; on a port of no product only the bare name is.
    let own = by_port == Some(product) || port.is_none_or(|port| matches!(port, 80 | 443));
    let bare = named.iter().any(|(word, _)| *word == lower) || lower.contains('/');
    (own || (bare && by_port.is_none())).then_some(product)
}

/// Words in names of what is made for a product and is not that product.
const NOT_ITSELF: [&str; 22] = [
    "exporter",
    "operator",
    "adapter",
    "agent",
    "promtail",
    "pushgateway",
    "example",
    "demo",
    "app",
    "api",
    "client",
    "webhook",
    "bridge",
    "relay",
    "proxy",
    "gateway",
    "sidecar",
    "commander",
    "insight",
    "alloy",
    "init",
    "metrics",
];

/// What is said of a port of the machine at which the reader sits.
#[derive(Debug, Default)]
pub(super) struct Ports {
    said: BTreeMap<(String, u16), Vec<(Product, Noted)>>,
}

/// How sure it is who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// The host's name says it, or the documents do.
    Said,
    /// Only the port's number says it.
    Port,
    /// The documents say it of two.
    Shared,
}

/// Who listens at a URL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listener<'a> {
    pub(super) product: Product,
    pub(super) trust: Trust,
    /// Where it is said, if anywhere.
    pub(super) said: Option<&'a Noted>,
}

impl Ports {
    /// Collects what every document and file says.
    pub(super) fn read(corpus: &Corpus) -> Self {
        let mut ports = Self::default();
        for snippet in &corpus.snippets {
            match snippet.kind {
                Kind::Yaml | Kind::Json => ports.published(snippet),
                Kind::Shell | Kind::Env => ports.commands(snippet),
                _ => {}
            }
        }
        for (page, _) in &corpus.pages {
            for item in &page.items {
                ports.sentence(&item.text, &item.place);
            }
            for paragraph in &page.paragraphs {
                ports.sentence(&paragraph.text, &paragraph.place);
            }
            for row in page.tables.iter().flat_map(|table| &table.rows) {
                let line: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                if let Some(first) = row.cells.first() {
                    ports.sentence(&line.join(" "), &first.place);
                }
            }
        }
        ports
    }

    fn add(&mut self, file: &str, port: u16, product: Product, noted: Noted) {
        self.said.entry((file.to_owned(), port)).or_default().push((product, noted));
    }

    /// The ports of Compose services, and the targets that are scraped on this machine.
    fn published(&mut self, snippet: &Snippet) {
        for root in &snippet.roots {
            for (name, service) in root.node.get("services").map_or(&[][..], Node::entries) {
                let image = service.get("image").and_then(Node::text).unwrap_or_default();
                for port in service.get("ports").map_or(&[][..], Node::items) {
                    let Some(text) = port.text() else { continue };
                    let mut parts = text
                        .split('/')
                        .next()
                        .unwrap_or_default()
                        .rsplit(':')
                        .map(|part| part.parse::<u16>().ok());
                    let (Some(Some(inner)), outer) = (parts.next(), parts.next().flatten()) else { continue };
                    let named = product_of(image, Some(inner))
                        .or_else(|| product_of(name.text().unwrap_or_default(), Some(inner)));
                    let noted = Noted::new(&snippet.node(port), text);
                    self.add(&snippet.file, outer.unwrap_or(inner), named.unwrap_or(Product::Other), noted);
                }
            }
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                let target = node.text().and_then(|text| text.split_once(':'));
                let Some((host, port)) = target.filter(|_| path.contains(&"targets")) else { return };
                if let (true, Ok(port)) = (is_here(host), port.parse()) {
                    let job = product_by_words(&snippet.text, node.line).unwrap_or(Product::Other);
                    self.add(
                        &snippet.file,
                        port,
                        job,
                        Noted::new(&snippet.node(node), node.text().unwrap_or_default()),
                    );
                }
            });
        }
    }

    /// `X_PORT=9090`, `--port 9090`, `kubectl port-forward svc/x 9090:9090`, `docker run -p 9090:9090 image`.
    fn commands(&mut self, snippet: &Snippet) {
        for command in script(&snippet.text).commands {
            for word in &command.words {
                if let Some((name, value)) =
                    word.text.split_once('=').filter(|(name, _)| name.ends_with("PORT"))
                    && let Ok(port) = value.parse()
                {
                    // `PROMETHEUS_PORT` is more often where a server shows its metrics.
                    let product = product_of(name, None).filter(|product| *product != Product::Prometheus);
                    let product = product.unwrap_or(Product::Other);
                    self.add(
                        &snippet.file,
                        port,
                        product,
                        Noted::new(&snippet.bytes(word.at.start, word.at.end), word.text.clone()),
                    );
                }
            }
            let words = command.program();
            let forwards = words.iter().any(|word| word.text == "port-forward");
            let runs = words.first().is_some_and(|word| word.text == "docker")
                && words.iter().any(|word| word.text == "run");
            if forwards || runs {
                self.mapped(snippet, words);
            } else {
                self.flags(snippet, words);
            }
        }
    }

    fn mapped(&mut self, snippet: &Snippet, words: &[Word]) {
        for word in words {
            let mut parts = word.text.rsplit(':').map(str::parse::<u16>);
            let (Some(Ok(inner)), Some(Ok(outer))) = (parts.next(), parts.next()) else { continue };
            let named = words.iter().filter(|word| word.text.contains('/') || word.text.contains('-'));
            let product = named
                .filter(|word| !word.text.starts_with('-'))
                .find_map(|word| product_of(&word.text, Some(inner)));
            let noted = Noted::new(&snippet.bytes(word.at.start, word.at.end), word.text.clone());
            self.add(&snippet.file, outer, product.unwrap_or(Product::Other), noted);
        }
    }

    fn flags(&mut self, snippet: &Snippet, words: &[Word]) {
        for pair in words.windows(2) {
            if let ([flag, value], true) =
                (pair, pair[0].text.starts_with("--") && pair[0].text.ends_with("port"))
                && let Ok(port) = value.text.parse()
            {
                self.add(
                    &snippet.file,
                    port,
                    Product::Other,
                    Noted::new(&snippet.bytes(flag.at.start, value.at.end), value.text.clone()),
                );
            }
        }
    }

    /// `Grafana: http://localhost:3000`, `Open Jaeger at http://localhost:16686`; perhaps several in a row.
    fn sentence(&mut self, text: &str, place: &Place) {
        let mut before = 0;
        while let Some(at) = text[before..].find("http").map(|at| before + at) {
            let ends = |c: char| c.is_whitespace() || matches!(c, ')' | '`' | ',' | '<' | '>' | ']');
            let end = text[at..].find(ends).map_or(text.len(), |end| at + end);
            let url = Url::read(text[at..end].trim_end_matches(['.', ':', ';']))
                .filter(|url| !url.scheme.is_empty());
            if let Some((url, port)) = url.and_then(|url| url.port.map(|port| (url, port))) {
                let page = url.path.len() < 2 || PAGES.iter().any(|page| url.path.starts_with(page));
                let product = labelled(&text[before..at], port).filter(|_| page && is_here(&url.host));
                if let Some(product) = product {
                    self.add(&place.file, port, product, Noted::new(place, text.to_owned()));
                }
            }
            before = end.max(at + 4);
        }
    }

    /// Who listens at a URL that a file names.
    pub(super) fn listener(
        &self,
        corpus: &Corpus,
        snippet_file: &str,
        system: &str,
        url: &Url,
    ) -> Option<Listener<'_>> {
        let port = url.port_or_default();
        if !is_here(&url.host) {
            let product = product_of(&url.host, Some(port).filter(|_| url.port.is_some()));
            return product.map(|product| Listener { product, trust: Trust::Said, said: None });
        }
        let own = self.said.get(&(snippet_file.to_owned(), port));
        let said: Vec<&(Product, Noted)> = match own {
            Some(own) => own.iter().collect(),
            None => {
                let files =
                    corpus.snippets.iter().filter(|other| &*other.system == system).map(|other| &other.file);
                let pages =
                    corpus.pages.iter().filter(|(_, of)| &**of == system).map(|(page, _)| page.file());
                let files: BTreeSet<&str> = files.chain(pages).map(|file| &**file).collect();
                files.iter().filter_map(|file| self.said.get(&((*file).to_owned(), port))).flatten().collect()
            }
        };
        let others = said.iter().any(|(product, _)| *product == Product::Other);
        let products: BTreeSet<Product> =
            said.iter().map(|(product, _)| *product).filter(|product| *product != Product::Other).collect();
        match products.into_iter().collect::<Vec<_>>().as_slice() {
            [product] => {
                let noted = said.iter().find(|(said, _)| said == product).map(|(_, noted)| noted);
                Some(Listener {
                    product: *product,
                    trust: if others { Trust::Shared } else { Trust::Said },
                    said: noted,
                })
            }
            [] if others => None,
            [] => {
                Product::by_default(port).map(|product| Listener { product, trust: Trust::Port, said: None })
            }
            _ => None,
        }
    }
}

/// What the pages of these products begin with.
const PAGES: [&str; 10] =
    ["/graph", "/targets", "/alerts", "/query", "/search", "/login", "/d/", "/dashboards", "/explore", "/#/"];

/// Words that stand between a product and its address, or before both, and say nothing else.
const CONNECTING: [&str; 35] = [
    "ui",
    "dashboard",
    "dashboards",
    "server",
    "at",
    "is",
    "on",
    "available",
    "running",
    "runs",
    "web",
    "interface",
    "console",
    "the",
    "open",
    "access",
    "visit",
    "go",
    "to",
    "view",
    "in",
    "your",
    "browse",
    "browser",
    "local",
    "url",
    "under",
    "reachable",
    "listens",
    "via",
    "a",
    "and",
    "see",
    "query",
    "lives",
];

/// The product of which a text says the address that follows it; none if it says anything else.
fn labelled(before: &str, port: u16) -> Option<Product> {
    let words = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut found = None;
    for word in words {
        match product_of(word, None) {
            Some(product) if found.is_none() => found = Some(product),
            None if CONNECTING.contains(&word.to_lowercase().as_str()) || word.parse::<u8>().is_ok() => {}
            _ => return None,
        }
    }
    let other = Product::by_default(port).filter(|default| Some(*default) != found);
    found.filter(|_| other.is_none())
}

/// Whether a host is the machine at which the reader sits.
pub(super) fn is_here(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]" | "host.docker.internal" | "$host")
}

/// The product of the job to which a target on this line belongs.
fn product_by_words(text: &str, line: usize) -> Option<Product> {
    let before: Vec<&str> = text.lines().take(line).collect();
    let job = before
        .iter()
        .rev()
        .find_map(|line| line.trim().trim_start_matches("- ").strip_prefix("job_name:"))?;
    product_of(job, None)
}
