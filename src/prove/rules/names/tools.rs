//! The tools that documents name for a part of the system: where the logs go, who is told, what calls the model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::roles::ROLES;
use super::words::{apart, mentions, set};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Item, Page, Table};
use crate::prove::place::Place;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "tools/disagree",
    finds: "A part of the system for which two tables or lists name different tools, each one that the other has not.",
    why: "Whoever looks for logs, traces or errors in the wrong tool finds nothing.",
    wrong: "One may be in use in one place and one in another; headings that say production or local are taken into \
            account.",
    find: tools,
}];

/// Words beside that of the part which do not make it another part.
const PLAIN: [&str; 24] = [
    "aggregation",
    "centralized",
    "centralised",
    "application",
    "storage",
    "store",
    "system",
    "management",
    "backend",
    "stack",
    "layer",
    "service",
    "distributed",
    "request",
    "query",
    "call",
    "collection",
    "instrumentation",
    "monitoring",
    "tracking",
    "main",
    "the",
    "and",
    "api",
];

/// What a place says.
struct Says {
    system: Arc<str>,
    role: usize,
    /// The words that tell the part from others of the role.
    apart: BTreeSet<String>,
    tools: BTreeSet<&'static str>,
    place: Place,
    text: String,
    path: Vec<String>,
    /// What one table or list says of a part in two rows is no contradiction.
    list: (usize, bool),
}

fn says(corpus: &Corpus) -> Vec<Says> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        for (index, table) in page.tables.iter().enumerate() {
            of_table(page, system, table, index, &mut found);
        }
        for item in &page.items {
            of_item(page, system, item, &mut found);
        }
        for paragraph in &page.paragraphs {
            for sentence in paragraph.text.split(". ") {
                let path = &page.sections[paragraph.section].path;
                let at = (paragraph.place.clone(), (paragraph.section, false));
                if let Some((part, rest)) = flow(sentence) {
                    add(system, part, rest, sentence, path, at, &mut found);
                }
            }
        }
    }
    found
}

fn of_table(page: &Page, system: &Arc<str>, table: &Table, index: usize, found: &mut Vec<Says>) {
    let first = [
        "component",
        "layer",
        "concern",
        "area",
        "signal",
        "pillar",
        "function",
        "capability",
        "category",
        "aspect",
        "part",
        "what",
    ];
    let tool = [
        "tool",
        "provider",
        "technology",
        "backend",
        "implementation",
        "product",
        "software",
        "stack",
        "solution",
        "system",
        "vendor",
        "platform",
    ];
    let is = |head: &String, any: &[&str]| set(head).iter().any(|word| any.contains(&word.as_str()));
    let Some(column) = table.head.iter().skip(1).position(|head| is(head, &tool)).map(|at| at + 1) else {
        return;
    };
    if !table.head.first().is_some_and(|head| is(head, &first)) {
        return;
    }
    for row in &table.rows {
        let (Some(part), Some(cell)) = (row.cells.first(), row.cells.get(column)) else { continue };
        let at = (cell.place.clone(), (index, true));
        add(system, &part.text, &cell.text, &cell.text, &page.sections[table.section].path, at, found);
    }
}

/// `**Logs**: Loki`, or `Logs: Loki`.
fn of_item(page: &Page, system: &Arc<str>, item: &Item, found: &mut Vec<Says>) {
    let path = &page.sections[item.section].path;
    let (part, rest) = match &item.bold {
        Some(bold) => (bold.as_str(), item.text.strip_prefix(bold.as_str()).unwrap_or(&item.text)),
        None => match item.text.split_once(": ") {
            Some((part, rest)) if part.split(' ').count() < 5 => (part, rest),
            _ => return,
        },
    };
    add(system, part, rest, &item.text, path, (item.place.clone(), (item.section, false)), found);
}

/// `Traces are exported to Jaeger`: the part and what comes after the verb.
fn flow(sentence: &str) -> Option<(&'static str, &str)> {
    let lower = sentence.to_lowercase();
    let verbs = [
        "export",
        "shipped",
        "sent to",
        "stored",
        "forwarded",
        "collected by",
        "aggregated",
        "written to",
        "kept in",
        "visuali",
    ];
    let verb = verbs.iter().filter_map(|verb| lower.find(verb)).min()?;
    let parts = [
        ("traces", "trace"),
        ("logs", "log"),
        ("errors", "error"),
        ("metrics", "metric"),
        ("dashboards", "dashboard"),
    ];
    let part =
        parts.iter().find(|(word, _)| lower.split(|c: char| !c.is_alphanumeric()).any(|it| it == *word))?;
    // Lower case may be longer than what it was made of; then the whole is searched.
    Some((part.1, sentence.get(verb..).unwrap_or(sentence)))
}

fn add(
    system: &Arc<str>,
    part: &str,
    rest: &str,
    text: &str,
    path: &[String],
    (place, list): (Place, (usize, bool)),
    found: &mut Vec<Says>,
) {
    let elsewhen = [
        "future",
        "roadmap",
        "planned",
        "migrat",
        "alternativ",
        "deprecat",
        "legacy",
        "changelog",
        "comparison",
        "previous",
    ];
    let other =
        [" instead of ", " not ", "replac", "formerly", "migrat", "deprecated", "no longer", "alternativ"];
    if path.iter().any(|title| mentions(title, &elsewhen)) || mentions(text, &other) {
        return;
    }
    let words = set(part);
    for (role, it) in ROLES.iter().enumerate() {
        if !it.parts.iter().any(|word| words.contains(*word)) {
            continue;
        }
        let apart =
            words.iter().filter(|word| !it.parts.contains(&word.as_str()) && !PLAIN.contains(&word.as_str()));
        let tools: BTreeSet<&'static str> = it
            .tools
            .iter()
            .filter(|names| names.iter().any(|name| holds(rest, name)))
            .map(|names| names[0])
            .collect();
        if !tools.is_empty() {
            found.push(Says {
                system: system.clone(),
                role,
                apart: apart.cloned().collect(),
                tools,
                place: place.clone(),
                text: text.to_owned(),
                path: path.to_vec(),
                list,
            });
        }
    }
}

/// Whether a tool's name stands in a text as words of its own.
fn holds(text: &str, name: &str) -> bool {
    let lower = text.to_lowercase();
    lower.match_indices(name).any(|(at, _)| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + name.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn tools(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut parts: BTreeMap<(Arc<str>, usize, BTreeSet<String>), Vec<Says>> = BTreeMap::new();
    for said in says(corpus) {
        parts.entry((said.system.clone(), said.role, said.apart.clone())).or_default().push(said);
    }
    for ((_, role, _), all) in parts {
        let against = |a: &Says| all.iter().any(|b| contradict(a, b));
        let wrong: Vec<&Says> = all.iter().filter(|said| against(said)).collect();
        let Some(first) = wrong.first() else { continue };
        let mut named: Vec<String> = Vec::new();
        for said in &wrong {
            let tools = said.tools.iter().copied().collect::<Vec<_>>().join(" and ");
            if !named.contains(&tools) {
                named.push(tools);
            }
        }
        let message = format!(
            "for {} the tools are {} in one place and {} in another",
            ROLES[role].name,
            named[0],
            named[1..].join(", or ")
        );
        let mut finding = Finding::new(
            "tools/disagree",
            Severity::Error,
            message,
            Noted::new(&first.place, first.text.clone()),
        );
        finding.places.extend(wrong.iter().skip(1).map(|said| Noted::new(&said.place, said.text.clone())));
        finding.places.extend(wrong.iter().flat_map(|said| set_up(corpus, said, &wrong)));
        findings.push(finding.next("name the tools that are in use, in all of these places"));
    }
}

/// Where a document sets up the tools that it names and others do not: the first heading or line of code with each.
fn set_up(corpus: &Corpus, said: &Says, all: &[&Says]) -> Vec<Noted> {
    let Some((page, _)) = corpus.pages.iter().find(|(page, _)| *page.file() == said.place.file) else {
        return Vec::new();
    };
    let headings = page.sections.iter().map(|section| section.line).filter(|line| *line > 0);
    let code = page.blocks.iter().flat_map(|block| block.lines.iter().map(|(_, line, _)| *line));
    // A picture names everything and sets up nothing.
    let drawn = |line: &usize| page.lines.line(*line).contains(['│', '|']);
    let lines: BTreeSet<usize> = headings.chain(code).filter(|line| !drawn(line)).collect();
    let names = |tool: &str| {
        ROLES[said.role].tools.iter().find(|names| names[0] == tool).copied().unwrap_or_default()
    };
    let own = said.tools.iter().filter(|tool| all.iter().any(|other| !other.tools.contains(*tool)));
    let firsts = own.filter_map(|tool| {
        let mut lines = lines.iter().map(|line| page.lines.whole(*line));
        let place =
            lines.find(|place| names(tool).iter().any(|name| holds(page.lines.line(place.line), name)))?;
        let text = page.lines.line(place.line).trim().to_owned();
        Some(Noted::new(&place, text))
    });
    firsts.collect()
}

/// Whether each names a tool that the other has not.
fn contradict(a: &Says, b: &Says) -> bool {
    let same_list = a.place.file == b.place.file && a.list == b.list;
    !same_list && !apart(&a.path, &b.path) && !a.tools.is_subset(&b.tools) && !b.tools.is_subset(&a.tools)
}
