//! What Compose files, and commands and manifests beside them, say of one container.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::assignments::words;
use super::hosts::{self, urls};
use super::scrape::lines;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "compose/image-differs",
        finds: "One image with two tags in one system.",
        why: "What is tried on a laptop is another release than what the next reader starts.",
        wrong: "Two environments may be upgraded one after the other; headings are taken into account.",
        find: images,
    },
    Rule {
        id: "compose/host-port-differs",
        finds: "A server that one place publishes on one port of the machine and another place reaches on another.",
        why: "The address in the document answers nobody, or somebody else.",
        wrong: "Two compose files may be two ways of doing one thing; then the addresses should stand beside each.",
        find: host_ports,
    },
    Rule {
        id: "compose/mount-differs",
        finds: "A folder or file that two places mount at different paths of the same image.",
        why: "The server looks in one of them and finds nothing.",
        wrong: "The image may read both; then both should be mounted.",
        find: mounts,
    },
    Rule {
        id: "scrape/host-unreachable",
        finds: "`host.docker.internal` without the `extra_hosts` that makes it a name on Linux.",
        why: "Docker Desktop knows it, a Linux server does not: the target stays down.",
        wrong: "Every reader may use Docker Desktop.",
        find: docker_host,
    },
];

/// A service of a Compose file.
pub(super) struct Service<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
}

/// The services of every Compose file.
pub(super) fn services(corpus: &Corpus) -> Vec<Service<'_>> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        let roots =
            snippet.roots.iter().map(|root| &root.node).filter(|root| root.get("apiVersion").is_none());
        for services in roots.filter_map(|root| root.get("services")) {
            let named = services.entries().iter().filter(|(_, node)| !node.entries().is_empty());
            found.extend(named.filter_map(|(key, node)| Some(Service { snippet, name: key.text()?, node })));
        }
    }
    found
}

impl<'a> Service<'a> {
    /// The image without its tag.
    pub(super) fn image(&self) -> Option<&'a str> {
        self.node.get("image").and_then(Node::text).map(|image| split(image).0)
    }

    /// The server of the field that it is, by its image, else by its name.
    pub(super) fn server(&self) -> Option<&'static str> {
        let by_image = self.image().and_then(hosts::server_of_image);
        by_image.or_else(|| hosts::server(self.name).filter(|_| self.image().is_none()))
    }

    /// Published ports: of the machine, of the container, and where it says so.
    pub(super) fn ports(&self) -> Vec<(u16, u16, &'a Node)> {
        let listed = self.node.get("ports").map(Node::items).unwrap_or_default();
        listed
            .iter()
            .filter_map(|node| {
                if let Some(text) = node.text() {
                    let mut parts = text.split('/').next()?.rsplit(':');
                    let container = parts.next()?.parse().ok()?;
                    return Some((parts.next()?.parse().ok()?, container, node));
                }
                let number = |key: &str| node.get(key).and_then(Node::text)?.parse().ok();
                Some((number("published")?, number("target")?, node))
            })
            .collect()
    }

    /// Mounts: what of the machine, where in the container.
    pub(super) fn mounts(&self) -> Vec<(&'a str, &'a str, &'a Node)> {
        let listed = self.node.get("volumes").map(Node::items).unwrap_or_default();
        listed
            .iter()
            .filter_map(|node| {
                if let Some(text) = node.text() {
                    let mut parts = text.splitn(3, ':');
                    return Some((parts.next()?, parts.next()?, node));
                }
                let text = |key: &str| node.get(key).and_then(Node::text);
                Some((text("source")?, text("target")?, node))
            })
            .collect()
    }
}

/// An image's name and tag; the tag is `latest` where none is written.
fn split(image: &str) -> (&str, &str) {
    let image = image.split('@').next().unwrap_or(image);
    let name = image.rfind('/').map_or(0, |at| at + 1);
    match image[name..].split_once(':') {
        Some((last, tag)) => (&image[..name + last.len()], tag),
        None => (image, "latest"),
    }
}

fn said(snippet: &Snippet, subject: String, aspect: &str, value: &str, shown: &str, place: Place) -> Said {
    Said {
        system: Arc::clone(&snippet.system),
        subject,
        aspect: aspect.to_owned(),
        value: value.to_owned(),
        shown: shown.to_owned(),
        place,
        path: snippet.path.clone(),
    }
}

/// A statement about an image's tag, and whether a whole file makes it.
type Tagged = (Said, bool);

fn images(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all: BTreeMap<(Arc<str>, String), Vec<Tagged>> = BTreeMap::new();
    let mut add = |snippet: &Snippet, image: &str, place: Place| {
        let (name, tag) = split(image);
        if !tag.contains(['$', '{', '<']) && !name.contains(['$', '{', '<']) {
            let said = said(snippet, format!("the image `{name}`"), "tag", tag, image, place);
            all.entry((said.system.clone(), name.to_owned())).or_default().push((said, snippet.whole));
        }
    };
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                let is_image = path.last().is_some_and(|key| *key == "image");
                if let Some(image) =
                    node.text().filter(|image| is_image && !image.contains(' ') && !image.is_empty())
                {
                    add(snippet, image, snippet.node(node));
                }
            });
        }
        if snippet.kind == Kind::Shell {
            for (line, place) in snippet.lines() {
                run_image(line).into_iter().for_each(|image| add(snippet, &image, place.clone()));
            }
        }
    }
    let said = all.into_values().flat_map(|all| {
        // A deployed file pins what documents call `latest`.
        let pinned = |(said, whole): &Tagged| *whole && said.value != "latest";
        let loose = all.iter().all(|(said, whole)| *whole || said.value == "latest");
        let drop = loose && all.iter().any(pinned);
        all.into_iter().filter(move |(_, whole)| !drop || *whole).map(|(said, _)| said)
    });
    let next = "pin one release everywhere; `latest` is another one every month";
    findings.extend(disagreements("compose/image-differs", Severity::Error, said.collect(), next));
}

/// The image of `docker run`, where it names its tag.
fn run_image(line: &str) -> Option<String> {
    let words = words(line);
    let runs = words.windows(2).any(|pair| {
        matches!(&*pair[0], "docker" | "podman" | "nerdctl") && matches!(&*pair[1], "run" | "pull")
    });
    let is_image = |word: &&String| {
        let (name, tag) = split(word);
        let plain =
            |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
        word.contains(':')
            && plain(name)
            && plain(tag)
            && !word.starts_with(['/', '.', '-'])
            && name.parse::<u16>().is_err()
            && !tag.contains('/')
            && name.chars().any(char::is_alphabetic)
            && !hosts::is_local(name)
    };
    words.iter().filter(|_| runs).find(is_image).cloned()
}

fn host_ports(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    let subject =
        |server: &str, container: u16| format!("{server} ({container} in its container) on the machine");
    for service in services(corpus) {
        let Some(server) = service.server().or_else(|| service.image()) else { continue };
        for (host, container, node) in service.ports() {
            let shown = node.text().map_or_else(|| format!("{host}:{container}"), str::to_owned);
            let place = service.snippet.node(node);
            all.push(said(
                service.snippet,
                subject(server, container),
                "port",
                &host.to_string(),
                &shown,
                place,
            ));
        }
    }
    let owners = owners(corpus);
    for (page, system) in &corpus.pages {
        let forwarded = forwarded(corpus, page.file());
        for (number, path) in lines(page) {
            let line = page.lines.line(number);
            for (server, port, shown) in addresses(line) {
                if is_anothers(&owners, system, port, server) {
                    continue;
                }
                let Some(container) = hosts::usual_port(server).filter(|_| !forwarded.contains(&number))
                else {
                    continue;
                };
                let place = page.lines.whole(number);
                let (subject, aspect, system) =
                    (subject(server, container), "port".to_owned(), Arc::clone(system));
                all.push(Said {
                    system,
                    subject,
                    aspect,
                    value: port.to_string(),
                    shown,
                    place,
                    path: path.to_vec(),
                });
            }
        }
    }
    let next = "publish it on one port, or give each address beside the compose file that it belongs to";
    findings.extend(disagreements("compose/host-port-differs", Severity::Error, all, next));
}

/// The servers that publish a port of the machine, by the system and the port.
pub(super) type Owners = BTreeMap<(Arc<str>, u16), BTreeSet<String>>;

pub(super) fn owners(corpus: &Corpus) -> Owners {
    let mut owners = Owners::new();
    for service in services(corpus) {
        let who = service.server().unwrap_or(service.name);
        for (port, ..) in service.ports() {
            owners.entry((Arc::clone(&service.snippet.system), port)).or_default().insert(who.to_owned());
        }
    }
    owners
}

/// Whether a port is published by others than the server that a path was taken for: several have the same paths.
pub(super) fn is_anothers(owners: &Owners, system: &Arc<str>, port: u16, server: &str) -> bool {
    owners.get(&(Arc::clone(system), port)).is_some_and(|who| !who.contains(server))
}

/// Lines of blocks that forward ports: what is reached there is a cluster's, on a port that the reader chose.
pub(super) fn forwarded(corpus: &Corpus, file: &Arc<str>) -> BTreeSet<usize> {
    let blocks = corpus.snippets.iter().filter(|snippet| snippet.file == *file);
    let blocks =
        blocks.filter(|snippet| ["port-forward", "ssh -L"].iter().any(|way| snippet.text.contains(way)));
    blocks.flat_map(Snippet::lines).map(|(_, place)| place.line).collect()
}

/// Servers that a line reaches on the reader's machine: by the interface that it asks, else by the one that it names.
pub(super) fn addresses(line: &str) -> Vec<(&'static str, u16, String)> {
    // No sentence and no command is that long; what a program wrote is not looked through again and again.
    if line.len() > 10_000 {
        return Vec::new();
    }
    let local =
        urls(line).into_iter().filter(|url| hosts::is_local(url.host) && url.host != "host.docker.internal");
    let reached = local.filter_map(|url| {
        let sentence = line.replace(url.text, " ");
        let named =
            || hosts::server(&sentence).filter(|_| matches!(url.path, "" | "/") && !line.contains('='));
        let server = hosts::server_of_path(url.path).or_else(named)?;
        Some((server, url.port?, url.text.to_owned()))
    });
    let plain =
        line.split_once("localhost:").filter(|(before, _)| !before.ends_with("//") && !line.contains("://"));
    let plain = plain.and_then(|(_, after)| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let path = after[end..].split_whitespace().next().unwrap_or_default();
        let named = || {
            hosts::server(line).filter(|_| matches!(path, "" | "/" | "`" | ")") && !line.contains(['=', '[']))
        };
        let server = hosts::server_of_path(path).or_else(named)?;
        Some((server, after[..end].parse().ok()?, format!("localhost:{}", &after[..end])))
    });
    reached.chain(plain).collect()
}

fn mounts(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    for service in services(corpus) {
        let Some(image) = service.image() else { continue };
        for (source, target, node) in
            service.mounts().into_iter().filter(|(source, ..)| source.starts_with(['.', '/', '~']))
        {
            let shown = node.text().map_or_else(|| format!("{source}:{target}"), str::to_owned);
            let subject = format!("`{}` in `{image}`", source.trim_end_matches('/'));
            let place = service.snippet.node(node);
            all.push(said(service.snippet, subject, "mount", target.trim_end_matches('/'), &shown, place));
        }
    }
    // What one file mounts twice is meant to be in both places.
    let mut seen: BTreeMap<(String, Arc<str>), BTreeSet<String>> = BTreeMap::new();
    for it in &all {
        seen.entry((it.subject.clone(), Arc::clone(&it.place.file))).or_default().insert(it.value.clone());
    }
    all.retain(|it| {
        seen.get(&(it.subject.clone(), Arc::clone(&it.place.file))).is_none_or(|targets| targets.len() == 1)
    });
    let next = "mount it where the image looks for it, in both places";
    findings.extend(disagreements("compose/mount-differs", Severity::Error, all, next));
}

fn docker_host(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let services = services(corpus);
    let maps = |snippet: &Snippet| {
        let mut lines = snippet.text.lines();
        lines.any(|line| line.contains("host.docker.internal") && line.contains("host-gateway"))
    };
    let mapped: Vec<&Snippet> = corpus.snippets.iter().filter(|snippet| maps(snippet)).collect();
    for snippet in corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Yaml) {
        let near = |other: &&Snippet| {
            other.system == snippet.system && (other.file == snippet.file || other.whole && snippet.whole)
        };
        if mapped.iter().any(near) {
            continue;
        }
        let used = snippet.lines().filter(|(line, _)| !line.trim_start().starts_with('#'));
        let used = used.filter(|(line, _)| line.contains("host.docker.internal"));
        let mut used = used.map(|(line, place)| Noted::new(&place, line.trim()));
        let Some(first) = used.next() else { continue };
        let message = "`host.docker.internal` is no name in a container on Linux: no service here maps it";
        let mut finding = Finding::new("scrape/host-unreachable", Severity::Warning, message, first)
            .next("add `extra_hosts: [\"host.docker.internal:host-gateway\"]` to the service that uses it");
        finding.places.extend(used);
        let of_file = |service: &&Service<'_>| service.snippet.file == snippet.file;
        let scraper = services.iter().filter(of_file).find(|service| service.server() == Some("prometheus"));
        finding.places.extend(
            scraper.map(|service| Noted::new(&service.snippet.node(service.node), "no `extra_hosts` here")),
        );
        findings.push(finding);
    }
}
