//! Dashboards: what documents say there is, where it is, and what they refer to.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::boards::{Board, Boards, board_words, folder, lists};
use super::words::{same_path, set};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::Page;
use crate::prove::place::Place;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "dashboards/sets-differ",
        finds: "Two lists of the dashboards in one folder that have different ones.",
        why: "Whoever looks for a dashboard of the other list finds none.",
        wrong: "Dashboards may be listed by title in one place and by file in the other; names that share a word are \
                taken as the same.",
        find: sets,
    },
    Rule {
        id: "dashboards/location",
        finds: "Documents that keep the dashboards in different folders.",
        why: "An import from the wrong folder imports nothing.",
        wrong: "There may be dashboards in both.",
        find: location,
    },
    Rule {
        id: "dashboards/unknown",
        finds: "A dashboard that is referred to by name, in a document whose list of dashboards has none of that name.",
        why: "On-call looks for it while something burns.",
        wrong: "The list may be of the most important ones only; the finding is then a warning.",
        find: unknown,
    },
];

fn sets(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let lists = lists(corpus);
    for (index, a) in lists.iter().enumerate() {
        for b in lists.iter().skip(index + 1).filter(|b| a.system == b.system) {
            let together = match (&a.location, &b.location) {
                (Some((left, _)), Some((right, _))) => same_path(left, right),
                _ => false,
            };
            if together && (a.page.file() != b.page.file() || a.section != b.section) {
                findings.extend(differ(a, b));
            }
        }
    }
}

fn differ(a: &Boards<'_>, b: &Boards<'_>) -> Option<Finding> {
    let only = |x: &Boards<'_>, y: &Boards<'_>| -> Vec<String> {
        let alone = x
            .boards
            .iter()
            .filter(|board| !y.boards.iter().any(|other| !other.words.is_disjoint(&board.words)));
        alone.map(|board| format!("`{}`", board.name)).collect()
    };
    let (left, right) = (only(a, b), only(b, a));
    let severity = match (left.is_empty(), right.is_empty()) {
        (false, false) if !a.partial && !b.partial => Severity::Error,
        // A list that is no full one may lack what the other has.
        (false, _) if !b.partial => Severity::Warning,
        (_, false) if !a.partial => Severity::Warning,
        _ => return None,
    };
    let folder = a.location.as_ref().map_or("", |(folder, _)| folder);
    let side = |only: &[String]| {
        if only.is_empty() { "none that the other lacks".to_owned() } else { only.join(", ") }
    };
    let message = format!(
        "two lists of the dashboards in `{folder}` differ: one alone has {}, and the other alone {}",
        side(&left),
        side(&right)
    );
    let places = [a, b].into_iter().flat_map(|list| {
        let location = list.location.iter().map(|(folder, place)| Noted::new(place, folder.clone()));
        let boards = list.boards.iter().map(|board| Noted::new(&board.place, board.name.clone()));
        boards.chain(location)
    });
    let mut places = places.into_iter();
    let mut finding = Finding::new("dashboards/sets-differ", severity, message, places.next()?);
    finding.places.extend(places);
    Some(finding.next("list what the folder holds, in both places"))
}

/// Documents that keep the dashboards in one folder.
struct Kept<'a> {
    system: &'a Arc<str>,
    folder: String,
    places: Vec<Noted>,
}

fn location(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for (page, system) in &corpus.pages {
        let about =
            |section: usize| page.sections[section].path.iter().any(|title| set(title).contains("dashboard"));
        let codes = page.codes.iter().filter(|code| about(code.section));
        let folders: Vec<_> =
            codes.filter_map(|code| Some((folder(&code.text)?, code.place.clone()))).collect();
        let Some((first, place)) = folders.first() else { continue };
        // A document that names several folders knows of all of them.
        if folders.iter().any(|(other, _)| !same_path(first, other)) {
            continue;
        }
        let noted = Noted::new(place, first.clone());
        match kept.iter_mut().find(|it| it.system == system && same_path(&it.folder, first)) {
            Some(it) => it.places.push(noted),
            None => kept.push(Kept { system, folder: first.clone(), places: vec![noted] }),
        }
    }
    for system in corpus.systems() {
        let of: Vec<&Kept<'_>> = kept.iter().filter(|it| **it.system == *system).collect();
        if of.len() < 2 {
            continue;
        }
        let shown: Vec<String> = of.iter().map(|it| format!("`{}`", it.folder)).collect();
        let mut places = of.iter().flat_map(|it| it.places.clone());
        let Some(first) = places.next() else { continue };
        let message = format!("the dashboards are in different folders: {}", shown.join(", "));
        let mut finding = Finding::new("dashboards/location", Severity::Error, message, first);
        finding.places.extend(places);
        findings.push(finding.next("name the folder that holds them, in all places"));
    }
}

fn unknown(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let lists = lists(corpus);
    for (page, system) in &corpus.pages {
        let mut here: Vec<&Boards<'_>> =
            lists.iter().filter(|list| list.page.file() == page.file()).collect();
        let own = !here.is_empty();
        // Without a list of its own, a document means the other documents' dashboards.
        here.extend(lists.iter().filter(|list| !own && list.system == *system));
        let Some(first) = here.first() else { continue };
        for (name, place) in references(page) {
            let wanted = board_words(&name, system);
            let is = |board: &Board| board.words.is_subset(&wanted) || wanted.is_subset(&board.words);
            if wanted.is_empty() || here.iter().any(|list| list.boards.iter().any(is)) {
                continue;
            }
            let severity =
                if here.iter().all(|list| list.partial) { Severity::Warning } else { Severity::Error };
            let whose = if own { "the document's list" } else { "no list" };
            let has = if own { "has no such one" } else { "of the system has it" };
            let message = format!("the dashboard `{name}` is referred to, and {whose} of dashboards {has}");
            let mut finding =
                Finding::new("dashboards/unknown", severity, message, Noted::new(&place, name.clone()));
            finding
                .places
                .extend(first.boards.iter().map(|board| Noted::new(&board.place, board.name.clone())));
            let elsewhere =
                lists.iter().filter(|list| own && list.system == *system && list.page.file() != page.file());
            let boards = elsewhere.flat_map(|list| &list.boards).filter(|board| board.words == wanted);
            finding.places.extend(
                boards.map(|board| Noted::new(&board.place, format!("`{}`, in another list", board.name))),
            );
            findings.push(finding.next("add it to the list, or refer to one that is there"));
        }
    }
}

/// Dashboards that a text refers to by a name in quotes, in bold or as code, right before or after the word.
fn references(page: &Page) -> Vec<(String, Place)> {
    let code = ["yaml", "yml", "json", "python", "py", "promql", "toml", "go", "js", "ts", "java", "rust"];
    let blocks = page.blocks.iter().filter(|block| code.contains(&block.lang.as_str()));
    let skipped: BTreeSet<usize> =
        blocks.flat_map(|block| block.lines.iter().map(|(_, line, _)| *line)).collect();
    let mut found = Vec::new();
    for number in (1..=page.lines.count()).filter(|number| !skipped.contains(number)) {
        let line = page.lines.line(number);
        let lower = line.to_ascii_lowercase();
        for (at, _) in lower.match_indices("dashboard") {
            let after = line[at + 9..].trim_start_matches(['s', ':']);
            // A mark right behind the word closes what the word stands in.
            let after = after.strip_prefix(' ').map_or("", str::trim_start);
            let after = ["called ", "named ", "titled "]
                .iter()
                .find_map(|word| after.strip_prefix(word))
                .unwrap_or(after);
            let before = line[..at].strip_suffix(' ').unwrap_or_default();
            let marks = ["\"", "`", "**", "“"];
            let next = marks
                .iter()
                .find_map(|mark| Some((after.strip_prefix(mark)?.split(closing(mark)).next()?, *mark)));
            let previous = marks
                .iter()
                .find_map(|mark| Some((before.strip_suffix(closing(mark))?.rsplit(mark).next()?, *mark)));
            let inside_bold = before.ends_with("**") && lower[at..].starts_with("dashboard**");
            for (name, mark) in next.into_iter().chain(previous.filter(|_| !inside_bold)) {
                if is_title(name, mark) {
                    found.push((name.to_owned(), page.lines.whole(number)));
                }
            }
        }
    }
    found
}

fn closing(mark: &str) -> &str {
    if mark == "“" { "”" } else { mark }
}

/// What stands in quotes or in bold before the word and is no name: things to do.
const VERBS: [&str; 14] = [
    "import",
    "new",
    "create",
    "save",
    "add",
    "edit",
    "delete",
    "open",
    "upload",
    "update",
    "configure",
    "build",
    "check",
    "export",
];

/// Whether marked text can be a dashboard's name: in code, only a file or words with spaces or hyphens are.
fn is_title(name: &str, mark: &str) -> bool {
    if name.split(' ').next().is_some_and(|word| VERBS.contains(&word.to_lowercase().as_str())) {
        return false;
    }
    let lettered =
        name.chars().any(char::is_alphabetic) && name.len() < 60 && !name.contains(['/', '=', '{', '(', '>']);
    let several = name.contains(' ') || name.contains('-') || name.ends_with(".json");
    lettered
        && if mark == "`" {
            several && !name.starts_with('-')
        } else {
            name.starts_with(char::is_uppercase) || several
        }
}
