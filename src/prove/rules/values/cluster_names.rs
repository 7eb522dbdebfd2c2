//! Names inside a cluster: Services that operators make, and the namespaces in which host names look for servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::assignments::words;
use super::charts::{Chart, charts};
use super::deployment::objects;
use super::hosts;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::said::{Said, disagreements};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "kubernetes/service-name",
        finds: "A host name that an operator or a chart makes from another name than the one in the document.",
        why: "The name does not resolve.",
        wrong: "A Service of that name may be made by hand.",
        find: service_names,
    },
    Rule {
        id: "kubernetes/namespace-differs",
        finds: "A server that host names and installations put in different namespaces.",
        why: "The host name resolves to nothing.",
        wrong: "It may be installed in both.",
        find: namespaces,
    },
];

/// Kinds whose operators make Services, the endings of their names, and a word that such names hold.
const MAKERS: [(&str, &[&str], &[&str]); 5] = [
    ("Jaeger", &["-collector", "-query", "-agent"], &["jaeger"]),
    ("OpenTelemetryCollector", &["-collector"], &["otel", "opentelemetry"]),
    ("Elasticsearch", &["-es-http"], &[""]),
    ("Kibana", &["-kb-http"], &[""]),
    ("TempoStack", &["-distributor", "-query-frontend"], &["tempo"]),
];

fn service_names(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let charts = charts(corpus);
    for object in &objects(corpus) {
        let Some((_, endings, words)) = MAKERS.iter().find(|(kind, ..)| *kind == object.kind) else {
            continue;
        };
        let made: Vec<String> = endings.iter().map(|ending| format!("{}{ending}", object.name)).collect();
        let mut told = BTreeSet::new();
        for (snippet, host, noted) in cluster_hosts(corpus) {
            let first = host.split('.').next().unwrap_or_default();
            let ending = endings.iter().find(|ending| first.ends_with(**ending));
            let alike = ending.is_some() && words.iter().any(|word| first.contains(word));
            let by_chart = charts
                .iter()
                .any(|chart| chart.place.file == snippet.file && first.starts_with(&chart.release));
            let here = snippet.file == object.snippet.file && !made.iter().any(|name| name == first);
            if !here || !alike || by_chart || !told.insert(host.clone()) {
                continue;
            }
            let name = object.node.at("metadata.name").unwrap_or(object.node);
            let ending = ending.copied().unwrap_or_default();
            let message = format!("the operator calls this Service `{}{ending}`, not `{first}`", object.name);
            let finding = Finding::new("kubernetes/service-name", Severity::Warning, message, noted);
            let maker = Noted::new(&object.snippet.node(name), format!("{} {}", object.kind, object.name));
            findings.push(
                finding.also(maker).next(
                    "use the name that the operator makes, or name the object so that it makes this one",
                ),
            );
        }
    }
}

/// Host names of servers inside a cluster or a network of containers, in code: `jaeger-collector.tracing`.
fn cluster_hosts(corpus: &Corpus) -> Vec<(&Snippet, String, Noted)> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for (line, place) in snippet.lines().filter(|(line, _)| !line.trim_start().starts_with('#')) {
            let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            for word in
                line.split(|c: char| !is_host(c)).filter(|word| word.contains('-') || word.contains('.'))
            {
                let word = word.trim_matches('.');
                let plain = word.starts_with(|c: char| c.is_ascii_lowercase()) && word == word.to_lowercase();
                if plain && !word.ends_with('-') {
                    found.push((snippet, word.to_owned(), Noted::new(&place, word)));
                }
            }
        }
    }
    found
}

/// `kubectl get secret prometheus-grafana -n monitoring`: the release, the namespace that it is looked for in.
fn asked(corpus: &Corpus) -> Vec<(String, String, Arc<str>, Noted)> {
    let charts = charts(corpus);
    let mut found = Vec::new();
    for snippet in corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Shell) {
        for (line, place) in snippet.lines().filter(|(line, _)| line.contains("kubectl")) {
            let words = words(line);
            let namespace =
                words.windows(2).find(|pair| matches!(&*pair[0], "-n" | "--namespace")).map(|pair| &pair[1]);
            let Some(namespace) = namespace else { continue };
            let bare = |word: &String| word.rsplit('/').next().unwrap_or_default().to_owned();
            let ours = charts.iter().filter(|chart| chart.system == snippet.system);
            let of = |chart: &&Chart| {
                let made = format!("{}-", chart.release);
                words.iter().any(|word| {
                    bare(word).starts_with(&made) || bare(word) == chart.release && word.contains('/')
                })
            };
            // Of releases `a` and `a-b`, `a-b-web` is the second's.
            if let Some(chart) = ours.filter(of).max_by_key(|chart| chart.release.len()) {
                let noted = Noted::new(&place, line.trim());
                found.push((chart.release.clone(), namespace.clone(), Arc::clone(&snippet.system), noted));
            }
        }
    }
    found
}

fn namespaces(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut known: BTreeSet<String> =
        ["monitoring", "observability", "tracing", "logging", "default", "kube-system"]
            .map(str::to_owned)
            .into();
    known.extend(charts(corpus).into_iter().filter_map(|chart| chart.namespace));
    known.extend(
        objects(corpus).iter().filter_map(|it| it.node.at("metadata.namespace")?.text()).map(str::to_owned),
    );
    let mut all = Vec::new();
    let mut add = |system: &Arc<str>, server: &str, namespace: &str, noted: Noted| {
        all.push(Said {
            system: Arc::clone(system),
            subject: server.to_owned(),
            aspect: "namespace".to_owned(),
            value: namespace.to_owned(),
            shown: noted.says,
            place: noted.place,
            path: Vec::new(),
        });
    };
    for chart in charts(corpus) {
        let server = hosts::server_of_image(&chart.name)
            .or_else(|| chart.name.contains("kube-prometheus").then_some("prometheus"));
        if let Some((server, (namespace, place))) = server.zip(chart.namespace.zip(chart.namespace_place)) {
            add(&chart.system, server, &namespace, Noted::new(&place, namespace.clone()));
        }
    }
    for (release, namespace, system, noted) in asked(corpus) {
        add(&system, &format!("the release `{release}`"), &namespace, noted);
    }
    for chart in charts(corpus) {
        if let Some((namespace, place)) = chart.namespace.zip(chart.namespace_place) {
            add(
                &chart.system,
                &format!("the release `{}`", chart.release),
                &namespace,
                Noted::new(&place, namespace.clone()),
            );
        }
    }
    for (snippet, host, noted) in cluster_hosts(corpus) {
        let mut parts = host.split('.');
        let (Some(name), Some(namespace)) = (parts.next(), parts.next()) else { continue };
        let rest: Vec<&str> = parts.collect();
        let inside = matches!(rest.as_slice(), [] | ["svc"] | ["svc", "cluster", "local"]);
        if let Some(server) = hosts::server(name).filter(|_| inside && known.contains(namespace)) {
            add(&snippet.system, server, namespace, noted);
        }
    }
    for object in objects(corpus) {
        let server =
            MAKERS.iter().find(|(kind, ..)| *kind == object.kind).and_then(|(kind, ..)| hosts::server(kind));
        if let Some((server, node)) = server.zip(object.node.at("metadata.namespace")) {
            let namespace = node.text().unwrap_or_default();
            add(&object.snippet.system, server, namespace, Noted::new(&object.snippet.node(node), namespace));
        }
    }
    let next = "install it in one namespace, and name that one in its host names";
    findings.extend(disagreements("kubernetes/namespace-differs", Severity::Warning, all, next));
}
