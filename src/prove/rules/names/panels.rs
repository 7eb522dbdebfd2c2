//! Panels that a document promises beside the dashboard that it prints, and dashboards that take each other's place.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::boards::{board_words, bold_lines};
use super::words::{mentions, set, words};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::Page;
use crate::prove::place::Place;
use crate::prove::snippet::Snippet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "dashboards/panel-missing",
        finds: "Panels that a document promises of a dashboard and that the dashboard's JSON has not.",
        why: "Whoever imports it looks for a panel that is not there.",
        wrong: "A panel may show it under another word; a panel that shares a telling word is taken as the one.",
        find: missing,
    },
    Rule {
        id: "dashboards/duplicate",
        finds: "Dashboard files that share a uid, or a title in one folder.",
        why: "Grafana keeps one of them, whichever it read last.",
        wrong: "They may be for different Grafanas.",
        find: duplicates,
    },
];

/// A dashboard in JSON.
struct Printed<'a> {
    snippet: &'a Snippet,
    node: &'a Node,
    title: &'a str,
    /// The words of its panels: titles, legends, metrics.
    words: BTreeSet<String>,
    quantiles: BTreeSet<String>,
}

/// What a document promises of a dashboard.
struct Promised {
    name: String,
    items: Vec<(String, Place)>,
}

fn printed(corpus: &Corpus) -> Vec<Printed<'_>> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            let node = root.node.get("dashboard").unwrap_or(&root.node);
            let Some(title) = node.get("title").and_then(Node::text) else { continue };
            if node.get("panels").is_some_and(|panels| !panels.items().is_empty()) {
                let (words, quantiles) = content(node);
                found.push(Printed { snippet, node, title, words, quantiles });
            }
        }
    }
    found
}

/// The words of a dashboard's panels, and the quantiles that they show.
fn content(dashboard: &Node) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut all, mut quantiles) = (BTreeSet::new(), BTreeSet::new());
    let Some(panels) = dashboard.get("panels") else { return (all, quantiles) };
    panels.walk(&mut Vec::new(), &mut |path, node| {
        let shown = path
            .last()
            .is_some_and(|key| ["title", "legendFormat", "expr", "description", "rawSql"].contains(key));
        let Some(text) = node.text().filter(|_| shown) else { return };
        all.extend(set(text));
        quantiles.extend(percentiles(text));
        for share in text.match_indices("0.").map(|(at, _)| &text[at + 2..]) {
            let digits: String = share.chars().take_while(char::is_ascii_digit).collect();
            quantiles.insert(format!("p{digits:0<2}"));
        }
    });
    (all, quantiles)
}

/// `p50`, `p99.9`, as they are written in a text.
fn percentiles(text: &str) -> BTreeSet<String> {
    let is = |word: &String| {
        word.strip_prefix('p').is_some_and(|rest| rest.len() > 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    words(&text.replace("99.9", "999")).into_iter().filter(is).collect()
}

/// What a page promises of dashboards: lists under a bold name or a heading of its own, in sections about dashboards.
fn promised(page: &Page, system: &str) -> Vec<Promised> {
    let mut found = Vec::new();
    for (section, it) in page.sections.iter().enumerate() {
        if !it.path.iter().any(|title| set(title).contains("dashboard")) {
            continue;
        }
        let bold: Vec<(String, Place)> = bold_lines(page, section).collect();
        for (name, place) in &bold {
            // The list's label is the paragraph before it, numbers and all.
            let items = page
                .items
                .iter()
                .filter(|item| item.section == section && item.depth == 1 && item.place.line > place.line);
            let until = bold
                .iter()
                .map(|(_, other)| other.line)
                .filter(|line| *line > place.line)
                .min()
                .unwrap_or(usize::MAX);
            let items = items
                .filter(|item| item.place.line < until)
                .map(|item| (item.text.clone(), item.place.clone()));
            found.push(Promised { name: name.clone(), items: items.collect() });
        }
        let tables = page.tables.iter().filter(|table| table.section == section);
        for table in tables.filter(|table| table.head.first().is_some_and(|head| set(head).contains("panel")))
        {
            let cells = table.rows.iter().filter_map(|row| row.cells.first());
            let items = cells.map(|cell| (cell.text.clone(), cell.place.clone())).collect();
            found.push(Promised { name: named(page, section, &table.intro), items });
        }
        if bold.is_empty() && it.path.len() > 1 && !board_words(&it.title, system).is_empty() {
            let items = page.items.iter().filter(|item| item.section == section && item.depth == 1);
            let panels = items.filter(|item| !item.text.ends_with('.') && !item.label.ends_with("steps:"));
            let items = panels.map(|item| (item.text.clone(), item.place.clone())).collect();
            found.push(Promised { name: it.title.clone(), items });
        }
    }
    found.retain(|promised| !promised.items.is_empty());
    found
}

/// What a table of panels is about: the only dashboard file that its part of the document names, or its heading.
fn named(page: &Page, section: usize, intro: &str) -> String {
    let path = &page.sections[section].path;
    let near = |other: usize| {
        page.sections[other].path.first() == path.first() && page.sections[other].path.get(1) == path.get(1)
    };
    let files: BTreeSet<&str> = page
        .codes
        .iter()
        .filter(|code| near(code.section) && code.text.ends_with(".json"))
        .map(|code| code.text.as_str())
        .collect();
    match files.iter().next() {
        Some(file) if files.len() == 1 => (*file).to_owned(),
        _ if intro.is_empty() => path.last().cloned().unwrap_or_default(),
        _ => intro.to_owned(),
    }
}

/// Words that many panels share: alone they do not tell which is meant.
const WEAK: [&str; 22] = [
    "rate",
    "active",
    "total",
    "current",
    "count",
    "percentile",
    "average",
    "by",
    "usage",
    "time",
    "status",
    "per",
    "and",
    "of",
    "the",
    "over",
    "number",
    "in",
    "chart",
    "graph",
    "panel",
    "with",
];

fn missing(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let printed = printed(corpus);
    for (page, system) in &corpus.pages {
        for promised in promised(page, system) {
            let meant =
                printed.iter().filter(|it| it.snippet.system == *system && is(&promised, it, page, system));
            let meant: Vec<&Printed<'_>> = meant.collect();
            // Several that fit are several that may be meant.
            if let [printed] = meant.as_slice() {
                findings.extend(compare(&promised, printed));
            }
        }
    }
}

/// Whether a printed dashboard is the promised one: by the words of its title, of the heading above it, or by its file.
fn is(promised: &Promised, printed: &Printed<'_>, page: &Page, system: &str) -> bool {
    let wanted = board_words(&promised.name, system);
    let same =
        |words: &BTreeSet<String>| !words.is_empty() && (wanted.is_subset(words) || words.is_subset(&wanted));
    let file = printed.snippet.file.rsplit('/').next().unwrap_or_default();
    let by_file = promised.name.rsplit('/').next() == Some(file);
    let inside = printed.snippet.file == *page.file();
    let heading = printed.snippet.path.last().map(|title| board_words(title, system)).unwrap_or_default();
    by_file
        || inside
            && !wanted.is_empty()
            && (same(&board_words(printed.title, system)) || wanted.is_subset(&heading))
}

fn compare(promised: &Promised, printed: &Printed<'_>) -> Option<Finding> {
    let mut lacks = Vec::new();
    let mut places = Vec::new();
    for (text, place) in &promised.items {
        let name = text.split(['(', ':']).next().unwrap_or(text).trim();
        let name = name.split(" - ").next().unwrap_or(name).trim();
        let mut wanted: BTreeSet<String> =
            set(name).into_iter().filter(|word| !WEAK.contains(&word.as_str())).collect();
        let quantiles = percentiles(text);
        wanted.retain(|word| !quantiles.contains(word));
        let shown = wanted.is_empty()
            || wanted.iter().any(|word| printed.words.contains(word) || alike(word, &printed.words));
        let absent: Vec<String> = quantiles.difference(&printed.quantiles).cloned().collect();
        let what = match (shown, absent.is_empty()) {
            (false, _) => format!("{} (no panel shows it)", name.to_lowercase()),
            (true, false) => format!("{} of {}", absent.join(" and "), name.to_lowercase()),
            (true, true) => continue,
        };
        lacks.push(what);
        places.push(Noted::new(place, text.clone()));
    }
    let mut places = places.into_iter();
    let first = places.next()?;
    let part = mentions(&printed.snippet.intro, &["excerpt", "example", "partial", "snippet", "fragment"]);
    let severity = if part { Severity::Warning } else { Severity::Error };
    let message = format!(
        "the dashboard `{}` is promised with more than its JSON has: {}",
        promised.name,
        lacks.join(", ")
    );
    let mut finding = Finding::new("dashboards/panel-missing", severity, message, first);
    finding.places.extend(places);
    let titles = printed.node.get("title").into_iter().chain(
        printed
            .node
            .get("panels")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|panel| panel.get("title")),
    );
    finding.places.extend(
        titles.map(|title| Noted::new(&printed.snippet.node(title), title.text().unwrap_or_default())),
    );
    Some(finding.next("add the panels to the JSON, or promise what it has"))
}

/// Whether a word's other name is there.
fn alike(word: &str, there: &BTreeSet<String>) -> bool {
    let groups: [&[&str]; 5] = [
        &["latency", "duration", "response"],
        &["error", "failure", "5xx", "failed"],
        &["throughput", "rps", "request", "traffic"],
        &["memory", "ram", "heap"],
        &["connection", "websocket", "conn"],
    ];
    groups.iter().any(|group| group.contains(&word) && group.iter().any(|other| there.contains(*other)))
}

fn duplicates(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let all = printed(corpus);
    let mut uids: BTreeMap<(&str, &str), Vec<(&Printed<'_>, &Node)>> = BTreeMap::new();
    let mut titles: BTreeMap<(&str, &str), Vec<(&Printed<'_>, &Node)>> = BTreeMap::new();
    for it in all.iter().filter(|it| it.snippet.whole) {
        let folder = it.snippet.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (key, map, scope) in [("uid", &mut uids, ""), ("title", &mut titles, folder)] {
            if let Some((node, text)) = it
                .node
                .get(key)
                .and_then(|node| Some((node, node.text()?)))
                .filter(|(_, text)| !text.is_empty())
            {
                map.entry((scope, text)).or_default().push((it, node));
            }
        }
    }
    for (what, severity, map) in [("uid", Severity::Error, uids), ("title", Severity::Warning, titles)] {
        for ((_, text), same) in map.into_iter().filter(|(_, same)| same.len() > 1) {
            let mut places = same.iter().map(|(it, node)| Noted::new(&it.snippet.node(node), text));
            let Some(first) = places.next() else { continue };
            let message = format!("{} dashboards have the {what} `{text}`", same.len());
            let mut finding = Finding::new("dashboards/duplicate", severity, message, first);
            finding.places.extend(places);
            findings.push(finding.next(format!("give each a {what} of its own")));
        }
    }
}
