//! Where metrics are named: in lists of what is there, in queries, in code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::words::{mentions as has, set};
use crate::prove::corpus::Corpus;
use crate::prove::page::{Item, Page, Table};
use crate::prove::place::Place;
use crate::prove::query::Purpose;
use crate::prove::snippet::{Kind, Snippet};

/// A place that names a metric.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// The system that the file is about.
    pub(super) system: Arc<str>,
    /// The name as it stands there.
    pub(super) shown: String,
    /// The name without what samples and clients add: the same for `x_bucket` and `x`, `y_total` and `y`.
    pub(super) key: String,
    /// Whether it is listed here as a metric that exists.
    pub(super) listed: bool,
    /// Whether it is said, by type or name, to be a counter; none when nothing says it.
    pub(super) counter: Option<bool>,
    /// The query that reads it.
    pub(super) query: Option<usize>,
    /// Whether it stands in a file of its own and not in a document.
    pub(super) whole: bool,
    /// Where.
    pub(super) place: Place,
}

/// What the names of others' metrics begin with: exporters, the tools of monitoring, runtimes, clusters.
pub(super) const EXPORTERS: [&str; 70] = [
    "alertmanager",
    "apache",
    "apiserver",
    "argocd",
    "aws",
    "azure",
    "blackbox",
    "cadvisor",
    "cassandra",
    "ceph",
    "certmanager",
    "cloudwatch",
    "cluster",
    "collectd",
    "consul",
    "container",
    "coredns",
    "couchbase",
    "dotnet",
    "envoy",
    "elasticsearch",
    "etcd",
    "fluentbit",
    "fluentd",
    "go",
    "grafana",
    "haproxy",
    "jaeger",
    "jenkins",
    "jmx",
    "jvm",
    "kafka",
    "kong",
    "kube",
    "kubelet",
    "kubernetes",
    "loki",
    "machine",
    "memcached",
    "mongodb",
    "mssql",
    "mysql",
    "nats",
    "nginx",
    "node",
    "nodejs",
    "nvidia",
    "opensearch",
    "oracledb",
    "otelcol",
    "pg",
    "pgbouncer",
    "postgres",
    "probe",
    "process",
    "prober",
    "prometheus",
    "promhttp",
    "promtail",
    "python",
    "rabbitmq",
    "redis",
    "scrape",
    "snmp",
    "stackdriver",
    "statsd",
    "tempo",
    "traefik",
    "vault",
    "windows",
];

/// What the names of samples add to the name of their metric.
const SAMPLES: [&str; 4] = ["_bucket", "_sum", "_count", "_created"];

/// How names end that can be nothing but a metric's.
const ENDINGS: [&str; 9] =
    ["_total", "_seconds", "_bucket", "_bytes", "_ratio", "_milliseconds", "_ms", "_count", "_sum"];

/// Whether text can be a metric's name: small letters, at least two words.
pub(super) fn is_metric(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.contains('_') && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(good)
}

/// The name without what its samples add.
pub(super) fn base(name: &str) -> &str {
    SAMPLES.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// The name without what its samples add, and without what clients add to counters.
pub(super) fn key(name: &str) -> &str {
    let base = base(name);
    base.strip_suffix("_total").unwrap_or(base)
}

/// Whether another program than the system exposes a metric.
pub(super) fn of_others(name: &str) -> bool {
    let first = name.split('_').next().unwrap_or_default();
    EXPORTERS.contains(&first)
}

/// Every place that names a metric, in the order of the corpus.
pub(super) fn mentions(corpus: &Corpus) -> Vec<Mention> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        let mut keep = |shown: &str, kind: Option<bool>, place: &Place| {
            found.push(mention(system, shown, true, kind, None, place));
        };
        page.tables.iter().for_each(|table| of_table(page, table, &mut keep));
        page.items.iter().filter(|item| lists(page, item)).for_each(|item| of_item(item, &mut keep));
    }
    for (index, query) in corpus.queries.iter().enumerate() {
        let recorded = matches!(query.purpose, Purpose::Record(_));
        for (name, place) in query.metrics().into_iter().filter(|(name, _)| !recorded || is_metric(name)) {
            let whole = corpus.snippets[query.snippet].whole;
            found.push(Mention { whole, ..mention(&query.system, &name, false, None, Some(index), &place) });
        }
    }
    let prefixes = prefixes(&found);
    for snippet in &corpus.snippets {
        of_code(snippet, &prefixes, &mut found);
    }
    found
}

fn mention(
    system: &Arc<str>,
    shown: &str,
    listed: bool,
    kind: Option<bool>,
    query: Option<usize>,
    place: &Place,
) -> Mention {
    let sampled = shown.ends_with("_bucket").then_some(false);
    let counter = kind.or(shown.ends_with("_total").then_some(true)).or(sampled);
    let key = key(shown).to_owned();
    let (system, shown, place) = (system.clone(), shown.to_owned(), place.clone());
    Mention { system, shown, key, listed, counter, query, whole: false, place }
}

/// A table whose column lists metrics, and that is not about alerts or objectives which only use them.
fn of_table(page: &Page, table: &Table, keep: &mut impl FnMut(&str, Option<bool>, &Place)) {
    let uses = table.head.iter().any(|head| {
        has(
            head,
            &["alert", "threshold", "slo", "query", "panel", "condition", "sli", "expression", "promql"],
        )
    });
    let in_metrics = page.sections[table.section].path.iter().any(|title| has(title, &["metric"]));
    let column = table.head.iter().position(|head| set(head).contains("metric"));
    let column =
        column.or_else(|| table.head.iter().position(|head| in_metrics && head.eq_ignore_ascii_case("name")));
    let Some(column) = column.filter(|_| !uses) else { return };
    let kinds = table.head.iter().position(|head| set(head).contains("type") || set(head).contains("kind"));
    for row in &table.rows {
        let Some(cell) = row.cells.get(column) else { continue };
        let kind = kinds.and_then(|at| row.cells.get(at)).and_then(|cell| counter(&cell.text));
        let names: Vec<&str> = match cell.codes.as_slice() {
            [] => cell.text.split([',', ' ']).collect(),
            codes => codes.iter().map(String::as_str).collect(),
        };
        for name in names.into_iter().map(bare).filter(|name| is_metric(name)) {
            keep(name, kind, &cell.place);
        }
    }
}

/// A name without labels in braces.
fn bare(name: &str) -> &str {
    name.split('{').next().unwrap_or(name).trim()
}

/// Whether a word for a type says counter.
fn counter(kind: &str) -> Option<bool> {
    let known = ["counter", "gauge", "histogram", "summary", "updowncounter"];
    let word = set(kind).into_iter().find(|word| known.contains(&word.as_str()))?;
    Some(word == "counter")
}

/// Whether a list item is one of a list of metrics.
fn lists(page: &Page, item: &Item) -> bool {
    let section = &page.sections[item.section];
    // A document's title may name metrics among other things.
    let mut titles = section.path.iter().skip(1).chain([&section.title]);
    let named = titles.any(|title| has(title, &["metric"]));
    item.leads_with_code && (named || has(&item.label, &["metric", "vital sign", "time series"]))
}

fn of_item(item: &Item, keep: &mut impl FnMut(&str, Option<bool>, &Place)) {
    // What stands after the dash or colon describes the metric and may name its labels.
    let end = [" - ", ": ", " – ", " — ", " ("].iter().filter_map(|mark| item.text.find(mark)).min();
    let head = &item.text[..end.unwrap_or(item.text.len())];
    let rest = &item.text[end.unwrap_or(item.text.len())..];
    for name in item.codes.iter().map(|code| bare(code)).filter(|code| head.contains(code) && is_metric(code))
    {
        keep(name, counter(rest), &item.place);
    }
}

/// What the names of each system's own metrics begin with: the system, and what most of its listed metrics share.
pub(super) fn prefixes(mentions: &[Mention]) -> BTreeMap<Arc<str>, BTreeSet<String>> {
    let mut counts: BTreeMap<Arc<str>, BTreeMap<&str, usize>> = BTreeMap::new();
    for mention in mentions.iter().filter(|mention| mention.listed && !of_others(&mention.shown)) {
        let first = mention.shown.split('_').next().unwrap_or_default();
        *counts.entry(mention.system.clone()).or_default().entry(first).or_default() += 1;
    }
    let mut prefixes: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
    for mention in mentions {
        let own = prefixes.entry(mention.system.clone()).or_default();
        if own.is_empty() && !mention.system.is_empty() {
            own.insert(mention.system.to_string());
        }
    }
    for (system, firsts) in counts {
        let all: usize = firsts.values().sum();
        // Half of three or more: less may be chance, such as two metrics of a cache.
        let shared = firsts.iter().filter(|(_, count)| **count >= 3 && **count * 2 >= all);
        prefixes.entry(system).or_default().extend(shared.map(|(first, _)| (*first).to_owned()));
    }
    prefixes
}

/// The system's prefix with which a name begins.
pub(super) fn own<'a>(name: &'a str, prefixes: Option<&BTreeSet<String>>) -> Option<&'a str> {
    let (first, rest) = name.split_once('_')?;
    prefixes.is_some_and(|all| all.contains(first)).then_some(rest)
}

/// Names in commands and code that can be nothing but metrics of the system.
fn of_code(snippet: &Snippet, prefixes: &BTreeMap<Arc<str>, BTreeSet<String>>, found: &mut Vec<Mention>) {
    if !matches!(snippet.kind, Kind::Shell | Kind::Python | Kind::Other) || snippet.whole {
        return;
    }
    for (line, place) in snippet.lines() {
        let made = ["Counter", "Gauge", "Histogram", "Summary"].into_iter().find(|kind| {
            line.contains(&format!("{kind}(")) || line.contains(&format!("create_{}(", kind.to_lowercase()))
        });
        let names =
            line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|name| is_metric(name));
        for name in names.filter(|name| own(name, prefixes.get(&snippet.system)).is_some()) {
            if made.is_some() || ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                let kind = made.map(|made| made == "Counter");
                found.push(mention(&snippet.system, name, made.is_some(), kind, None, &place));
            }
        }
    }
}
