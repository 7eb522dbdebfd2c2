//! Lists of dashboards, and the folders that hold them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::words::{mentions, parts, set, words};
use crate::prove::corpus::Corpus;
use crate::prove::page::Page;
use crate::prove::place::Place;

/// A list of dashboards.
pub(super) struct Boards<'a> {
    /// The document.
    pub(super) page: &'a Page,
    /// The system that it is about.
    pub(super) system: Arc<str>,
    /// The index of its section.
    pub(super) section: usize,
    /// Whether it says that it is no full list.
    pub(super) partial: bool,
    /// Its dashboards.
    pub(super) boards: Vec<Board>,
    /// The folder that holds them, where the text names one.
    pub(super) location: Option<(String, Place)>,
}

/// A dashboard of a list.
#[derive(Clone)]
pub(super) struct Board {
    /// Its name as it stands there.
    pub(super) name: String,
    /// The words by which it is told from others.
    pub(super) words: BTreeSet<String>,
    /// Where.
    pub(super) place: Place,
}

/// Words that a list of dashboards uses for it when it is no full one.
const PARTIAL: [&str; 9] =
    ["key ", "main ", "most ", "some ", "example", "such as", "important", "including", "recommended"];

/// The words of a dashboard's name, without those that any has.
pub(super) fn board_words(name: &str, system: &str) -> BTreeSet<String> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let empty = |word: &String| {
        word == "dashboard" || word == "grafana" || *word == system || word.parse::<u32>().is_ok()
    };
    set(name).into_iter().filter(|word| !empty(word)).collect()
}

/// The lists of dashboards of every document.
pub(super) fn lists(corpus: &Corpus) -> Vec<Boards<'_>> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        for table in &page.tables {
            let is = |head: &String| set(head).contains("dashboard");
            let panels = table.head.iter().any(|head| mentions(head, &["panel", "query"]));
            let Some(column) = table.head.iter().position(is).filter(|column| *column == 0 && !panels) else {
                continue;
            };
            let cells = table.rows.iter().filter_map(|row| row.cells.get(column));
            let boards = cells.map(|cell| board(&cell.text, system, &cell.place)).collect();
            found.push(list(page, system, table.section, &table.intro, boards));
        }
        for section in 0..page.sections.len() {
            if words(&page.sections[section].title).contains(&"dashboard".to_owned()) {
                found.push(list(page, system, section, "", of_section(page, system, section)));
            }
        }
    }
    found.retain(|list| list.boards.len() > 1);
    found
}

fn board(name: &str, system: &str, place: &Place) -> Board {
    Board { name: name.to_owned(), words: board_words(name, system), place: place.clone() }
}

fn list<'a>(
    page: &'a Page,
    system: &Arc<str>,
    section: usize,
    intro: &str,
    boards: Vec<Board>,
) -> Boards<'a> {
    let about = format!("{} {intro} ", page.sections[section].title);
    let location = location_of(page, section);
    Boards { page, system: system.clone(), section, partial: mentions(&about, &PARTIAL), boards, location }
}

/// The dashboards of a section: its bold paragraphs, or else a list whose items all begin in bold or as code.
fn of_section(page: &Page, system: &str, section: usize) -> Vec<Board> {
    let bold: Vec<Board> =
        bold_lines(page, section).map(|(name, place)| board(&name, system, &place)).collect();
    if bold.len() > 1 {
        return bold;
    }
    let items: Vec<_> = page.items.iter().filter(|item| item.section == section && item.depth == 1).collect();
    let lists = items.chunk_by(|a, b| a.label == b.label);
    let named = lists.map(|list| {
        let names = list.iter().map(|item| match &item.bold {
            Some(bold) => Some(board(bold.trim_end_matches(':'), system, &item.place)),
            None => item
                .codes
                .first()
                .filter(|_| item.leads_with_code)
                .map(|code| board(code, system, &item.place)),
        });
        names.collect::<Option<Vec<Board>>>().unwrap_or_default()
    });
    named.into_iter().find(|boards| boards.len() > 1).unwrap_or_default()
}

/// The paragraphs of a section that are one bold text: `**1. Overview**`, which is `Overview`.
pub(super) fn bold_lines(page: &Page, section: usize) -> impl Iterator<Item = (String, Place)> {
    page.paragraphs.iter().filter(move |paragraph| paragraph.section == section).filter_map(|paragraph| {
        let line = page.lines.line(paragraph.place.line).trim();
        let bold = line.strip_prefix("**")?.trim_end_matches(':').strip_suffix("**")?.trim_end_matches(':');
        let name = bold.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
        (!name.contains("**")).then(|| (name.to_owned(), paragraph.place.clone()))
    })
}

/// The folder in which a section keeps its dashboards: the first that is named under the outermost heading about them.
fn location_of(page: &Page, section: usize) -> Option<(String, Place)> {
    let path = &page.sections[section].path;
    let depth = path.iter().position(|title| set(title).contains("dashboard"))?;
    let top = &path[..=depth];
    let inside = |section: usize| page.sections[section].path.starts_with(top);
    let codes = page
        .codes
        .iter()
        .filter(|code| inside(code.section))
        .filter_map(|code| Some((folder(&code.text)?, code.place.clone())));
    codes.into_iter().next()
}

/// The folder that a path to dashboards names; none of paths inside a container, and of any other path.
pub(super) fn folder(path: &str) -> Option<String> {
    let relative =
        !path.starts_with(['/', '~', '$']) && !path.contains("://") && !path.contains([' ', ':', '*']);
    if !relative || !path.contains('/') {
        return None;
    }
    let folder = if path.ends_with(".json") { path.rsplit_once('/')?.0 } else { path };
    let is_folder =
        path.ends_with(".json") || path.ends_with('/') || set(parts(path).last()?).contains("dashboard");
    let about = mentions(path, &["dashboard", "grafana"]);
    (is_folder && about && !parts(folder).is_empty()).then(|| parts(folder).join("/"))
}
