//! Requests to the interfaces of well-known products that those do not answer.

use super::Rule;
use super::curl::{Request, Url, requests};
use super::interfaces::{INTERFACES, Interface, Route};
use super::ports::{Listener, Ports, Product, Trust, is_here, product_of};
use super::sources::{Source, sources};
use crate::contract::yaml::nearest;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "endpoint/unknown",
        finds: "Requests for paths that Prometheus, Alertmanager, Grafana, Jaeger, Loki or an OTLP receiver does not have.",
        why: "The answer is 404, and whoever works through a runbook believes that the server is broken.",
        wrong: "Paths of a release newer than ours, and proxies that add their own.",
        find: unknown,
    },
    Rule {
        id: "endpoint/method",
        finds: "Requests with a method that the path does not take.",
        why: "The answer is 405, or nothing happens.",
        wrong: "Paths of a release newer than ours.",
        find: method,
    },
    Rule {
        id: "endpoint/parameter",
        finds: "Requests without a parameter that the path requires.",
        why: "The answer is 400.",
        wrong: "It cannot be: which parameters a request sends is written in it.",
        find: parameter,
    },
    Rule {
        id: "endpoint/protocol",
        finds: "HTTP clients that are pointed at servers of another protocol.",
        why: "They fail whether or not the server works, so they prove nothing.",
        wrong: "That the port is open can be seen from how they fail.",
        find: protocol,
    },
];

/// A request with who listens to it.
pub(super) struct Sent<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) source: &'a Source<'a>,
    pub(super) listener: Option<Listener<'a>>,
    /// The path without what a proxy adds.
    pub(super) path: String,
}

impl Sent<'_> {
    /// The interface by which it is judged, if it is sure enough whose it is.
    pub(super) fn interface(&self) -> Option<&'static Interface> {
        judged_by(self.listener.map(|listener| (listener.product, listener.trust)), &self.path)
    }

    pub(super) fn noted(&self) -> Noted {
        let at = &self.request.word.at;
        Noted::new(&self.source.at(at), self.source.says(at))
    }

    fn finding(&self, rule: &'static str, severity: Severity, message: String) -> Finding {
        let finding = Finding::new(rule, severity, message, self.noted());
        match self.listener.and_then(|listener| listener.said) {
            Some(said) => finding.also(said.clone()),
            None => finding,
        }
    }
}

fn judged_by(listener: Option<(Product, Trust)>, path: &str) -> Option<&'static Interface> {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    let product = listener.map(|(product, _)| product);
    let own = INTERFACES.iter().find(|interface| Some(interface.product) == product).filter(|interface| {
        match listener.map(|(_, trust)| trust) {
            Some(Trust::Said) => begins(interface.judged),
            Some(Trust::Port) => begins(interface.on_its_port),
            _ => false,
        }
    });
    // What is said to be Prometheus is not asked as Grafana, whatever the path.
    let said = matches!(listener, Some((_, Trust::Said))) && product != Some(Product::Other);
    own.or_else(|| INTERFACES.iter().find(|interface| !said && begins(interface.unmistakable)))
}

/// Calls back with every request of every command.
pub(super) fn each_request(corpus: &Corpus, visit: &mut dyn FnMut(&Sent<'_>)) {
    let ports = Ports::read(corpus);
    for source in sources(corpus) {
        for command in &source.script.commands {
            let (container, words) = command.inside();
            for request in &requests(words) {
                let listener = match container {
                    // Within a container `localhost` is the container.
                    Some(name) if is_here(&request.url.host) => product_of(name, request.url.port)
                        .map(|product| Listener { product, trust: Trust::Said, said: None }),
                    _ => ports.listener(corpus, source.file, source.system, &request.url),
                };
                let (path, listener) = without_proxy(&request.url, listener);
                visit(&Sent { request, source: &source, listener, path });
            }
        }
    }
}

/// `/prometheus/api/v1/query`: behind a proxy the first step says whose it is.
fn without_proxy<'a>(url: &Url, listener: Option<Listener<'a>>) -> (String, Option<Listener<'a>>) {
    let mut steps = url.path.splitn(3, '/');
    let (first, rest) = (steps.nth(1).unwrap_or_default(), steps.next().unwrap_or_default());
    let product = product_of(first, None).filter(|_| rest.starts_with("api/") || rest.starts_with("loki/"));
    match product.filter(|product| *product != Product::Loki || !rest.starts_with("api/v1")) {
        Some(product) => (format!("/{rest}"), Some(Listener { product, trust: Trust::Said, said: None })),
        None => (url.path.clone(), listener),
    }
}

/// Whether a path holds a place to be filled in; such a step stands for any.
fn route<'a>(interface: &'a Interface, path: &str) -> Vec<&'a Route> {
    interface.routes.iter().filter(|route| route.is(path)).collect()
}

fn unjudged(path: &str) -> bool {
    path.contains(['$', '<', '{', '*']) || path.contains("...")
}

fn unknown(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        let Some(interface) = sent.interface() else { return };
        if let Some((message, next)) = not_there(interface, &sent.path) {
            findings.push(sent.finding("endpoint/unknown", Severity::Error, message).next(next));
        }
    });
    let ports = Ports::read(corpus);
    for (page, system) in &corpus.pages {
        for code in &page.codes {
            let text = code.text.trim();
            let words: Vec<&str> = text.split_whitespace().collect();
            let address = match words.as_slice() {
                [one] => one,
                ["GET" | "POST" | "PUT" | "DELETE", one] => one,
                _ => continue,
            };
            let (path, listener) = if address.starts_with('/') {
                (address.split('?').next().unwrap_or_default().to_owned(), None)
            } else if let Some(url) = Url::read(address).filter(|url| !url.scheme.is_empty()) {
                let listener = ports.listener(corpus, page.file(), system, &url);
                without_proxy(&url, listener)
            } else {
                continue;
            };
            let interface = judged_by(listener.map(|listener| (listener.product, listener.trust)), &path);
            if let Some((message, next)) = interface.and_then(|interface| not_there(interface, &path)) {
                let finding =
                    Finding::new("endpoint/unknown", Severity::Error, message, Noted::new(&code.place, text));
                findings.push(finding.next(next));
            }
        }
    }
}

fn not_there(interface: &Interface, path: &str) -> Option<(String, String)> {
    if unjudged(path) || path == "/api/" || path == "/api" {
        return None;
    }
    let name = interface.product.name();
    if let Some(gone) = interface.gone.iter().find(|gone| path.starts_with(gone.prefix)) {
        return Some((format!("{name} does not answer `{path}`"), gone.since.to_owned()));
    }
    if !route(interface, path).is_empty() {
        return None;
    }
    // A path under which others stand is a mistake only if it is none itself.
    let siblings = siblings(interface, path);
    let near = nearest(path, interface.routes.iter().map(|route| route.path));
    let next = match (near, siblings.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("see the HTTP API in the documentation of {name}"),
        (None, siblings) => format!("there are {}", siblings.join(", ")),
    };
    Some((format!("{name} has no `{path}`: it answers 404"), next))
}

/// The paths that differ in the last step.
fn siblings<'a>(interface: &'a Interface, path: &str) -> Vec<&'a str> {
    let parent = path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
    let beside = |route: &&Route| {
        route
            .path
            .strip_prefix(parent)
            .is_some_and(|last| last.starts_with('/') && !last[1..].contains('/') && last != "/*")
    };
    if parent.matches('/').count() < 3 {
        return Vec::new();
    }
    interface.routes.iter().filter(beside).map(|route| route.path).take(8).collect()
}

fn method(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        let Some(interface) = sent.interface() else { return };
        let routes = route(interface, &sent.path);
        let used = sent.request.method.as_str();
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&used);
        if routes.is_empty()
            || unjudged(&sent.path)
            || used.contains('$')
            || routes.iter().any(|route| route.takes(used))
        {
            return;
        }
        let takes: Vec<&str> = routes.iter().flat_map(|route| route.methods).copied().collect();
        let takes = takes.join(" and ");
        let path = &sent.path;
        let name = interface.product.name();
        let message = if known {
            format!("{} sends {used} to `{path}`, where {name} takes {takes}", sent.request.program)
        } else {
            format!("`{used}` is no method of HTTP")
        };
        let mut finding = sent.finding("endpoint/method", Severity::Error, message);
        if let Some(word) = sent
            .request
            .method_word
            .filter(|word| sent.source.at(&word.at) != sent.source.at(&sent.request.word.at))
        {
            finding.places.insert(1, Noted::new(&sent.source.at(&word.at), sent.source.says(&word.at)));
        }
        let wanted = takes.split(' ').next().unwrap_or_default();
        findings.push(finding.next(format!("send {wanted}: `curl -X {wanted}`")));
    });
}

fn parameter(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        let Some(interface) = sent.interface() else { return };
        let routes = route(interface, &sent.path);
        if !sent.request.parameters_known || unjudged(&sent.path) {
            return;
        }
        let has =
            |name: &str| sent.request.parameters.iter().any(|given| given.trim_end_matches('@') == name);
        let missing = |route: &&Route| {
            route.needs.iter().filter(|needed| !needed.split('|').any(has)).copied().collect::<Vec<&str>>()
        };
        let Some(missing) = routes
            .iter()
            .filter(|route| route.takes(&sent.request.method))
            .map(missing)
            .min_by_key(Vec::len)
            .filter(|missing| !missing.is_empty())
        else {
            return;
        };
        let named: Vec<String> =
            missing.iter().map(|needed| format!("`{}`", needed.replace('|', "` or `"))).collect();
        let named = named.join(" and ");
        let name = interface.product.name();
        let message = format!(
            "`{}` of {name} requires {named}, which this request does not send: it answers 400",
            sent.path
        );
        let first = missing[0].split('|').next().unwrap_or_default();
        let mut next = format!("add it: `{}?{first}=...`", sent.path);
        if interface.product == Product::Jaeger && sent.path.starts_with("/api/traces") {
            next.push_str("; Jaeger 2 has only /api/v3/traces");
        }
        findings.push(sent.finding("endpoint/parameter", Severity::Error, message).next(next));
    });
}

fn protocol(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        let Some(listener) = sent.listener.filter(|listener| listener.trust != Trust::Shared) else { return };
        let http = matches!(sent.request.url.scheme.as_str(), "" | "http" | "https");
        let next = match listener.product {
            Product::OtlpGrpc => {
                "that the port is open shows `nc -zv host port`; a trace can be sent over HTTP to port 4318 at /v1/traces"
            }
            Product::Redis => "use `redis-cli ping`",
            Product::Postgres => "use `pg_isready`",
            _ => return,
        };
        if !http || sent.request.http2 {
            return;
        }
        let message = format!(
            "{} speaks HTTP/1.1 to {}, which does not: it fails even if that works",
            sent.request.program,
            match listener.product {
                Product::OtlpGrpc => "a port for OTLP over gRPC",
                other => other.name(),
            }
        );
        findings.push(sent.finding("endpoint/protocol", Severity::Warning, message).next(next));
    });
}
