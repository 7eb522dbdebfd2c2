//! Exporters: metrics of a database or a node exist only where somebody scrapes what exposes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::words::{mentions, set};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::{Purpose, Query};
use crate::prove::snippet::Snippet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "exporters/missing",
        finds: "Alerts on metrics of an exporter that no document or configuration of the system installs or scrapes.",
        why: "The series never exist, so the alert never fires.",
        wrong: "It may be scraped by a configuration that was not linted.",
        find: missing,
    },
    Rule {
        id: "exporters/not-scraped",
        finds: "Metrics that a list says come by way of an exporter, beside scrape targets that lack it.",
        why: "Whoever copies the targets has no such metrics.",
        wrong: "The targets may be an excerpt.",
        find: not_scraped,
    },
];

/// The first word of metrics, what exposes them, and words of which one stands wherever it is installed or scraped.
const EXPOSED: [(&str, &str, &[&str]); 18] = [
    ("pg", "postgres_exporter", &["postgres exporter", "postgresql exporter", "pg exporter", "pgexporter"]),
    ("pgbouncer", "pgbouncer_exporter", &["pgbouncer exporter"]),
    ("mysql", "mysqld_exporter", &["mysqld exporter", "mysql exporter"]),
    ("redis", "redis_exporter", &["redis exporter"]),
    ("mongodb", "mongodb_exporter", &["mongodb exporter", "mongo exporter"]),
    ("elasticsearch", "elasticsearch_exporter", &["elasticsearch exporter"]),
    ("memcached", "memcached_exporter", &["memcached exporter"]),
    ("kafka", "kafka_exporter", &["kafka exporter", "kminion", "strimzi", "jmx"]),
    ("rabbitmq", "RabbitMQ's Prometheus plugin", &["rabbitmq exporter", "rabbitmq prometheus", "15692"]),
    ("nginx", "nginx exporter", &["nginx exporter", "nginx prometheus", "ingress nginx", "nginx ingress"]),
    ("haproxy", "haproxy exporter", &["haproxy exporter", "haproxy"]),
    ("probe", "blackbox_exporter", &["blackbox"]),
    ("node", "node_exporter", &["node exporter", "kube prometheus"]),
    ("kube", "kube-state-metrics", &["kube state metrics", "kube prometheus"]),
    ("container", "cAdvisor", &["cadvisor", "kubelet", "kube prometheus"]),
    ("windows", "windows_exporter", &["windows exporter"]),
    ("snmp", "snmp_exporter", &["snmp"]),
    ("certmanager", "cert-manager", &["cert manager"]),
];

/// A text with what joins words taken out, so that `node-exporter` and `node_exporter` are the same.
fn plain(text: &str) -> String {
    let joined = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    text.chars().map(joined).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Jobs and targets of every scrape configuration in a snippet.
fn scraped(snippet: &Snippet) -> Vec<String> {
    let mut found = Vec::new();
    for root in &snippet.roots {
        root.node.walk(&mut Vec::new(), &mut |_, node| {
            let jobs =
                ["scrape_configs", "additionalScrapeConfigs"].into_iter().filter_map(|key| node.get(key));
            for job in jobs.flat_map(Node::items) {
                job.walk(&mut Vec::new(), &mut |_, inner| found.extend(inner.text().map(plain)));
            }
        });
    }
    found
}

fn scrapes_anything(corpus: &Corpus, system: &Arc<str>) -> bool {
    let monitor = |node: &Node| {
        node.get("kind")
            .and_then(Node::text)
            .is_some_and(|kind| ["ServiceMonitor", "PodMonitor"].contains(&kind))
    };
    let of = corpus.snippets.iter().filter(|snippet| snippet.system == *system);
    of.into_iter()
        .any(|snippet| !scraped(snippet).is_empty() || snippet.roots.iter().any(|root| monitor(&root.node)))
}

fn missing(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut lacking: BTreeMap<(&Arc<str>, &str), Vec<Noted>> = BTreeMap::new();
    let systems: BTreeSet<&Arc<str>> = corpus.queries.iter().map(|query| &query.system).collect();
    for system in systems.into_iter().filter(|system| scrapes_anything(corpus, system)) {
        let pages = corpus.pages.iter().filter(|(_, of)| of == system).map(|(page, _)| plain(page.text()));
        let files =
            corpus.snippets.iter().filter(|it| it.whole && it.system == *system).map(|it| plain(&it.text));
        let texts: Vec<String> = pages.chain(files).collect();
        let jobs: Vec<String> =
            corpus.snippets.iter().filter(|it| it.system == *system).flat_map(scraped).collect();
        let alerts = corpus
            .queries
            .iter()
            .filter(|it| it.system == *system && matches!(it.purpose, Purpose::Alert(_)));
        for (query, (name, place)) in
            alerts.flat_map(|query| query.metrics().into_iter().map(move |metric| (query, metric)))
        {
            let first = name.split('_').next().unwrap_or_default();
            let Some((prefix, exporter, words)) = EXPOSED.iter().find(|(prefix, ..)| *prefix == first) else {
                continue;
            };
            let named = texts.iter().any(|text| words.iter().any(|word| text.contains(word)));
            // A job may be called `postgres` without its exporter being named.
            let stem = words[0].split(' ').next().unwrap_or(prefix);
            let job =
                jobs.iter().any(|text| text.split(' ').any(|word| word.starts_with(stem) || word == *prefix));
            if !named && !job {
                lacking
                    .entry((system, exporter))
                    .or_default()
                    .push(Noted::new(&place, format!("{name}, in the alert `{}`", alert(query))));
            }
        }
    }
    for ((_, exporter), places) in lacking {
        let mut places = places.into_iter();
        let Some(first) = places.next() else { continue };
        let message =
            format!("an alert reads a metric of {exporter}, which nothing here installs or scrapes");
        let mut finding = Finding::new("exporters/missing", Severity::Warning, message, first);
        finding.places.extend(places);
        findings.push(finding.next(format!("scrape {exporter}, or drop the alert: it never fires")));
    }
}

fn alert(query: &Query) -> &str {
    if let Purpose::Alert(name) = &query.purpose { name } else { "" }
}

fn not_scraped(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        for item in &page.items {
            let Some(exporter) = by_way_of(&item.text) else { continue };
            let path = &page.sections[item.section].path;
            let about = path
                .iter()
                .chain([&item.label])
                .any(|text| mentions(text, &["metric", "scrap", "prometheus", "target"]));
            let beside = corpus.snippets.iter().filter(|it| it.file == *page.file() && it.path == *path);
            let beside: Vec<(&Snippet, Vec<String>)> =
                beside.map(|it| (it, scraped(it))).filter(|(_, all)| !all.is_empty()).collect();
            let wanted = plain(&exporter);
            let has = |all: &[String]| all.iter().any(|text| text.contains(&wanted));
            let Some((snippet, _)) =
                beside.first().filter(|_| about && !beside.iter().any(|(_, all)| has(all)))
            else {
                continue;
            };
            let message = format!(
                "metrics are said to come by way of {exporter}, and the scrape targets beside it lack it"
            );
            let finding = Finding::new(
                "exporters/not-scraped",
                Severity::Warning,
                message,
                Noted::new(&item.place, item.text.clone()),
            );
            let jobs =
                snippet.roots.iter().filter_map(|root| root.node.get("scrape_configs")).flat_map(Node::items);
            let names = jobs
                .filter_map(|job| job.get("job_name"))
                .map(|name| Noted::new(&snippet.node(name), name.text().unwrap_or_default()));
            let mut finding = finding.next(format!("add a job for {exporter}, or say where it is scraped"));
            finding.places.extend(names);
            findings.push(finding);
        }
    }
}

/// `(via redis_exporter)`: the exporter, which is a word that says so.
fn by_way_of(text: &str) -> Option<String> {
    let after = ["via ", "through ", "exposed by ", "from "]
        .iter()
        .find_map(|word| text.to_lowercase().find(word).map(|at| at + word.len()))?;
    let word = text.get(after..)?.trim_start_matches("the ").split([')', ',', ' ', ';']).next()?;
    let words = set(word);
    let exports = words.contains("exporter")
        || words.contains("cadvisor")
        || words.contains("state") && words.contains("metric");
    exports.then(|| word.to_owned())
}
