//! Monitors: what watches from outside.

use std::collections::BTreeMap;

use super::Rule;
use super::words::{mentions, set};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Page, Table};
use crate::prove::place::Place;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "monitors/same-url",
        finds: "Monitors of different things that watch one URL in the same way.",
        why: "The second has no check of its own: it is up whenever the first is.",
        wrong: "One URL may answer for both, with a keyword that the list does not show.",
        find: same_url,
    },
    Rule {
        id: "monitors/scheme",
        finds: "URLs whose scheme the type of their monitor cannot watch, such as `wss://` by an HTTP check.",
        why: "The check fails, or is never set up.",
        wrong: "The type may be said of most monitors only.",
        find: scheme,
    },
];

/// A thing that is watched.
struct Watched {
    name: String,
    url: String,
    /// What else its row says, but for how often.
    rest: String,
    /// The type of the check, where its row has one.
    kind: Option<String>,
    place: Place,
    section: usize,
}

fn is_url(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(scheme, rest)| scheme.chars().all(char::is_alphanumeric) && !rest.is_empty())
}

fn watched(page: &Page) -> Vec<Vec<Watched>> {
    let mut lists: Vec<Vec<Watched>> = page.tables.iter().map(|table| of_table(page, table)).collect();
    for section in 0..page.sections.len() {
        let about = page.sections[section]
            .path
            .iter()
            .any(|title| mentions(title, &["monitor", "uptime", "synthetic"]));
        let items = page.items.iter().filter(|item| item.section == section && about);
        let each = items.filter_map(|item| {
            let url = item
                .codes
                .iter()
                .find(|code| is_url(code))
                .cloned()
                .or_else(|| item.text.split(' ').find(|word| is_url(word)).map(str::to_owned))?;
            let name =
                item.bold.clone().or_else(|| item.text.split_once(':').map(|(name, _)| name.to_owned()))?;
            (!is_url(&name) && !name.starts_with("http")).then(|| Watched {
                rest: item.text.replace(&url, "").replace(&name, ""),
                name: name.trim_end_matches(':').to_owned(),
                url,
                kind: None,
                place: item.place.clone(),
                section,
            })
        });
        lists.push(each.collect());
    }
    lists
}

fn of_table(page: &Page, table: &Table) -> Vec<Watched> {
    let column = |any: &[&str]| {
        table.head.iter().position(|head| set(head).iter().any(|word| any.contains(&word.as_str())))
    };
    let about = page.sections[table.section]
        .path
        .iter()
        .any(|title| mentions(title, &["monitor", "uptime", "synthetic", "status page"]));
    let monitors = table.head.first().is_some_and(|head| mentions(head, &["monitor", "check", "probe"]));
    let Some(url) =
        column(&["url", "endpoint", "target", "address"]).filter(|column| *column > 0 && (about || monitors))
    else {
        return Vec::new();
    };
    let kind = column(&["type", "kind", "protocol"]);
    let told = |column: usize| {
        !mentions(
            &table.head[column],
            &["interval", "frequency", "every", "description", "purpose", "owner", "note"],
        )
    };
    let rows = table.rows.iter().filter_map(|row| {
        let cell = row.cells.get(url).filter(|cell| is_url(&cell.text))?;
        let others = row
            .cells
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(column, _)| *column != url && *column < table.head.len() && told(*column));
        Some(Watched {
            name: row.cells.first()?.text.clone(),
            url: cell.text.clone(),
            rest: others.map(|(_, cell)| cell.text.as_str()).collect::<Vec<_>>().join("|"),
            kind: kind.and_then(|at| row.cells.get(at)).map(|cell| cell.text.clone()),
            place: cell.place.clone(),
            section: table.section,
        })
    });
    rows.collect()
}

fn same_url(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for list in corpus.pages.iter().flat_map(|(page, _)| watched(page)) {
        let mut urls: BTreeMap<(&str, &str), Vec<&Watched>> = BTreeMap::new();
        for it in &list {
            urls.entry((it.url.trim_end_matches('/'), &it.rest)).or_default().push(it);
        }
        for ((url, _), same) in
            urls.into_iter().filter(|(_, same)| same.len() > 1 && same[0].name != same[1].name)
        {
            let names: Vec<String> = same.iter().map(|it| format!("`{}`", it.name)).collect();
            let message = format!(
                "the monitors {} watch one URL, `{url}`: they can only fail together",
                names.join(" and ")
            );
            let mut places = same.iter().map(|it| Noted::new(&it.place, format!("{}: {}", it.name, it.url)));
            let Some(first) = places.next() else { continue };
            let mut finding = Finding::new("monitors/same-url", Severity::Warning, message, first);
            finding.places.extend(places);
            findings.push(finding.next("give each a URL that fails when it fails, or drop one"));
        }
    }
}

/// The schemes that a type of check can watch; none for types that are not known.
fn schemes(kind: &str) -> Option<&'static [&'static str]> {
    let words = set(kind);
    let has = |any: &[&str]| any.iter().any(|word| words.contains(*word));
    if has(&["websocket", "ws", "wss"]) {
        Some(&["ws", "wss"])
    } else if has(&["tcp", "port", "ping", "icmp"]) {
        Some(&["tcp"])
    } else if has(&["http", "keyword"]) {
        Some(&["http", "https"])
    } else {
        None
    }
}

fn scheme(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        // `Monitor Type: HTTP(s)`, said of all.
        let said = page.items.iter().filter_map(|item| {
            let (key, kind) = item.text.split_once(':')?;
            let about =
                page.sections[item.section].path.iter().any(|title| mentions(title, &["monitor", "uptime"]));
            let is = set(key).contains("type") && (about || set(key).contains("monitor"));
            is.then(|| (item, kind.trim()))
        });
        let said: Vec<_> = said.collect();
        for it in watched(page).into_iter().flatten() {
            let scheme = it.url.split("://").next().unwrap_or_default().to_lowercase();
            let known = ["http", "https", "ws", "wss", "tcp"].contains(&scheme.as_str());
            let same_part = |section: usize| {
                page.sections[section].path.iter().take(2).eq(page.sections[it.section].path.iter().take(2))
            };
            let types: Vec<(Option<&Place>, &str)> = match &it.kind {
                Some(kind) => vec![(None, kind)],
                None => said
                    .iter()
                    .filter(|(item, _)| same_part(item.section))
                    .map(|(item, kind)| (Some(&item.place), *kind))
                    .collect(),
            };
            let cannot =
                |kind: &str| schemes(kind).is_some_and(|schemes| !schemes.contains(&scheme.as_str()));
            if !known || types.is_empty() || !types.iter().all(|(_, kind)| cannot(kind)) {
                continue;
            }
            let message = format!(
                "a monitor of type `{}` cannot watch the `{scheme}://` URL of `{}`",
                types[0].1, it.name
            );
            let mut finding = Finding::new(
                "monitors/scheme",
                Severity::Warning,
                message,
                Noted::new(&it.place, it.url.clone()),
            );
            finding
                .places
                .extend(types.iter().filter_map(|(place, kind)| Some(Noted::new((*place)?, *kind))));
            findings
                .push(finding.next("give it the type for its protocol, or watch a URL that the type can"));
        }
    }
    blackbox(corpus, findings);
}

/// Targets of the blackbox exporter whose scheme its module cannot probe.
fn blackbox(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in &corpus.snippets {
        let jobs =
            snippet.roots.iter().filter_map(|root| root.node.get("scrape_configs")).flat_map(Node::items);
        for job in jobs {
            let module = job.at("params.module.0").and_then(|module| Some((module, module.text()?)));
            let Some((node, module)) = module.filter(|(_, module)| module.starts_with("http")) else {
                continue;
            };
            let targets = job
                .get("static_configs")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .flat_map(|it| it.get("targets").map(Node::items).unwrap_or_default());
            for (target, text) in targets.filter_map(|target| Some((target, target.text()?))) {
                let scheme = text.split_once("://").map(|(scheme, _)| scheme);
                if let Some(scheme) = scheme.filter(|scheme| !["http", "https"].contains(scheme)) {
                    let message = format!("the module `{module}` cannot probe a `{scheme}://` URL");
                    let first = Noted::new(&snippet.node(target), text);
                    let finding = Finding::new("monitors/scheme", Severity::Warning, message, first);
                    findings.push(
                        finding
                            .also(Noted::new(&snippet.node(node), module))
                            .next("use a module for its protocol, such as one of `tcp`"),
                    );
                }
            }
        }
    }
}
