//! Environment variables that two places set or name differently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::amounts::same;
use super::assignments::{Assigned, all};
use super::hosts::{is_local, urls};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "env/disagree",
        finds: "An environment variable that two places set differently, or whose default two places give differently.",
        why: "Whoever follows both gets a service that nobody described.",
        wrong: "Two values may be two examples; headings and comments that say production, local or which service are \
                taken into account.",
        find: disagree,
    },
    Rule {
        id: "env/assigned-twice",
        finds: "An environment variable that one block sets twice, to different values.",
        why: "Copied as it stands, the last one wins for everything that reads it.",
        wrong: "The block may be meant as the files of two services; then it should be two blocks.",
        find: twice,
    },
    Rule {
        id: "env/named-two-ways",
        finds: "A variable that is set with a prefix (`SHOP__LOG_LEVEL`) and spoken of without it (`LOG_LEVEL`).",
        why: "Setting the one that is spoken of changes nothing.",
        wrong: "A library may read the plain name and the program the other; then both should be set somewhere.",
        find: two_ways,
    },
];

fn disagree(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let all = all(corpus);
    let twice: BTreeSet<(usize, String)> = assigned_twice(&all).into_keys().collect();
    let kept = all
        .into_iter()
        .filter(|it| !placeholder(&it.value) && !own_choice(&it.name) && !for_a_test(&it.path));
    let mut variables: BTreeMap<(Arc<str>, String), Vec<Assigned>> = BTreeMap::new();
    for it in kept.filter(|it| !it.block.is_some_and(|block| twice.contains(&(block, it.name.clone())))) {
        variables.entry((Arc::clone(&it.system), it.name.clone())).or_default().push(it);
    }
    let said = variables.into_values().flat_map(|all| of_services(&all)).collect();
    let next = "decide on one value, or say above each of them what it is for";
    findings.extend(disagreements("env/disagree", Severity::Error, said, next));
}

/// Statements about one variable, apart for each service that has its own environment.
fn of_services(all: &[Assigned]) -> Vec<Said> {
    let owners: BTreeSet<&String> = all.iter().filter_map(|it| it.owner.as_ref()).collect();
    let roles: Vec<BTreeSet<&'static str>> = all.iter().map(|it| roles(&it.path)).collect();
    let named: BTreeSet<&BTreeSet<&'static str>> = roles.iter().filter(|set| !set.is_empty()).collect();
    let apart = named.iter().any(|a| named.iter().any(|b| a.is_disjoint(b)));
    // Seen from the laptop a server is `localhost`, seen from another container it has a name: no two of those differ.
    let mixed = all.iter().any(|it| it.value.contains("localhost") || it.value.contains("127.0.0.1"));
    let said = all.iter().zip(&roles).map(|(it, roles)| {
        let service = match &it.owner {
            Some(owner) if owners.len() > 1 => format!(" of `{owner}`"),
            None if it.name.ends_with("_NAME") && is_named_after(it) => format!(" of `{}`", it.value),
            _ if apart && !roles.is_empty() => {
                format!(" of the {}", roles.iter().copied().collect::<Vec<_>>().join(" "))
            }
            _ => String::new(),
        };
        Said {
            system: Arc::clone(&it.system),
            subject: format!("the variable `{}`{service}", it.name),
            aspect: if it.is_default { "default" } else { "value" }.to_owned(),
            value: comparable(&it.value, mixed),
            shown: it.value.clone(),
            place: it.place.clone(),
            path: it.path.clone(),
        }
    });
    said.collect()
}

/// Parts of a system that have environments of their own, where a short heading or comment names one.
fn roles(path: &[String]) -> BTreeSet<&'static str> {
    const ROLES: [&str; 12] = [
        "gateway",
        "core",
        "worker",
        "frontend",
        "backend",
        "scheduler",
        "consumer",
        "producer",
        "proxy",
        "client",
        "collector",
        "websocket",
    ];
    let short = path.iter().rev().filter(|words| (1..=4).contains(&words.split_whitespace().count()));
    let of = |words: &String| {
        let lower = words.to_lowercase();
        let named = |role: &str| {
            lower.split(|c: char| !c.is_alphanumeric()).any(|word| word.trim_end_matches('s') == role)
        };
        ROLES.into_iter().filter(|role| named(role)).collect::<BTreeSet<_>>()
    };
    short.map(of).find(|roles| !roles.is_empty()).unwrap_or_default()
}

/// Whether a name is that of the service that a short heading or comment is about: `shop-orders` under "Orders".
fn is_named_after(it: &Assigned) -> bool {
    let value = it.value.to_lowercase();
    let words: Vec<&str> =
        value.split(['-', '_', '.']).filter(|word| word.len() > 2 && **word != *it.system).collect();
    let short = it.path.iter().skip(1).filter(|text| text.split_whitespace().count() <= 4);
    short.into_iter().any(|text| {
        let lower = text.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
    })
}

/// A value as it is compared: `"TRUE"`, `1.0` and `http://` are `true`, `1` and nothing.
fn comparable(value: &str, mixed: bool) -> String {
    if let Some(url) = urls(value).into_iter().find(|url| url.start == 0) {
        let local = mixed && (is_local(url.host) || !url.host.contains('.') || url.host.contains("svc"));
        let host = if local { "*" } else { url.host };
        let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
        return format!("{host}{port}{}", url.path.trim_end_matches('/')).to_lowercase();
    }
    match value.parse::<f64>() {
        Ok(number) if same(number, number.round()) => format!("{number:.0}"),
        Ok(number) => format!("{number}"),
        Err(_) => value.to_lowercase(),
    }
}

/// Whether a place is about trying something out: what it sets is meant to be another value.
fn for_a_test(path: &[String]) -> bool {
    const WORDS: [&str; 8] =
        ["troubleshoot", "debug", "tuning", "disabl", "turn off", "high-volume", "alternativ", "overrid"];
    path.iter().any(|words| WORDS.iter().any(|word| words.to_lowercase().contains(word)))
}

/// Variables whose values are the reader's own, or whatever suits a command.
fn own_choice(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "PASSWORD",
        "TOKEN",
        "SECRET",
        "_KEY",
        "_DSN",
        "CREDENTIAL",
        "_AUTH",
        "_PROXY",
        "_OPTIONS",
        "_OPTS",
        "_ARGS",
        "FLAGS",
        "RUST_",
        "_PATH",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

/// Variables that one block sets to several values: by the block and the name, the statements.
fn assigned_twice(all: &[Assigned]) -> BTreeMap<(usize, String), Vec<&Assigned>> {
    let mut blocks: BTreeMap<(usize, String), Vec<&Assigned>> = BTreeMap::new();
    for it in all.iter().filter(|it| !it.is_default && !it.runs) {
        let Some(block) = it.block else { continue };
        blocks.entry((block, it.name.clone())).or_default().push(it);
    }
    blocks.retain(|_, all| {
        let values: BTreeSet<&str> = all.iter().map(|it| it.value.as_str()).collect();
        let owners: BTreeSet<&Option<String>> = all.iter().map(|it| &it.owner).collect();
        // Headings are above all of them; only what stands above some offers a choice.
        let shared = |words: &String| all.iter().all(|it| it.path.contains(words));
        let settings = all.iter().any(|it| it.path.iter().any(|words| !shared(words) && is_choice(words)));
        values.len() > 1 && owners.len() == 1 && !settings
    });
    blocks
}

/// Whether a comment offers one of several ways.
fn is_choice(words: &str) -> bool {
    let lower = words.to_lowercase();
    let begins = ["or ", "or:", "option", "alternativ"].iter().any(|word| lower.starts_with(word));
    begins || ["production", "staging", "development", "local"].iter().any(|word| lower.contains(word))
}

fn twice(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for ((_, name), all) in assigned_twice(&all(corpus)) {
        let mut values: Vec<&str> = all.iter().map(|it| it.value.as_str()).collect();
        values.dedup();
        let shown: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let message = format!("one block sets `{name}` {} times: {}", all.len(), shown.join(", then "));
        let mut places = all.iter().map(|it| Noted::new(&it.place, it.value.clone()));
        let Some(first) = places.next() else { continue };
        let mut finding = Finding::new("env/assigned-twice", Severity::Warning, message, first)
            .next("the last one wins for whatever reads the file: make it a block for each service");
        finding.places.extend(places);
        findings.push(finding);
    }
}

fn two_ways(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let all = all(corpus);
    let mut plain: BTreeMap<(Arc<str>, String), Vec<&Assigned>> = BTreeMap::new();
    for it in &all {
        let product = format!("{}_", it.system.to_uppercase());
        let name = it.name.rsplit_once("__").map(|(_, name)| name);
        let name = name.or_else(|| it.name.strip_prefix(&product).filter(|_| product.len() > 1));
        if let Some(name) = name.filter(|name| super::assignments::is_name(name)) {
            plain.entry((Arc::clone(&it.system), name.to_owned())).or_default().push(it);
        }
    }
    // What is set by its plain name somewhere exists by that name.
    plain.retain(|(system, name), _| !all.iter().any(|it| it.system == *system && it.name == *name));
    for ((system, name), set) in plain {
        let spoken = spoken_of(corpus, &system, &name);
        let Some((first, others)) = spoken.split_first() else { continue };
        let message =
            format!("`{name}` is set as `{}` and spoken of as `{name}`, which nothing sets", set[0].name);
        let mut finding = Finding::new("env/named-two-ways", Severity::Error, message, first.clone());
        finding.places.extend(others.iter().cloned());
        finding.places.extend(set.iter().map(|it| Noted::new(&it.place, it.name.clone())));
        findings.push(finding.next("write the name that the service reads, in both places"));
    }
}

/// The lines of a system's documents that name a variable by exactly this name.
fn spoken_of(corpus: &Corpus, system: &str, name: &str) -> Vec<Noted> {
    let mut found = Vec::new();
    for (page, _) in corpus.pages.iter().filter(|(_, of)| **of == *system) {
        let code: BTreeSet<usize> =
            page.blocks.iter().flat_map(|block| &block.lines).map(|(_, line, _)| *line).collect();
        // In code the same word may be a constant.
        for number in (1..=page.lines.count()).filter(|number| !code.contains(number)) {
            let line = page.lines.line(number);
            let mut words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            if words.any(|word| word == name) {
                found.push(Noted::new(&page.lines.whole(number), name.to_owned()));
            }
        }
    }
    found
}

/// Whether a value only stands for one: `https://xxx@sentry.io/yyy`, `your-key`, `<token>`, `$HOME`.
pub(super) fn placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    value.is_empty()
        || value.starts_with('$')
        || value.contains(['<', '>', '{'])
        || ["xxx", "yyy", "your", "example", "changeme", "replace", "..."]
            .iter()
            .any(|word| lower.contains(word))
}
