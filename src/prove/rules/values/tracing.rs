//! How spans travel, said differently.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::assignments;
use super::compose::services;
use super::hosts::{self, host_port, urls};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "tracing/protocol-differs",
        finds: "Spans that one place sends by one protocol and another place by another.",
        why: "The receiver that one of them starts does not listen for the other.",
        wrong: "Two services may send by two protocols; then each should be named.",
        find: protocols,
    },
    Rule {
        id: "tracing/port-closed",
        finds: "Spans that are sent to a port of the machine that the document's compose file does not publish.",
        why: "No span arrives.",
        wrong: "A collector may run outside the compose file.",
        find: unpublished,
    },
];

fn protocols(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let (mut all, mut told) = (Vec::new(), BTreeSet::new());
    let past = |path: &[String]| {
        let words = path.join(" ").to_lowercase();
        ["migrat", "legacy", "deprecat", "before", "upgrad"].iter().any(|word| words.contains(word))
    };
    for snippet in corpus.snippets.iter().filter(|snippet| !past(&snippet.path)) {
        for (line, place) in snippet.lines().filter(|(line, _)| !line.trim_start().starts_with('#')) {
            if let Some(protocol) = of_code(line) {
                all.push(said(&snippet.system, "protocol", protocol, line.trim(), place.clone()));
            }
            if let Some(transport) = transport_of_code(line) {
                told.insert(Arc::clone(&snippet.system));
                all.push(said(&snippet.system, "OTLP transport", transport, line.trim(), place));
            }
        }
    }
    for it in assignments::all(corpus).into_iter().filter(|it| !past(&it.path)) {
        let shown = format!("{}={}", it.name, it.value);
        if let Some(protocol) = of_variable(&it.name, &it.value) {
            all.push(said(&it.system, "protocol", protocol, &shown, it.place.clone()));
        }
        told.extend(it.name.ends_with("PROTOCOL").then(|| Arc::clone(&it.system)));
        if let Some(transport) = transport_of_variable(&it.name, &it.value) {
            all.push(said(&it.system, "OTLP transport", transport, &shown, it.place));
        }
    }
    for (page, system) in &corpus.pages {
        let items = page.items.iter().map(|item| (&item.text, &item.place));
        for (text, place) in page.paragraphs.iter().map(|prose| (&prose.text, &prose.place)).chain(items) {
            if let Some(transport) = transport_of_prose(text) {
                told.insert(Arc::clone(system));
                all.push(said(system, "OTLP transport", transport, text, place.clone()));
            }
        }
    }
    // Where only endpoints differ, that is said of their variable.
    all.retain(|it| it.aspect == "protocol" || told.contains(&it.system));
    let next = "send spans by one protocol, and start the receiver of that one";
    findings.extend(disagreements("tracing/protocol-differs", Severity::Error, all, next));
}

fn said(system: &Arc<str>, aspect: &str, value: &str, shown: &str, place: Place) -> Said {
    Said {
        system: Arc::clone(system),
        subject: "the exporter of spans".to_owned(),
        aspect: aspect.to_owned(),
        value: value.to_owned(),
        shown: shown.to_owned(),
        place,
        // Protocols do not change from a laptop to production; ports and hosts do.
        path: Vec::new(),
    }
}

/// By the exporter that code imports or makes, in whatever language.
fn of_code(line: &str) -> Option<&'static str> {
    let squeezed = line.to_lowercase().replace(['_', '.', '-', '/', ' '], "");
    let any = |words: &[&str]| words.iter().any(|word| squeezed.contains(word));
    if any(&["exporterjaeger", "jaegerexporter", "agentport=6831", "agentport:6831"]) {
        Some("Jaeger's own (Thrift)")
    } else if any(&["exporterzipkin", "zipkinexporter"]) {
        Some("Zipkin's")
    } else if any(&[
        "otlpspanexporter",
        "exporterotlp",
        "otlptraceexporter",
        "otlptracegrpc",
        "otlptracehttp",
    ]) {
        // A name of a variable or of a package that is installed is read elsewhere, or says nothing.
        (!any(&["exporterotlpendpoint", "exporterotlp>", "exporterotlpprotocol"]) && is_import(line))
            .then_some("OTLP")
    } else {
        None
    }
}

fn is_import(line: &str) -> bool {
    let trimmed = line.trim_start();
    ["from ", "import ", "use ", "const ", "require"].iter().any(|word| trimmed.starts_with(word))
        || line.contains('(')
}

fn transport_of_code(line: &str) -> Option<&'static str> {
    let squeezed = line.to_lowercase().replace(['_', '.', '-', '/', ' '], "");
    if squeezed.contains("otlpprotogrpc") || squeezed.contains("otlptracegrpc") {
        Some("gRPC")
    } else if squeezed.contains("otlpprotohttp") || squeezed.contains("otlptracehttp") {
        Some("HTTP")
    } else {
        None
    }
}

fn of_variable(name: &str, value: &str) -> Option<&'static str> {
    match value.to_lowercase().as_str() {
        "jaeger" if name.ends_with("TRACES_EXPORTER") => Some("Jaeger's own (Thrift)"),
        "zipkin" if name.ends_with("TRACES_EXPORTER") => Some("Zipkin's"),
        "otlp" if name.ends_with("TRACES_EXPORTER") => Some("OTLP"),
        _ if name.contains("EXPORTER_JAEGER_") || name.starts_with("JAEGER_AGENT_") => {
            Some("Jaeger's own (Thrift)")
        }
        _ if name.contains("EXPORTER_ZIPKIN_") => Some("Zipkin's"),
        _ if name.contains("EXPORTER_OTLP_") => Some("OTLP"),
        _ => None,
    }
}

/// By the port, which OTLP has one of for each, or by the variable for it.
fn transport_of_variable(name: &str, value: &str) -> Option<&'static str> {
    if !name.contains("EXPORTER_OTLP_") {
        return None;
    }
    if name.ends_with("PROTOCOL") {
        return Some(if value.starts_with("http") { "HTTP" } else { "gRPC" });
    }
    let url = urls(value).into_iter().next().and_then(|url| url.port);
    match url.or_else(|| host_port(value).map(|(_, port)| port)) {
        Some(4317) => Some("gRPC"),
        Some(4318) => Some("HTTP"),
        _ => None,
    }
}

/// "Services should be able to reach the collector on port 4317."
fn transport_of_prose(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let about = ["otlp", "jaeger", "collector", "traces", "spans"].iter().any(|word| lower.contains(word));
    match (lower.contains("port 4317"), lower.contains("port 4318")) {
        (true, false) if about && !lower.contains("4318") => Some("gRPC"),
        (false, true) if about && !lower.contains("4317") => Some("HTTP"),
        _ => None,
    }
}

fn unpublished(corpus: &Corpus, findings: &mut Vec<Finding>) {
    const PORTS: [u16; 2] = [4317, 4318];
    for it in assignments::all(corpus).iter().filter(|it| it.name.contains("EXPORTER_OTLP_")) {
        let Some(url) = urls(&it.value).into_iter().find(|url| hosts::is_local(url.host)) else { continue };
        let Some(port) = url.port.filter(|port| PORTS.contains(port)) else { continue };
        let receivers = services(corpus).into_iter().filter(|service| service.snippet.file == it.place.file);
        let published = receivers.flat_map(|service| {
            service
                .ports()
                .into_iter()
                .map(|(host, container, node)| (host, container, service.snippet.node(node)))
                .collect::<Vec<_>>()
        });
        let published: Vec<_> = published.filter(|(_, container, _)| PORTS.contains(container)).collect();
        let Some((host, _, place)) =
            published.first().filter(|_| !published.iter().any(|(host, ..)| *host == port))
        else {
            continue;
        };
        let message = format!(
            "`{}` sends to port {port} of this machine, where the compose file publishes only {host}",
            it.name
        );
        let finding = Finding::new(
            "tracing/port-closed",
            Severity::Error,
            message,
            Noted::new(&it.place, it.value.clone()),
        );
        findings.push(
            finding
                .also(Noted::new(place, host.to_string()))
                .next("send to the published port, or publish the other"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exporters_are_known_in_several_languages() {
        assert_eq!(
            of_code("from opentelemetry.exporter.jaeger.thrift import JaegerExporter"),
            Some("Jaeger's own (Thrift)")
        );
        assert_eq!(of_code("exporter = OTLPSpanExporter(endpoint=\"x\")"), Some("OTLP"));
        assert_eq!(of_code("opentelemetry-exporter-otlp>=1.24.0"), None);
        assert_eq!(of_code("uv add opentelemetry-exporter-otlp"), None);
        assert_eq!(
            transport_of_variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"),
            Some("HTTP")
        );
    }
}
