//! Ports that two servers claim, and servers that two places give different ports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::assignments::{self, Assigned};
use super::boxes::boxes;
use super::compose::{self, addresses, services};
use super::hosts::{self, urls};
use super::jobs::jobs;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ports/claimed-twice",
        finds: "One port of one machine that a document gives to two servers.",
        why: "The second one does not start, or the reader asks the wrong one.",
        wrong: "The two may never run at the same time; then the document should say so.",
        find: claimed_twice,
    },
    Rule {
        id: "ports/role-differs",
        finds: "A part of the system (API, WebSocket, gRPC...) that places give different ports: flags, variables, \
                diagrams, sentences.",
        why: "The client connects to a port on which something else listens, or nothing.",
        wrong: "A diagram may be simplified.",
        find: roles,
    },
    Rule {
        id: "ports/diagram-differs",
        finds: "A server that a diagram or a table shows with a port that no compose file gives it.",
        why: "People read diagrams first.",
        wrong: "The diagram may show another installation.",
        find: diagrams,
    },
    Rule {
        id: "scrape/localhost-in-container",
        finds: "A Prometheus that runs in a container and scrapes `localhost`.",
        why: "There, `localhost` is Prometheus' own container: it scrapes itself or nobody.",
        wrong: "The configuration may be for a Prometheus outside containers.",
        find: localhost,
    },
];

/// Who has a port of the reader's machine, by its file and number; each claim with the claimant.
type Claims = BTreeMap<(Arc<str>, u16), Vec<(String, Noted)>>;

fn claims(corpus: &Corpus) -> Claims {
    let mut claims = Claims::new();
    for service in services(corpus) {
        let who = service.server().unwrap_or(service.name);
        for (port, _, node) in service.ports() {
            let place = service.snippet.node(node);
            let shown = node.text().map_or_else(|| port.to_string(), str::to_owned);
            let claim = (who.to_owned(), Noted::new(&place, format!("{shown} ({})", service.name)));
            claims.entry((Arc::clone(&place.file), port)).or_default().push(claim);
        }
    }
    let owners = compose::owners(corpus);
    for (page, system) in &corpus.pages {
        let forwarded = compose::forwarded(corpus, page.file());
        for number in (1..=page.lines.count()).filter(|number| !forwarded.contains(number)) {
            for (server, port, shown) in addresses(page.lines.line(number)) {
                if compose::is_anothers(&owners, system, port, server) {
                    continue;
                }
                let claim = (server.to_owned(), Noted::new(&page.lines.whole(number), shown));
                claims.entry((Arc::clone(page.file()), port)).or_default().push(claim);
            }
        }
    }
    let mut own = own_claims(corpus);
    for (key, list) in &mut claims {
        list.extend(own.remove(key).unwrap_or_default());
    }
    claims
}

/// Ports that the system's own server has on the reader's machine: by a variable of a block that also starts it, or
/// by one whose port is then asked for there.
fn own_claims(corpus: &Corpus) -> Claims {
    let mut asked: Claims = Claims::new();
    for (page, _) in &corpus.pages {
        for number in 1..=page.lines.count() {
            let line = page.lines.line(number);
            let local =
                urls(line).into_iter().filter(|url| hosts::is_local(url.host) && url.path == "/metrics");
            for port in local.filter_map(|url| url.port) {
                let noted = Noted::new(&page.lines.whole(number), line.trim());
                asked.entry((Arc::clone(page.file()), port)).or_default().push((String::new(), noted));
            }
        }
    }
    let assigned = assignments::all(corpus);
    let contained: BTreeSet<&str> =
        assigned.iter().filter(|it| it.owner.is_some()).map(|it| it.name.as_str()).collect();
    let is_port =
        |it: &&Assigned| it.name.ends_with("PORT") && !it.is_default && !contained.contains(&*it.name);
    let mut own = Claims::new();
    for it in assigned.iter().filter(is_port) {
        let Ok(port) = it.value.parse::<u16>() else { continue };
        let key = (Arc::clone(&it.place.file), port);
        // A service of the system's own that listens on it is that server, in its container.
        let is_itself = services(corpus).into_iter().any(|service| {
            let ours = service.server().is_none() && *service.snippet.system == *it.system;
            ours && service.ports().into_iter().any(|(_, container, _)| container == port)
        });
        if is_itself {
            continue;
        }
        let claim = (
            format!("the server that `{}` is for", it.name),
            Noted::new(&it.place, format!("{}={port}", it.name)),
        );
        if it.runs || asked.contains_key(&key) {
            own.entry(key).or_default().push(claim);
        }
    }
    for (key, list) in &mut own {
        let who = list[0].0.clone();
        list.extend(asked.remove(key).unwrap_or_default().into_iter().map(|(_, noted)| (who.clone(), noted)));
    }
    own
}

fn claimed_twice(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for ((file, port), mut claims) in claims(corpus) {
        let who: BTreeSet<String> = claims.iter().map(|(who, _)| who.clone()).collect();
        if who.len() < 2 || are_alternatives(corpus, &file, port, &claims) {
            continue;
        }
        claims.sort_by(|a, b| a.1.place.cmp(&b.1.place));
        let names: Vec<&str> = who.iter().map(String::as_str).collect();
        let message = format!("port {port} of one machine is given to {}", names.join(" and to "));
        let mut places = claims.into_iter().map(|(_, noted)| noted);
        let Some(first) = places.next() else { continue };
        let mut finding = Finding::new("ports/claimed-twice", Severity::Error, message, first)
            .next("give one of them another port, there and everywhere it is asked for");
        finding.places.extend(places);
        finding.places.extend(
            to_itself(corpus, &file).into_iter().filter(|(at, _)| *at == port).map(|(_, noted)| noted),
        );
        findings.push(finding);
    }
}

/// Whether nothing but services of different compose files want a port: a reader starts one of the files.
fn are_alternatives(corpus: &Corpus, file: &Arc<str>, port: u16, claims: &[(String, Noted)]) -> bool {
    let ours = services(corpus).into_iter().filter(|service| service.snippet.file == *file);
    let mut snippets: Vec<*const Snippet> = Vec::new();
    let mut lines = BTreeSet::new();
    for service in ours {
        let published = service.ports().into_iter().filter(|(host, ..)| *host == port);
        for (.., node) in published {
            snippets.push(std::ptr::from_ref(service.snippet));
            lines.insert(service.snippet.node(node).line);
        }
    }
    let only_services = claims.iter().all(|(_, noted)| lines.contains(&noted.place.line));
    only_services
        && snippets.iter().all(|snippet| snippets.iter().filter(|other| *other == snippet).count() == 1)
}

/// Targets `localhost` of a file whose Prometheus runs in a container and is told its configuration by a mount.
fn to_itself(corpus: &Corpus, file: &str) -> Vec<(u16, Noted)> {
    let contained = services(corpus).into_iter().any(|service| {
        let configured = || service.mounts().iter().any(|(_, target, _)| target.contains("/etc/prometheus"));
        *service.snippet.file == *file && service.server() == Some("prometheus") && configured()
    });
    let host_network =
        corpus.snippets.iter().any(|it| *it.file == *file && it.text.contains("network_mode: host"));
    let jobs =
        jobs(corpus).into_iter().filter(|job| *job.snippet.file == *file && contained && !host_network);
    let others = jobs.filter(|job| !job.name.contains("prometheus"));
    let targets =
        others.flat_map(|job| job.targets.iter().map(|target| (job.snippet, *target)).collect::<Vec<_>>());
    let local = targets.filter(|(_, (host, ..))| matches!(*host, "localhost" | "127.0.0.1"));
    let noted = local.map(|(snippet, (host, port, node))| {
        let says = format!("{host}:{port}, which inside Prometheus' container is that container itself");
        (port, Noted::new(&snippet.node(node), says))
    });
    noted.collect()
}

fn localhost(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let twice: BTreeSet<(Arc<str>, u16)> = claims(corpus)
        .into_iter()
        .filter(|(_, claims)| claims.iter().map(|(who, _)| who).collect::<BTreeSet<_>>().len() > 1)
        .map(|(key, _)| key)
        .collect();
    let files: BTreeSet<&Arc<str>> = corpus.snippets.iter().map(|snippet| &snippet.file).collect();
    for file in files {
        for (port, noted) in to_itself(corpus, file) {
            // On its own port Prometheus scrapes itself. There the same target is one of the places already.
            if port != 9090 && !twice.contains(&(Arc::clone(file), port)) {
                let message = "Prometheus runs in a container here and is told to scrape `localhost`";
                let finding =
                    Finding::new("scrape/localhost-in-container", Severity::Warning, message, noted);
                findings.push(
                    finding.next(
                        "name the service, or `host.docker.internal` for a server on the machine itself",
                    ),
                );
            }
        }
    }
}

/// Parts of a system by the words for them.
fn role(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "ws" | "websocket" | "websockets" => "WebSocket",
        "api" | "http" | "rest" => "API",
        "grpc" => "gRPC",
        "metrics" => "metrics",
        "admin" => "admin",
        "ui" | "web" | "frontend" => "web",
        _ => return None,
    })
}

fn roles(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all: Vec<Said> = Vec::new();
    let mut seen: BTreeSet<(Arc<str>, &str)> = BTreeSet::new();
    for it in assignments::all(corpus).iter().filter(|it| !it.is_default && it.owner.is_none()) {
        let role = it.name.strip_suffix("_PORT").and_then(|name| role(name.rsplit('_').next()?));
        if let Some((role, port)) = role.zip(it.value.parse().ok()) {
            all.push(of_role(&it.system, role, port, it.place.clone(), it.path.clone()));
        }
    }
    let of_variables = all.len();
    for snippet in &corpus.snippets {
        for (role, port, place) in flags(snippet).into_iter().chain(drawn(snippet)) {
            all.push(of_role(&snippet.system, role, port, place, snippet.path.clone()));
        }
    }
    for (page, system) in &corpus.pages {
        let items = page.items.iter().map(|item| (&item.text, &item.place, item.section));
        let prose =
            page.paragraphs.iter().map(|prose| (&prose.text, &prose.place, prose.section)).chain(items);
        for (text, place, section) in prose {
            if let Some((role, port)) = spoken(text) {
                all.push(of_role(system, role, port, place.clone(), page.sections[section].path.clone()));
            }
        }
    }
    // Where only variables differ, that is said of the variable.
    seen.extend(
        all[of_variables..]
            .iter()
            .filter_map(|it| Some((Arc::clone(&it.system), role(it.subject.split(' ').nth(1)?)?))),
    );
    all.retain(|it| {
        it.subject
            .split(' ')
            .nth(1)
            .and_then(role)
            .is_some_and(|role| seen.contains(&(Arc::clone(&it.system), role)))
    });
    findings.extend(disagreements("ports/role-differs", Severity::Error, all, "give it one port everywhere"));
}

fn of_role(system: &Arc<str>, role: &str, port: u16, place: Place, path: Vec<String>) -> Said {
    Said {
        system: Arc::clone(system),
        subject: format!("the {role} server"),
        aspect: "port".to_owned(),
        value: port.to_string(),
        shown: port.to_string(),
        place,
        path,
    }
}

/// `--ws-port 8765`
fn flags(snippet: &Snippet) -> Vec<(&'static str, u16, Place)> {
    if !matches!(snippet.kind, Kind::Shell | Kind::Yaml | Kind::Other) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (line, place) in snippet.lines().filter(|(line, _)| line.contains("-port")) {
        let words: Vec<&str> = line
            .split(|c: char| c.is_whitespace() || matches!(c, '=' | ',' | '"' | '\'' | '[' | ']'))
            .collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let role = pair[0].strip_prefix("--").and_then(|flag| flag.strip_suffix("-port")).and_then(role);
            found.extend(role.zip(pair[1].parse().ok()).map(|(role, port)| (role, port, place.clone())));
        }
    }
    found
}

/// A box "API/WS" with `:8080` in it.
fn drawn(snippet: &Snippet) -> Vec<(&'static str, u16, Place)> {
    let mut found = Vec::new();
    for drawn in boxes(snippet) {
        let Some((port, place)) = drawn.port() else { continue };
        let name = drawn.name();
        if hosts::servers(&name).is_empty() {
            let roles: BTreeSet<&str> = name.split(|c: char| !c.is_alphanumeric()).filter_map(role).collect();
            found.extend(roles.into_iter().map(|role| (role, port, place.clone())));
        }
    }
    found
}

/// "The WebSocket server listens on port 8765."
fn spoken(text: &str) -> Option<(&'static str, u16)> {
    let (_, after) = text.split_once("on port ")?;
    let port = after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    let roles: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).filter_map(role).collect();
    let only = roles.into_iter().next().filter(|_| text.matches("port").count() == 1)?;
    let several = text.split(|c: char| !c.is_alphanumeric()).filter_map(role).any(|role| role != only);
    (!several && hosts::servers(text).is_empty()).then_some((only, port))
}

/// Servers with a port in boxes of diagrams, and in the column "Port" of tables.
fn shown(corpus: &Corpus) -> Vec<(&Arc<str>, &'static str, u16, Place)> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for drawn in boxes(snippet) {
            let port = drawn.port().map(|(port, place)| (port, place.clone()));
            found.extend(
                hosts::server(&drawn.name())
                    .zip(port)
                    .map(|(server, (port, place))| (&snippet.system, server, port, place)),
            );
        }
    }
    for (page, system) in &corpus.pages {
        for table in &page.tables {
            let Some(at) = table.head.iter().position(|head| head.trim().to_lowercase().starts_with("port"))
            else {
                continue;
            };
            let rows = table.rows.iter().filter_map(|row| Some((row.cells.first()?, row.cells.get(at)?)));
            found.extend(rows.filter_map(|(name, cell)| {
                Some((
                    system,
                    hosts::server(&name.text)?,
                    cell.text.trim_matches(':').parse().ok()?,
                    cell.place.clone(),
                ))
            }));
        }
    }
    found
}

fn diagrams(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let services = services(corpus);
    for (system, server, port, place) in shown(corpus) {
        let own = services.iter().filter(|it| it.snippet.system == *system && it.server() == Some(server));
        let published =
            own.flat_map(|it| it.ports().into_iter().map(|port| (it.snippet, port)).collect::<Vec<_>>());
        let published: Vec<_> = published.collect();
        let known = published.iter().any(|(_, (host, container, _))| *host == port || *container == port);
        let Some((other, (_, _, node))) = published.first().filter(|_| !known) else { continue };
        let message = format!("{server} is shown with port {port}, on which nothing here starts it");
        let finding = Finding::new(
            "ports/diagram-differs",
            Severity::Error,
            message,
            Noted::new(&place, port.to_string()),
        );
        let there = Noted::new(&other.node(node), node.text().unwrap_or_default());
        findings.push(finding.also(there).next("correct the diagram or the table, or the port"));
    }
}
