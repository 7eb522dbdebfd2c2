//! Blocks of commands that no single machine can run: some ask `localhost`, others the name of a Compose service.

use std::collections::BTreeMap;

use super::Rule;
use super::curl::requests;
use super::ports::is_here;
use super::shell::Command;
use super::sources::sources;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "command/host",
    finds: "Commands of one block of which some ask `localhost` and others a Compose service by its name.",
    why: "The name is known only inside the network of Compose, where `localhost` is another machine.",
    wrong: "The reader may have the name in /etc/hosts.",
    find: hosts,
}];

fn hosts(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let services = services(corpus);
    for source in sources(corpus).iter().filter(|source| source.snippet.is_some()) {
        let mut here: Option<Noted> = None;
        let mut named: Vec<(Noted, &Noted)> = Vec::new();
        for command in &source.script.commands {
            for (host, at) in asked(command) {
                let noted = Noted::new(&source.at(&at), source.says(&at));
                if is_here(&host) {
                    here.get_or_insert(noted);
                } else if let Some(service) = services.get(&(source.system.to_owned(), host)) {
                    named.push((noted, service));
                }
            }
        }
        let (Some(here), Some((first, service))) = (here, named.first()) else { continue };
        let message = format!(
            "`{}` asks a Compose service by its name, and `{}` in the same block this machine: no place has both",
            first.says, here.says
        );
        let next = "ask the published port on localhost in both, or run the one inside a container with `docker compose exec`";
        findings.push(
            Finding::new("command/host", Severity::Warning, message, first.clone())
                .also(here)
                .also((*service).clone())
                .next(next),
        );
    }
}

/// The Compose services of each system, with the place of each one's name.
fn services(corpus: &Corpus) -> BTreeMap<(String, String), Noted> {
    let mut found = BTreeMap::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            for (name, service) in root.node.get("services").map_or(&[][..], Node::entries) {
                let is_service = service.get("image").is_some() || service.get("build").is_some();
                if let Some(text) = name.text().filter(|_| is_service) {
                    let noted = Noted::new(&snippet.node(name), format!("the service {text}"));
                    found.entry((snippet.system.to_string(), text.to_owned())).or_insert(noted);
                }
            }
        }
    }
    found
}

/// The hosts that a command asks from where the reader sits.
fn asked(command: &Command) -> Vec<(String, std::ops::Range<usize>)> {
    let (container, words) = command.inside();
    if container.is_some() {
        return Vec::new();
    }
    let Some(first) = words.first() else { return Vec::new() };
    match first.text.as_str() {
        "nc" | "ncat" | "telnet" | "ping" | "nslookup" | "dig" => {
            let host = words[1..].iter().find(|word| !word.text.starts_with('-'));
            host.map(|word| {
                (
                    word.text.to_lowercase(),
                    first.at.start..words.last().map_or(word.at.end, |last| last.at.end),
                )
            })
            .into_iter()
            .collect()
        }
        "redis-cli" | "psql" => {
            let host = words.windows(2).find(|pair| pair[0].text == "-h");
            host.map(|pair| (pair[1].text.to_lowercase(), first.at.start..pair[1].at.end))
                .into_iter()
                .collect()
        }
        _ => requests(words)
            .into_iter()
            .map(|request| (request.url.host.clone(), request.word.at.clone()))
            .collect(),
    }
}
