//! Scrape jobs: what a Prometheus configuration says that it scrapes.

use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::snippet::Snippet;

use super::hosts::{host_port, is_local, server};

/// A job of a scrape configuration.
pub(super) struct Job<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) name: &'a str,
    pub(super) name_node: &'a Node,
    /// Its static targets that name a port.
    pub(super) targets: Vec<(&'a str, u16, &'a Node)>,
    /// Its own interval, else the one of the file.
    pub(super) interval: Option<&'a Node>,
}

/// Every job of a corpus.
pub(super) fn jobs(corpus: &Corpus) -> Vec<Job<'_>> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            let common = root.node.at("global.scrape_interval");
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                if matches!(path.last(), Some(&("scrape_configs" | "additionalScrapeConfigs"))) {
                    found.extend(node.items().iter().filter_map(|node| job(snippet, node, common)));
                }
            });
        }
    }
    found
}

fn job<'a>(snippet: &'a Snippet, node: &'a Node, common: Option<&'a Node>) -> Option<Job<'a>> {
    let name_node = node.get("job_name")?;
    let groups = node.get("static_configs").map(Node::items).unwrap_or_default();
    let listed = groups.iter().filter_map(|group| group.get("targets")).flat_map(Node::items);
    let targets = listed.filter_map(|target| {
        let (host, port) = host_port(target.text()?)?;
        Some((host, port, target))
    });
    let interval = node.get("scrape_interval").or(common);
    Some(Job { snippet, name: name_node.text()?, name_node, targets: targets.collect(), interval })
}

impl Job<'_> {
    /// Whether it scrapes the system's own server: `shop`, `shop-api`, or `app` at `shop:8080`.
    pub(super) fn is_own(&self) -> bool {
        let product = &*self.snippet.system;
        let by_host = self.targets.iter().any(|(host, ..)| is_own_name(host, product));
        let others = self.targets.iter().any(|(host, ..)| !is_local(host) && !is_own_name(host, product));
        let plain = server(self.name).is_none() && is_general(self.name, product);
        plain && !others && (by_host || self.targets.iter().any(|(host, ..)| is_local(host)))
    }

    /// What it scrapes, as a key: places that mean the same say the same.
    pub(super) fn subject(&self) -> String {
        if self.is_own() { own(&self.snippet.system) } else { format!("the job `{}`", self.name) }
    }
}

/// What the system's own server is called in messages.
pub(super) fn own(product: &str) -> String {
    format!("the scrape target of `{product}`")
}

/// Whether a host is the system's own server: `shop`, `shop-api.production`.
pub(super) fn is_own_name(host: &str, product: &str) -> bool {
    let first = host.split('.').next().unwrap_or(host);
    !product.is_empty() && first.split(['-', '_']).any(|word| word == product) && is_general(first, product)
}

/// Whether a name says no more than that it is the server: `shop-api` says no more than `shop`, `shop-worker` does.
fn is_general(name: &str, product: &str) -> bool {
    const GENERAL: [&str; 10] =
        ["api", "app", "application", "backend", "http", "main", "metrics", "server", "service", "svc"];
    let mut words = name.split(['-', '_']).filter(|word| *word != product);
    words.all(|word| GENERAL.contains(&word))
}
