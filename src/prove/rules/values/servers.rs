//! Ports of the field's own servers inside a network, and how long things last, said differently.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::amounts::{self, Amount, Unit};
use super::compose::services;
use super::hosts::{self, host_port};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Severity};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ports/server-differs",
        finds: "A server (an exporter, Alertmanager, Prometheus...) that two places reach on two ports inside a network.",
        why: "One of the two is closed.",
        wrong: "The server may have been told to listen on both.",
        find: ports,
    },
    Rule {
        id: "timing/disagree",
        finds: "Prometheus' retention, and the timing of Alertmanager's root route, that two places set differently.",
        why: "Dashboards end earlier than promised; notifications come at another time than promised.",
        wrong: "Two installations may differ; headings are taken into account.",
        find: timing,
    },
];

/// Servers that listen on one port. Jaeger, Tempo and their like have many.
const SINGLE: [&str; 9] = [
    "alertmanager",
    "blackbox-exporter",
    "grafana",
    "kube-state-metrics",
    "loki",
    "node-exporter",
    "postgres-exporter",
    "prometheus",
    "redis-exporter",
];

fn single(host: &str) -> Option<&'static str> {
    // `prometheus-grafana` and `grafana.monitoring` are Services, whose ports need not be the server's.
    hosts::server(host).filter(|server| SINGLE.contains(server) && host.replace('_', "-") == **server)
}

fn ports(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    let mut published = BTreeSet::new();
    for service in services(corpus) {
        let Some(server) = service.server().filter(|server| SINGLE.contains(server)) else { continue };
        for (host, container, node) in service.ports() {
            published.insert((Arc::clone(&service.snippet.system), server, host));
            let (system, place) = (&service.snippet.system, service.snippet.node(node));
            all.push(said(
                system,
                server,
                container,
                node.text().unwrap_or_default(),
                place,
                &service.snippet.path,
            ));
        }
    }
    for snippet in
        corpus.snippets.iter().filter(|snippet| !matches!(snippet.kind, Kind::Diagram | Kind::Promql))
    {
        for (line, place) in
            snippet.lines().filter(|(line, _)| !line.trim_start().starts_with('#') && !line.contains("image"))
        {
            let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
            for word in line.split(ends) {
                let Some((host, port)) = host_port(word.trim_start_matches("//")) else { continue };
                if let Some(server) = single(host).filter(|_| !matches!(port, 80 | 443)) {
                    all.push(said(&snippet.system, server, port, word, place.clone(), &snippet.path));
                }
            }
        }
    }
    for (page, system) in &corpus.pages {
        let items = page.items.iter().map(|item| (&item.text, &item.place, item.section));
        for (text, place, section) in
            page.paragraphs.iter().map(|it| (&it.text, &it.place, it.section)).chain(items)
        {
            let Some((server, port)) = spoken(text) else { continue };
            // On the machine it may be published elsewhere.
            if !published.contains(&(Arc::clone(system), server, port)) {
                all.push(said(system, server, port, text, place.clone(), &page.sections[section].path));
            }
        }
    }
    findings.extend(disagreements(
        "ports/server-differs",
        Severity::Error,
        all,
        "reach it on the port on which it listens",
    ));
}

fn said(system: &Arc<str>, server: &str, port: u16, shown: &str, place: Place, path: &[String]) -> Said {
    Said {
        system: Arc::clone(system),
        subject: server.to_owned(),
        aspect: "port".to_owned(),
        value: port.to_string(),
        shown: shown.to_owned(),
        place,
        path: path.to_vec(),
    }
}

/// "This starts the Redis exporter on port 9121."
fn spoken(text: &str) -> Option<(&'static str, u16)> {
    let (_, after) = text.split_once("on port ")?;
    let port = after.trim_start_matches('`').split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    let server = hosts::server(text).filter(|server| SINGLE.contains(server))?;
    (text.matches("port ").count() == 1).then_some((server, port))
}

fn timing(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for snippet in &corpus.snippets {
        for (subject, aspect, text, place) in set(snippet) {
            // Two of them in one document are two installations: nobody writes one configuration twice.
            if !seen.insert((Arc::clone(&place.file), subject, aspect)) {
                continue;
            }
            all.extend(amounts::seconds(&text).map(|seconds| Said {
                system: Arc::clone(&snippet.system),
                subject: subject.to_owned(),
                aspect: aspect.to_owned(),
                value: seconds.to_string(),
                shown: text,
                place,
                path: snippet.path.clone(),
            }));
        }
    }
    for (page, system) in &corpus.pages {
        let items = page.items.iter().map(|item| (&item.text, &item.place, item.section));
        let prose = page.paragraphs.iter().map(|it| (&it.text, &it.place, it.section)).chain(items);
        for (text, place, section) in prose {
            all.extend(kept(text).map(|amount| Said {
                system: Arc::clone(system),
                subject: "Prometheus".to_owned(),
                aspect: "retention".to_owned(),
                value: amount.value.to_string(),
                shown: text[amount.at].to_owned(),
                place: place.clone(),
                path: page.sections[section].path.clone(),
            }));
        }
    }
    let next = "decide on one, or say which installation each is for";
    findings.extend(disagreements("timing/disagree", Severity::Error, all, next));
}

/// "Prometheus keeps samples for 15 days."
fn kept(text: &str) -> Option<Amount> {
    let lower = text.to_lowercase();
    let about = ["retention", "retain", "keeps "].iter().any(|word| lower.contains(word));
    let of_prometheus = about && lower.contains("prometheus");
    amounts::only(text).filter(|it| of_prometheus && it.unit == Unit::Seconds && it.value >= 3600.0)
}

/// What a snippet sets: of whom, what, to what, and where.
fn set(snippet: &Snippet) -> Vec<(&'static str, &'static str, String, Place)> {
    let mut found = Vec::new();
    let of = |node: &Node| (node.text().unwrap_or_default().to_owned(), snippet.node(node));
    for root in &snippet.roots {
        let is_root = |route: &&Node| route.get("routes").is_some() || route.get("receiver").is_some();
        let route = root.node.get("route").filter(is_root);
        for key in ["group_wait", "group_interval", "repeat_interval"] {
            let value = route.and_then(|route| route.get(key)).map(of);
            found.extend(value.map(|(text, place)| ("Alertmanager's root route", key, text, place)));
        }
        let resolves = root.node.at("global.resolve_timeout").map(of);
        found.extend(resolves.map(|(text, place)| ("Alertmanager", "resolve_timeout", text, place)));
        root.node.walk(&mut Vec::new(), &mut |path, node| {
            if path.ends_with(&["prometheusSpec", "retention"]) {
                let (text, place) = of(node);
                found.push(("Prometheus", "retention", text, place));
            }
        });
    }
    for (line, place) in snippet.lines() {
        if let Some((_, rest)) = line.split_once("storage.tsdb.retention.time=") {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            found.push(("Prometheus", "retention", rest[..end].to_owned(), place));
        }
    }
    found
}
